"""Subgoals: the steps towards a goal that a world can name, and how many of them are done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Subgoal", "completed_share"]


class Subgoal(NamedTuple):
    """One step towards the goal. Names may repeat within a task; their order is fixed for a task."""

    name: str
    done: bool


def completed_share(subgoals: Sequence[Subgoal]) -> float:
    """The share of subgoals that are done, in [0, 1]; 0 where there are none."""
    return sum(subgoal.done for subgoal in subgoals) / len(subgoals) if subgoals else 0.0
