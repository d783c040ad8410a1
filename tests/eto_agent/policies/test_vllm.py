"""vLLM against Transformers on the same model: replies, log-probabilities, new weights. Run by scripts/test_vllm."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from eto_agent.decoding.generator import GenerationSettings
from eto_agent.models import create_scratch, load, load_tokenizer
from eto_agent.policies import Conversation, Reply, TransformersPolicy, VllmEngine, VllmPolicy
from eto_agent.policies.vllm import EngineError
from eto_envs.trajectory import read_trajectories
from tests.eto_agent.policies.vllm_cases import GREEDY, TEXTS, conversations, sharpened
from tests.eto_agent.test_pipeline import CONFIG, program

pytest.importorskip("vllm", reason="vLLM is not installed here; scripts/test_vllm runs these")
pytestmark = [pytest.mark.vllm, pytest.mark.timeout(1800)]

LOG_PROB_TOLERANCE = 1e-4
"""Float32 on a CPU; the largest difference seen over 16 replies of up to 40 tokens was 7e-6."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("models")
    return [sharpened(folder / str(seed), seed) for seed in range(2)]


@pytest.fixture(scope="module")
def engine(models: list[Path]) -> VllmEngine:
    return VllmEngine(models[0])


def both(engine: VllmEngine, model: Path, settings: GenerationSettings = GREEDY) -> tuple[list[Reply], list[Reply]]:
    batch = list(conversations())
    return VllmPolicy(engine, model, settings).act(batch), TransformersPolicy(model, settings).act(batch)


def test_greedy_replies_and_log_probs_are_those_of_transformers(engine: VllmEngine, models: list[Path]) -> None:
    ours, theirs = both(engine, models[0])
    assert [(each.text, each.token_ids, each.stop) for each in ours] == [
        (each.text, each.token_ids, each.stop) for each in theirs
    ]
    assert len({each.text for each in ours}) > 4
    for one, other in zip(ours, theirs, strict=True):
        assert one.log_probs == pytest.approx(other.log_probs, abs=LOG_PROB_TOLERANCE)


def test_new_weights_answer_without_a_restart_and_the_old_ones_come_back(
    engine: VllmEngine, models: list[Path]
) -> None:
    before, _ = both(engine, models[0])
    ours, theirs = both(engine, models[1])
    assert [each.token_ids for each in ours] == [each.token_ids for each in theirs]
    assert [each.token_ids for each in ours] != [each.token_ids for each in before]
    assert [each.token_ids for each in both(engine, models[0])[0]] == [each.token_ids for each in before]


def test_weights_in_memory_are_taken_as_they_are(engine: VllmEngine, models: list[Path]) -> None:
    model, _ = load(models[1], device="cpu")
    engine.load(model.state_dict().items(), str(models[0]))  # another model under the name of the first
    ours = VllmPolicy(engine, models[0], GREEDY).act(list(conversations()))
    theirs = TransformersPolicy(models[1], GREEDY).act(list(conversations()))
    assert [each.token_ids for each in ours] == [each.token_ids for each in theirs]
    engine.load([(name, tensor) for name, tensor in load(models[0], device="cpu")[0].state_dict().items()], "first")


def test_weights_that_do_not_fit_are_refused(engine: VllmEngine, models: list[Path], tmp_path: Path) -> None:
    create_scratch("demo", TEXTS, tmp_path / "wider", seed=0, vocab_size=320)
    batch = list(conversations(1))
    with pytest.raises(EngineError, match="wider"):
        VllmPolicy(engine, tmp_path / "wider", GREEDY).act(batch)
    ours, theirs = both(engine, models[0])  # and the engine is none the worse
    assert [each.token_ids for each in ours] == [each.token_ids for each in theirs]


def test_stop_strings_and_limits_end_replies_as_they_do_elsewhere(engine: VllmEngine, models: list[Path]) -> None:
    batch = list(conversations(8))
    texts = [reply.text or "" for reply in VllmPolicy(engine, models[0], GREEDY).act(batch)]
    stops = [max(texts, key=len)[len(max(texts, key=len)) // 2 :][:2]]
    ours = VllmPolicy(engine, models[0], GREEDY, stop_strings=stops).act(batch)
    theirs = TransformersPolicy(models[0], GREEDY, stop_strings=stops).act(batch)
    assert [(each.text, each.stop) for each in ours] == [(each.text, each.stop) for each in theirs]
    assert any(each.stop == "string" and each.token_ids is None for each in ours)


def test_what_is_too_long_has_no_answer_and_leaves_the_others_alone(engine: VllmEngine, models: list[Path]) -> None:
    short, long = conversations(2)
    long.messages[0]["content"] = "lamp " * 6000
    policy = VllmPolicy(engine, models[0], GREEDY)
    none, some = policy.act([long, short])
    assert (none.text, none.stop) == (None, "context")
    assert some == policy.act([short])[0]


def test_samples_depend_on_seed_and_conversation_not_on_the_batch(engine: VllmEngine, models: list[Path]) -> None:
    def sampled(seed: int, batch: list[Conversation]) -> dict[str, tuple[int, ...] | None]:
        policy = VllmPolicy(engine, models[0], GenerationSettings(1.0, 24, seed))
        return {each.key: reply.token_ids for each, reply in zip(batch, policy.act(batch), strict=True)}

    one = next(conversations(1))
    batch = [dataclasses.replace(one, key=f"task/0#{n}") for n in range(10)]
    together = sampled(1, batch)
    assert len(set(together.values())) == 10
    assert together == sampled(1, batch[::-1])
    assert together == {key: ids for each in batch for key, ids in sampled(1, [each]).items()}
    assert set(together.values()).isdisjoint(sampled(2, batch).values())


def test_tied_embeddings_are_taken_too(tmp_path: Path) -> None:
    """Handing vLLM the path of tied weights gives other answers without a word; handing it the tensors does not."""
    tied = [sharpened(tmp_path / str(seed), seed, tied=True) for seed in range(2)]
    engine = VllmEngine(tied[0])
    for model in tied[::-1]:
        ours, theirs = both(engine, model)
        assert [each.token_ids for each in ours] == [each.token_ids for each in theirs]


def test_a_whole_run(tmp_path: Path) -> None:
    """SFT, an ETO iteration and two updates of PPO in one process: one engine, four sets of weights."""
    config, out = tmp_path / "config.yaml", tmp_path / "run"
    config.write_text(CONFIG.replace("{max_new_tokens: 12}", "{max_new_tokens: 12, engine: vllm}"))
    online = ["--methods", "eto", "ppo", "--ppo.updates", "2", "--ppo.tasks", "3", "--ppo.minibatch", "3"]
    code, _, err = program("run", "--config", str(config), "--out", str(out), "--eto.iterations", "1", *online)
    assert code == 0, err
    rows = [json.loads(line) for line in (out / "ppo" / "metrics.jsonl").read_text().splitlines()]
    assert [row["episodes"] for row in rows] == [3, 3]
    assert all(row["generation_gap"] < LOG_PROB_TOLERANCE for row in rows)  # vLLM's log-probabilities are training's
    for name, stage in (("sft", "sft"), ("eto-1", "eto-1/dpo"), ("ppo", "ppo")):
        model = out / stage / "model"
        decode = load_tokenizer(model).decode
        turns = [turn for each in read_trajectories(out / "evaluate" / name / "seen.jsonl") for turn in each.turns[1:]]
        assert all(turn.text in decode(turn.meta["token_ids"]) for turn in turns if "token_ids" in turn.meta)
        assert json.loads((out / "evaluate" / name / "results.json").read_text())["seen"]["tokens"] > 0
