"""Checks of how an environment behaves: wrong use, results and `info`, any string, rewards, ends, the oracle."""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.utils.env_checker import check_env

from eto_envs.checker.requirements import require, require_equal, require_error, shortened
from eto_envs.checker.walk import Result, Walk, another, find_walk
from eto_envs.core import REWARD_MODES, TextEnv
from eto_envs.errors import ContractError, EpisodeError, EtoEnvError, UnknownNameError

__all__ = [
    "INFO_TYPES",
    "ODD_ACTIONS",
    "check_gymnasium",
    "check_names",
    "check_odd_actions",
    "check_oracle",
    "check_rewards_and_limit",
    "check_sampling",
    "check_use_before_reset",
    "check_walk",
    "check_words",
]

INFO_TYPES: dict[str, tuple[type, ...]] = {
    "task": (str,),
    "goal": (str,),
    "split": (str,),
    "steps": (int,),
    "score": (float,),
    "progress": (float,),
    "subgoals": (tuple,),
    "success": (bool,),
    "valid_action": (bool,),
    "outcome": (str, type(None)),
    "versions": (dict,),
}
"""The keys of `info`, and the types of their values, at every step of every environment."""

ODD_ACTIONS = ("", " ", "look\nlook", "\t\x00\x7f", "🔬 捨てる é", "\ud800 \udfff", "{}[]()%s\\", "x" * 10_000)
"""Strings that no world understands, and every world answers."""

_UNKNOWN = "no such name"
_CONSTANT = ("task", "goal", "split")


def check_use_before_reset(env: TextEnv) -> None:
    with another(env) as second:
        require_error(EpisodeError, "step() before reset()", lambda: second.step("look"))
        require_error(EpisodeError, "snapshot() before reset()", second.snapshot)
        require_error(EpisodeError, "admissible_actions() before reset()", second.admissible_actions)
        require_error(EpisodeError, "oracle_actions() before reset()", second.oracle_actions)


