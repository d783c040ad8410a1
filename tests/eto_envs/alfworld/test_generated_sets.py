"""Sets of generated games: the embedded one, official files, the command, and TextWorld's word on them."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from eto_envs.alfworld.generator import (
    SPLITS,
    TASK_TYPES,
    embedded_games,
    generate_game,
    generate_set,
    read_logic,
    to_pddl_problem,
    walkthrough,
    write_official,
    write_set,
)
from eto_envs.alfworld.generator.kinds import (
    CAN_CONTAIN,
    CLEANABLE,
    COOLABLE,
    HEATABLE,
    OPENABLE,
    PICKUPABLE,
    SLICEABLE,
    TOGGLEABLE,
    VESSELS,
)
from eto_envs.alfworld.generator.official import GameLogic
from eto_envs.alfworld.generator.plans import UNSEEN
from eto_envs.alfworld.generator.sets import EMBEDDED, pack_games, split_sizes, unpack_games
from eto_envs.errors import DataError, MissingDependencyError, UnknownNameError
from tests.eto_envs.alfworld.household import Household
from tests.eto_envs.commands import COMMAND, ENVIRONMENT, ROOT, run

LOGIC = {
    "move": GameLogic("(define (domain alfred))", 'Your task is to: UNKNOWN GOAL." ... "move {o} to {r}"'),
    "put": GameLogic("(define (domain alfred))", 'Your task is to: UNKNOWN GOAL." ... "put {o} in/on {r}"'),
}


def game_file(folder: Path, dialect: str) -> Path:
    return write_official(generate_game(1), folder, LOGIC[dialect])


# -- the embedded set -----------------------------------------------------------------------------------------------


def test_the_embedded_set() -> None:
    games = embedded_games()
    assert Counter(game.split for game in games.values()) == {"train": 200, "valid_seen": 50, "valid_unseen": 50}
    assert all(game.id == key for key, game in games.items())
    assert len({game.task for game in games.values()}) == len(games)
    for split in SPLITS:
        chosen = [game for game in games.values() if game.split == split]
        assert {game.type for game in chosen} == set(TASK_TYPES)
        assert all((game.layout in UNSEEN) == (split == "valid_unseen") for game in chosen)
    for game in games.values():
        household = Household(to_pddl_problem(game))
        for action in walkthrough(game):
            household.do(action)
        assert household.solved(game.type, game.target, game.goal)


def test_the_embedded_file_is_what_the_script_builds(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_alfworld_mini", "--folder", tmp_path],
        check=True,
        capture_output=True,
    )
    built = (tmp_path / EMBEDDED).read_bytes()
    kept = (ROOT / "eto_envs" / "alfworld" / "data" / EMBEDDED).read_bytes()
    # Another version of liblzma may pack the same games into other bytes.
    assert unpack_games(built) == list(embedded_games().values())
    assert len(kept) <= 250_000
    assert pack_games(embedded_games().values()) == built


@pytest.mark.parametrize("damage", [b"", b"nothing", lambda packed: packed[:-40]])
def test_a_damaged_file_is_one_clear_error(damage: bytes) -> None:
    packed = damage(pack_games([generate_game(1)])) if callable(damage) else damage
    with pytest.raises(DataError, match="Not a file of ALFWorld games"):
        unpack_games(packed)


# -- official files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["move", "put"])
def test_an_official_file(tmp_path: Path, dialect: str) -> None:
    game = generate_game(3, "pick_heat_then_place_in_recep", trial="trial_3")
    path = write_official(game, tmp_path / "train", LOGIC[dialect])
    assert path == tmp_path / "train" / game.task / "trial_3" / "game.tw-pddl"
    content = json.loads(path.read_text())
    assert content["grammar"].startswith(f'Your task is to: {game.instruction}."')
    assert content["pddl_problem"] == to_pddl_problem(game)
    assert content["walkthrough"] == walkthrough(game, dialect)
    assert content["solvable"] is True
    told = json.loads((path.parent / "traj_data.json").read_text())
    assert told["task_type"] == game.type
    assert told["pddl_params"]["parent_target"] == game.goal
    # What one game file was given, the next can be written from.
    assert read_logic(dialect, path) == LOGIC[dialect]


def test_texts_that_do_not_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="speaks 'move', not 'put'"):
        read_logic("put", game_file(tmp_path, "move"))
    with pytest.raises(UnknownNameError, match="expected one of move, put"):
        read_logic("throw")
    for content in ("", "[]", "{}", '{"pddl_domain": "", "grammar": 3}', '{"pddl_domain": "", "grammar": ""}'):
        (tmp_path / "bad").write_text(content)
        with pytest.raises(DataError, match="bad"):
            read_logic("put", tmp_path / "bad")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pip install alfworld"):
        read_logic("move")


def test_sets_on_disk(tmp_path: Path) -> None:
    texts = game_file(tmp_path, "put")
    sizes = write_set(tmp_path / "a", 40, 6, "put", texts)
    assert sizes == {"train": 32, "valid_seen": 4, "valid_unseen": 4}
    assert write_set(tmp_path / "b", 40, 6, "put", texts) == sizes
    first, second = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*.*") if path.is_file()}
        for root in (tmp_path / "a", tmp_path / "b")
    )
    assert first == second
    assert len(first) == 80
    assert Counter(path.parts[1] for path in first if path.name == "game.tw-pddl") == sizes
    assert {path.parts[0] for path in first} == {"json_2.1.1"}


@pytest.mark.parametrize("games", [1, 2, 3, 9, 10, 57, 1000])
def test_sizes_of_splits(games: int) -> None:
    sizes = split_sizes(games)
    assert sum(sizes.values()) == games
    assert games < 3 or min(sizes.values()) >= 1


def test_types_have_their_shares() -> None:
    types = Counter(game.type for game in generate_set({"train": 100}, 0))
    assert types["look_at_obj_in_light"] in (8, 9, 10)
    assert types["pick_two_obj_and_place"] in (22, 23, 24)


def test_too_few_distinct_tasks() -> None:
    with pytest.raises(DataError, match="distinct tasks"):
        list(generate_set({"valid_unseen": 100_000}, 0, distinct=True))


def test_the_command(tmp_path: Path) -> None:
    texts = game_file(tmp_path, "put")
    wanted = [
        "generate",
        "alfworld",
        "--games",
        "20",
        "--out",
        "made",
        "--dialect",
        "put",
        "--grammar-from",
        str(texts),
    ]
    process = run(tmp_path, *wanted)
    assert process.stdout.splitlines() == [
        f"made{os.sep}json_2.1.1: 16 train, 2 valid_seen, 2 valid_unseen",
        f"Next: eto-envs play alfworld --set games={tmp_path / 'made'} --set manifest=folder",
    ], process.stderr
    for wrong, message in (
        (["generate", "scienceworld", "--games", "3", "--out", "x"], "Unknown world to generate 'scienceworld'"),
        (["generate", "alfworld", "--games", "0", "--out", "x"], "Unusable number of games 0"),
        (wanted, f"'made{os.sep}json_2.1.1' exists already; give another folder, or remove it first."),
        ([*wanted[:-1], "nothing"], "No such file or directory: nothing"),
        ([*wanted[:5], str(texts), *wanted[6:]], f"File exists: {texts}"),
        ([*wanted[:6], "--grammar-from", str(texts)], "speaks 'put', not 'move'"),
    ):
        process = run(tmp_path, *wrong)
        assert process.returncode == 2
        assert message in process.stderr
        assert process.stderr.count("\n") == 1


@pytest.mark.parametrize("limit", [3_000, 30_000])
def test_a_full_disk_leaves_nothing(tmp_path: Path, limit: int) -> None:
    """No file of the process may grow beyond the limit, which stops it in the middle of a game file."""
    texts = game_file(tmp_path / "texts", "put")
    wanted = ["generate", "alfworld", "--games", "9", "--dialect", "put", "--grammar-from", str(texts)]
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "kept").touch()
    before = sorted(tmp_path.rglob("*"))
    for out in ("old", "new"):
        process = subprocess.run(
            [*COMMAND, *wanted, "--out", out],
            cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=120,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        assert process.returncode == 2
        assert process.stderr.startswith(f"eto-envs: The disk of '{out}' is full (File too large), nothing was kept; ")
        assert process.stderr.count("\n") == 1
        assert sorted(tmp_path.rglob("*")) == before


# -- against the real world -----------------------------------------------------------------------------------------


def test_the_rules_are_those_of_the_real_games(shared_dir: Path) -> None:
    """Nothing real breaks our tables; between them, the real games show nearly every rule."""
    stated: dict[str, set[str]] = {}
    contained: set[tuple[str, str]] = set()
    with tarfile.open(shared_dir / "data" / "alfworld" / "games_current_release_tw-pddl.tar.xz") as archive:
        for member in archive:
            if not member.name.endswith("game.tw-pddl"):
                continue
            content = archive.extractfile(member)
            assert content is not None
            problem = json.load(content)["pddl_problem"]
            contained.update(re.findall(r"\(canContain (\w+)Type (\w+)Type\)", problem))
            for predicate, kind in re.findall(r"\((\w+) ([A-Za-z]+)_bar_[^ ()]+\)", problem):
                stated.setdefault(predicate, set()).add(kind)
    ours = {(receptacle, kind) for receptacle, kinds in CAN_CONTAIN.items() for kind in kinds}
    assert contained <= ours
    assert len(contained) > 0.8 * len(ours)
    for predicate, table in {
        "cleanable": CLEANABLE,
        "heatable": HEATABLE,
        "coolable": COOLABLE,
        "sliceable": SLICEABLE,
        "toggleable": TOGGLEABLE,
        "isReceptacleObject": VESSELS,
        "openable": set(OPENABLE),
        "pickupable": {*PICKUPABLE, "Footstool"},
    }.items():
        assert stated[predicate] <= table, predicate


ROOMS = ("seen", "unseen")
EACH_TYPE_ONCE = [(number, kind, ROOMS[number % 2]) for number, kind in enumerate(TASK_TYPES)]
EACH_TYPE_TWICE_IN_BOTH = [(number, kind, rooms) for number, kind in enumerate(TASK_TYPES * 2) for rooms in ROOMS]


@pytest.mark.slow
@pytest.mark.parametrize(
    "games",
    [
        pytest.param(EACH_TYPE_ONCE, id="6 games"),
        pytest.param(EACH_TYPE_TWICE_IN_BOTH, id="24 games", marks=pytest.mark.nightly),
    ],
)
def test_textworld_plays_them(games: list[tuple[int, str, str]], tmp_path: Path) -> None:
    """Both kinds of rooms, all six types: alfworld accepts every game and the walkthroughs win."""
    if any(importlib.util.find_spec(package) is None for package in ("textworld", "alfworld")):
        if os.environ.get("CI"):
            pytest.fail("CI is set, but textworld or alfworld is not installed")
        pytest.skip("textworld and alfworld are not installed")
    logic = read_logic()
    for number, task_type, rooms in games:
        write_official(generate_game(f"textworld/{number}", task_type, rooms), tmp_path / rooms, logic)
    process = subprocess.run(
        [sys.executable, ROOT / "scripts" / "verify_alfworld_games", tmp_path], capture_output=True, text=True
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert f"alfworld accepts {len(games)} of {len(games)} games" in process.stdout
    assert f"{len(games)} of {len(games)} walkthroughs won" in process.stdout
