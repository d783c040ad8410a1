"""The tasks that other projects' ids name, checked against their own lists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from eto_agent.formats.task_ids import task_of, type_of
from eto_envs.scienceworld.tasks import load_manifest

SCIENCEWORLD, WEBSHOP, ALFWORLD = "eto/ScienceWorld-v0", "eto/WebShop-v0", "eto/ALFWorld-v0"


def test_the_release_s_scienceworld_ids_are_its_training_list(shared_dir: Path) -> None:
    folder = shared_dir / "data" / "eto" / "sciworld"
    numbers = json.loads((folder / "taskname2id.json").read_text())
    listed = [
        f"{numbers[name]}_{variation}" for name, variation in json.loads((folder / "train_indices.json").read_text())
    ]
    tasks = [task_of(SCIENCEWORLD, {"id": each}, "id") for each in listed]
    assert tasks == [task.id for task in load_manifest("paper")["train"]]


def test_the_release_s_alfworld_games(shared_dir: Path) -> None:
    games = (shared_dir / "data" / "eto" / "alfworld" / "gamefile_id.txt").read_text().split()
    for game in games:
        record = {"id": 1, "game_file": f"data/json_2.1.1/valid_unseen/{game}/game.tw-pddl"}
        task = task_of(ALFWORLD, record, "id")
        assert task == f"valid_unseen/{game}"
        assert type_of(ALFWORLD, task) == game.partition("-")[0]


def test_agenttraj_s_shopping_goals_are_ours_but_for_the_price_cap(shared_dir: Path) -> None:
    def without_cap(text: str) -> str:
        return re.sub(r", and price lower than.*", "", text).strip()

    goals = (shared_dir / "transcripts" / "webshop" / "goals_synthetic_1k.jsonl").read_text().splitlines()
    for line in (shared_dir / "data" / "webshop" / "agenttraj_l_60.jsonl").read_text().split("\n")[:-1]:
        record = json.loads(line)
        kind, _, number = task_of(WEBSHOP, record, "item_id").partition("/")
        assert kind == "synthetic"
        told = record["conversations"][2]["value"].split("[SEP]")[2]
        assert without_cap(told) == without_cap(json.loads(goals[int(number)])["instruction_text"])


@pytest.mark.parametrize(
    ("env", "given", "task"),
    [
        (WEBSHOP, 12, "human/12"),
        (WEBSHOP, "webshop_12", "synthetic/12"),
        (WEBSHOP, "human/3", "human/3"),
        (SCIENCEWORLD, "sciworld_0", "boil/0"),
        (SCIENCEWORLD, "sciworld_1095", "measure-melting-point-known-substance/435"),
        (SCIENCEWORLD, "sciworld_1096", "sciworld_1096"),
        (SCIENCEWORLD, "30_0", "30_0"),
        (SCIENCEWORLD, "boil/3", "boil/3"),
        (ALFWORLD, "alfworld_3", "alfworld_3"),
        ("eto/LockedDoor-v0", "one-key/3", "one-key/3"),
    ],
)
def test_ids(env: str, given: object, task: str) -> None:
    assert task_of(env, {"id": given}, "id") == task
