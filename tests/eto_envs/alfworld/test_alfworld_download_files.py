"""Games fetched by hand, the command, and the real games."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from eto_envs.alfworld.download import download
from eto_envs.alfworld.index import open_games
from eto_envs.alfworld.releases import RELEASES, Release
from eto_envs.alfworld.sources import task_id_of
from eto_envs.alfworld.tasks import listed_ids, load_manifest
from eto_envs.errors import DataError, UnknownNameError
from tests.eto_envs.alfworld.stand_ins import (
    IDS,
    RELEASE_FILE,
    assert_is_there,
    assert_nothing_is_there,
    official_zip,
    tarred,
    write_folder,
)
from tests.eto_envs.commands import COMMAND, ENVIRONMENT
from tests.eto_envs.drive import Drive

TARS = {"put": "games_2.1.1_tw-pddl_and_gt_traj.tar.xz", "move": "games_current_release_tw-pddl.tar.xz"}

# -- from files at hand --------------------------------------------------------------------------------------------


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    return folder


def test_the_zip_and_a_folder_with_it(home: Path, given: Path) -> None:
    (given / RELEASE_FILE).write_bytes(official_zip())
    for source in (given / RELEASE_FILE, given):
        download("put", source)
        assert_is_there(home, official_zip())
        shutil.rmtree(home)
    assert (given / RELEASE_FILE).exists()


def test_a_tar_and_a_folder_give_the_same(home: Path, given: Path) -> None:
    ids = [*listed_ids("official")["seen"], *listed_ids("official")["unseen"]]
    (given / "games.tar.xz").write_bytes(tarred(ids, root="current_release_games"))
    done = download("put", given / "games.tar.xz")
    assert done.report().splitlines()[1:3] == [
        "dialect put; games: 140 seen, 134 unseen",
        "other files than the known ones: seen, unseen; no training games",
    ]
    content = (home / "put.zip").read_bytes()
    with zipfile.ZipFile(home / "put.zip") as archive:
        assert len(archive.namelist()) == 274  # the demonstrations are left out
    done = download("put", write_folder(given / "unpacked", ids))
    assert_is_there(home, content)
    assert open_games(given / "unpacked").entries == done.games.entries


def test_more_games_take_the_place_of_fewer(home: Path, given: Path, drive: Drive, release: Release) -> None:
    (given / "some.zip").write_bytes(official_zip(training=False))
    download("put", given / "some.zip")
    assert "train" not in load_manifest("official", open_games())
    download(release=release)
    assert "train" in load_manifest("official", open_games())
    drive.requests.clear()
    download("put", given / "some.zip", release=release)
    assert_is_there(home, drive.files["G"])


def test_what_is_no_collection_of_games(home: Path, given: Path) -> None:
    whole = tarred(listed_ids("official")["seen"])
    (given / "cut.tar.xz").write_bytes(whole[:-200])
    (given / "text.txt").write_text("games")
    (given / "nothing.tar.xz").write_bytes(tarred([]))
    (given / "twice.tar.xz").write_bytes(tarred([IDS[0], IDS[0]]))
    (given / "empty").mkdir()
    for name, message in (
        ("none.zip", "there is no such file or folder"),
        ("cut.tar.xz", "is neither a zip file nor a whole tar file"),
        ("text.txt", "is neither a zip file nor a whole tar file"),
        ("nothing.tar.xz", "holds no games"),
        ("twice.tar.xz", f"holds {IDS[0]} twice"),
        ("empty", "holds no games"),
    ):
        with pytest.raises(DataError, match=message) as caught:
            download("put", given / name)
        assert "\n" not in str(caught.value)
        assert str(given / name) in str(caught.value)
        assert_nothing_is_there(home)
        assert not (home / ".put.download").exists()


def test_games_that_are_there_survive_wrong_ones(home: Path, given: Path) -> None:
    (given / "some.zip").write_bytes(official_zip(training=False))
    download("put", given / "some.zip")
    content = (home / "put.zip").read_bytes()
    (given / "move.zip").write_bytes(official_zip("move"))
    with pytest.raises(DataError, match="dialect move, not put"):
        download("put", given / "move.zip")
    assert_is_there(home, content)


def test_an_unknown_dialect() -> None:
    with pytest.raises(UnknownNameError, match="expected one of put, move"):
        download("shove")


# -- the command, and the real games -------------------------------------------------------------------------------


def python(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = ENVIRONMENT | {"ETO_ENVS_DATA": str(home.parent)}
    environment.pop("ALFWORLD_DATA", None)
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=300)


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(home, *COMMAND[1:], "download", *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("alfworld", "--size", "1k"), "A download of alfworld takes --dialect put or --dialect move, and no --size."),
        (("webshop",), "A download of webshop takes --size 1k or --size full, and no --dialect."),
        (("webshop", "--size", "1k", "--dialect", "put"), "takes --size 1k or --size full, and no --dialect."),
        (("alfworld", "--dialect", "shove"), "Unknown dialect of ALFWorld 'shove'; expected one of put, move."),
        (("alfworld", "--from", "/nowhere"), "No games at /nowhere: there is no such file or folder."),
    ],
)
def test_wrong_use_is_told_in_one_line(home: Path, arguments: tuple[str, ...], message: str) -> None:
    process = command(home, *arguments)
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr.count("\n") == 1
    assert message in process.stderr


def test_the_real_evaluation_games_of_dialect_move(home: Path, shared_dir: Path) -> None:
    source = shared_dir / "data" / "alfworld" / TARS["move"]
    process = command(home, "alfworld", "--dialect", "move", "--from", str(source))
    assert process.returncode == 0, process.stderr
    assert process.stdout.splitlines()[:3] == [
        str(home / "move.zip"),
        "dialect move; games: 140 seen, 134 unseen",
        "known files: seen, unseen; no training games",
    ]
    assert len(load_manifest("agentgym", open_games(home / "move.zip"))["test"]) == 200
    use = f"{process.stdout.splitlines()[3]}; print(env.reset(seed=0)[1]['split'])"
    assert python(home, "-c", use).stdout == "move/official/seen\n"


def test_the_real_evaluation_games_of_dialect_put(home: Path, shared_dir: Path, tmp_path: Path) -> None:
    """Those of valid_seen and valid_unseen alone; the archive also holds 47 and 61 that are not marked as solvable."""
    with tarfile.open(shared_dir / "data" / "alfworld" / TARS["put"], "r|*") as archive:
        for member in archive:
            task_id = task_id_of(member.name) or ""
            if task_id.startswith(("valid_seen/", "valid_unseen/")):
                archive.extract(member, tmp_path / "games", filter="data")
    done = download("put", tmp_path / "games")
    assert {split: tasks.hash for split, tasks in done.manifest.items()} == {
        split: known for split, known in RELEASES["put"].splits.items() if split != "train"
    }
    with zipfile.ZipFile(home / "put.zip") as packed_games:
        assert len(packed_games.namelist()) == 187 + 195


@pytest.mark.slow
def test_all_real_games_of_dialect_put(home: Path, shared_dir: Path) -> None:
    """347 megabytes of games, which are never unpacked."""
    source = shared_dir / "data" / "alfworld" / TARS["put"]
    process = command(home, "alfworld", "--from", str(source))
    assert process.returncode == 0, process.stderr
    assert process.stdout.splitlines()[:3] == [
        str(home / "put.zip"),
        "dialect put; games: 3,553 train, 140 seen, 134 unseen",
        "known files: train, seen, unseen",
    ]
    assert (home / "put.zip").stat().st_size < 40_000_000
    again = command(home, "alfworld")
    assert (again.returncode, again.stdout, again.stderr) == (0, process.stdout, "")
