"""`visit`: the states that paths of actions lead to, each action taken once, with a snapshot of every state asked for.

Paths that begin alike share their beginning. So all the starts along one recorded episode cost as many steps as the
episode has, not the sum of their lengths; and so do branches that leave it. Where a path leaves another one in its
middle, the state there is put back with `restore`: at once in worlds that capture their state (WebShop, ALFWorld,
LockedDoor), by replaying the actions up to it in ScienceWorld.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gymnasium

from eto_envs.core import Snapshot, TextEnv

__all__ = ["State", "Visits", "steps_of", "visit"]


@dataclass(frozen=True, slots=True)
class State:
    """One state that was visited.

    Attributes:
        parent: position of the state before it among the states; -1 for the start.
        action: the action that led here; "" for the start.
        observation, reward, info: as `reset` or `step` returned them.
        ended: whether the episode is over.
        snapshot: the state itself, where a path ends here.
    """

    parent: int
    action: str
    observation: str
    reward: float
    info: dict[str, Any]
    ended: bool = False
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Visits:
    """All the states that were visited, the start first, and for each path where it got to.

    A path that went on after the end of the episode got to the state that ended it.
    """

    states: tuple[State, ...]
    reached: tuple[int, ...]

    def along(self, path: int) -> list[State]:
        """The states of a path in order, from the start to where it got to."""
        found: list[State] = []
        at = self.reached[path]
        while at >= 0:
            found.append(self.states[at])
            at = self.states[at].parent
        return found[::-1]


def visit(env: gymnasium.Env[str, str], task: str, paths: Sequence[Sequence[str]]) -> Visits:
    """Follows paths of actions from the start of a task.

    Args:
        env: an environment of the suite; it is left in some state.
        task: the id of the task.
        paths: actions from the start; an empty one asks for the start itself.

    Raises:
        UnknownNameError: the task does not exist.
    """
    base = env.unwrapped
    assert isinstance(base, TextEnv)
    observation, info = env.reset(options={"task": task})
    states = [State(-1, "", observation, 0.0, info, snapshot=base.snapshot())]
    children: dict[tuple[int, str], int] = {}
    reached: list[int] = []
    here = 0
    for path in paths:
        at = 0
        for action in path:
            if states[at].ended:
                break
            if (at, action) not in children:
                if here != at:
                    snapshot = states[at].snapshot
                    assert snapshot is not None
                    base.restore(snapshot)
                children[at, action] = here = len(states)
                states.append(_next_state(env, base, at, action))
            at = children[at, action]
        reached.append(at)
    wanted = set(reached)
    kept = (state if index in wanted else replace(state, snapshot=None) for index, state in enumerate(states))
    return Visits(tuple(kept), tuple(reached))


def _next_state(env: gymnasium.Env[str, str], base: TextEnv, parent: int, action: str) -> State:
    observation, reward, terminated, truncated, info = env.step(action)
    return State(parent, action, observation, float(reward), info, terminated or truncated, base.snapshot())


def steps_of(paths: Sequence[Sequence[str]]) -> int:
    """How many steps `visit` takes at most: each distinct beginning of a path is one."""
    tree: dict[str, Any] = {}
    count = 0
    for path in paths:
        node = tree
        for action in path:
            count += action not in node
            node = node.setdefault(action, {})
    return count
