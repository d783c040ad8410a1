"""Verification of a submission: its files, then the world; a sample of its episodes is played again, action by action.

An episode is the same only if the world answers every action with the same text, reward, score, progress and
subgoals, and ends when and as recorded. A sample catches one doctored episode among n with the chance N / n, so the
seed of the sample is drawn when it is asked for, unless it is given, and the default is to play all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from packaging.version import InvalidVersion, Version

from eto_agent.formats.replay import Verdict, replay
from eto_agent.leaderboard.check import Entry, check
from eto_agent.leaderboard.identity import CODE, identity_of
from eto_envs import __version__
from eto_envs.core import TextEnv
from eto_envs.errors import EtoEnvError
from eto_envs.making import make_with
from eto_envs.recording import text_env
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory, Turn

__all__ = ["Sample", "verify"]

Sample = int | Literal["all"]

_COMPARED = ("observation", "reward", "score", "progress", "valid", "subgoals")


def verify(path: Path, sample: Sample = "all", seed: int = 0) -> tuple[Entry, int]:
    """Verifies a submission; returns it and how many of its episodes were played again.

    Args:
        path: the submission's JSON file.
        sample: how many episodes to play again.
        seed: chooses them.

    Raises:
        SubmissionError: it is refused; the message says why, on one line.
    """
    entry = check(path)
    _check_code(entry)
    submission = entry.submission
    settings = {**submission.environment.settings, "split": submission.split.short}
    try:
        env = text_env(make_with(submission.environment.id, settings))
        try:
            tasks = env.manifest[submission.split.short]
            _check_identity(entry, env, tasks)
            _check_tasks(entry, tasks)
            _check_limits(entry, env, tasks)
            chosen = _chosen(entry.trajectories, sample, seed)
            for given, verdict in zip(chosen, replay(chosen, env), strict=True):
                _compare(entry, given, verdict)
        finally:
            env.close()
    except EtoEnvError as error:
        if str(error).startswith(f"{path}: "):
            raise
        raise entry.refuse(f"its world cannot be set up here: {error}") from None
    return entry, len(chosen)


def _check_code(entry: Entry) -> None:
    given = entry.submission.code_version
    try:
        newer = Version(given) > Version(__version__)
    except InvalidVersion:
        raise entry.refuse(f"environment.versions.{CODE} is {given!r}; expected a version such as 0.1.0.") from None
    if newer:
        raise entry.refuse(f"it was made with {CODE} {given}, this is {__version__}; upgrade {CODE} to verify it.")


def _check_identity(entry: Entry, env: TextEnv, tasks: TaskSet) -> None:
    environment = entry.submission.environment
    versions = {key: value for key, value in environment.versions.items() if key != CODE}
    here = {key: value for key, value in env.versions.items() if key != CODE}
    for given, found in ((environment.identity, identity_of(env, tasks)), (versions, here)):
        for key in sorted(given.keys() | found.keys()):
            if given.get(key) != found.get(key):
                raise entry.refuse(
                    f"{key} is {given.get(key)!r} in the submission, its settings give {found.get(key)!r} here; "
                    "evaluate with this version and data."
                )


def _check_tasks(entry: Entry, tasks: TaskSet) -> None:
    split, played = entry.submission.split, {each.task for each in entry.trajectories}
    missing = next((task for task in tasks.ids if task not in played), None)
    if missing is not None:
        raise entry.refuse(f"task {missing!r} of {tasks.name} is missing; evaluate the whole split.")
    if (split.name, split.hash, split.tasks) != (tasks.name, tasks.hash, len(tasks)):
        raise entry.refuse(
            f"the split is {split.name} with hash {split.hash} and {split.tasks} tasks in the submission, but "
            f"{tasks.name} with hash {tasks.hash} and {len(tasks)} tasks here."
        )


def _check_limits(entry: Entry, env: TextEnv, tasks: TaskSet) -> None:
    """Replies without an action count, too, though the world does not see them."""
    for each in entry.trajectories:
        task, steps = tasks.get(each.task), len(each.turns) - 1
        limit = env.max_steps or (task.max_steps if task else 0)
        if steps > limit or (each.outcome == "step_limit" and steps < limit):
            raise entry.refuse(
                f"task {each.task!r} has {steps} steps and the outcome {each.outcome}; its limit is {limit} steps."
            )


def _chosen(trajectories: Sequence[Trajectory], sample: Sample, seed: int) -> list[Trajectory]:
    if sample == "all" or sample >= len(trajectories):
        return list(trajectories)
    picked = np.random.default_rng(seed).choice(len(trajectories), size=sample, replace=False)
    return [trajectories[index] for index in sorted(picked.tolist())]


def _compare(entry: Entry, given: Trajectory, verdict: Verdict) -> None:
    played, place = verdict.trajectory, f"task {given.task!r}"
    for key in ("max_score", "task_type", "subgoals"):
        one, other = getattr(given, key), getattr(played, key)
        if one != other:
            raise entry.refuse(f"{place}: {key} {one!r} is recorded, the world gives {other!r}.")
    for number, (one, other) in enumerate(zip(given.turns, played.turns, strict=False)):
        key = _differing(one, other)
        if key is not None:
            recorded, found = _around(str(getattr(one, key)), str(getattr(other, key)))
            raise entry.refuse(
                f"{place}, turn {number} ({one.action!r}): {key} {recorded} is recorded, the world gives {found}."
            )
    if verdict.surplus:
        ended = len(played.turns) - 1
        raise entry.refuse(f"{place}: the world ends the episode after {ended} turns, {verdict.surplus} more follow.")
    # The world calls no episode given up, and does not know of a limit that replies without an action used up.
    ends = {"gave_up", "step_limit"} if played.outcome == "gave_up" else {played.outcome}
    if given.outcome not in ends or given.final_reward != played.final_reward:
        raise entry.refuse(
            f"{place} ends as {given.outcome} with reward {given.final_reward:g} in the record, "
            f"as {played.outcome} with {played.final_reward:g} in the world."
        )


def _differing(one: Turn, other: Turn) -> str | None:
    if one.role == "task" and one.text != other.text:
        return "text"
    return next((key for key in _COMPARED if getattr(one, key) != getattr(other, key)), None)


def _around(one: str, other: str) -> tuple[str, str]:
    """Both texts from shortly before they part, short enough for a line."""
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    begin = max(0, start - 20)
    return repr(one[begin : begin + 60]), repr(other[begin : begin + 60])
