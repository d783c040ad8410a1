"""Sets of games: the splits of a seed, on disk in the official layout, and the set that comes with the package."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from eto_envs.alfworld.generator.drawing import generate_game
from eto_envs.alfworld.generator.game import SPLITS, GeneratedGame
from eto_envs.alfworld.generator.official import read_logic, write_official
from eto_envs.alfworld.generator.rooms import TASK_WEIGHTS
from eto_envs.drafts import new_entries
from eto_envs.errors import DataError, UnknownNameError

__all__ = [
    "DRAWN",
    "EMBEDDED",
    "drawn_game",
    "drawn_type",
    "embedded_games",
    "generate_set",
    "pack_games",
    "split_sizes",
    "unpack_games",
    "write_set",
]

EMBEDDED = "games.json.xz"
"""The embedded set, in eto_envs/alfworld/data."""

DRAWN = "1"
"""Version of the endless row of training games; another one whenever a change to the generator changes a game."""

_FORMAT = "eto-alfworld-games-1"
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 0}]
_TRIES = 1000


def split_sizes(games: int) -> dict[str, int]:
    """How many games of each split make up a set: a tenth each for valid_seen and valid_unseen, one at least."""
    tenth = max(1, games // 10) if games >= len(SPLITS) else 0
    return {"train": games - 2 * tenth, "valid_seen": tenth, "valid_unseen": tenth}


def generate_set(
    sizes: Mapping[str, int], seed: int, *, trial: str = "game-{:04d}", distinct: bool = False
) -> Iterator[GeneratedGame]:
    """Draw the games of several splits. Game n of a split is the same whatever the sizes, unless `distinct` is set.

    Args:
        sizes: split -> number of games.
        seed: any integer.
        trial: the last part of the ids, a format for the number of the game in its split.
        distinct: let no task (type, object, receptacle, room) come twice in the whole set.

    Raises:
        DataError: there are not that many distinct tasks.
    """
    told: set[str] = set()
    for split, size in sizes.items():
        layout = "unseen" if split == "valid_unseen" else "seen"
        for number in range(size):
            task_type = drawn_type(number)
            for turn in range(_TRIES):
                key = f"{seed}/{split}/{number}/{turn}"
                game = generate_game(key, task_type, layout, split=split, trial=trial.format(number))
                if not distinct or game.task not in told:
                    break
            else:
                raise DataError(f"Split {split!r} has no {size} distinct tasks; ask for fewer.")
            told.add(game.task)
            yield game


def drawn_game(number: int, split: str = "train") -> GeneratedGame:
    """Game `number`, from 0, of an endless row of games: in the rooms of the embedded games of that split.

    Args:
        number: from 0 on.
        split: train, valid_seen (other games in the rooms of train) or valid_unseen.
    """
    key = f"drawn/{number}" if split == "train" else f"drawn/{split}/{number}"
    layout = "unseen" if split == "valid_unseen" else "seen"
    return generate_game(key, drawn_type(number), layout, split=split, trial=f"drawn-{number:06d}")


def drawn_type(number: int) -> str:
    """The type of game n of a row: a golden-ratio sequence, so that every run of games has the usual shares."""
    point = number * 61803 % 100_000 * sum(TASK_WEIGHTS.values())
    for task_type, weight in TASK_WEIGHTS.items():
        point -= weight * 100_000
        if point < 0:
            return task_type
    raise AssertionError(number)


def write_set(
    out: Path, games: int, seed: int, dialect: str = "move", grammar_from: Path | None = None
) -> dict[str, int]:
    """Write a set of games in the official layout: `OUT/json_2.1.1/{train,valid_seen,valid_unseen}`.

    `ALFWORLD_DATA=OUT` makes the alfworld package play them.

    All of it is there or, after an error, nothing.

    Args:
        out: a folder, made if it is missing; it must not hold a set yet.
        games: how many games in all.
        seed: any integer; the same seed gives the same bytes.
        dialect: `move` or `put`.
        grammar_from: a game file to take domain and grammar from; without it the alfworld package gives them.

    Returns:
        The number of games by split.

    Raises:
        UnknownNameError: an unusable number of games, or an unknown dialect.
        MissingDependencyError: nothing to take domain and grammar from.
        DataError: what was given to take them from does not have them, `out` holds a set, or its disk is full.
    """
    if games < 1:
        raise UnknownNameError(f"Unusable number of games {games}; expected a whole number from 1.")
    logic = read_logic(dialect, grammar_from)
    sizes = split_sizes(games)
    with new_entries(out, ["json_2.1.1"]) as draft:
        for game in generate_set(sizes, seed, trial=f"trial_G{seed}_{{:05d}}"):
            write_official(game, draft / "json_2.1.1" / game.split, logic)
    return sizes


def pack_games(games: Iterable[GeneratedGame]) -> bytes:
    """Games as a compressed file; the same games give the same bytes."""
    lines = [json.dumps(game.to_record(), separators=(",", ":")) for game in games]
    content = "\n".join([json.dumps({"format": _FORMAT}), *lines]) + "\n"
    return lzma.compress(content.encode("ascii"), format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=_FILTERS)


def unpack_games(packed: bytes) -> list[GeneratedGame]:
    """The games of a file that `pack_games` made.

    Raises:
        DataError: not such a file.
    """
    try:
        header, *records = [json.loads(line) for line in lzma.decompress(packed).splitlines()]
        known = header["format"] == _FORMAT
    except (lzma.LZMAError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"Not a file of ALFWorld games: {error!r}.") from error
    if not known:
        raise DataError(f"ALFWorld games of format {header['format']!r}; expected {_FORMAT!r}.")
    return [GeneratedGame.from_record(record) for record in records]


@cache
def embedded_games() -> Mapping[str, GeneratedGame]:
    """The games that come with the package, by id, in the order train, valid_seen, valid_unseen.

    Take `game.split` to tell the splits apart.
    """
    packed = (resources.files("eto_envs.alfworld") / "data" / EMBEDDED).read_bytes()
    return {game.id: game for game in unpack_games(packed)}
