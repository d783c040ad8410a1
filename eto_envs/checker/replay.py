"""Checks of coming back to a state: the same task again, prefixes, snapshots, pickles."""

from __future__ import annotations

import pickle

from eto_envs.checker.requirements import require_equal, require_error
from eto_envs.checker.walk import Walk, another
from eto_envs.core import HistoryStep
from eto_envs.errors import DivergenceError, EpisodeError, PrefixError

__all__ = ["check_pickle", "check_prefix", "check_prefix_errors", "check_same_again", "check_snapshot"]


def check_same_again(walk: Walk) -> None:
    """The same task gives the same bytes a second time and, in another environment, after another task."""
    require_equal(walk.start(walk.env), walk.first, f"The start of task {walk.task!r}, the second time")
    walk.require_rest(walk.env, 0, "the second time")
    with another(walk.env) as env:
        env.reset(options={"task": env.tasks[-1].id})
        env.step(walk.actions[0])
        elsewhere = "in another environment, after another task"
        require_equal(walk.start(env), walk.first, f"The start of task {walk.task!r}, {elsewhere}")
        walk.require_rest(env, 0, elsewhere)


def check_prefix(walk: Walk) -> None:
    """A reset with the first part of the walk equals its steps, and the second part follows as before."""
    env, part = walk.env, len(walk.actions) // 2 + 1
    observations = walk.observations[:part]
    observation, info = walk.start(env, prefix=walk.actions[:part], expected_observations=observations)
    expected = tuple(HistoryStep(walk.actions[n], walk.results[n][0], walk.results[n][1]) for n in range(part))
    require_equal(info.pop("history", None), expected, "info['history'] after a prefix")
    require_equal(info.pop("first_observation", None), walk.first[0], "info['first_observation'] after a prefix")
    require_equal((observation, info), walk.state_after(part), "What reset() returns after a prefix, without history")
    walk.require_rest(env, part, "after a prefix")


def check_prefix_errors(walk: Walk) -> None:
    env, right = walk.env, walk.observations
    wrong = [*right[:-1], right[-1] + "?"]
    error = require_error(
        DivergenceError,
        "A prefix that leads elsewhere than expected",
        lambda: walk.start(env, prefix=walk.actions, expected_observations=wrong),
    )
    require_equal((error.index, error.observed), (len(wrong) - 1, right[-1]), "index and observed of the error")
    require_error(EpisodeError, "A step after a prefix that failed", lambda: env.step(walk.actions[0]))
    require_error(
        PrefixError,
        "A prefix with fewer expected observations than actions",
        lambda: walk.start(env, prefix=walk.actions, expected_observations=right[:-1]),
    )
    with another(env, max_steps=len(walk.actions)) as short:
        require_error(PrefixError, "A prefix up to the step limit", lambda: walk.start(short, prefix=walk.actions))


def check_snapshot(walk: Walk) -> None:
    """A state comes back, here and, through pickle, elsewhere, whatever was done since it was taken."""
    env, part = walk.env, len(walk.actions) // 2
    walk.go(env, part)
    snapshot = env.snapshot()
    walk.require_rest(env, part, "after a snapshot was taken")
    require_equal(env.restore(snapshot), walk.state_after(part), "What restore() returns")
    walk.require_rest(env, part, "after restore()")
    with another(env) as second:
        restored = second.restore(pickle.loads(pickle.dumps(snapshot)))
        require_equal(restored, walk.state_after(part), "What restore() returns in another environment")
        walk.require_rest(second, part, "after restore() in another environment")


def check_pickle(walk: Walk) -> None:
    """A pickled environment goes on where the original was, and samples the same tasks."""
    env, part = walk.env, len(walk.actions) // 2
    env.reset(seed=5)
    walk.go(env, part)
    copy = pickle.loads(pickle.dumps(env))
    try:
        walk.require_rest(copy, part, "in a pickled copy of the environment")
        _, sampled = copy.reset()
    finally:
        copy.close()
    walk.require_rest(env, part, "after the environment was pickled")
    _, expected = env.reset()
    require_equal(sampled["task"], expected["task"], "The next task that a pickled environment samples")
