"""Folders that appear whole or not at all, when the block fails, the process dies, or two processes meet."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from eto_envs.drafts import cached_folder, new_entries
from eto_envs.errors import DataError
from tests.eto_envs.commands import ENVIRONMENT

WRITE = """
import sys
from pathlib import Path
from eto_envs.drafts import new_entries
with new_entries(Path(sys.argv[1]), ["first", "last"]) as draft:
    (draft / "first").touch()
    (draft / "last").touch()
    print("written", flush=True)
    sys.stdin.read()
"""


def writer(home: Path) -> subprocess.Popen[str]:
    """A process that has written its draft and finishes at the end of its input."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(home)],
        env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    return process


def write(home: Path) -> None:
    with new_entries(home, ["first", "last"]) as draft:
        for name in ("first", "last"):
            (draft / name).write_text("mine")


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_entries_appear_together(tmp_path: Path) -> None:
    with new_entries(tmp_path / "a" / "b", ["first", "last"]) as draft:
        (draft / "first").mkdir()
        (draft / "first" / "deep").touch()
        (draft / "last").touch()
        assert [path for path in (tmp_path / "a" / "b").iterdir() if not path.name.startswith(".")] == []
    assert names(tmp_path) == ["a", "a/b", "a/b/first", "a/b/first/deep", "a/b/last"]


def test_a_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(draft: Path) -> None:
        (draft / "first").touch()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), new_entries(tmp_path / "a" / "b", ["first"]) as draft:
        fail(draft)
    with pytest.raises(ZeroDivisionError), cached_folder(tmp_path / "kept", "proof") as draft:
        fail(draft)
    assert names(tmp_path) == []


@pytest.mark.parametrize("present", ["first", "last", "other"])
def test_what_is_there_is_not_overwritten(tmp_path: Path, present: str) -> None:
    (tmp_path / present).write_text("old")
    (tmp_path / "unrelated").touch()
    said = f"{present}' exists already; give another folder, or remove it first"
    with pytest.raises(DataError, match=said), new_entries(tmp_path, ["first", "last"], refused=["other"]):
        pytest.fail("the block must not run")
    assert (tmp_path / present).read_text() == "old"
    assert names(tmp_path) == sorted([present, "unrelated"])


def test_a_process_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    with writer(tmp_path / "home") as process:
        process.send_signal(signal.SIGINT)
    assert process.returncode != 0
    assert names(tmp_path) == []


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with writer(tmp_path) as process:
        process.kill()
    assert len(list(tmp_path.iterdir())) == 1
    write(tmp_path)
    assert names(tmp_path) == ["first", "last"]


def test_two_processes_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with writer(tmp_path) as process:
        with pytest.raises(DataError, match="Another process is writing to"):
            write(tmp_path)
        process.communicate("")
    assert process.returncode == 0
    assert names(tmp_path) == ["first", "last"]
    assert (tmp_path / "first").read_text() == ""


def test_of_two_cached_folders_the_first_stays(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with cached_folder(folder, "proof") as draft:
        (draft / "proof").write_text("late")
        folder.mkdir()
        (folder / "proof").write_text("early")
    assert (folder / "proof").read_text() == "early"
    assert names(tmp_path) == ["kept", "kept/proof"]


def test_a_damaged_cached_folder_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "half").touch()
    with cached_folder(tmp_path / "kept", "proof") as draft:
        (draft / "proof").touch()
    assert names(tmp_path) == ["kept", "kept/proof"]
