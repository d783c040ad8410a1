"""Episodes of random and hostile actions in the household; see `tests.eto_envs.hostile`."""

from __future__ import annotations

import hashlib
import itertools
import json
import pickle
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from eto_envs.alfworld.collections import open_collection
from eto_envs.alfworld.compare import hostile_actions
from eto_envs.alfworld.env import EXPERTS, OBSERVATIONS, ALFWorldEnv
from eto_envs.alfworld.observations import NOTHING_HAPPENS
from eto_envs.alfworld.sources import DIALECTS
from eto_envs.core import Snapshot
from tests.eto_envs import hostile

__all__ = ["ACTIONS", "VARIANTS", "play"]

ACTIONS = 500
VARIANTS = tuple(itertools.product(DIALECTS, OBSERVATIONS, EXPERTS))

_HOSTILE = (
    *hostile.HOSTILE,
    "go to the drawer 1",
    "go to drawer 01",
    "go to drawer -1",
    "go to drawer \u0661",
    "go to drawer 1\x00",
    "go to drawer 1\ngo to drawer 2",
    "take mug 1 from mug 1",
    "take drawer 1 from drawer 1",
    "put mug 1 in/on",
    "put  in/on ",
    "move  to ",
    "take " + "mug 1 from " * 5_000,
    "examine " + "\u0300" * 10_000,
    "use desklamp",
    "USE DESKLAMP 1",
    "slice apple 1 with apple 1",
    "help\u3000",
    "look" + " " * 50_000,
)
_MISSPELT: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.capitalize,
    str.swapcase,
    lambda text: text.replace(" ", "  ", 1),
    lambda text: text.replace(" ", "\t"),
    lambda text: f"\n {text} \u2003",
    lambda text: f"{text}.",
    lambda text: f"> {text}",
    lambda text: f"Action: {text}",
    lambda text: f"{text}\n{text}",
    lambda text: f"{text}0",
    lambda text: text.rstrip("0123456789") + "99",
    lambda text: text[:-1],
    lambda text: text.replace(" 1", " 2"),
    lambda text: text.replace("o", "\u043e"),
    lambda text: text.replace("a", "a\u200b"),
)


def play(number: int) -> str:
    """Plays tasks of one variant after each other, and returns the hash of everything that they showed."""
    return _Visitor(_env(*VARIANTS[number % len(VARIANTS)]), random.Random(number)).play()


@cache
def _env(dialect: str, observations: Any, expert: Any) -> ALFWorldEnv:
    return ALFWorldEnv(dialect=dialect, process_observation=observations, expert=expert)


class _Visitor:
    """Who plays: mostly against the rules, now and then along a plan, or from an earlier state."""

    def __init__(self, env: ALFWorldEnv, chance: random.Random) -> None:
        self._env, self._chance = env, chance
        self._digest = hashlib.sha256()
        self._plan: list[str] = []
        self._kept: tuple[Snapshot, tuple[str, dict[str, Any]]] | None = None

    def play(self) -> str:
        self._begin()
        for _ in range(ACTIONS):
            understood = self._env.admissible_actions()
            action = self._choose(understood)
            observation, reward, terminated, truncated, info = self._env.step(action)
            assert info["valid_action"] == (observation != NOTHING_HAPPENS) == (action.strip() in understood)
            self._see(understood, observation, reward, terminated, truncated, info)
            if terminated or truncated:
                self._begin()
            else:
                self._wander((observation, info))
        return self._digest.hexdigest()

    def _begin(self) -> None:
        tasks = self._env.manifest[self._chance.choice(("train", "seen", "unseen"))]
        self._see(*self._env.reset(options={"task": tasks[self._chance.randrange(len(tasks))].id}))
        self._plan = []

    def _wander(self, shown: tuple[str, dict[str, Any]]) -> None:
        """Asks the oracle, keeps the state, or goes back to a kept one, which may be of another task."""
        what = self._chance.random()
        if what < 0.01:
            plan = self._env.oracle_actions()
            self._see(plan)
            self._plan = plan[::-1]
        elif what < 0.02:
            self._kept = pickle.loads(pickle.dumps(self._env.snapshot())), shown
        elif what < 0.03 and self._kept is not None:
            snapshot, expected = self._kept
            assert self._env.restore(snapshot) == expected
            self._plan = []

    def _choose(self, understood: list[str]) -> str:
        chance, kind = self._chance, self._chance.random()
        if kind < 0.35:
            return self._plan.pop() if self._plan else chance.choice(understood)
        if kind < 0.5:
            return chance.choice(_HOSTILE)
        if kind < 0.7:
            return chance.choice(_MISSPELT)(chance.choice(understood))
        if kind < 0.85:
            game = open_collection("mini", self._env.games.name.removeprefix("mini-")).game(self._env.task.id)
            return next(hostile_actions(game, understood, chance))
        text = hostile.random_text(chance)
        return chance.choice((text, *(f"{action.split(' ')[0]} {text}" for action in understood[:2])))

    def _see(self, *shown: object) -> None:
        self._digest.update(json.dumps(shown).encode())


if __name__ == "__main__":
    hostile.run(play)
