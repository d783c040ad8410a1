"""What a run says while it works: lines and bars of progress, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from eto_envs.trajectory import Trajectory

__all__ = ["EpisodeProgress", "TrainingProgress", "say", "say_row"]


_EVERY_S = 15.0
"""Seconds between two lines of progress, where a line cannot renew itself."""
_BLINK_S = 0.2
"""Seconds between two states of a line that does."""
_TRAINING_FIGURES = ("loss", "accuracy", "chosen_shift", "rejected_shift")


def say(text: str) -> None:
    """A line of the run's own voice, on standard error, so that standard output holds results only."""
    print(text, file=sys.stderr, flush=True)


def say_row(title: str, row: Mapping[str, float], names: Sequence[str]) -> None:
    """Some metrics of a row, in one line."""
    say(f"  {title}: " + ", ".join(f"{name.replace('_', ' ')} {row[name]:.3g}" for name in names if name in row))


class _Live:
    """One line of progress: a bar that renews itself on a terminal, else a line every so often and at the end."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = self._shown_s = time.monotonic()
        self._bar: Progress | None = None
        console = Console(stderr=True)
        if console.is_terminal:
            texts = (TextColumn(f"  {{task.fields[{name}]}}", markup=False) for name in ("title", "told"))
            self._bar = Progress(next(texts), BarColumn(20), MofNCompleteColumn(), next(texts), console=console)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    @property
    def _elapsed_s(self) -> float:
        return max(1e-9, time.monotonic() - self._started)

    def _is_due(self, last: bool) -> bool:
        """Whether it is time to show something: figures are not worked out for nothing."""
        now = time.monotonic()
        if not last and now - self._shown_s < (_BLINK_S if self._bar is not None else _EVERY_S):
            return False
        self._shown_s = now
        return True

    def _show(self, done: int, total: int, noun: str, told: str) -> None:
        if self._bar is None:
            say(f"  {self._title}: {done}/{total} {noun}, {told}")
        else:
            if not self._bar.task_ids:
                self._bar.start()  # what is done already shows no empty bar
                self._bar.add_task("", title=self._title, told="")
            self._bar.update(self._bar.task_ids[0], completed=done, total=total, told=f"{noun}, {told}", refresh=True)


class EpisodeProgress(_Live):
    """Episodes done, their mean reward so far with its 95 % interval, the pace, decoded tokens a second, time left."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._rewards: list[float] = []
        self._finished = self._tokens = 0

    def update(self, trajectory: Trajectory, done: int, total: int) -> None:
        """Takes a finished episode; see `rollout.explore`'s `on_episode`. One that died of an error has no reward."""
        self._tokens += sum(len(turn.meta.get("token_ids", ())) for turn in trajectory.turns)
        if trajectory.final_reward is not None:
            self._rewards.append(trajectory.final_reward)
        self._finished += 1
        if self._is_due(done == total):
            self._show(done, total, "episodes", self._told(total - done))

    def _told(self, left: int) -> str:
        from eto_agent.evaluation.stats import mean_interval  # brings scipy

        pace = self._finished / self._elapsed_s
        parts = [f"{pace:.1f}/s"]
        if self._rewards:
            mean, low, high, _ = mean_interval(self._rewards)
            parts.insert(0, f"mean reward {mean:.2f} [{low:.2f}, {high:.2f}]")
        if self._tokens:
            parts.append(f"{self._tokens / self._elapsed_s:.0f} tokens/s")
        return ", ".join([*parts, f"{_duration(left / pace)} left"])


class TrainingProgress(_Live):
    """Optimiser steps done, the loss, and the time left."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._first = 0

    def update(self, step: int, steps: int, row: Mapping[str, float]) -> None:
        """Takes an optimiser step; see `training.job.OnStep`. Steps before a checkpoint count in no pace."""
        self._first = self._first or step
        if self._is_due(step == steps):
            shown = [f"{name.replace('_', ' ')} {row[name]:.3g}" for name in _TRAINING_FIGURES if name in row]
            left = (steps - step) * self._elapsed_s / (step - self._first + 1)
            self._show(step, steps, "steps", ", ".join([*shown, f"{_duration(left)} left"]))


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min" if whole < 7200 else f"{whole / 3600:.1f} h"
