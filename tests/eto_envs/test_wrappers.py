"""`RecordTrajectories`: every episode becomes a line, whatever way it ends."""

from __future__ import annotations

import pickle
from pathlib import Path

import gymnasium
import pytest

from eto_envs.errors import EpisodeError, SimulatorError
from eto_envs.recording import oracle, record_episode, text_env
from eto_envs.trajectory import Trajectory, read_trajectories
from eto_envs.wrappers import RecordTrajectories

TASK = {"task": "one-key/3"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "episodes.jsonl"


@pytest.fixture
def env(file: Path) -> RecordTrajectories:
    return RecordTrajectories(gymnasium.make("eto/LockedDoor-v0"), file, policy="me", seed=5)


def lines(file: Path) -> list[Trajectory]:
    return list(read_trajectories(file, strict=True)) if file.exists() else []


def solve(env: gymnasium.Env[str, str]) -> None:
    for action in text_env(env).oracle_actions():
        env.step(action)


def test_a_finished_episode_is_written_at_once(env: RecordTrajectories, file: Path) -> None:
    env.reset(options=TASK)
    assert not file.exists()
    solve(env)
    assert lines(file) == [env.trajectory]
    assert lines(file)[0].outcome == "solved"
    env.close()
    assert len(lines(file)) == 1


def test_the_record_equals_that_of_record_episode(env: RecordTrajectories, file: Path) -> None:
    env.reset(options=TASK)
    solve(env)
    plain = gymnasium.make("eto/LockedDoor-v0")
    expected = record_episode(plain, oracle(text_env(plain)), task="one-key/3", policy="me", seed=5)
    assert lines(file) == [expected]


def test_abandoned_episodes_are_written_unfinished(env: RecordTrajectories, file: Path) -> None:
    env.reset(options=TASK)
    env.step("look")
    env.reset(seed=1)
    env.step("inventory")
    env.step("look")
    env.close()
    assert [(each.outcome, each.final_reward, each.actions) for each in lines(file)] == [
        (None, None, ["look"]),
        (None, None, ["inventory", "look"]),
    ]
    assert lines(file)[0].split == "generated/train"


def test_episodes_without_an_action_are_not_written(env: RecordTrajectories, file: Path) -> None:
    env.reset(seed=0)
    env.reset(options={**TASK, "prefix": ["look"]})
    env.close()
    assert not file.exists()


def test_a_prefix_is_part_of_the_record(env: RecordTrajectories, file: Path) -> None:
    env.reset(options={**TASK, "prefix": ["look", "inventory"]})
    solve(env)
    [written] = lines(file)
    assert [turn.role for turn in written.turns[:4]] == ["task", "prefix", "prefix", "agent"]
    assert written.final_reward == 1.0


def test_a_dead_simulator_is_written_and_raised(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "worlds"))
    env = RecordTrajectories(gymnasium.make("brittle:test/Brittle-v0"), file)
    env.reset(options=TASK)
    env.step("look")
    with pytest.raises(SimulatorError, match="stopped"):
        env.step("break")
    [written] = lines(file)
    assert (written.outcome, written.error, written.actions) == ("error", "The simulator\nstopped.", ["look"])
    env.reset(options=TASK)
    solve(env)
    assert [each.outcome for each in lines(file)] == ["error", "solved"]


def test_wrong_use_leaves_the_record_alone(env: RecordTrajectories, file: Path) -> None:
    env.reset(options=TASK)
    with pytest.raises(TypeError):
        env.step(3)  # type: ignore[arg-type]
    solve(env)
    with pytest.raises(EpisodeError, match="has ended"):
        env.step("look")
    assert [each.outcome for each in lines(file)] == ["solved"]


def test_a_snapshot_put_back_beneath_the_wrapper_is_noticed(env: RecordTrajectories, file: Path) -> None:
    env.reset(options=TASK)
    snapshot = text_env(env).snapshot()
    env.step("look")
    text_env(env).restore(snapshot)
    with pytest.raises(EpisodeError, match="RecordTrajectories"):
        env.step("inventory")
    env.close()
    assert not file.exists()


def test_it_pickles_and_is_part_of_the_spec(env: RecordTrajectories, file: Path) -> None:
    env.reset(options=TASK)
    env.step("look")
    copy = pickle.loads(pickle.dumps(env))
    solve(copy)
    assert lines(file)[0].outcome == "solved"
    assert env.spec is not None
    assert env.spec.additional_wrappers[-1].kwargs == {"path": str(file), "policy": "me", "seed": 5}
