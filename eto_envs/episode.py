"""The pieces of an episode: a world's answer, a replayed action, a state to come back to, and checked arguments."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, SupportsIndex

from eto_envs.errors import PrefixError, UnknownNameError

__all__ = ["HistoryStep", "Snapshot", "WorldStep", "checked_limit", "checked_prefix"]


@dataclass(frozen=True, slots=True)
class WorldStep:
    """What a world answers.

    Attributes:
        observation: the text the agent reads.
        score: the world's own score so far, in its own unit (`TextEnv.max_score` is its full mark).
        done: whether the world considers the episode ended.
        success: whether the goal is reached.
        valid: whether the world understood the action.
    """

    observation: str
    score: float = 0.0
    done: bool = False
    success: bool = False
    valid: bool = True


class HistoryStep(NamedTuple):
    """One replayed action of a prefix, with the observation and reward that followed it."""

    action: str
    observation: str
    reward: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state to come back to. It pickles, and fits any environment made with the same settings.

    Attributes:
        env: class name of the environment; `settings`: the settings that its episodes depend on.
        task: the task's id.
        actions: the actions taken so far.
        last: the world's last answer.
        world: the world's own state, or None where the state is found again by replaying the actions.
    """

    env: str
    settings: tuple[tuple[str, Any], ...]
    task: str
    actions: tuple[str, ...]
    last: WorldStep
    world: Any = None


def checked_prefix(options: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str] | None]:
    """The options `prefix` and `expected_observations` of a reset.

    Raises:
        PrefixError: the prefix is no sequence of strings, or the expectations are not one for each action.
    """
    prefix = options.get("prefix") or ()
    expected = options.get("expected_observations")
    if isinstance(prefix, str) or not all(isinstance(action, str) for action in prefix):
        raise PrefixError(f"A prefix is a sequence of action strings; got {prefix!r}.")
    if expected is not None and len(expected) != len(prefix):
        raise PrefixError(
            f"The prefix has {len(prefix)} actions but expected_observations has {len(expected)} entries; "
            "give one observation for each action."
        )
    return tuple(prefix), expected


def checked_limit(max_steps: object) -> int | None:
    """A step limit given by a user; None where each task has its own.

    Raises:
        UnknownNameError: it is no whole number from 1.
    """
    if max_steps is None:
        return None
    if (
        isinstance(max_steps, SupportsIndex)
        and not isinstance(max_steps, bool)
        and (limit := operator.index(max_steps)) >= 1
    ):
        return limit
    raise UnknownNameError(f"Unusable max_steps {max_steps!r}; expected a whole number from 1, or None.")
