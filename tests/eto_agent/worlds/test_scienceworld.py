"""ScienceWorld's labels and ids."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eto_agent.evaluation.failures import failure_labels
from eto_agent.worlds.scienceworld import task_of
from eto_envs.scienceworld.tasks import load_manifest
from eto_envs.trajectory import Turn
from tests.eto_agent.episodes import acted, episode


@pytest.mark.parametrize(
    ("turns", "labels"),
    [
        ([acted("focus on chair", "You focus on the chair.", score=-100)], {"wrong_focus"}),
        (
            [acted("Focus on egg", "Ambiguous request"), acted("1", "You focus on the egg.", score=-100)],
            {"wrong_focus"},
        ),
        ([acted("eat egg", "You die.", score=-100)], {"never_found"}),
        ([acted("focus on egg", "You focus on the egg.", score=50)], {"other"}),
    ],
)
def test_a_failure_in_scienceworld(turns: list[Turn], labels: set[str]) -> None:
    assert failure_labels(episode("ScienceWorld", "failed", *turns, subgoals=["focus on an animal"])) == labels


@pytest.mark.parametrize(
    "turns",
    [
        [acted("look", "A room."), acted("wait", "Time passes.")] * 4,
        [acted("examine ice", "ice"), acted("use thermometer on ice", "-5 degrees")] * 4,
        [acted("wait1", "Time passes.")] * 9,
    ],
)
def test_to_wait_and_watch_is_no_loop(turns: list[Turn]) -> None:
    assert "loop" not in failure_labels(episode("ScienceWorld", "step_limit", *turns))
    assert "loop" in failure_labels(episode("ALFWorld", "step_limit", *turns))


def test_the_release_s_scienceworld_ids_are_its_training_list(shared_dir: Path) -> None:
    folder = shared_dir / "data" / "eto" / "sciworld"
    numbers = json.loads((folder / "taskname2id.json").read_text())
    listed = [
        f"{numbers[name]}_{variation}" for name, variation in json.loads((folder / "train_indices.json").read_text())
    ]
    tasks = [task_of({"id": each}, "id") for each in listed]
    assert tasks == [task.id for task in load_manifest("paper")["train"]]


@pytest.mark.parametrize(
    ("given", "task"),
    [
        ("sciworld_0", "boil/0"),
        ("sciworld_1095", "measure-melting-point-known-substance/435"),
        ("sciworld_1096", "sciworld_1096"),
        ("30_0", "30_0"),
        ("boil/3", "boil/3"),
    ],
)
def test_ids(given: object, task: str) -> None:
    assert task_of({"id": given}, "id") == task
