"""Downloads from a server on loopback, on its good and on its bad days."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from eto_envs.errors import DataError, UnknownNameError
from eto_envs.webshop.catalogues import open_catalogue
from eto_envs.webshop.download import download
from eto_envs.webshop.releases import RELEASES, Release
from tests.eto_envs.commands import ENVIRONMENT
from tests.eto_envs.drive import Drive, Request
from tests.eto_envs.webshop.downloads import (
    HUMAN,
    assert_is_there,
    assert_nothing_is_there,
    begun,
    fetch,
    stand_in_process,
)

# -- over the network ----------------------------------------------------------------------------------------------


def test_files_are_fetched_checked_and_indexed(home: Path, official: Path, drive: Drive, release: Release) -> None:
    done = fetch(drive, release)
    assert_is_there(home, official)
    assert drive.requests == [Request("P", None), Request("A", None), Request("H", None)]
    assert done.report().splitlines() == [
        str(home / "full"),
        "4 products; goals: 2 human, 9 synthetic",
        'import gymnasium, eto_envs; env = gymnasium.make("eto/WebShop-v0", catalogue="full")',
    ]


def test_a_second_run_asks_for_nothing(home: Path, official: Path, drive: Drive, release: Release) -> None:
    fetch(drive, release)
    index = next((home / "indexes").iterdir())
    built = (index / "meta.json").stat().st_mtime_ns
    drive.requests.clear()
    assert fetch(drive, release).report() == fetch(drive, release).report()
    assert drive.requests == []
    assert (index / "meta.json").stat().st_mtime_ns == built
    assert_is_there(home, official)


def test_only_what_is_damaged_is_fetched_again(home: Path, official: Path, drive: Drive, release: Release) -> None:
    fetch(drive, release)
    (home / "full" / HUMAN).write_bytes(b'{"other": []}')
    drive.requests.clear()
    fetch(drive, release)
    assert drive.requests == [Request("H", None)]
    assert (home / "full" / HUMAN).read_bytes() == (official / HUMAN).read_bytes()


def test_what_is_found_is_what_the_environment_opens(home: Path, drive: Drive, release: Release) -> None:
    done = fetch(drive, release)
    before = sorted((home / "indexes").iterdir())
    assert open_catalogue("full").identity == done.catalogue.identity
    assert sorted((home / "indexes").iterdir()) == before


def test_a_connection_that_breaks_is_taken_up(home: Path, official: Path, drive: Drive, release: Release) -> None:
    drive.cuts["P"] = [700_000, 900_000]
    fetch(drive, release)
    asked = [request.range for request in drive.requests if request.id == "P"]
    assert asked[0] is None
    starts = [int(str(each).removeprefix("bytes=").removesuffix("-")) for each in asked[1:]]
    assert len(starts) == 2
    assert 0 < starts[0] <= 700_000
    assert starts[0] < starts[1] <= starts[0] + 900_000
    assert_is_there(home, official)


def test_another_run_goes_on_from_what_came(home: Path, official: Path, drive: Drive, release: Release) -> None:
    drive.cuts["P"] = [700_000, 0]
    with pytest.raises(DataError, match=r"items_shuffle.json: the connection broke after [\d,]+ bytes .*--from DIR"):
        fetch(drive, release)
    assert_nothing_is_there(home)
    size = begun(home).stat().st_size
    assert 0 < size <= 700_000
    drive.requests.clear()
    fetch(drive, release)
    assert drive.requests[0] == Request("P", f"bytes={size}-")
    assert_is_there(home, official)


def test_a_server_without_ranges_sends_all_again(home: Path, official: Path, drive: Drive, release: Release) -> None:
    drive.cuts["P"], drive.ranges = [700_000], False
    fetch(drive, release)
    assert_is_there(home, official)


@pytest.mark.parametrize("more", [b"", b"too much"])
def test_a_part_as_long_as_the_file_or_longer(
    home: Path, official: Path, drive: Drive, release: Release, more: bytes
) -> None:
    begun(home).parent.mkdir(parents=True)
    begun(home).write_bytes(drive.files["P"] + more)
    fetch(drive, release)
    assert [request.range is None for request in drive.requests if request.id == "P"] == [False, True][
        : 2 if more else 1
    ]
    assert_is_there(home, official)


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT])
def test_a_process_that_is_stopped_loses_nothing(
    home: Path, official: Path, drive: Drive, release: Release, signum: signal.Signals
) -> None:
    drive.stalls[RELEASES["full"].products.drive_id] = 1_000_000
    environment = ENVIRONMENT | {"ETO_ENVS_DATA": str(home.parent)}
    with subprocess.Popen(stand_in_process(drive, official), env=environment, stderr=subprocess.DEVNULL) as process:
        while not begun(home).exists() or begun(home).stat().st_size < 700_000:
            assert process.poll() is None
            os.sched_yield()
        process.send_signal(signum)
    assert process.returncode != 0
    assert_nothing_is_there(home)
    size = begun(home).stat().st_size
    drive.stalls.clear()
    drive.requests.clear()
    fetch(drive, release)
    assert drive.requests[0] == Request("P", f"bytes={size}-")
    assert_is_there(home, official)


# -- refusals and damage -------------------------------------------------------------------------------------------


def test_a_web_page_is_a_refusal(home: Path, drive: Drive, release: Release) -> None:
    drive.page = True
    with pytest.raises(DataError) as caught:
        fetch(drive, release)
    message = str(caught.value)
    assert "answered with a web page, not the file" in message
    assert "https://drive.google.com/uc?id=P" in message
    assert "eto-envs download webshop --size full --from DIR" in message
    assert "\n" not in message
    assert_nothing_is_there(home)
    assert not list(home.glob(".full.download/*"))


def test_a_page_in_the_middle_spoils_nothing(home: Path, official: Path, drive: Drive, release: Release) -> None:
    drive.cuts["P"] = [700_000, 0]
    with pytest.raises(DataError):
        fetch(drive, release)
    drive.page = True
    with pytest.raises(DataError, match="web page"):
        fetch(drive, release)
    drive.page = False
    fetch(drive, release)
    assert_is_there(home, official)


def test_a_file_that_is_gone(home: Path, drive: Drive, release: Release) -> None:
    del drive.files["A"]
    with pytest.raises(DataError, match=r"items_ins_v2.json: 127\.0\.0\.1:\d+ answered 404 Not Found"):
        fetch(drive, release)
    assert_nothing_is_there(home)


def test_nobody_answers(home: Path, release: Release) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/{{id}}"
        with pytest.raises(DataError, match=r"nothing came \(.*Connection refused\)"):
            download("full", address=address, release=release)
    assert_nothing_is_there(home)


def test_another_hash(home: Path, official: Path, drive: Drive, release: Release) -> None:
    right = drive.files["H"]
    drive.files["H"] = right.replace(b"solid", b"fluid")
    found = hashlib.sha256(drive.files["H"]).hexdigest()
    with pytest.raises(DataError, match=f"items_human_ins.json: what came is not the official file: .*{found}"):
        fetch(drive, release)
    assert_nothing_is_there(home)
    drive.files["H"] = right
    drive.requests.clear()
    fetch(drive, release)
    assert drive.requests == [Request("H", None)]  # the other two are kept
    assert_is_there(home, official)


def test_a_file_that_ends_too_soon_at_the_server(home: Path, drive: Drive, release: Release) -> None:
    drive.files["P"] = drive.files["P"][:-100]
    with pytest.raises(DataError, match="what came is not whole: its end is missing"):
        fetch(drive, release)
    assert_nothing_is_there(home)


@pytest.mark.parametrize(
    "content",
    [b"[]", b"{}", b'["a"]', b"[1, 2}", b'[{"asin": "B1", "images": 5}]', b'[{"asin": "B1", "small_description": 5}]'],
)
def test_what_is_no_list_of_products(home: Path, drive: Drive, release: Release, content: bytes) -> None:
    drive.files["P"] = content
    with pytest.raises(DataError, match="fetch them again") as caught:
        fetch(drive, release)
    assert "\n" not in str(caught.value)
    assert_nothing_is_there(home)


@pytest.mark.parametrize("content", [b"[]", b'{"B000000001": 5}', b"{]"])
def test_what_are_no_attributes(home: Path, drive: Drive, release: Release, content: bytes) -> None:
    drive.files["A"] = content
    with pytest.raises(DataError, match="fetch them again"):
        fetch(drive, release)
    assert_nothing_is_there(home)


def test_files_that_give_other_goals(home: Path, drive: Drive, release: Release) -> None:
    drive.files["A"] = drive.files["A"].replace(b"instruction", b"instructed", 1)
    with pytest.raises(DataError, match="give 1 synthetic goals; the official ones give 9"):
        fetch(drive, release)
    with pytest.raises(DataError, match="give other human goals than the official ones"):
        fetch(drive, replace(release, goals={}, human_texts="0" * 64))
    with pytest.raises(DataError, match=r"give other synthetic goals \(test\) than the official ones"):
        fetch(drive, replace(release, goals={}, splits={"test": "0" * 16}))
    assert_nothing_is_there(home)


def test_a_full_disk(home: Path, official: Path, drive: Drive) -> None:
    """A disk of one megabyte, which is there for this process alone."""
    own = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = 'mount -t tmpfs -o size=1m tmpfs "$1"'
    home.mkdir(parents=True)
    if subprocess.run([*own, mount, "sh", str(home)], capture_output=True).returncode != 0:
        if os.environ.get("CI"):
            pytest.fail("CI is set, but a process cannot mount a disk in a namespace of its own")
        pytest.skip("no mounts in a namespace of one's own here")
    script = f'{mount} && shift && "$@"; code=$?; find "$ETO_ENVS_DATA/webshop" -name "items*"; exit $code'
    process = subprocess.run(
        [*own, script, "sh", str(home), *stand_in_process(drive, official)],
        env=ENVIRONMENT | {"ETO_ENVS_DATA": str(home.parent)},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 1
    message = process.stderr.splitlines()[-1]
    assert f"DataError: The disk of {home} is full (No space left on device). Free some space" in message
    assert process.stdout.split() == [str(begun(home))]


def test_two_at_once(home: Path, drive: Drive, release: Release) -> None:
    home.mkdir(parents=True)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="is under way"):
            fetch(drive, release)
    fetch(drive, release)


def test_an_unknown_size() -> None:
    with pytest.raises(UnknownNameError, match="expected one of 1k, full"):
        download("2k")
