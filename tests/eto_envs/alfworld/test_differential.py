"""The native engine beside TextWorld: official games of both dialects, bent ones, and games of the installed package.

Most comparisons let TextWorld keep what its parsers return; the last test runs the script on TextWorld as it is.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from eto_envs.alfworld.compare import compare_engines
from eto_envs.alfworld.game import parse_game
from eto_envs.alfworld.textworld_engine import TextWorldEngine, TextWorldGame
from eto_envs.errors import DataError, MissingDependencyError
from tests.eto_envs.alfworld.kitchens import bent

Games = Mapping[str, Mapping[str, str]]

STEPS = 60
ROOT = Path(__file__).parents[3]
LIBRARIES = ("textworld", "tatsu", "alfworld", "fast_downward")
pytestmark = [
    pytest.mark.usefixtures("textworld_installed"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::SyntaxWarning"),
]


@pytest.fixture(scope="module")
def engine(textworld_installed: None) -> Iterator[TextWorldEngine]:
    engine = TextWorldEngine(remember_parses=True)
    yield engine
    engine.close()


def solvable(games: Mapping[str, str], split: str) -> list[tuple[str, str]]:
    """Games of a split that TextWorld loads whatever happens: it refuses goals out of reach."""
    named = sorted(item for item in games.items() if item[0].startswith(split))
    return [(name, content) for name, content in named if parse_game(content).solvable is not False]


def equal_steps(engine: TextWorldEngine, name: str, content: str, plan: list[str], seed: int) -> Mapping[str, int]:
    """Compares a game, and returns the verbs that were played."""
    reference = TextWorldGame(content, name)
    result = compare_engines(parse_game(content, name), reference, engine, plan, steps=STEPS, seed=seed)
    assert not result.difference, result.difference
    assert result.steps == STEPS
    return result.verbs


COMPARED = {("put", "train"): 14, ("put", "valid_seen"): 10, ("put", "valid_unseen"): 8, ("move", "valid"): 14}
"""Dialect and split -> how many of its games are compared; by default, two of each."""


@pytest.fixture(scope="module")
def compared(official_games: Games) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    return {key: solvable(official_games[key[0]], key[1])[:games] for key, games in COMPARED.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dialect", "split", "number"),
    [
        pytest.param(*key, number, marks=pytest.mark.nightly if number >= 2 else ())
        for key, games in COMPARED.items()
        for number in range(games)
    ],
)
def test_an_official_game_plays_the_same(
    dialect: str,
    split: str,
    number: int,
    compared: Mapping[tuple[str, str], list[tuple[str, str]]],
    engine: TextWorldEngine,
) -> None:
    name, content = compared[dialect, split][number]
    equal_steps(engine, name, content, list(parse_game(content).walkthrough), number)


@pytest.mark.slow
@pytest.mark.parametrize("games", [2, pytest.param(6, marks=pytest.mark.nightly)])
def test_bent_games_play_the_same(games: int, official_games: Games, engine: TextWorldEngine) -> None:
    """That many of each dialect."""
    rng, verbs, played = random.Random(4), Counter[str](), 0
    for dialect in ("put", "move"):
        for name, content in solvable(official_games[dialect], "valid")[-games:]:
            try:
                verbs.update(equal_steps(engine, name, bent(content, rng), [], rng.randrange(1000)))
            except DataError:  # the bent goal is out of reach, and TextWorld cannot load such a game
                continue
            played += 1
    assert played >= games * 4 // 3
    assert {"go", "open", "close", "take", "examine", "use", "look", "inventory"} <= set(verbs)


@pytest.mark.slow
def test_games_written_with_the_installed_package_play_the_same(official_games: Games, engine: TextWorldEngine) -> None:
    folder = resources.files("alfworld") / "data"
    domain, grammar = (folder / "alfred.pddl").read_text("utf-8"), (folder / "alfred.twl2").read_text("utf-8")
    for number, (name, content) in enumerate(solvable(official_games["move"], "valid")[:3]):
        task = "put a café's mug (clean!): 1/2 & more, in/on it?"
        texts = {"pddl_domain": domain, "grammar": grammar.replace("UNKNOWN GOAL", task)}
        content = json.dumps({**json.loads(content), **texts})
        verbs = equal_steps(engine, name, content, ["help", "look"], number)
        assert verbs["help"] > 0


@pytest.mark.slow
def test_the_reference_engine_reproduces_the_recordings(
    recordings: Mapping[str, list[dict[str, Any]]], official_games: Games, engine: TextWorldEngine
) -> None:
    for dialect, lines in recordings.items():
        for line in lines[:2]:
            game = TextWorldGame(official_games[dialect][f"{line['split']}/{line['game']}"])
            for episode in line["episodes"][:2]:
                state = engine.start(game)
                assert (state.observation, list(state.admissible)) == (episode["initial"], episode["admissible0"])
                for step in episode["steps"]:
                    state, observation = engine.apply(game, state, step["action"])
                    shown = (observation, engine.won(game, state), engine.admissible(game, state))
                    assert shown == tuple(step[key] for key in ("observation", "done", "admissible"))


@pytest.mark.slow
def test_the_reference_engine_goes_back_by_replaying(official_games: Games, engine: TextWorldEngine) -> None:
    name, content = solvable(official_games["put"], "valid_seen")[0]
    game = TextWorldGame(content, name)
    first = engine.start(game)
    action = next(action for action in first.admissible if action.startswith("go to "))
    there, observation = engine.apply(game, first, action)
    engine.apply(game, there, "look")
    assert engine.apply(game, first, action) == (there, observation)
    assert engine.apply(game, there, "inventory")[1] == "You are not carrying anything."


def test_a_game_that_textworld_cannot_load_is_one_clear_error(official_games: Games, engine: TextWorldEngine) -> None:
    content = next(iter(official_games["put"].values()))
    data = json.loads(content)
    data["pddl_problem"] = data["pddl_problem"].replace("(pickupable ", "(moveable ")
    with pytest.raises(DataError, match=r"TextWorld cannot load mine: .*solvable"):
        engine.start(TextWorldGame(json.dumps(data), "mine"))


@pytest.mark.slow
def test_the_script_compares_with_textworld_as_it_is(official_games: Games, tmp_path: Path) -> None:
    for dialect in ("put", "move"):
        name, content = solvable(official_games[dialect], "valid_seen")[1]
        path = tmp_path / dialect / name / "game.tw-pddl"
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "differential_alfworld"), str(tmp_path), "--plain", "--steps=12"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2 games, 24 steps, 0 differences" in done.stdout


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textworld", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'eto-envs\[alfworld\]'"):
        TextWorldEngine()
