"""The collections of games that come along."""

from __future__ import annotations

import hashlib
import json

import pytest

from eto_envs.alfworld.collections import open_collection
from eto_envs.alfworld.env import ALFWorldEnv
from eto_envs.alfworld.generator.sets import DRAWN, drawn_game, embedded_games
from eto_envs.errors import UnknownNameError

SPLITS = {"train": "train", "valid_seen": "seen", "valid_unseen": "unseen"}
ROW = ("1", "247144ea3a6da71b")
"""Version and digest of the first games of the endless row. Where a change to the generator changes them, the version
has to change too."""


def test_the_row_is_what_its_version_says() -> None:
    records = [drawn_game(number).to_record() for number in (*range(50), 999_999)]
    assert (DRAWN, hashlib.sha256(json.dumps(records).encode()).hexdigest()[:16]) == ROW


def test_drawn_games_are_played_and_evaluation_stays_the_same() -> None:
    mini, drawn = open_collection("mini", None).manifest(None), open_collection("mini:40", None).manifest(None)
    assert [mini[split].hash for split in ("seen", "unseen")] == [drawn[split].hash for split in ("seen", "unseen")]
    assert [task.id for task in drawn["train"]] == [f"train/drawn/{number:06d}" for number in range(40)]
    env = ALFWorldEnv(games="mini:40")
    for task in [*drawn["train"], drawn["seen"][0]]:
        env.reset(options={"task": task.id})
        info = {}
        for action in env.oracle_actions():
            *_, info = env.step(action)
        assert info["success"], task.id


def test_more_games_to_evaluate_on_are_others_in_the_rooms_of_their_split() -> None:
    manifest = open_collection("mini:20+70", None).manifest(None)
    assert {split: len(tasks) for split, tasks in manifest.items()} == {"train": 20, "seen": 70, "unseen": 70}
    assert manifest.overlaps() == {}
    rooms = {split: {game.layout for game in embedded_games().values() if game.split == split} for split in SPLITS}
    for split, wanted in SPLITS.items():
        games = [drawn_game(number, split) for number in range(200)]
        assert {game.split for game in games} == {split}
        assert ({game.layout for game in games} & rooms["valid_unseen"] == set()) == (wanted != "unseen")
    assert {(game.task, game.objects) for game in map(drawn_game, range(500))}.isdisjoint(
        (game.task, game.objects) for number in range(500) for game in [drawn_game(number, "valid_seen")]
    )
    env = ALFWorldEnv(games="mini:20+70")
    for task in [*manifest["seen"][:10], *manifest["unseen"][:10]]:
        env.reset(options={"task": task.id})
        info = {}
        for action in env.oracle_actions():
            *_, info = env.step(action)
        assert info["success"], task.id


def test_a_longer_row_begins_with_the_shorter_one() -> None:
    short, long = (open_collection(f"mini:{count}", "move").manifest(None)["train"] for count in (30, 60))
    assert list(long)[:30] == list(short)
    assert len({task.type for task in short}) == 6


def test_no_evaluation_game_is_in_the_row() -> None:
    """The same task may come in another game; the same game may not."""
    held_out = {(game.task, game.objects) for game in embedded_games().values() if game.split != "train"}
    row = map(drawn_game, range(1000))
    assert held_out.isdisjoint((game.task, game.objects) for game in row)


@pytest.mark.parametrize(
    "games",
    ["mini:0", "mini:", "mini:-3", "mini:2.5", "mini:many", "mini:99999999", "mini:\u0663", "mini:5+", "mini:5+0"],
)
def test_an_unusable_number_is_told(games: str) -> None:
    with pytest.raises(UnknownNameError, match=r"expected mini:N or mini:N\+M with 1 to 1,000,000 games") as caught:
        ALFWorldEnv(games=games)
    assert "\n" not in str(caught.value)
