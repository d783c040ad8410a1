"""What a run says while it works: one line that renews itself on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from eto_envs.trajectory import Trajectory

__all__ = ["EpisodeProgress", "say"]


def say(text: str) -> None:
    """A line of the run's own voice, on standard error, so that standard output holds results only."""
    print(text, file=sys.stderr, flush=True)


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
        self._shown_tenth = -1

    def __enter__(self) -> EpisodeProgress:
        return self

    def update(self, trajectory: Trajectory, done: int, total: int) -> None:
        """Takes a finished episode; see `rollout.explore`'s `on_episode`."""
        self._rewards.append(trajectory.final_reward or 0.0)
        self._total = total
        tenth = 10 * done // max(1, total)
        live = sys.stderr.isatty()
        if not live and tenth == self._shown_tenth:
            return
        self._shown_tenth = tenth
        pace = len(self._rewards) / max(1e-9, time.monotonic() - self._started)
        left = (total - done) / pace
        mean = sum(self._rewards) / len(self._rewards)
        line = f"  {self._title}: {done}/{total} episodes, mean reward {mean:.2f}, {pace:.1f}/s, {left:.0f} s left"
        print(f"\r{line:<100}" if live else line, end="" if live else "\n", file=sys.stderr, flush=True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._rewards and sys.stderr.isatty():
            print(file=sys.stderr)
