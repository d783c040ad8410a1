"""Recording episodes: one function that plays an episode into a `Trajectory`, and two policies that need no model.

A policy here is a function of `(env, seed)` that serves one episode: it returns the function which is asked for every
action. `POLICIES` holds the two that every world offers, `oracle` and `random`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import gymnasium
import numpy as np

from eto_envs.core import TextEnv
from eto_envs.errors import DataError, SimulatorError, UnknownNameError
from eto_envs.registration import ENV_IDS
from eto_envs.tasks import Task
from eto_envs.trajectory import Trajectory, append_trajectory, read_trajectories, write_trajectories

__all__ = [
    "POLICIES",
    "ChooseAction",
    "Policy",
    "blank_trajectory",
    "oracle",
    "random",
    "record_episode",
    "record_tasks",
    "tasks_left",
    "text_env",
]

ChooseAction: TypeAlias = Callable[[str, Mapping[str, Any]], "str | tuple[str, str] | None"]
"""`(observation, info)` -> the action; or the whole reply and the action in it; or None to abandon the episode."""

Policy: TypeAlias = Callable[[TextEnv, int], ChooseAction]
"""`(env, seed)` -> the function that chooses the actions of one episode."""

_VIEW_SETTINGS = frozenset({"split", "render_mode", "admissible_actions"})
"""Keyword arguments that change what is shown or sampled, not what happens in the episode of a task."""


def oracle(env: TextEnv, seed: int = 0) -> ChooseAction:
    """Plans once, when the first action is asked for, and follows the plan; None when it runs out.

    After a prefix the plan must begin where the prefix ended: a world that plans from the start (`TextEnv.oracle_from`)
    gets no action, and the episode ends there.
    """
    plan: Iterator[str] | None = None

    def choose(observation: str, info: Mapping[str, Any]) -> str | None:
        nonlocal plan
        if plan is None:
            usable = env.oracle_from == "state" or not info["steps"]
            plan = iter(env.oracle_actions() if usable else ())
        return next(plan, None)

    return choose


def random(env: TextEnv, seed: int = 0) -> ChooseAction:
    """Picks evenly among the admissible actions; None where there are none.

    The picks depend on the seed and the task alone, so an episode is the same in whatever order episodes are recorded.
    """
    generator: np.random.Generator | None = None

    def choose(observation: str, info: Mapping[str, Any]) -> str | None:
        nonlocal generator
        if generator is None:
            digest = hashlib.sha256(str(info["task"]).encode()).digest()
            generator = np.random.default_rng([seed, int.from_bytes(digest[:16], "big")])
        actions = env.admissible_actions()
        return actions[int(generator.integers(len(actions)))] if actions else None

    return choose


POLICIES: dict[str, Policy] = {"oracle": oracle, "random": random}
"""The policies that need no model, by name."""


def record_episode(
    env: gymnasium.Env[str, str],
    choose_action: ChooseAction,
    *,
    task: str,
    prefix: Sequence[str] = (),
    policy: str = "",
    seed: int | None = None,
) -> Trajectory:
    """Plays one episode and returns its record.

    Args:
        env: an environment of the suite, wrapped or not.
        choose_action: asked for every action; where it returns None the episode is left unfinished (outcome None).
        task: the id of the task.
        prefix: actions to replay first; they become turns of the role `prefix`.
        policy: name to note in the record; `seed`: the policy's seed to note.

    Returns:
        The trajectory. Where the simulator died under the episode the outcome is `error`, with the turns until then.

    Raises:
        UnknownNameError: the task does not exist; PrefixError: the prefix cannot be replayed.
    """
    base = text_env(env)
    split, known = base.manifest.locate(task, base.split)
    trajectory = blank_trajectory(env, known, split, policy=policy, seed=seed)
    try:
        observation, info = env.reset(options={"task": task, "prefix": list(prefix)})
        trajectory.begin(observation, info)
        while trajectory.outcome is None:
            reply = choose_action(observation, info)
            if reply is None:
                break
            text, action = (reply, reply) if isinstance(reply, str) else reply
            observation, reward, _, _, info = env.step(action)
            trajectory.record(text, action, observation, float(reward), info)
    except SimulatorError as error:
        trajectory.finish("error", None, str(error))
    return trajectory


def tasks_left(
    env: gymnasium.Env[str, str],
    policy: str,
    tasks: Sequence[Task],
    path: str | os.PathLike[str],
    *,
    seed: int = 0,
    retry_errors: bool = False,
) -> list[Task]:
    """The tasks that a file of recordings does not hold yet, after checking that it may be continued.

    Args:
        env, policy, seed: as for `record_tasks`.
        tasks: the tasks wanted.
        path: the file; it need not exist.
        retry_errors: count a task whose episode is an error as not recorded, and take that episode out of the file.

    Raises:
        DataError: the file holds no trajectories, or episodes of other settings (the message names them).
    """
    source = Path(path)
    if not source.exists():
        if not source.parent.is_dir():
            raise DataError(
                f"No folder {str(source.parent)!r} to write {source.name} to; run: mkdir -p {source.parent}"
            )
        return list(tasks)
    present = list(read_trajectories(source))
    if not present and source.stat().st_size:
        raise DataError(f"{str(path)!r} holds no trajectories; give another file with --out.")
    _check_same_settings(env, path, present, policy=policy, seed=_noted_seed(policy, seed))
    if retry_errors and any(each.outcome == "error" for each in present):
        present = [each for each in present if each.outcome != "error"]
        write_trajectories(path, present)
    recorded = {each.task for each in present}
    return [task for task in tasks if task.id not in recorded]


def record_tasks(
    env: gymnasium.Env[str, str], policy: str, tasks: Sequence[Task], path: str | os.PathLike[str], *, seed: int = 0
) -> Iterator[Trajectory]:
    """Records an episode of every task, appends each to the file as it ends, and yields it.

    With `tasks_left`, a recording that was interrupted and started again ends up as if it never had been interrupted.

    Args:
        env: an environment of the suite.
        policy: a name of `POLICIES`; `seed`: seed of the random policy.
        tasks: the tasks, in order.
        path: the file; it is created with the first episode.
    """
    for task in tasks:
        choose_action = POLICIES[policy](text_env(env), seed)
        trajectory = record_episode(env, choose_action, task=task.id, policy=policy, seed=_noted_seed(policy, seed))
        append_trajectory(path, trajectory)
        yield trajectory


def _noted_seed(policy: str, seed: int) -> int | None:
    """The oracle does not sample, so its records carry no seed."""
    return None if policy == "oracle" else seed


def _check_same_settings(
    env: gymnasium.Env[str, str],
    path: str | os.PathLike[str],
    present: Sequence[Trajectory],
    *,
    policy: str,
    seed: int | None,
) -> None:
    base = text_env(env)
    mine = blank_trajectory(env, base.tasks[0], base.split, policy=policy, seed=seed)
    for each in present:
        for key in ("env", "env_kwargs", "policy", "seed"):
            before, now = getattr(each, key), getattr(mine, key)
            if before != now:
                raise DataError(
                    f"{str(path)!r} was recorded with {key} {before!r}, not {now!r}; give another file with --out."
                )


def blank_trajectory(
    env: gymnasium.Env[str, str], task: Task, split: str, *, policy: str = "", seed: int | None = None
) -> Trajectory:
    """A trajectory without turns, every other field filled from the environment.

    Args:
        env: the environment, wrapped or not. It is named by its id, with the module of its class in front where it is
            none of the suite, so that others can make it again; by its class where `gymnasium.make` did not build it.
        task: the task, and the name of the `split` that holds it.
        policy, seed: who acts.
    """
    base = text_env(env)
    spec = base.spec
    # Through JSON, so that the record compares equal to what is read back from its file.
    kwargs: dict[str, Any] = json.loads(json.dumps(spec.kwargs, default=_named)) if spec is not None else {}
    return Trajectory(
        env=_name_of(base),
        task=task.id,
        task_type=task.type,
        split=f"{base.manifest.name}/{split}",
        env_kwargs={key: kwargs[key] for key in sorted(kwargs) if key not in _VIEW_SETTINGS},
        max_score=base.max_score,
        seed=seed,
        policy=policy,
        versions=base.versions,
    )


def _name_of(base: TextEnv) -> str:
    name = type(base).__qualname__ if base.spec is None else base.spec.id
    module = type(base).__module__
    return name if name in ENV_IDS or module == "__main__" else f"{module}:{name}"


def text_env(env: gymnasium.Env[str, str]) -> TextEnv:
    """The environment of the suite under any wrappers.

    Raises:
        UnknownNameError: it is another kind of environment.
    """
    base = env.unwrapped
    if not isinstance(base, TextEnv):
        raise UnknownNameError(
            f"{type(base).__name__} is no environment of this suite; expected a subclass of eto_envs.TextEnv."
        )
    return base


def _named(value: object) -> str:
    """How a setting that is no JSON value stands in a record: by its own name where it has one, as a tagger does."""
    return str(getattr(value, "name", value))
