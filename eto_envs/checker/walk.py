"""The walk that the checks share: a few admissible actions that do not end the episode, and what each led to."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from eto_envs.checker.requirements import require, require_equal
from eto_envs.core import TextEnv
from eto_envs.errors import ContractError

__all__ = ["Result", "Walk", "another", "find_walk"]

WALK_STEPS = 5

Result: TypeAlias = tuple[str, float, bool, bool, dict[str, Any]]
"""What `step` returns."""


@dataclass
class Walk:
    """The beginning of an episode of `task` in `env`: what `reset` returned, the actions, and what they returned."""

    env: TextEnv
    task: str
    first: tuple[str, dict[str, Any]]
    actions: list[str] = field(default_factory=list[str])
    results: list[Result] = field(default_factory=list[Result])

    @property
    def observations(self) -> list[str]:
        return [result[0] for result in self.results]

    def start(self, env: TextEnv, **options: Any) -> tuple[str, dict[str, Any]]:
        """Resets an environment to the walk's task."""
        return env.reset(options={"task": self.task, **options})

    def go(self, env: TextEnv, steps: int) -> None:
        """Starts anew and takes the first steps."""
        self.start(env)
        for action in self.actions[:steps]:
            env.step(action)

    def state_after(self, steps: int) -> tuple[str, dict[str, Any]]:
        """Observation and `info` after so many steps, at least one."""
        return self.results[steps - 1][0], self.results[steps - 1][4]

    def require_rest(self, env: TextEnv, steps: int, after: str) -> None:
        """Takes the steps that are left after the first ones; each must lead where it led."""
        for number in range(steps, len(self.actions)):
            what = f"Action {number} ({self.actions[number]!r}) of task {self.task!r}, {after}"
            require_equal(env.step(self.actions[number]), self.results[number], what)


def find_walk(env: TextEnv, task: str) -> Walk:
    """Walks through a task, choosing from the admissible actions by position; restarts without actions that end it."""
    ending: set[str] = set()
    while True:
        walk = Walk(env, task, env.reset(options={"task": task}))
        while len(walk.actions) < WALK_STEPS:
            choices = [action for action in env.admissible_actions() if action not in ending]
            require(bool(choices), f"Task {task!r} has no admissible action that does not end it.")
            action = choices[(5 * len(walk.actions) + 3) % len(choices)]
            result = env.step(action)
            if result[2] or result[3]:
                ending.add(action)
                break
            walk.actions.append(action)
            walk.results.append(result)
        else:
            return walk


@contextmanager
def another(env: TextEnv, **changes: Any) -> Generator[TextEnv]:
    """A second environment of the same class and arguments, some of them changed; it is closed afterwards."""
    args, kwargs = env._constructor  # pyright: ignore[reportPrivateUsage]
    try:
        second = type(env)(*args, **{**kwargs, **changes})
    except TypeError as error:
        raise ContractError(f"It cannot be made with {changes}: {error}.") from error
    try:
        yield second
    finally:
        second.close()
