"""A submission of real episodes, and how to doctor it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eto_agent.cli import main
from eto_agent.leaderboard.episodes import as_lines, digest_of, read_episodes, write_lines
from eto_envs.trajectory import Trajectory

Doctor = Callable[[dict[str, Any], list[Trajectory]], None]


def copied(path: Path, to: Path) -> Path:
    """A submission and its trajectories in another folder."""
    to.mkdir(parents=True, exist_ok=True)
    for each in path.parent.glob(f"{path.stem}.*"):
        shutil.copy(each, to / each.name)
    return to / path.name


def doctored(path: Path, to: Path, change: Doctor) -> Path:
    """A copy with changed contents, whose digest is right again."""
    copy = copied(path, to)
    data = json.loads(copy.read_text())
    file = copy.parent / data["trajectories"]["file"]
    episodes, _ = read_episodes(file)
    change(data, episodes)
    lines = as_lines(episodes)
    write_lines(file, lines)
    data["trajectories"]["sha256"] = digest_of(lines)
    copy.write_text(json.dumps(data))
    return copy


def refusal(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """The one line with which the command refuses a submission."""
    assert main(["leaderboard", "verify", str(path), *options]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(f"eto-agent: {path}")
    return told
