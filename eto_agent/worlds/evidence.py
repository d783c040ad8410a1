"""What labels of failures are read from: subgoals, and the actions that the world understood."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eto_envs.trajectory import Trajectory, Turn

__all__ = ["arguments", "is_done", "never_found"]


def is_done(turn: Turn, index: int) -> bool:
    """Whether a subgoal, by its position, is done after the turn."""
    return len(turn.subgoals) > index and turn.subgoals[index]


def never_found(trajectory: Trajectory) -> Iterator[str]:
    """The label `never_found`, where a subgoal `find ...` was never done."""
    searched = [index for index, name in enumerate(trajectory.subgoals) if name.startswith("find ")]
    if not all(any(is_done(turn, index) for turn in trajectory.turns) for index in searched):
        yield "never_found"


def arguments(trajectory: Trajectory, pattern: str) -> set[str]:
    """What the pattern's group matches in the actions that the world understood, in lower case."""
    actions = [turn.action.strip().lower() for turn in trajectory.turns if turn.action is not None and turn.valid]
    return {match[1] for action in actions if (match := re.match(pattern, action))}
