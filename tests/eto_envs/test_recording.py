"""Recording: whole records, policies that do not depend on order, files that continue where they stopped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import gymnasium
import pytest

import eto_envs
from eto_envs.errors import DataError, PrefixError, UnknownNameError
from eto_envs.recording import (
    POLICIES,
    oracle,
    random,
    record_episode,
    record_tasks,
    tasks_left,
    text_env,
)
from eto_envs.toy.locked_door import LockedDoorEnv
from eto_envs.trajectory import Trajectory, read_trajectories

ID = "eto/LockedDoor-v0"


@pytest.fixture
def env() -> Iterator[gymnasium.Env[str, str]]:
    made = gymnasium.make(ID, split="seen", max_steps=12, reward_mode="delta")
    yield made
    made.close()


@pytest.fixture
def brittle(monkeypatch: pytest.MonkeyPatch) -> Iterator[gymnasium.Env[str, str]]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "worlds"))
    made = gymnasium.make("brittle:test/Brittle-v0")
    yield made
    made.close()


def record(env: gymnasium.Env[str, str], policy: str, task: str, seed: int = 0) -> Trajectory:
    return record_episode(env, POLICIES[policy](text_env(env), seed), task=task, policy=policy, seed=seed)


def test_every_field_is_filled(env: gymnasium.Env[str, str]) -> None:
    trajectory = record(env, "oracle", "two-keys/81", seed=7)
    assert trajectory.env == ID
    assert trajectory.env_kwargs == {"max_steps": 12, "reward_mode": "delta"}
    assert (trajectory.task, trajectory.task_type, trajectory.split) == ("two-keys/81", "two-keys", "generated/seen")
    assert (trajectory.policy, trajectory.seed, trajectory.max_score) == ("oracle", 7, 1.0)
    assert trajectory.versions == {"eto-envs": eto_envs.__version__}
    assert trajectory.outcome == "solved"
    assert trajectory.final_reward == pytest.approx(1.0)
    assert trajectory.error is None
    assert len(trajectory.subgoals) == 5
    assert trajectory.goal.startswith("Leave the house")
    assert trajectory.turns[-1].subgoals == [True] * 5
    assert trajectory.turns[-1].progress == 1.0
    assert trajectory.turns[-1].observation == "You leave the house."
    assert Trajectory.from_json(trajectory.to_json()) == trajectory


def test_a_record_makes_its_episode_again(env: gymnasium.Env[str, str]) -> None:
    recorded = record(env, "random", "three-keys/82")
    again = gymnasium.make(recorded.env, **recorded.env_kwargs)
    observation, info = again.reset(options={"task": recorded.task})
    assert (observation, info["goal"], info["split"]) == (recorded.turns[0].observation, recorded.goal, recorded.split)
    for turn in recorded.turns[1:]:
        assert turn.action is not None
        observation, reward, *_, info = again.step(turn.action)
        assert (observation, reward, info["score"]) == (turn.observation, turn.reward, turn.score)
    assert info["outcome"] == recorded.outcome


def test_the_oracle_solves_a_whole_split(env: gymnasium.Env[str, str]) -> None:
    made = gymnasium.make(ID, split="unseen")
    outcomes = {record(made, "oracle", task.id).outcome for task in text_env(made).tasks}
    assert outcomes == {"solved"}


def test_random_does_not_depend_on_the_order(env: gymnasium.Env[str, str]) -> None:
    ids = text_env(env).tasks.ids[:6]
    forwards = {task: record(env, "random", task).to_json() for task in ids}
    backwards = {task: record(env, "random", task).to_json() for task in reversed(ids)}
    assert forwards == backwards
    assert record(env, "random", ids[0], seed=1).actions != record(env, "random", ids[0], seed=0).actions


def test_random_draws_by_seed_and_task(env: gymnasium.Env[str, str]) -> None:
    env.reset(options={"task": "three-keys/80"})

    def picks(task: str, seed: int) -> list[str | tuple[str, str] | None]:
        choose = random(text_env(env), seed)
        return [choose("", {"task": task}) for _ in range(40)]

    assert picks("a/1", 0) == picks("a/1", 0)
    assert len({tuple(picks(task, seed)) for task in ("a/1", "a/2") for seed in (0, 1)}) == 4


def test_random_is_understood_by_the_world(env: gymnasium.Env[str, str]) -> None:
    trajectory = record(env, "random", "three-keys/80")
    assert len(trajectory.turns) > 3
    assert all(turn.valid for turn in trajectory.turns)


def test_a_prefix_becomes_prefix_turns(env: gymnasium.Env[str, str]) -> None:
    base = text_env(env)
    base.reset(options={"task": "one-key/80"})
    plan = base.oracle_actions()
    trajectory = record_episode(env, oracle(base), task="one-key/80", prefix=plan[:2])
    assert [turn.role for turn in trajectory.turns] == ["task", "prefix", "prefix", *["agent"] * (len(plan) - 2)]
    assert trajectory.actions == plan
    assert trajectory.outcome == "solved"


def test_a_prefix_that_ends_the_episode_is_refused(env: gymnasium.Env[str, str]) -> None:
    base = text_env(env)
    base.reset(options={"task": "one-key/80"})
    with pytest.raises(PrefixError, match="ended the episode"):
        record_episode(env, oracle(base), task="one-key/80", prefix=base.oracle_actions())


def test_a_reply_may_hold_more_than_the_action(env: gymnasium.Env[str, str]) -> None:
    replies = iter([("Thought: look first.\nAction: look", "look"), None])
    trajectory = record_episode(env, lambda observation, info: next(replies), task="one-key/80", policy="mine")
    assert trajectory.turns[1].text == "Thought: look first.\nAction: look"
    assert trajectory.actions == ["look"]


def test_an_abandoned_episode_stays_unfinished(env: gymnasium.Env[str, str]) -> None:
    trajectory = record_episode(env, lambda observation, info: None, task="one-key/80")
    assert (trajectory.outcome, trajectory.final_reward, len(trajectory.turns)) == (None, None, 1)


def test_a_dead_simulator_is_an_outcome(brittle: gymnasium.Env[str, str]) -> None:
    under_way = record(brittle, "oracle", "two-keys/0")
    assert (under_way.outcome, under_way.final_reward) == ("error", None)
    assert under_way.error == "The simulator\nstopped."
    assert under_way.actions == ["look"]
    at_start = record(brittle, "oracle", "three-keys/0")
    assert (at_start.outcome, at_start.turns, at_start.task_type) == ("error", [], "three-keys")
    assert record(brittle, "oracle", "one-key/0").outcome == "solved"


def test_an_unknown_task_is_no_outcome(env: gymnasium.Env[str, str]) -> None:
    with pytest.raises(UnknownNameError, match="one-key/8000"):
        record(env, "oracle", "one-key/8000")


def test_an_environment_that_nobody_registered_is_named_by_its_class() -> None:
    trajectory = record_episode(LockedDoorEnv(), lambda observation, info: None, task="one-key/0")
    assert trajectory.env == "eto_envs.toy.locked_door:LockedDoorEnv"
    assert trajectory.env_kwargs == {}


def test_other_environments_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="CartPoleEnv"):
        text_env(gymnasium.make("CartPole-v1"))  # type: ignore[arg-type]


def test_an_interrupted_recording_ends_up_the_same(env: gymnasium.Env[str, str], tmp_path: Path) -> None:
    tasks = text_env(env).tasks[:8]
    whole, pieces = tmp_path / "whole.jsonl", tmp_path / "pieces.jsonl"
    assert len(list(record_tasks(env, "random", tasks, whole, seed=3))) == 8
    for piece in (3, 1, 9):
        left = tasks_left(env, "random", tasks, pieces, seed=3)
        assert len(list(islice(record_tasks(env, "random", left, pieces, seed=3), piece))) == min(piece, len(left))
    assert tasks_left(env, "random", tasks, pieces, seed=3) == []
    assert pieces.read_bytes() == whole.read_bytes()


def test_a_damaged_line_is_recorded_again(env: gymnasium.Env[str, str], tmp_path: Path) -> None:
    tasks, file = text_env(env).tasks[:3], tmp_path / "e.jsonl"
    list(record_tasks(env, "oracle", tasks, file))
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.warns(UserWarning, match="line 3"):
        left = tasks_left(env, "oracle", tasks, file)
    assert left == [tasks[2]]
    list(record_tasks(env, "oracle", left, file))
    with pytest.warns(UserWarning, match="line 3"):
        assert [each.task for each in read_trajectories(file)] == [task.id for task in tasks]


@pytest.mark.parametrize(
    ("policy", "seed", "settings", "named"),
    [
        ("oracle", 0, {}, "policy 'random'"),
        ("random", 1, {}, "seed 0"),
        ("random", 0, {"max_steps": 3}, "env_kwargs {}"),
    ],
)
def test_other_settings_do_not_continue_a_file(
    tmp_path: Path, policy: str, seed: int, settings: dict[str, int], named: str
) -> None:
    file = tmp_path / "e.jsonl"
    first = gymnasium.make(ID)
    list(record_tasks(first, "random", text_env(first).tasks[:1], file))
    before = file.read_bytes()
    other = gymnasium.make(ID, **settings)
    with pytest.raises(DataError, match=named):
        tasks_left(other, policy, text_env(other).tasks, file, seed=seed)
    assert file.read_bytes() == before


@pytest.mark.filterwarnings("ignore:.*The line is skipped")
def test_a_file_of_something_else_is_left_alone(env: gymnasium.Env[str, str], tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("# Not a recording\n")
    with pytest.raises(DataError, match="holds no trajectories"):
        tasks_left(env, "oracle", text_env(env).tasks, notes)
    with pytest.raises(DataError, match="mkdir -p"):
        tasks_left(env, "oracle", text_env(env).tasks, tmp_path / "no" / "such" / "e.jsonl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.md"]


def test_errors_are_tried_again_when_asked(brittle: gymnasium.Env[str, str], tmp_path: Path) -> None:
    tasks, file = text_env(brittle).tasks[:3], tmp_path / "e.jsonl"
    assert [each.outcome for each in record_tasks(brittle, "oracle", tasks, file)] == ["solved", "error", "error"]
    assert tasks_left(brittle, "oracle", tasks, file) == []
    assert tasks_left(brittle, "oracle", tasks, file, retry_errors=True) == list(tasks[1:])
    assert [each.outcome for each in read_trajectories(file)] == ["solved"]


def test_random_has_nothing_to_pick_after_the_end(env: gymnasium.Env[str, str]) -> None:
    base = text_env(env)
    base.reset(options={"task": "one-key/80"})
    choose = random(base, 0)
    first = choose("", base.reset(options={"task": "one-key/80"})[1])
    assert first in base.admissible_actions()
