"""The trajectories of a submission as a file: JSON Lines, compressed where the name says so, and their digest."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from eto_agent.leaderboard.submission import SubmissionError
from eto_envs.errors import DataError
from eto_envs.trajectory import Trajectory

__all__ = ["as_lines", "digest_of", "read_episodes", "stripped", "write_lines"]

_MOST_BYTES = 1 << 30
"""A submission's trajectories are read whole; a small file that unpacks to more is a mistake or an attack."""


def stripped(trajectory: Trajectory, split: str) -> Trajectory:
    """Without what policies kept for themselves (token ids, usage), and with the split's own name."""
    return replace(trajectory, split=split, meta={}, turns=[replace(turn, meta={}) for turn in trajectory.turns])


def as_lines(trajectories: Iterable[Trajectory]) -> bytes:
    """Trajectories as JSON Lines."""
    return "".join(each.to_json() + "\n" for each in trajectories).encode()


def digest_of(lines: bytes) -> str:
    """SHA-256 of the lines; the same however they are compressed."""
    return hashlib.sha256(lines).hexdigest()


def write_lines(path: Path, lines: bytes) -> None:
    """Writes lines at once, compressed as the name says; the same lines give the same file."""
    packed = lines
    if path.suffix == ".gz":
        packed = gzip.compress(lines, 9, mtime=0)
    elif path.suffix == ".xz":
        packed = lzma.compress(lines, preset=9 | lzma.PRESET_EXTREME)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(packed)
    partial.replace(path)


def read_episodes(path: Path) -> tuple[list[Trajectory], str]:
    """The trajectories of a file, and the digest of its lines.

    Raises:
        SubmissionError: the file is missing, damaged, too large, or holds something else.
    """
    if not path.is_file():
        raise SubmissionError(f"{path}: there are no such trajectories; they belong beside the submission.")
    try:
        with _opened(path) as file:
            lines = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise SubmissionError(f"{path}: cannot be unpacked ({error}); send the file again.") from None
    if len(lines) > _MOST_BYTES:
        raise SubmissionError(f"{path}: unpacks to more than {_MOST_BYTES >> 20} MiB; expected one episode a task.")
    trajectories: list[Trajectory] = []
    for number, line in enumerate(io.BytesIO(lines), 1):
        try:
            trajectories.append(Trajectory.from_json(line.decode()))
        except (DataError, UnicodeDecodeError) as error:
            raise SubmissionError(f"{path}, line {number}: {error}; expected one trajectory a line.") from None
    return trajectories, digest_of(lines)


def _opened(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.open(path))
    return cast(BinaryIO, lzma.open(path)) if path.suffix == ".xz" else path.open("rb")
