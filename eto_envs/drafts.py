"""Folders and files that appear whole or not at all: they are written as drafts and renamed at the end.

A draft is named after its process, `.NAME.PID`, so that the next one can remove what a killed process left behind.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from eto_envs.errors import DataError

__all__ = ["cached_folder", "disk_is_full", "new_entries"]


@contextmanager
def cached_folder(folder: Path, proof: str) -> Generator[Path]:
    """A draft that becomes `folder` if the block succeeds, and is removed otherwise.

    Several processes may do this at once: the first one wins, and the others' drafts are dropped.

    Args:
        folder: the folder to create.
        proof: a file that every whole folder holds; a `folder` without it is damaged and removed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_dead_drafts(folder)
    if folder.exists() and not (folder / proof).exists():
        shutil.rmtree(folder, ignore_errors=True)
    draft = _draft_of(folder)
    draft.mkdir()
    try:
        yield draft
        with suppress(OSError):  # another process may have been faster
            draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def new_entries(home: Path, names: Sequence[str], refused: Sequence[str] = ()) -> Generator[Path]:
    """A draft whose entries move into `home` if the block succeeds; otherwise nothing is left, not even a new `home`.

    Args:
        home: the folder to write to, created if it is missing; what else it holds stays.
        names: the files or folders that the block writes, in the order in which they appear.
        refused: further names that `home` must not hold.

    Raises:
        DataError: `home` holds one of the names, another process is writing into it, or its disk is full.
    """
    for name in (*names[::-1], *refused):
        if (home / name).exists():
            raise DataError(f"{str(home / name)!r} exists already; give another folder, or remove it first.")
    missing = [path for path in (home, *home.parents) if not path.exists()]
    draft = _draft_of(home / names[-1])
    try:
        home.mkdir(parents=True, exist_ok=True)
        _remove_dead_drafts(home / names[-1])
        draft.mkdir()
        if len(_drafts_of(home / names[-1])) > 1:
            raise DataError(f"Another process is writing to {str(home)!r}; wait for it, or give another folder.")
        yield draft
        for name in names:
            (draft / name).rename(home / name)
    except OSError as error:
        if not disk_is_full(error):
            raise
        raise DataError(
            f"The disk of {str(home)!r} is full ({error.strerror}), nothing was kept; free some space, ask for less, "
            "or give another folder: --out DIR"
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        for path in missing:
            with suppress(OSError):
                path.rmdir()  # succeeds only where nothing came into it


def disk_is_full(error: OSError) -> bool:
    """Whether a write failed for lack of space: a full disk, a used-up quota, or a limit on the size of files."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _draft_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}")


def _drafts_of(target: Path) -> dict[Path, int]:
    """Draft -> the process that it belongs to."""
    found = ((path, path.name.rpartition(".")[2]) for path in target.parent.glob(f".{target.name}.*"))
    return {path: int(number) for path, number in found if number.isdecimal()}


def _remove_dead_drafts(target: Path) -> None:
    for draft, process in _drafts_of(target).items():
        if process == os.getpid() or not _is_running(process):
            shutil.rmtree(draft, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
