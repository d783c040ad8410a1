"""Experts: the environment's own solutions, checked by running them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from eto_agent.config.schema import EnvConfig, ExpertConfig
from eto_agent.methods.catalogue import RunConfig
from eto_agent.run_folder import StageError
from eto_agent.session import Session
from eto_agent.stages.experts import expert
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories


def scienceworld(tmp_path: Path, simplification: str) -> RunConfig:
    env = EnvConfig(
        settings={"simplification": simplification},
        types=("find-animal", "lifespan-longest-lived"),
        train_per_type=1,
        num_envs=2,
        num_workers=1,
    )
    return RunConfig(out=tmp_path / "run", env=env)


def locked_door(tmp_path: Path, **expert_settings: object) -> RunConfig:
    env = EnvConfig(id="eto/LockedDoor-v0", train_per_type=2, num_envs=2, num_workers=1)
    return RunConfig(out=tmp_path / "run", env=env, expert=ExpertConfig(**expert_settings))  # type: ignore[arg-type]


def made(config: RunConfig) -> list[Trajectory]:
    with Session(config) as session:
        return list(read_trajectories(expert(session), strict=True))


def test_opening_open_doors_is_left_out(tmp_path: Path) -> None:
    trajectories = made(scienceworld(tmp_path, "easy"))
    assert [each.task_type for each in trajectories] == ["find-animal", "lifespan-longest-lived"]
    assert [each.final_reward for each in trajectories] == [1.0, 1.0]
    assert not any(action.startswith("open door") for each in trajectories for action in each.actions)


def test_what_does_not_work_shortened_is_run_in_full(tmp_path: Path) -> None:
    """Without simplification the doors are closed, and the shortened solutions get stuck."""
    trajectories = made(dataclasses.replace(scienceworld(tmp_path, ""), expert=ExpertConfig(min_reward=0.5)))
    assert all(any(action.startswith("open door") for action in each.actions) for each in trajectories)
    assert len(trajectories) == 2


def test_every_action_has_a_thought(tmp_path: Path) -> None:
    for trajectory in made(locked_door(tmp_path)):
        assert trajectory.final_reward == 1.0
        for turn in trajectory.turns[1:]:
            thought, action = turn.text.split("\n")
            assert thought.startswith("Thought: ")
            assert len(thought) > len("Thought: ")
            assert action == f"Action: {turn.action}"


def test_experts_for_a_part_of_the_tasks_only(tmp_path: Path) -> None:
    config = locked_door(tmp_path)
    config = dataclasses.replace(config, env=dataclasses.replace(config.env, expert_per_type=1))
    assert [each.task for each in made(config)] == ["one-key/0", "two-keys/0", "three-keys/0"]
    with Session(config) as session:
        assert len(session.train_tasks) == len(session.explored_tasks) == 6  # the others can be explored


def test_a_given_file_is_taken_and_its_failures_are_left_out(tmp_path: Path) -> None:
    good = made(locked_door(tmp_path / "first"))
    bad = dataclasses.replace(good[0], task="failed", outcome="step_limit", final_reward=0.5)
    file = tmp_path / "given.jsonl"
    write_trajectories(file, [*good, bad])
    assert made(locked_door(tmp_path, file=file)) == good
    record = json.loads((tmp_path / "run" / "expert" / "stage.json").read_text())
    assert record["facts"] == {"kept": len(good), "left_out": ["failed"]}


def test_no_expert_is_good_enough(tmp_path: Path) -> None:
    config = locked_door(tmp_path)
    config = dataclasses.replace(config, env=dataclasses.replace(config.env, settings={"max_steps": 1}))
    with pytest.raises(StageError, match=r"expert\.min_reward"):
        made(config)
