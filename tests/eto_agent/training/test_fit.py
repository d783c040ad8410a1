"""Losses equal numbers computed by hand; order of examples; what is left out and what is refused."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st
from trl import DPOConfig, DPOTrainer

from eto_agent.chat.encoder import ChatEncoder, Encoded
from eto_agent.models import load
from eto_agent.training.fit import DpoSettings, LoraSettings, Pair, TrainingError, TrainSettings, fit_dpo, fit_sft
from eto_envs.trajectory import Trajectory
from tests.eto_agent.by_hand import dpo_by_hand, log_prob
from tests.eto_agent.trainings import FAST, FAST_DPO, episode, messages, rows

# By hand


def pieces(tokenizer: Any, trajectory: Trajectory) -> tuple[list[int], list[bool]]:
    """The ids and which of them count, put together from the scratch template's three tokens."""
    ids: list[int] = []
    counts: list[bool] = []

    def add(text: str, count: bool) -> None:
        new = tokenizer(text, add_special_tokens=False)["input_ids"]
        ids.extend(new)
        counts.extend([count] * len(new))

    task, *turns = trajectory.turns
    add(f"<|user|>{task.text}\n\n{task.observation}", False)
    for index, turn in enumerate(turns):
        add("<|agent|>", False)
        add(f"{turn.text}<|end|>", turn.role == "agent")
        if index < len(turns) - 1:
            add(f"<|user|>Observation: {turn.observation}", False)
    return ids, counts


@pytest.mark.parametrize("accumulation", [1, 2, 5])
def test_sft_loss_is_the_one_computed_by_hand(
    base: Path, examples: list[Encoded], tmp_path: Path, accumulation: int
) -> None:
    settings = replace(FAST, epochs=1, batch_size=10, gradient_accumulation=accumulation)
    fit_sft(base, examples, tmp_path / "model", settings)
    model, tokenizer = load(base, device="cpu")
    found = [log_prob(model, *pieces(tokenizer, episode(number))) for number in range(10)]
    by_hand = -sum(total for total, _ in found) / sum(count for _, count in found)
    assert rows(tmp_path)[0]["loss"] == pytest.approx(by_hand, abs=1e-5)


def test_the_scored_tokens_of_the_batch_as_text(encoder: ChatEncoder, examples: list[Encoded]) -> None:
    encoded, trajectory = examples[3], episode(3)
    assert trajectory.turns[1].role == "prefix"
    kept = [token for token, mask in zip(encoded.input_ids, encoded.mask, strict=True) if mask]
    assert encoder.tokenizer.decode(kept) == "".join(
        f"{turn.text}<|end|>" for turn in trajectory.turns if turn.role == "agent"
    )
    assert (list(encoded.input_ids), [bool(m) for m in encoded.mask]) == pieces(encoder.tokenizer, trajectory)


@pytest.mark.parametrize(
    ("sft_weight", "lora"), [(0.0, LoraSettings()), (0.5, LoraSettings()), (0.0, LoraSettings(r=4, alpha=16))]
)
def test_dpo_loss_is_the_one_computed_by_hand(
    base: Path, pairs: list[Pair], tmp_path: Path, sft_weight: float, lora: LoraSettings
) -> None:
    """At the start policy and reference are equal; so the loss after one step is compared, at that step's weights."""
    settings = replace(
        FAST_DPO, batch_size=6, warmup=0.0, learning_rate=3e-3, beta=0.3, sft_weight=sft_weight, lora=lora
    )
    one, two = tmp_path / "one", tmp_path / "two"
    fit_dpo(base, pairs, one / "model", replace(settings, epochs=1))
    facts = fit_dpo(base, pairs, two / "model", settings)
    reference, tokenizer = load(base, device="cpu")
    policy, _ = load(one / "model", device="cpu")
    sides = [
        (pieces(tokenizer, episode(number)), pieces(tokenizer, episode(number, right=False))) for number in range(6)
    ]
    first, second = rows(two)
    assert first["loss"] == pytest.approx(dpo_by_hand(reference, reference, sides, 0.3, sft_weight), abs=1e-5)
    assert second["loss"] == pytest.approx(dpo_by_hand(policy, reference, sides, 0.3, sft_weight), abs=1e-5)
    shift = sum(log_prob(policy, *side)[0] - log_prob(reference, *side)[0] for side, _ in sides) / 6
    assert second["chosen_shift"] == pytest.approx(shift, abs=1e-4)
    assert second["margin"] == pytest.approx(0.3 * (second["chosen_shift"] - second["rejected_shift"]), abs=1e-5)
    assert abs(second["loss"] - first["loss"]) > 0.01
    assert facts["loss"] == second["loss"]
    if lora.r:
        before, after = reference.state_dict(), policy.state_dict()
        changed = {name for name in before if not torch.equal(before[name], after[name])}
        assert changed == {name for name in before if "_proj" in name}


