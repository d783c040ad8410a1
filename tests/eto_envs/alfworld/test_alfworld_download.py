"""Downloads of games from a server on loopback, on its good and on its bad days."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from eto_envs.alfworld.download import download
from eto_envs.alfworld.index import index_path, open_games
from eto_envs.alfworld.releases import Release
from eto_envs.alfworld.tasks import listed_ids
from eto_envs.errors import DataError
from tests.eto_envs.alfworld.stand_ins import (
    IDS,
    RELEASE_FILE,
    assert_is_there,
    assert_nothing_is_there,
    official_zip,
    packed,
)
from tests.eto_envs.commands import ENVIRONMENT
from tests.eto_envs.drive import Drive, Request

USE = 'gymnasium, eto_envs; env = gymnasium.make("eto/ALFWorld-v0", games="official", dialect="put")'


def begun(home: Path) -> Path:
    """Where the file grows."""
    return home / ".put.download" / f"{RELEASE_FILE}.part"


# -- over the network ----------------------------------------------------------------------------------------------


def test_games_are_fetched_checked_and_listed(home: Path, drive: Drive, release: Release) -> None:
    done = download(release=release)
    assert_is_there(home, drive.files["G"])
    assert drive.requests == [Request("G", None)]
    assert done.report().splitlines() == [
        str(home / "put.zip"),
        "dialect put; games: 3,553 train, 140 seen, 134 unseen",
        f"import {USE}",
    ]
    assert open_games().location == home / "put.zip"


def test_a_second_run_asks_for_nothing(home: Path, drive: Drive, release: Release) -> None:
    download(release=release)
    index = index_path(home / "put.zip")
    written = index.stat().st_mtime_ns
    drive.requests.clear()
    assert download(release=release).report() == download(release=release).report()
    assert drive.requests == []
    assert index.stat().st_mtime_ns == written
    assert_is_there(home, drive.files["G"])


def test_the_index_is_the_one_that_is_opened(home: Path, release: Release) -> None:
    download(release=release)
    before = index_path(home / "put.zip").stat().st_mtime_ns
    assert len(open_games(dialect="put").entries) == 3_827
    assert index_path(home / "put.zip").stat().st_mtime_ns == before


def test_a_damaged_file_is_fetched_again(home: Path, drive: Drive, release: Release) -> None:
    home.mkdir(parents=True)
    (home / "put.zip").write_bytes(drive.files["G"][:1_000])
    download(release=release)
    assert_is_there(home, drive.files["G"])


def test_a_connection_that_breaks_is_taken_up(home: Path, drive: Drive, release: Release) -> None:
    drive.cuts["G"] = [300_000, 200_000]
    download(release=release)
    assert [request.range is None for request in drive.requests] == [True, False, False]
    assert_is_there(home, drive.files["G"])


def test_another_run_goes_on_from_what_came(home: Path, drive: Drive, release: Release) -> None:
    drive.cuts["G"] = [300_000, 0]
    with pytest.raises(
        DataError, match=rf"{RELEASE_FILE}: the connection broke after [\d,]+ bytes .*--dialect put --from FILE"
    ):
        download(release=release)
    assert_nothing_is_there(home)
    size = begun(home).stat().st_size
    assert 0 < size <= 300_000
    drive.requests.clear()
    download(release=release)
    assert drive.requests == [Request("G", f"bytes={size}-")]
    assert_is_there(home, drive.files["G"])


def test_a_process_that_is_killed_loses_nothing(home: Path, drive: Drive, release: Release) -> None:
    drive.stalls["G"] = 400_000
    code = (
        "from eto_envs.alfworld.download import download; from eto_envs.alfworld.releases import Release; "
        f"download(release=Release('put', {RELEASE_FILE!r}, {release.address!r}))"
    )
    environment = ENVIRONMENT | {"ETO_ENVS_DATA": str(home.parent)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL) as process:
        while not begun(home).exists() or begun(home).stat().st_size < 300_000:
            assert process.poll() is None
            os.sched_yield()
        process.send_signal(signal.SIGKILL)
    assert_nothing_is_there(home)
    size = begun(home).stat().st_size
    drive.stalls.clear()
    drive.requests.clear()
    download(release=release)
    assert drive.requests == [Request("G", f"bytes={size}-")]
    assert_is_there(home, drive.files["G"])


def test_a_refusal(home: Path, drive: Drive, release: Release) -> None:
    drive.page = True
    with pytest.raises(DataError, match=r"answered with a web page, not the file.* in a browser from http") as caught:
        download(release=release)
    assert "\n" not in str(caught.value)
    drive.page = False
    del drive.files["G"]
    with pytest.raises(DataError, match=f"{RELEASE_FILE}: 127.* answered 404 Not Found"):
        download(release=release)
    assert_nothing_is_there(home)
    assert not (home / ".put.download").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sha256": "0" * 64}, "what came is not the official file: its SHA-256 is"),
        ({"size": 5}, r"what came has [\d,]+ bytes, the official file 5\."),
    ],
)
def test_another_file(home: Path, drive: Drive, release: Release, changes: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        download(release=replace(release, **changes))  # pyright: ignore[reportArgumentType]
    assert_nothing_is_there(home)
    drive.requests.clear()
    download(release=release)
    assert drive.requests == [Request("G", None)]  # nothing of the wrong file is used


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK and no more", "is no whole zip file"),
        (packed([]), "holds no games"),
        (packed(IDS), "holds no game of the manifest 'official'"),
        (packed(listed_ids("official")["seen"]), "hold none of the 3,553 games of official/train"),
        (official_zip(training=False), "hold none of the 3,553 games of official/train"),
        (packed(listed_ids("official")["seen"][:-1]), "holds 139 of the 140 games of official/seen"),
        (official_zip("move"), "The games are of dialect move, not put; use --dialect move."),
    ],
)
def test_what_are_not_the_official_games(
    home: Path, drive: Drive, release: Release, content: bytes, message: str
) -> None:
    drive.files["G"] = content
    with pytest.raises(DataError, match=message) as caught:
        download(release=replace(release, size=None, sha256=None))
    assert "\n" not in str(caught.value)
    assert_nothing_is_there(home)
    assert not (home / ".put.download").exists()


def test_hashes_of_splits_are_said(home: Path, release: Release) -> None:
    manifest = download(release=release).manifest
    known = replace(release, splits={"seen": manifest["seen"].hash, "unseen": "0" * 16})
    assert download(release=known).report().splitlines()[2] == (
        "known files: seen; other files than the known ones: unseen"
    )