def check_gymnasium(env: TextEnv) -> None:
    """Gymnasium's own checker, a warning of which counts as well."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            check_env(env)
        except AssertionError as error:
            raise ContractError(f"gymnasium's check_env: {error}") from error
    for warning in caught:
        text = re.sub(r"\x1b\[[0-9;]*m", "", str(warning.message))
        if env.spec is None and "not having a spec" in text:
            continue  # only gymnasium.make can make it with its other render modes
        raise ContractError(f"gymnasium's check_env warns: {text}")


def check_names(env: TextEnv) -> None:
    """Unknown tasks, options and settings are refused by name; so is an action that is no string."""
    for what, options in (("task", {"task": _UNKNOWN}), ("reset option", {_UNKNOWN: 1})):
        error = require_error(UnknownNameError, f"An unknown {what}", lambda o=options: env.reset(options=o))
        require(_UNKNOWN in str(error), f"The error for an unknown {what} does not name it: {error}")
    for setting in ("reward_mode", "split"):
        require_error(UnknownNameError, f"An unknown {setting}", lambda s=setting: _make(env, {s: _UNKNOWN}))
    env.reset(seed=0)
    number: Any = 3
    require_error(EtoEnvError, "An action that is no string", lambda: env.step(number))


def _make(env: TextEnv, changes: dict[str, Any]) -> None:
    with another(env, **changes):
        pass


def check_sampling(env: TextEnv) -> None:
    _, once = env.reset(seed=11)
    _, again = env.reset(seed=11)
    require_equal(again["task"], once["task"], "The task that reset(seed=11) samples, the second time")
    require(once["task"] in env.tasks, f"reset() samples {once['task']!r}, which is not in the split.")


def check_walk(env: TextEnv, task: str) -> Walk:
    """Finds the walk that the other checks take, and checks everything that it returned."""
    before = _global_random_state()
    walk = find_walk(env, task)
    require(_global_random_state() == before, "An episode draws from a global random generator; use self.np_random.")
    _check_state(walk, *walk.first, steps=0)
    for number, (observation, reward, terminated, truncated, info) in enumerate(walk.results, 1):
        _check_state(walk, observation, info, steps=number)
        types = [type(value) for value in (reward, terminated, truncated)]
        require_equal(types, [float, bool, bool], "Types of reward, terminated, truncated")
    understood = [result[4]["valid_action"] for result in walk.results]
    # Not all: ScienceWorld's own list names many things by names that its parser does not know (56 of 140 tried).
    enough = sum(understood) > len(understood) / 3
    require(enough, f"Of the admissible actions {walk.actions}, only {sum(understood)} are understood.")
    return walk


def check_words(walk: Walk) -> None:
    """A language model is told the goal, in the task turn."""
    observation, info = walk.first
    told = walk.env.conversation.render_task(info["goal"], observation)
    require(info["goal"] in told, f"The task turn of its conversation lacks the goal {shortened(info['goal'])}.")


def _global_random_state() -> tuple[object, str]:
    return random.getstate(), repr(np.random.get_state())


def _check_state(walk: Walk, observation: str, info: dict[str, Any], *, steps: int) -> None:
    require(observation in walk.env.observation_space, f"An observation is no text: {shortened(observation)}")
    optional = ["admissible_actions"] if "admissible_actions" in walk.first[1] else []
    require_equal(sorted(info), sorted([*INFO_TYPES, *optional]), f"Keys of info after step {steps}")
    for key, types in INFO_TYPES.items():
        name = type(info[key]).__name__
        require(type(info[key]) in types, f"info[{key!r}] is a {name}; expected {types[0].__name__}.")
    require_equal(info["steps"], steps, "info['steps']")
    for key in _CONSTANT:
        require_equal(info[key], walk.first[1][key], f"info[{key!r}] within an episode")
    require(0 <= info["progress"] <= 1, f"info['progress'] is {info['progress']}; expected 0 to 1.")
    names = [name for name, _ in info["subgoals"]]
    first_names = [name for name, _ in walk.first[1]["subgoals"]]
    require_equal(names, first_names, "Names of the subgoals within an episode")


def check_odd_actions(walk: Walk) -> None:
    env = walk.env
    walk.start(env)
    for action in ODD_ACTIONS:
        shown = shortened(action)
        try:
            observation, _, terminated, truncated, info = env.step(action)
        except Exception as error:
            message = f"Action {shown} raises {type(error).__name__} ({error}); any string gets an observation."
            raise ContractError(message) from error
        require(observation in env.observation_space, f"Action {shown} is answered with {shortened(observation)}.")
        require_equal(sorted(info), sorted(walk.first[1]), f"Keys of info after action {shown}")
        if terminated or truncated:
            walk.start(env)


def check_rewards_and_limit(walk: Walk) -> None:
    """In either mode the rewards sum to the final score; the limit truncates; nothing comes after the end."""
    for mode in REWARD_MODES:
        with another(walk.env, reward_mode=mode, max_steps=len(walk.actions)) as env:
            walk.start(env)
            results = [env.step(action) for action in walk.actions]
            _check_rewards(env, results)
            require_equal(results[-1][2:4], (False, True), "terminated, truncated at the step limit")
            outcomes = [result[4]["outcome"] for result in results]
            require_equal(outcomes, [None] * (len(results) - 1) + ["step_limit"], "info['outcome'] up to the limit")
            require_error(EpisodeError, "A step after the end", lambda e=env: e.step(walk.actions[0]))


def _check_rewards(env: TextEnv, results: Sequence[Result]) -> None:
    rewards = [result[1] for result in results]
    final, total = min(1.0, max(0.0, results[-1][4]["score"] / env.max_score)), sum(rewards)
    what = f"The rewards of an episode with reward_mode={env.reward_mode!r}"
    require(abs(total - final) < 1e-9, f"{what} sum to {total}; expected its final score {final}.")
    if env.reward_mode == "final":
        require(not any(rewards[:-1]), f"{what} are given before its end: {rewards}.")


def check_oracle(walk: Walk) -> None:
    """Where the oracle gives a solution within the limit, it solves the task, in both reward modes."""
    walk.start(walk.env)
    plan = walk.env.oracle_actions()
    if not plan or len(plan) > walk.env.step_limit:
        return
    _check_solution(walk, walk.env, plan)
    other = next(mode for mode in REWARD_MODES if mode != walk.env.reward_mode)
    with another(walk.env, reward_mode=other) as env:
        _check_solution(walk, env, plan)


def _check_solution(walk: Walk, env: TextEnv, plan: Sequence[str]) -> None:
    walk.start(env)
    results: list[Result] = []
    for action in plan:
        results.append(env.step(action))
        if results[-1][2] or results[-1][3]:
            break
    _, _, terminated, _, info = results[-1]
    require(terminated and info["success"], f"The oracle does not solve task {walk.task!r}: {shortened(info)}")
    require_equal(info["outcome"], "solved", "info['outcome'] after the oracle's actions")
    _check_rewards(env, results)
