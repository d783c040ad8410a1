"""Evaluation: what has no figures is refused, and the in-context example is an input of the stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.run_folder import StageError
from eto_agent.session import Session
from eto_agent.stages.evaluation import check_some_sound, evaluate, example_for
from eto_envs.trajectory import Trajectory, write_trajectories
from tests.eto_agent.toy_runs import Agent, config, copied, read


@pytest.fixture
def with_example(imitated: Callable[[Agent], Path], tmp_path: Path) -> Path:
    out = copied(imitated("barely"), tmp_path / "run")
    (out / "config.yaml").unlink()
    return out


def opened(out: Path) -> Session:
    given = config(out)
    return Session(replace(given, chat=replace(given.chat, example=True)))


def test_the_example_is_the_shortest_success(with_example: Path) -> None:
    solved = [each for each in read(with_example / "expert" / "trajectories.jsonl") if each.success]
    with opened(with_example) as session:
        shown = example_for(session)
    assert shown is not None
    assert len(shown.turns) == min(len(each.turns) for each in solved)


def test_without_a_success_there_is_no_example(with_example: Path) -> None:
    file = with_example / "expert" / "trajectories.jsonl"
    write_trajectories(file, [replace(each, outcome="failed", final_reward=0.5) for each in read(file)])
    with opened(with_example) as session, pytest.raises(StageError, match="no expert has one"):
        example_for(session)


def test_other_experts_are_another_evaluation(with_example: Path) -> None:
    with opened(with_example) as session:
        evaluate(session, "random", None)
    file = with_example / "expert" / "trajectories.jsonl"
    write_trajectories(file, read(file)[::-1])
    with opened(with_example) as session, pytest.raises(StageError, match="evaluate/random"):
        evaluate(session, "random", None)


def test_figures_of_nothing_are_refused(tmp_path: Path) -> None:
    broken = Trajectory("eto/Any-v0", "a", "t", "m/seen", outcome="error", error="It died.")
    with pytest.raises(StageError, match=r"All 2 episodes in .* the first of: It died\."):
        check_some_sound([broken, broken], tmp_path / "seen.jsonl")
    check_some_sound([broken, replace(broken, outcome="failed")], tmp_path / "seen.jsonl")
