"""EEF: which actions of a failed expert are beneficial, what is trained on, and the whole method."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.config.schema import ExpertConfig
from eto_agent.methods.eef import select
from eto_agent.methods.sft import sft
from eto_agent.pipeline import model_of
from eto_agent.run_folder import StageError, file_hash
from eto_agent.session import Session
from eto_agent.stages.experts import expert
from eto_envs.trajectory import Trajectory, Turn, write_trajectories
from tests.eto_agent.toy_runs import Agent, config, copied, products_of, read
from tests.eto_agent.trainings import messages

EXPERTS = [
    Trajectory(
        "eto/Any-v0", task, "t", "m/train", outcome="gave_up", final_reward=0.0,
        turns=[
            Turn("task", "Do.", "Here."), *(Turn("agent", f"Action: p{i}", "Seen.", action=f"p{i}") for i in range(12))
        ],
    )
    for task in "ab"
]  # fmt: skip


def rollout(start: int, reward: float | None, *own: str, task: str = "a") -> Trajectory:
    """From the state after `start` turns of the expert p0 p1 p2 ..."""
    prefix = [Turn("prefix", f"Action: p{i}", "Seen.", action=f"p{i}") for i in range(start)]
    agent = [Turn("agent", f"Action: {action}", "Seen.", action=action) for action in own or ("x",)]
    return Trajectory(
        "eto/Any-v0", task, "t", "m/train", turns=[Turn("task", "Do.", "Here."), *prefix, *agent],
        outcome="error" if reward is None else "failed", final_reward=reward, meta={"start": start},
    )  # fmt: skip


def trained_on(example: Trajectory) -> list[str | None]:
    return [turn.action for turn in example.turns if turn.role == "agent"]


def test_actions_from_failure_to_success_are_beneficial() -> None:
    """s_0 fails, s_2 fails, s_4 succeeds once, s_6 succeeds, s_8 fails, s_10 succeeds."""
    rollouts = [
        rollout(0, 0.0), rollout(0, 0.5), rollout(2, 0.0), rollout(4, 0.0), rollout(4, 1.0, "y", "z"),
        rollout(6, 1.0), rollout(8, 0.9), rollout(10, 1.0),
    ]  # fmt: skip
    found = {each.meta["start"]: each for each in select(rollouts, EXPERTS, 2)}
    assert sorted(found) == [4, 6, 10]
    assert trained_on(found[4]) == ["p2", "p3", "y", "z"]
    assert trained_on(found[6]) == ["p2", "p3", "x"]
    assert trained_on(found[10]) == ["p2", "p3", "p8", "p9", "x"]
    assert found[10].meta["beneficial"] == [2, 3, 8, 9]
    assert [turn.action for turn in found[10].turns[1:]] == [*(f"p{i}" for i in range(10)), "x"]


def test_a_success_from_the_start_is_the_agent_s_own() -> None:
    own = rollout(0, 1.0, "y")
    del own.meta["start"]
    found = select([own, rollout(2, 1.0)], EXPERTS, 2)
    assert [trained_on(each) for each in found] == [["y"], ["x"]]
    assert all("beneficial" not in each.meta for each in found)


def test_errors_are_neither_successes_nor_failures() -> None:
    [found] = select([rollout(0, None), rollout(2, 1.0)], EXPERTS, 2)
    assert trained_on(found) == ["x"]
    assert select([rollout(0, 0.0), rollout(2, None)], EXPERTS, 2) == []


def test_the_same_actions_are_kept_once_and_tasks_apart() -> None:
    found = select([rollout(2, 1.0), rollout(2, 1.0), rollout(2, 1.0, "y"), rollout(0, 0.0, task="b")], EXPERTS, 2)
    assert [(each.task, trained_on(each)) for each in found] == [("a", ["x"]), ("a", ["y"])]


def test_the_reward_of_a_success_can_be_set() -> None:
    [found] = select([rollout(0, 0.3), rollout(2, 0.6)], EXPERTS, 2, min_reward=0.5)
    assert trained_on(found) == ["p0", "p1", "x"]


def test_slips_and_replies_without_an_action_are_not_imitated() -> None:
    """p1 was a slip of the expert, p2 a reply in which no action was found."""
    expert = replace(EXPERTS[0], turns=list(EXPERTS[0].turns))
    expert.turns[2] = replace(expert.turns[2], role="prefix")
    expert.turns[3] = replace(expert.turns[3], action=None)
    [found] = select([rollout(0, 0.0), rollout(4, 1.0)], [expert], 4)
    assert trained_on(found) == ["p0", "p3", "x"]
    assert found.meta["beneficial"] == [0, 3]


def test_the_mask_leaves_out_the_expert_s_other_actions(encoder: ChatEncoder) -> None:
    [example] = select([rollout(2, 0.0), rollout(4, 1.0, "y")], EXPERTS, 2)
    encoded = encoder.encode(messages(example))
    kept = [token for token, mask in zip(encoded.input_ids, encoded.mask, strict=True) if mask]
    assert encoder.tokenizer.decode(kept) == "Action: p2<|end|>Action: p3<|end|>Action: y<|end|>"
    assert "Action: p0<|end|>" in encoder.tokenizer.decode(list(encoded.input_ids))


# The whole method


def test_from_experts_that_stop_half_way(imitated: Callable[[Agent], Path], tmp_path: Path) -> None:
    out = copied(imitated("barely"), tmp_path / "run")
    failed = read(out / "expert" / "failed.jsonl")
    assert len(failed) == 2
    assert {each.outcome for each in failed} == {"gave_up"}
    with Session(config(out)) as session:
        [model] = products_of(session, "eef").values()
        assert model == model_of(session, "eef-1")
        assert products_of(session, "eef") == {"eef-1": model}
    starts = read(out / "eef-1" / "explore" / "starts.jsonl")
    assert {(each.task, each.meta["start"]) for each in starts} == {
        (each.task, start) for each in failed for start in range(1, len(each.turns) - 1)
    }
    rollouts = [*read(out / "eef-1" / "explore" / "tasks.jsonl"), *starts]
    facts = json.loads((out / "eef-1" / "select" / "stage.json").read_text())["facts"]
    examples = read(out / "eef-1" / "select" / "examples.jsonl")
    assert (facts["rollouts"], facts["errors"], facts["failed_experts"]) == (len(rollouts), 0, 2)
    assert facts["examples"] == len(examples) == len(select(rollouts, failed, 1, 0.2))
    assert all((each.final_reward or 0) >= 0.2 for each in examples)
    assert facts["beneficial"] == len({(e.task, n) for e in examples for n in e.meta.get("beneficial", ())}) > 0
    assert 0 < facts["solved_after_all"] <= 2
    trained = json.loads((out / "eef-1" / "sft" / "stage.json").read_text())["facts"]
    assert 2 < trained["examples"] <= 2 + len(examples)
    assert file_hash(model) != file_hash(out / "sft" / "model")


def test_where_no_expert_fails_it_says_what_to_do(tmp_path: Path) -> None:
    given = replace(config(tmp_path / "run"), expert=ExpertConfig())
    with Session(given) as session:
        expert(session)
        sft(session)
        with pytest.raises(StageError, match=r"expert\.file.*--expert\.break-off"):
            products_of(session, "eef")


def test_failures_of_a_given_file_are_kept_apart(imitated: Callable[[Agent], Path], tmp_path: Path) -> None:
    """But not those that died of an error: nobody knows what they are worth."""
    good, bad = (read(imitated("barely") / "expert" / name) for name in ("trajectories.jsonl", "failed.jsonl"))
    broken = replace(bad[0], outcome="error", final_reward=None, error="It died.")
    write_trajectories(tmp_path / "given.jsonl", [*good, broken, *bad])
    given = replace(config(tmp_path / "run"), expert=ExpertConfig(file=tmp_path / "given.jsonl"))
    with Session(given) as session:
        assert read(expert(session)) == good
    assert read(tmp_path / "run" / "expert" / "failed.jsonl") == bad
