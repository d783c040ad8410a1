"""Collections of games: the embedded one and official ones, behind one interface."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from eto_envs.alfworld.domain import Dialect, rules_of
from eto_envs.alfworld.game import Game, build_game, parse_game
from eto_envs.alfworld.generator.game import GeneratedGame
from eto_envs.alfworld.generator.official import official_content, read_logic
from eto_envs.alfworld.generator.problem import GameText, to_pddl_problem
from eto_envs.alfworld.generator.sets import DRAWN, drawn_game, drawn_type, embedded_games
from eto_envs.alfworld.generator.walkthrough import walkthrough
from eto_envs.alfworld.index import Games, open_games
from eto_envs.alfworld.problem import read_problem
from eto_envs.alfworld.sources import DIALECTS
from eto_envs.alfworld.tasks import STEP_LIMIT, load_manifest, split_name
from eto_envs.errors import UnknownNameError
from eto_envs.tasks import Manifest, Task

__all__ = ["COLLECTIONS", "Collection", "open_collection"]

COLLECTIONS = ("mini", "mini:N", "mini:N+M", "official")
"""`mini`: 300 made-up games that come along, in both dialects. `mini:N`: the same with N training games of an endless
row, each drawn when it is played; `mini:N+M`: and with M others to evaluate on, seen and unseen. `official`: the real
ones, from `ALFWORLD_DATA` or after `eto-envs download alfworld`."""

_KEPT_GAMES = 1024
_MOST_DRAWN = 1_000_000
_DRAWN_SPLITS = {"train": "train", "seen": "valid_seen", "unseen": "valid_unseen"}


class Collection(Protocol):
    """Games by task id."""

    name: str

    def manifest(self, name: str | None) -> Manifest:
        """The manifest of a name; without one the collection's default."""
        ...

    def game(self, task_id: str) -> Game:
        """A game for the native engine, read once in a process.

        Raises:
            UnknownDomain: the native engine does not know its rules.
        """
        ...

    def content(self, task_id: str) -> str:
        """The text of the game's file in the official format."""
        ...


def open_collection(games: str, dialect: str | None) -> Collection:
    """The collection of a name, or of a folder or zip file in the official layout; opened once in a process.

    Args:
        games: one of `COLLECTIONS`, or a path.
        dialect: "put" or "move"; without it what there is, "put" first.

    Raises:
        UnknownNameError: there is no such dialect, collection or file.
        DataError: there are no such games.
    """
    if dialect not in (None, *DIALECTS):
        raise UnknownNameError.of("dialect of ALFWorld", dialect, DIALECTS)
    given: Any = games
    named = given in COLLECTIONS or str(given).startswith("mini:")
    if not (isinstance(given, str | Path) and given and (named or Path(given).expanduser().exists())):
        raise UnknownNameError(
            f"Unknown games {games!r} of ALFWorld; expected one of {', '.join(COLLECTIONS)}, or a folder or zip file "
            "that exists. Get the official ones with: eto-envs download alfworld"
        )
    return _open(games, dialect)


@lru_cache(maxsize=8)
def _open(games: str, dialect: Dialect | None) -> Collection:
    if games == "mini":
        return _Embedded(dialect or DIALECTS[0])
    if games.startswith("mini:"):
        return _Drawn(games, dialect or DIALECTS[0])
    return _Official(open_games(None if games == "official" else games, dialect))


class _Embedded:
    """The games that come with the package."""

    def __init__(self, dialect: Dialect) -> None:
        self.name = f"mini-{dialect}"
        self._dialect: Dialect = dialect
        self.game = lru_cache(maxsize=_KEPT_GAMES)(self._build)

    def manifest(self, name: str | None) -> Manifest:
        if name not in (None, "mini"):
            raise UnknownNameError.of("ALFWorld manifest", name, ("mini",), where="of embedded games")
        splits: dict[str, list[Task]] = {}
        for game in embedded_games().values():
            splits.setdefault(split_name(game.split), []).append(self._task(game))
        return Manifest(f"{self._dialect}/mini", splits)

    def content(self, task_id: str) -> str:
        return official_content(self._made(task_id), read_logic(self._dialect))

    def _made(self, task_id: str) -> GeneratedGame:
        return embedded_games()[task_id]

    def _task(self, game: GeneratedGame) -> Task:
        record = json.dumps(game.to_record(), sort_keys=True).encode()
        data = {"dialect": self._dialect, "sha256": hashlib.sha256(record).hexdigest()[:16]}
        return Task(game.id, game.type, STEP_LIMIT, data)

    def _build(self, task_id: str) -> Game:
        made = self._made(task_id)
        text = GameText(made)
        problem, rules = read_problem(to_pddl_problem(made, text)), rules_of(self._dialect, made.instruction)
        solution = walkthrough(made, self._dialect, text)
        return build_game(problem, rules, walkthrough=solution, solvable=True, source=task_id)


class _Drawn(_Embedded):
    """The embedded games with others: as many as are wanted, drawn when they are played."""

    def __init__(self, games: str, dialect: Dialect) -> None:
        super().__init__(dialect)
        wanted = re.fullmatch(r"mini:([0-9]+)(?:\+([0-9]+))?", games)
        counts = [int(each) for each in wanted.groups() if each is not None] if wanted else [0]
        if not all(0 < each <= _MOST_DRAWN for each in counts):
            allowed = f"mini:N or mini:N+M with 1 to {_MOST_DRAWN:,} games to train (N) and evaluate (M) on"
            raise UnknownNameError(f"Unusable games {games!r} of ALFWorld; expected {allowed}.")
        self.name, self._games = f"{self.name}-{DRAWN}", games
        self._counts = dict(zip(_DRAWN_SPLITS, [*counts, *counts[1:]], strict=False))

    def manifest(self, name: str | None) -> Manifest:
        splits = {split: list(tasks) for split, tasks in super().manifest(name).items()}
        data = {"dialect": self._dialect, "drawn": DRAWN}
        for split, count in self._counts.items():
            splits[split] = [
                Task(f"{split}/drawn/{number:06d}", drawn_type(number), STEP_LIMIT, data) for number in range(count)
            ]
        return Manifest(f"{self._dialect}/{self._games}", splits)

    def _made(self, task_id: str) -> GeneratedGame:
        split, _, number = task_id.partition("/drawn/")
        return drawn_game(int(number), _DRAWN_SPLITS[split]) if number else super()._made(task_id)


class _Official:
    """Game files in the official layout."""

    def __init__(self, games: Games) -> None:
        self.name = "+".join(games.dialects)
        self._games = games
        self.game = lru_cache(maxsize=_KEPT_GAMES)(self._parse)

    def manifest(self, name: str | None) -> Manifest:
        return load_manifest(name or "official", self._games)

    def content(self, task_id: str) -> str:
        return self._games.read(task_id).decode("utf-8", "replace")

    def _parse(self, task_id: str) -> Game:
        return parse_game(self._games.read(task_id), task_id)
