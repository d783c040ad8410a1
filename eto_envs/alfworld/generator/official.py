"""Games as the official files: `TYPE-Object-None-Recep-Layout/TRIAL/{game.tw-pddl,traj_data.json}`.

A game file carries the PDDL domain and the grammar of the texts. Both belong to the alfworld package and are read from
the installed one, or from a game file that the user has; this project holds no copy.
"""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eto_envs.alfworld.generator.game import DIALECTS, GeneratedGame
from eto_envs.alfworld.generator.problem import GameText, to_pddl_problem
from eto_envs.alfworld.generator.walkthrough import walkthrough
from eto_envs.errors import DataError, MissingDependencyError, UnknownNameError

__all__ = ["GameLogic", "official_content", "read_logic", "write_official"]

_UNNAMED_TASK = "UNKNOWN GOAL"
_TASK_SENTENCE = re.compile(r"(?<=Your task is to: )[^\"\n]*?(?=\.\")")
_PUTTING = {"move": "move {o} to {r}", "put": "put {o} in/on {r}"}


@dataclass(frozen=True, slots=True)
class GameLogic:
    """What a game file holds besides its problem.

    Attributes:
        domain: the ALFRED domain in PDDL.
        grammar: the texts, with `UNKNOWN GOAL` where the task goes.
    """

    domain: str
    grammar: str

    @property
    def dialect(self) -> str | None:
        """How putting is said in these texts: one of `DIALECTS`, or None."""
        return next((dialect for dialect, words in _PUTTING.items() if words in self.grammar), None)


def read_logic(dialect: str = "move", grammar_from: Path | None = None) -> GameLogic:
    """Read domain and grammar of a dialect from the alfworld package, or from a game file.

    Args:
        dialect: `move` (alfworld 0.4 and later) or `put` (the paper's games).
        grammar_from: any official `game.tw-pddl` of that dialect; without it the installed package is read.

    Raises:
        UnknownNameError: a dialect that does not exist.
        MissingDependencyError: no game file is given and alfworld is not installed.
        DataError: the file is not a game file, or speaks the other dialect.
    """
    if dialect not in DIALECTS:
        raise UnknownNameError.of("ALFWorld dialect", dialect, DIALECTS)
    logic = _logic_of_package() if grammar_from is None else _logic_of_game(grammar_from)
    if logic.dialect != dialect:
        source = "The installed alfworld package" if grammar_from is None else f"Game file {str(grammar_from)!r}"
        other = f"choose dialect {logic.dialect!r}, or " if logic.dialect else ""
        raise DataError(
            f"{source} speaks {logic.dialect or 'no known dialect'!r}, not {dialect!r}; {other}give a game file that "
            "does, to eto-envs generate: --grammar-from .../game.tw-pddl, or to the environment: games='official'."
        )
    return logic


def _logic_of_package() -> GameLogic:
    # Importing alfworld would make a folder in the home directory, so its data files are found without that.
    spec = importlib.util.find_spec("alfworld")
    if spec is None or spec.origin is None:
        raise MissingDependencyError(
            "Official game files need the texts of the alfworld package: pip install alfworld, "
            "or give a game file to take them from with --grammar-from."
        )
    folder = Path(spec.origin).parent / "data"
    try:
        return GameLogic(
            (folder / "alfred.pddl").read_text(encoding="utf-8"), (folder / "alfred.twl2").read_text(encoding="utf-8")
        )
    except OSError as error:
        raise DataError(
            f"The installed alfworld package has no {error.filename!r}; run: pip install -U alfworld"
        ) from error


def _logic_of_game(path: Path) -> GameLogic:
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        domain, grammar = data["pddl_domain"], data["grammar"]
        unnamed, found = _TASK_SENTENCE.subn(_UNNAMED_TASK, grammar)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{str(path)!r} is not an ALFWorld game file (game.tw-pddl): {error!r}.") from error
    if found != 1:
        raise DataError(f"The grammar in {str(path)!r} states {found} tasks; expected one.")
    return GameLogic(domain, unnamed)


def official_content(game: GeneratedGame, logic: GameLogic) -> str:
    """The text of the game's file.

    Raises:
        DataError: the grammar speaks no known dialect.
    """
    if logic.dialect is None:
        raise DataError("The grammar speaks no known dialect; expected one of move, put.")
    text = GameText(game)
    content = {
        "pddl_domain": logic.domain,
        "grammar": logic.grammar.replace(_UNNAMED_TASK, game.instruction),
        "pddl_problem": to_pddl_problem(game, text),
        "solvable": True,
        "walkthrough": walkthrough(game, logic.dialect, text),
    }
    return json.dumps(content)


def write_official(game: GeneratedGame, folder: Path, logic: GameLogic) -> Path:
    """Write one game under `folder` in the official layout, and return its game file.

    Args:
        game: the game.
        folder: the folder of a split; the game's folders are made in it.
        logic: domain and grammar, from `read_logic`; its dialect is the game's.

    Raises:
        DataError: the grammar speaks no known dialect.
    """
    content = official_content(game, logic)
    home = folder / game.task / game.trial
    home.mkdir(parents=True, exist_ok=True)
    path = home / "game.tw-pddl"
    path.write_text(content, encoding="ascii", newline="\n")
    (home / "traj_data.json").write_text(json.dumps(_trajectory_data(game)), encoding="ascii", newline="\n")
    return path


def _trajectory_data(game: GeneratedGame) -> dict[str, Any]:
    """What the alfworld package reads besides the game: the task's parts, for its expert and its filters."""
    light = game.type == "look_at_obj_in_light"
    return {
        "task_id": game.trial,
        "task_type": game.type,
        "pddl_params": {
            "mrecep_target": "",
            "object_sliced": False,
            "object_target": game.target,
            "parent_target": "" if light else game.goal,
            "toggle_target": game.goal if light else "",
        },
        "scene": {"floor_plan": game.layout},
        "turk_annotations": {"anns": [{"task_desc": f"{game.instruction}."}]},
    }
