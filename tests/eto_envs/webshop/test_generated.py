"""The command `eto-envs generate webshop`, and the catalogues `mini:N`."""

from __future__ import annotations

import resource
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gymnasium
import pytest

from eto_envs.errors import UnknownNameError
from eto_envs.webshop.catalogues import LARGEST_GENERATED, open_catalogue
from eto_envs.webshop.env import WebShopEnv
from eto_envs.webshop.generator import FILE_NAMES
from tests.eto_envs.commands import COMMAND, ENVIRONMENT, done, run

OPEN = """
import sys
from eto_envs.errors import EtoEnvError
from eto_envs.webshop.catalogues import open_catalogue
try:
    print(open_catalogue(sys.argv[1]).identity)
except EtoEnvError as error:
    print(type(error).__name__, error)
"""


def opening(catalogue: str, home: Path, limit: int | None = None) -> subprocess.Popen[str]:
    """A process that opens a catalogue; with a limit, none of its files may grow beyond it."""
    restrict: Callable[[], None] | None = None
    if limit is not None:
        restrict = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # noqa: E731
    return subprocess.Popen(
        [sys.executable, "-c", OPEN, catalogue],
        env={**ENVIRONMENT, "ETO_ENVS_DATA": str(home)},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=restrict,
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def solve(env: gymnasium.Env[str, str], tasks: int) -> list[float]:
    """The final rewards of the oracle in the first tasks."""
    world, rewards = env.unwrapped, list[float]()
    assert isinstance(world, WebShopEnv)
    for task in list(world.tasks)[:tasks]:
        world.reset(options={"task": task.id})
        for action in world.oracle_actions():
            rewards.append(world.step(action)[1])
    return [reward for reward in rewards if reward]


# -- the command ----------------------------------------------------------------------------------------------------


def test_help_names_the_worlds_and_their_flags(tmp_path: Path) -> None:
    for arguments in (["generate"], ["generate", "--help"]):
        shown = done(tmp_path, *arguments)
        assert "webshop" in shown
        assert "alfworld" in shown
    shown = done(tmp_path, "generate", "webshop", "--help")
    assert all(flag in shown for flag in ("--products INT", "--seed INT", "--out PATH", *FILE_NAMES))
    assert "--games" not in shown


def test_the_files_open_as_a_catalogue_and_the_oracle_buys(tmp_path: Path, home: Path) -> None:
    said = done(tmp_path, "generate", "webshop", "--products", "150", "--seed", "4", "--out", "a shop")
    assert sorted(contents(tmp_path / "a shop")) == sorted(FILE_NAMES)
    env = gymnasium.make("eto/WebShop-v0", catalogue=str(tmp_path / "a shop"))
    world = env.unwrapped
    assert isinstance(world, WebShopEnv)
    instructions = len(world.shop.catalogue.goals("human"))
    assert len(world.shop.catalogue.products) == 150
    assert solve(env, 3) == [1.0, 1.0, 1.0]
    written, following = said.splitlines()
    assert written.startswith(f"a shop: 150 products, {instructions} instructions, ")
    assert written.endswith(f" in {', '.join(FILE_NAMES)}")
    # The next command works from anywhere, as it stands.
    name, *arguments = shlex.split(following.removeprefix("Next: "))
    assert name == "eto-envs"
    played = subprocess.run(
        [*COMMAND, *arguments], cwd="/", env={**ENVIRONMENT, "ETO_ENVS_DATA": str(home.parent)},
        input="", capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert played.returncode == 0, played.stderr
    assert "eto/WebShop-v0  human/" in played.stdout


def test_a_seed_decides_every_byte(tmp_path: Path) -> None:
    for out, seed in (("one", "7"), ("same", "7"), ("other", "-7")):
        done(tmp_path, "generate", "webshop", "--products", "40", "--seed", seed, "--out", out)
    one, same, other = (contents(tmp_path / out) for out in ("one", "same", "other"))
    assert one == same
    assert all(one[name] != other[name] for name in FILE_NAMES)


def test_an_empty_folder_and_a_folder_with_other_files_will_do(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("kept")
    done(tmp_path, "generate", "webshop", "--products", "3", "--out", ".")
    assert sorted(contents(tmp_path)) == sorted([*FILE_NAMES, "notes.txt"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch", "--out", "new"], "Unknown world to generate 'nosuch'; expected one of webshop, alfworld."),
        (["webshop", "--products", "0", "--out", "new"], "Unusable --products 0; expected a whole number from 1."),
        (["webshop", "--products", "-2", "--out", "new"], "Unusable --products -2; expected a whole number from 1."),
        (
            ["webshop", "--products", "3", "--out", "old"],
            "'old/items_shuffle.json' exists already; give another folder",
        ),
        (["webshop", "--products", "3", "--out", "notes.txt"], "File exists: notes.txt"),
        (["webshop", "--products", "3", "--out", "notes.txt/new"], "Not a directory: notes.txt/new"),
        (["webshop", "--products", "3", "--out", "/proc/new"], "No such file or directory: /proc/new"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_one_line_and_leaves_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / FILE_NAMES[0]).write_text("[]")
    (tmp_path / "notes.txt").write_text("no folder")
    before = sorted(tmp_path.rglob("*"))
    process = run(tmp_path, "generate", *arguments)
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.startswith(f"eto-envs: {said}")
    assert process.stderr.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "old" / FILE_NAMES[0]).read_text() == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["webshop"], "Missing from eto-envs generate webshop"),
        (["webshop", "--products", "few", "--out", "new"], "Error parsing --products"),
        (["webshop", "--products", "3", "--games", "3", "--out", "new"], "--games"),
        (["--products", "3", "webshop", "--out", "new"], "--products"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_flags(tmp_path: Path, arguments: list[str], said: str) -> None:
    process = run(tmp_path, "generate", *arguments)
    assert process.returncode == 2
    assert said in process.stderr
    assert "Traceback" not in process.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """No file of the process may grow beyond the limit, which stops it in the middle of the product file."""
    process = subprocess.run(
        [*COMMAND, "generate", "webshop", "--products", "100", "--out", "new/shop"],
        cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )  # fmt: skip
    assert process.returncode == 2
    assert process.stderr.startswith("eto-envs: The disk of 'new/shop' is full (File too large), nothing was kept; ")
    assert process.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# -- the catalogues mini:N ------------------------------------------------------------------------------------------


def test_mini_1200_is_mini(home: Path) -> None:
    embedded, generated = open_catalogue("mini"), open_catalogue("mini:1200")
    assert generated.identity == embedded.identity
    assert list(generated.products) == list(embedded.products)
    for kind in ("human", "synthetic"):
        assert tuple(generated.goals(kind)) == tuple(embedded.goals(kind))
    assert generated.name == "mini:1200"


def test_mini_of_any_size_can_be_played(home: Path) -> None:
    env = gymnasium.make("eto/WebShop-v0", catalogue="mini:60", split="train")
    world = env.unwrapped
    assert isinstance(world, WebShopEnv)
    assert list(world.shop.catalogue.products) == list(open_catalogue("mini").products[:60])
    assert world.versions["catalogue"] == f"mini:60@{world.shop.catalogue.identity}"
    assert world.manifest.name == "mini:60/human/products"
    assert solve(env, 3) == [1.0, 1.0, 1.0]
    assert sorted(path.name.rpartition("-")[0] for path in home.glob("*/*")) == ["mini-60", "mini-60"]


def test_a_product_has_the_same_split_whatever_the_size(home: Path) -> None:
    def products(catalogue: str, split: str) -> set[str]:
        return {str(task.data["asin"]) for task in WebShopEnv(split, catalogue=catalogue).tasks}

    for split in ("train", "dev", "test"):
        few, many = products("mini:100", split), products("mini", split)
        assert few
        assert few < many


def test_mini_is_generated_once(home: Path) -> None:
    identity = open_catalogue("mini:20").identity
    made = {path: path.stat().st_mtime_ns for path in home.rglob("*.json")}
    assert made
    with opening("mini:20", home.parent) as process:
        assert process.communicate()[0] == f"{identity}\n"
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*.json")} == made


def test_two_processes_may_generate_at_once(tmp_path: Path) -> None:
    processes = [opening("mini:700", tmp_path) for _ in range(2)]
    first, second = (process.communicate()[0] for process in processes)
    assert first == second
    assert len(first.strip()) == 16
    assert [path.name for path in tmp_path.rglob(".*")] == []
    assert len(list((tmp_path / "webshop" / "generated").iterdir())) == 1


@pytest.mark.parametrize("given", ["0", "", "N", "01", "-3", "1.5", "5x", "5 ", "٣", "100001", "9" * 5000])
def test_unusable_sizes_are_told(home: Path, given: str) -> None:
    with pytest.raises(UnknownNameError, match=f"expected mini:N with N from 1 to {LARGEST_GENERATED:,}. For"):
        open_catalogue(f"mini:{given}")
    assert not home.exists()


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with opening("mini:100", tmp_path, limit=50_000) as process:
        said = process.communicate()[0]
    assert said.startswith(
        f"DataError The disk of {tmp_path} is full (File too large); free some space, or set ETO_ENVS_"
    )
    assert said.count("\n") == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
