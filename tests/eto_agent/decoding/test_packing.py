"""Packed forward passes give what each conversation gives by itself, for several model families and attentions."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM as Auto
from transformers import (
    GPTJConfig,
    LlamaConfig,
    MistralConfig,
    PretrainedConfig,
    PreTrainedModel,
    Qwen2Config,
    Qwen3Config,
)

from eto_agent.decoding.generator import GenerationSettings, Generator
from eto_agent.decoding.packing import Piece, UnsupportedModelError, _groups, pack, packed_attention

SIZES: dict[str, Any] = {
    "vocab_size": 60, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 512,
}  # fmt: skip
FAMILIES = {
    "llama": LlamaConfig(**SIZES),
    "mistral": MistralConfig(**SIZES, sliding_window=None),
    "mistral, window": MistralConfig(**SIZES, sliding_window=16),
    "qwen2": Qwen2Config(**SIZES),
    "qwen2, window": Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=16, max_window_layers=1),
    "qwen3": Qwen3Config(**SIZES),
}


def model_of(config: PretrainedConfig, attention: str) -> PreTrainedModel:
    torch.manual_seed(0)
    model = Auto.from_config(config, attn_implementation=attention).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3.0)
    return model


pieces = st.lists(
    st.tuples(st.integers(0, 300), st.lists(st.integers(0, 59), min_size=1, max_size=12)), min_size=1, max_size=12
).flatmap(
    lambda found: st.permutations(range(len(found) + 3)).map(
        lambda slots: [
            Piece(slot, start, ids, 1 + (len(ids) > 1 and slot % 2))
            for slot, (start, ids) in zip(slots, found, strict=False)
        ]
    )
)


@settings(max_examples=60, deadline=None)
@given(pieces)
def test_every_token_is_in_one_part_at_its_place(found: list[Piece]) -> None:
    packed = pack(found, torch.float32, torch.device("cpu"))
    wanted = iter(packed.wanted.tolist())
    for piece in found:
        assert packed.tokens[next(wanted)] == piece.tokens[-2 if piece.wanted == 2 else -1]
        last = next(wanted) if piece.wanted == 2 else None
        assert last is None or packed.tokens[last] == piece.tokens[-1]
        its = packed.slots == piece.slot
        assert packed.tokens[its].tolist() == list(piece.tokens)
        assert packed.positions[its].tolist() == list(range(piece.start, piece.end))
    assert next(wanted, None) is None
    place = 0
    for part in packed.parts:
        rows, columns = part.places
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            assert part.queries[row, column] == place
            assert (row if part.slots is None else part.slots[row]) == packed.slots[place]
            seen = part.mask[row, 0, column] == 0
            position = int(packed.positions[place])
            assert seen.nonzero()[:, 0].tolist() == list(range(position + 1))
            assert part.positions[row, column] == position
            near = part.within(7)[row, 0, column] == 0
            assert near.nonzero()[:, 0].tolist() == list(range(max(0, position - 6), position + 1))
            place += 1
    assert place == sum(len(piece.tokens) for piece in found)


@settings(max_examples=60, deadline=None)
@given(pieces, st.sampled_from([0, 50, 2_000, 10**9]))
def test_padding_costs_no_more_than_parts_may(found: list[Piece], cost: int) -> None:
    groups = _groups(found, cost)
    assert sorted(number for group in groups for number in group) == list(range(len(found)))
    for group in groups:
        its = [found[number] for number in group]
        padded = len(its) * max(len(piece.tokens) for piece in its) * max(piece.end for piece in its)
        assert padded - sum(len(piece.tokens) * piece.end for piece in its) <= cost


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_replies_are_those_of_naive_decoding(family: str, attention: str) -> None:
    """Fifteen conversations of very different lengths, in three turns; greedy, compared token by token."""
    model = model_of(FAMILIES[family], attention)
    generator = Generator(model, [59], GenerationSettings(max_new_tokens=6))
    draw = torch.Generator().manual_seed(1)
    talks = [torch.randint(0, 59, (3 + 13 * n,), generator=draw).tolist() for n in range(15)]
    for _ in range(3):
        replies = generator.complete([str(n) for n in range(15)], talks)
        for talk, reply in zip(talks, replies, strict=True):
            with torch.inference_mode():
                logits = model(torch.tensor([[*talk, *reply.ids]])).logits[0, len(talk) - 1 : -1]
            assert list(reply.ids) == logits.argmax(-1).tolist()
            expected = logits.float().log_softmax(-1).max(-1).values
            assert torch.tensor(reply.log_probs) == pytest.approx(expected, abs=2e-4)
            talk += [*reply.ids, *torch.randint(0, 59, (4,), generator=draw).tolist()]
    assert model.config._attn_implementation == attention


def test_the_models_own_attention_is_put_back_after_an_error() -> None:
    config = LlamaConfig(**SIZES, attn_implementation="sdpa")
    within = packed_attention(config)
    assert within.__enter__() == "sdpa"
    assert config._attn_implementation != "sdpa"
    assert not within.__exit__(KeyError, KeyError("a"), None)
    assert config._attn_implementation == "sdpa"


def test_a_model_with_an_attention_of_its_own_is_refused() -> None:
    model = Auto.from_config(GPTJConfig(vocab_size=60, n_embd=32, n_layer=1, n_head=4, rotary_dim=8))
    with pytest.raises(UnsupportedModelError, match=r"GPTJForCausalLM has an attention of its own.*engine: vllm"):
        Generator(model, [59], GenerationSettings())