@pytest.mark.filterwarnings("ignore:`(is_)?gradient_checkpointing` is deprecated:FutureWarning")  # TRL's own use
def test_stock_trl_scores_observations_too(
    base: Path, pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the mask is ours: TRL's own loss on the same pairs is that of all tokens after the prompt."""
    monkeypatch.setenv("CI", "1")  # else the stock trainer reports its use over the network
    settings = replace(FAST_DPO, batch_size=6, epochs=1, warmup=0.0, beta=0.3, learning_rate=1e-4)
    fit_dpo(base, pairs, tmp_path / "model", settings)
    reference, tokenizer = load(base, device="cpu")
    policy, _ = load(tmp_path / "model", device="cpu")
    columns: dict[str, list[Any]] = {"prompt": [], "chosen": [], "rejected": []}
    for number in range(6):
        both = [messages(episode(number, right=right)) for right in (True, False)]
        plain = [[{"role": m["role"], "content": m["content"]} for m in side] for side in both]
        columns["prompt"].append(plain[0][:1])
        columns["chosen"].append(plain[0][1:])
        columns["rejected"].append(plain[1][1:])
    args = DPOConfig(str(tmp_path), beta=0.3, max_length=None, bf16=False, use_cpu=True, report_to="none")
    data = Dataset.from_dict(columns)
    trainer = DPOTrainer(policy, reference, args, train_dataset=data, processing_class=tokenizer)
    with torch.no_grad():
        stock = float(trainer.compute_loss(policy, trainer.data_collator(list(trainer.train_dataset))))

    masked, unmasked = [], []
    for number in range(6):
        sides = [pieces(tokenizer, episode(number, right=right)) for right in (True, False)]
        masked.append((sides[0], sides[1]))
        start = sides[0][0].index(tokenizer.convert_tokens_to_ids("<|agent|>"))
        after_prompt = [(ids, [index > start for index in range(len(ids))]) for ids, _ in sides]
        unmasked.append((after_prompt[0], after_prompt[1]))
    assert stock == pytest.approx(dpo_by_hand(policy, reference, unmasked, 0.3, 0.0), abs=1e-5)
    assert abs(stock - dpo_by_hand(policy, reference, masked, 0.3, 0.0)) > 1e-3


@given(
    lengths=st.lists(st.integers(1, 500), min_size=1, max_size=200), size=st.integers(1, 16), epoch=st.integers(0, 3)
)
def test_the_order_of_examples(lengths: list[int], size: int, epoch: int) -> None:
    """Every epoch is a permutation of its own that depends on the seed only."""
    from eto_agent.training.sampler import LengthGroupedSampler

    orders = []
    for seed in (1, 1, 2):
        sampler = LengthGroupedSampler(lengths, size, seed)
        sampler.set_epoch(epoch)
        orders.append(list(sampler))
    assert orders[0] == orders[1]
    assert sorted(orders[0]) == sorted(orders[2]) == list(range(len(lengths)))


def test_like_lengths_share_batches() -> None:
    """With many examples, batches of 8 are padded by less than a third of what a random order costs."""
    from eto_agent.training.sampler import LengthGroupedSampler

    rng = np.random.default_rng(0)
    lengths = rng.integers(50, 1000, 1001).tolist()

    def padded(order: list[int]) -> int:
        batches = [[lengths[index] for index in order[start : start + 8]] for start in range(0, len(order), 8)]
        return sum(max(batch) * len(batch) for batch in batches)

    ours, shuffled = padded(list(LengthGroupedSampler(lengths, 8, 0))), padded(rng.permutation(1001).tolist())
    assert ours - sum(lengths) < (shuffled - sum(lengths)) / 3


# What comes back


def test_training_learns(base: Path, examples: list[Encoded], pairs: list[Pair], tmp_path: Path) -> None:
    sft = fit_sft(base, examples, tmp_path / "sft" / "model", replace(FAST, epochs=20))
    assert sft["loss"] < 1.5 < rows(tmp_path / "sft")[0]["loss"]
    dpo = fit_dpo(tmp_path / "sft" / "model", pairs, tmp_path / "dpo" / "model", replace(FAST_DPO, epochs=4))
    assert dpo["accuracy"] == 1.0
    assert dpo["rejected_shift"] < dpo["chosen_shift"]


def test_what_does_not_fit_is_left_out_and_counted(base: Path, examples: list[Encoded], tmp_path: Path) -> None:
    lengths = sorted(map(len, examples))
    silent = Encoded((1, 2, 3), (0, 0, 0))
    settings = replace(FAST, max_length=lengths[-2])
    facts = fit_sft(base, [*examples, silent], tmp_path / "sft" / "model", settings)
    longer = sum(length > lengths[-2] for length in lengths)
    assert (facts["examples"], facts["too_long"], facts["without_agent_tokens"]) == (10 - longer, longer, 1)
    assert facts["tokens"] == sum(length for length in lengths if length <= lengths[-2])

    short, long = (min(examples, key=len), max(examples, key=len))
    given = [Pair(short, short), Pair(short, long), Pair(long, short), Pair(short, silent)]
    facts = fit_dpo(base, given, tmp_path / "dpo" / "model", replace(FAST_DPO, max_length=len(short)))
    assert (facts["pairs"], facts["too_long"], facts["without_agent_tokens"]) == (1, 2, 1)


def test_wrong_use(base: Path, examples: list[Encoded], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="of 10 given, 10 are longer than max_length=5 tokens"):
        fit_sft(base, examples, tmp_path / "model", replace(FAST, max_length=5))
    with pytest.raises(TrainingError, match="gradient_accumulation=3 does not divide batch_size=4"):
        fit_sft(base, examples, tmp_path / "model", replace(FAST, gradient_accumulation=3))
    with pytest.raises(TrainingError, match="epochs=0 has to be positive"):
        fit_sft(base, examples, tmp_path / "model", replace(FAST, epochs=0))
    if not torch.cuda.is_available():
        with pytest.raises(TrainingError, match="no CUDA device"):
            fit_sft(base, examples, tmp_path / "model", replace(FAST, device="cuda"))
    assert not (tmp_path / "model").exists()


def test_a_diverged_loss_is_an_error(base: Path, examples: list[Encoded], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="lower learning_rate"):
        fit_sft(base, examples, tmp_path / "model", replace(FAST, learning_rate=1e30, warmup=0.0, max_grad_norm=0.0))
    assert not (tmp_path / "model").exists()


def test_the_callers_random_state_stays(base: Path, examples: list[Encoded], tmp_path: Path) -> None:
    states = random.getstate(), np.random.get_state()[1].tolist(), torch.random.get_rng_state().tolist()  # type: ignore[union-attr]
    fit_sft(base, examples, tmp_path / "model", replace(FAST, epochs=1))
    assert states == (random.getstate(), np.random.get_state()[1].tolist(), torch.random.get_rng_state().tolist())  # type: ignore[union-attr]


def test_the_paper_is_the_default() -> None:
    sft, dpo = TrainSettings(), DpoSettings()
    assert (sft.batch_size, sft.learning_rate, sft.epochs, sft.scheduler, sft.warmup) == (64, 1e-5, 3, "cosine", 0.03)
    assert (dpo.batch_size, dpo.learning_rate, dpo.epochs, dpo.beta, dpo.warmup) == (32, 1e-6, 3, 0.1, 0.1)
    assert (dpo.scheduler, dpo.sft_weight, dpo.max_length) == ("constant_with_warmup", 0.0, 4096)
