"""Scratch models, and what happens where there is no model."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.models import (
    PRESETS,
    ModelNotFoundError,
    TokenizerKind,
    _train_tokenizer,
    create_scratch,
    load,
    load_tokenizer,
)
from eto_agent.run_folder import file_hash
from eto_envs.errors import UnknownNameError
from tests.eto_agent.forks import Fork

TEXTS = ["Thought: I look.\nAction: look around", "Observation: You are in the kitchen.", "Boil water."] * 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return create_scratch("tiny", TEXTS, tmp_path_factory.mktemp("scratch") / "model", seed=1, vocab_size=300)


def test_it_is_an_ordinary_folder(folder: Path) -> None:
    model, tokenizer = load(folder, device="cpu")
    assert not model.training
    assert model.dtype == torch.float32
    assert model.config.model_type == "llama"
    assert not model.config.tie_word_embeddings
    assert len(tokenizer) == model.config.vocab_size == model.get_output_embeddings().weight.shape[0]
    assert model.config.eos_token_id == tokenizer.eos_token_id == tokenizer.convert_tokens_to_ids("<|end|>")
    assert tokenizer.pad_token_id not in (tokenizer.eos_token_id, None)
    assert {each.suffix for each in folder.iterdir()} == {".json", ".jinja", ".safetensors"}
    assert [each.name for each in folder.parent.iterdir()] == ["model"]


def test_compact_template(folder: Path) -> None:
    tokenizer = load_tokenizer(folder)
    messages = [
        {"role": "user", "content": "Boil."},
        {"role": "assistant", "content": "Action: look"},
        {"role": "user", "content": "A room."},
    ]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == "<|user|>Boil.<|agent|>Action: look<|end|><|user|>A room.<|agent|>"
    assert ChatEncoder(tokenizer).end_of_turn_ids == (tokenizer.eos_token_id,)


@pytest.mark.parametrize("kind", ["words", "phrases"])
@given(text=st.text() | st.lists(st.sampled_from([" shelf 1", "mug", " 2", "\n", "é"])).map("".join))
def test_every_text_survives_the_tokenizer(kind: TokenizerKind, text: str) -> None:
    tokenizer = _tokenizer(kind)
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]) == text


@lru_cache
def _tokenizer(kind: TokenizerKind) -> Any:
    texts = TEXTS if kind == "words" else [*TEXTS, *ROOMS]
    return _train_tokenizer(texts, 600, 512, kind)


ROOMS = [f"On the shelf {n}, you see a mug {m}, and a box 1." for n in range(1, 5) for m in range(1, 5)]


def test_phrases_lie_between_names() -> None:
    """A name with its number is one token, without its number the same word is one too; phrases hold no names."""
    tokenizer = _tokenizer("phrases")
    ids = tokenizer("On the shelf 3, you see a mug 2, and a box 1.")["input_ids"]
    assert [tokenizer.decode(i) for i in ids] == [
        "On the", " shelf 3", ", you see a", " mug 2", ", and a", " box 1", ".",
    ]  # fmt: skip
    assert len(tokenizer(" shelf mug")["input_ids"]) == 2


def test_phrases_without_numbered_names_are_words() -> None:
    made = [_train_tokenizer(TEXTS, 300, 512, kind).backend_tokenizer.to_str() for kind in ("words", "phrases")]
    assert made[0] == made[1]


def create_in(folder: Path) -> None:
    create_scratch("tiny", TEXTS, folder, seed=1, vocab_size=300)


def test_the_same_in_another_process(folder: Path, tmp_path: Path) -> None:
    """Which has another order of hashes."""
    ended = Fork(create_in, tmp_path / "model").end()
    assert ended.code == 0, ended.err
    assert file_hash(tmp_path / "model") == file_hash(folder)


def test_the_seed_makes_the_weights_and_leaves_the_global_generator_alone(folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    create_scratch("tiny", TEXTS, tmp_path / "other", seed=2, vocab_size=300)
    assert torch.equal(before, torch.random.get_rng_state())
    weights = [load(each, device="cpu")[0].state_dict() for each in (folder, tmp_path / "other")]
    assert not torch.equal(weights[0]["lm_head.weight"], weights[1]["lm_head.weight"])


@pytest.mark.parametrize(
    ("preset", "low", "high"), [("tiny", 0.3, 0.5), ("demo", 0.9, 1.5), ("small", 25, 28), ("base", 100, 115)]
)
def test_preset_sizes(preset: str, low: float, high: float) -> None:
    """Parameters in millions, with the vocabulary each preset is meant for."""
    vocabulary = {"tiny": 1024, "base": 4096}.get(preset, 2048)
    size = PRESETS[preset]
    layer = 4 * size.hidden_size**2 + 3 * size.hidden_size * size.intermediate_size
    millions = (size.layers * layer + 2 * vocabulary * size.hidden_size) / 1e6
    assert low < millions < high
    assert size.hidden_size // size.heads in (32, 64)


def test_an_existing_folder_stays(folder: Path) -> None:
    before = file_hash(folder)
    assert create_scratch("demo", ["other"], folder, seed=9) == folder
    assert file_hash(folder) == before


def test_unknown_preset(tmp_path: Path) -> None:
    with pytest.raises(
        UnknownNameError, match="Unknown scratch preset 'huge'; expected one of tiny, demo, small, base"
    ):
        create_scratch("huge", TEXTS, tmp_path / "model")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["./no/model", "/no/model", "~/no-model", "runs/a/b/model", Path("no-model")])
def test_no_such_folder(name: str | Path) -> None:
    with pytest.raises(ModelNotFoundError, match="No model folder at") as caught:
        load(name)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"no config\.json"):
        load(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelNotFoundError, match="cannot be loaded"):
        load(tmp_path)


def test_scratch_names_are_not_loaded() -> None:
    with pytest.raises(ModelNotFoundError, match="run eto-agent sft"):
        load("scratch:demo")


@pytest.mark.parametrize("name", ["no-such-organisation/no-such-model", "no-such-model"])
def test_neither_here_nor_on_the_hub(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelNotFoundError, match="hf download no-such") as caught:
        load(name)
    assert "\n" not in str(caught.value)
