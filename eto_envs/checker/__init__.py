"""`check_text_env`: does an environment keep the contract of the suite?

It needs no test framework, so that authors of other worlds can run it as it is. `conduct` and `replay` hold the checks,
`walk` the few steps that they compare.
"""

from __future__ import annotations

import gymnasium

from eto_envs.checker import conduct, replay
from eto_envs.checker.requirements import reported
from eto_envs.core import TextEnv
from eto_envs.errors import ContractError

__all__ = ["check_text_env"]

_OF_THE_ENV = (
    conduct.check_use_before_reset,
    conduct.check_gymnasium,
    conduct.check_names,
    conduct.check_sampling,
)
_OF_A_WALK = (
    conduct.check_words,
    replay.check_same_again,
    conduct.check_odd_actions,
    replay.check_prefix,
    replay.check_prefix_errors,
    replay.check_snapshot,
    replay.check_pickle,
    conduct.check_rewards_and_limit,
    conduct.check_oracle,
)


def check_text_env(env: gymnasium.Env[str, str], task: str | None = None) -> None:
    """Checks an environment against the contract of the suite, in a few dozen steps.

    Spaces, five-tuple and `info`; rewards in both modes; errors for wrong use and observations for any string;
    prefixes, snapshots and pickles that lead to the same texts as stepping; the same episode from the same task every
    time; an oracle that solves and admissible actions that are understood. Gymnasium's own `check_env` is part of it.

    Args:
        env: the environment, wrapped or not (wrappers are not checked). It is reset, and left open in some episode.
            Others are made from its class and arguments, and closed again.
        task: the id of the task to play; None: the one of the split with the fewest steps.

    Raises:
        ContractError: the first thing found that breaks the contract, on one line.
        MissingDependencyError: the environment cannot run here at all.
    """
    base = env.unwrapped
    if not isinstance(base, TextEnv):
        raise ContractError(f"{type(base).__name__} is no subclass of eto_envs.TextEnv.")
    name = type(base).__name__
    for check in _OF_THE_ENV:
        with reported(name, _title(check.__name__)):
            check(base)
    with reported(name, "an episode"):
        walk = conduct.check_walk(base, task or min(base.tasks, key=lambda each: each.max_steps).id)
    for check in _OF_A_WALK:
        with reported(name, _title(check.__name__)):
            check(walk)


def _title(name: str) -> str:
    return name.removeprefix("check_").replace("_", " ")
