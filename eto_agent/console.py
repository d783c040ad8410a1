"""What a run says: lines of progress on standard error, the table of results on standard output."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from eto_envs.trajectory import Trajectory

__all__ = ["EpisodeProgress", "print_table", "say"]


_EVERY_S = 15.0
"""Seconds between two lines of progress, where a line cannot renew itself."""


def say(text: str) -> None:
    """A line of the run's own voice, on standard error, so that standard output holds results only."""
    print(text, file=sys.stderr, flush=True)


def print_table(results: Mapping[str, Mapping[str, Any]], protocol: str) -> None:
    """Prints reward and success x 100 with 95 % intervals, a line for each policy.

    Args:
        results: policy -> split -> figures of `evaluate.summarise`.
        protocol: which scores (`paper` or `strict`).
    """
    from eto_agent.stats import Estimate  # brings scipy

    splits = list(dict.fromkeys(split for figures in results.values() for split in figures))
    table = Table(title=f"x 100, mean [95 % interval] over tasks, {protocol} scores", title_justify="left")
    table.add_column("policy")
    for split in splits:
        table.add_column(f"{split} reward", justify="right", no_wrap=True)
        table.add_column(f"{split} success", justify="right", no_wrap=True)
    for policy, figures in results.items():
        cells = [
            str(Estimate(*figures[split]["protocols"][protocol][what])) if split in figures else ""
            for split in splits
            for what in ("reward", "success")
        ]
        table.add_row(policy, *cells)
    console = Console()
    if not console.is_terminal:
        console.width = 120
    console.print(table)


class EpisodeProgress:
    """Episodes done, their mean reward so far, and the pace.

    Args:
        title: what is being done.
        total: how many episodes there will be.
    """

    def __init__(self, title: str, total: int) -> None:
        self._title, self._total = title, total
        self._rewards: list[float] = []
        self._started = time.monotonic()
        self._shown_s = self._started

    def __enter__(self) -> EpisodeProgress:
        return self

    def update(self, trajectory: Trajectory, done: int, total: int) -> None:
        """Takes a finished episode; see `rollout.explore`'s `on_episode`."""
        self._rewards.append(trajectory.final_reward or 0.0)
        self._total = total
        now, live = time.monotonic(), sys.stderr.isatty()
        if not live and done < total and now - self._shown_s < _EVERY_S:
            return
        self._shown_s = now
        pace = len(self._rewards) / max(1e-9, now - self._started)
        left = (total - done) / pace
        mean = sum(self._rewards) / len(self._rewards)
        line = f"  {self._title}: {done}/{total} episodes, mean reward {mean:.2f}, {pace:.1f}/s, {left:.0f} s left"
        print(f"\r{line:<100}" if live else line, end="" if live else "\n", file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        if self._rewards and sys.stderr.isatty():
            print(file=sys.stderr)
