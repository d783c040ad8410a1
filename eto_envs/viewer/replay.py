"""What `eto-envs replay` does: recorded episodes in the terminal, or as a page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from eto_envs.errors import DataError, UnknownNameError
from eto_envs.trajectory import Trajectory, read_trajectories
from eto_envs.viewer.page import write_page
from eto_envs.viewer.terminal import open_console, print_list, print_trajectory

__all__ = ["show"]


def show(
    file: Path,
    html: Path | None = None,
    against: Path | None = None,
    episode: int | None = None,
    title: str | None = None,
) -> None:
    """Shows the episodes of a file.

    Args:
        file: JSON Lines of trajectories.
        html: the page to write; None prints to the terminal.
        against: a second file, whose episodes of the same tasks stand beside these in the page.
        episode: only this one, counted from 1.
        title: heading of the page; None takes the names of the files.

    Raises:
        DataError: a file holds nothing, the page would replace a recording, or two recordings have no page or no task
            in common.
        UnknownNameError: there is no such episode.
    """
    trajectories = _recorded(file)
    if episode is not None:
        if not 1 <= episode <= len(trajectories):
            raise UnknownNameError(f"No episode {episode} in {str(file)!r}; expected 1 to {len(trajectories)}.")
        trajectories = [trajectories[episode - 1]]
    if html is None:
        if against is not None:
            raise DataError("Two recordings stand side by side in a page only; add --html OUT.html.")
        _print(trajectories, file)
        return
    for recording in (file, against):
        if recording is not None and html.resolve() == recording.resolve():
            raise DataError(f"--html {html} is the recording itself; give another file.")
    others = [] if against is None else _recorded(against)
    names = file.name if against is None else f"{file.name} against {against.name}"
    write_page(html, trajectories, title or names, others)
    print(f"{html}: {len(trajectories)} {'episode' if len(trajectories) == 1 else 'episodes'}")


def _recorded(file: Path) -> list[Trajectory]:
    trajectories = list(read_trajectories(file))
    if not trajectories:
        raise DataError(f"{str(file)!r} holds no trajectories; record some with: eto-envs record ENV --out {file}")
    return trajectories


def _print(trajectories: Sequence[Trajectory], file: Path) -> None:
    console = open_console()
    if len(trajectories) == 1:
        print_trajectory(console, trajectories[0])
        return
    print_list(console, trajectories)
    print(f"Read one with: eto-envs replay {file} --episode N; all as a page with: --html OUT.html", file=sys.stderr)
