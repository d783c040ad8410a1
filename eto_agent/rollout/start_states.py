"""Starts: states in the middle of recorded episodes, for `rollout.explore` to let the agent go on from.

An episode from a start is recorded as the task turn, the recorded turns up to there with the role `prefix` (their texts
as they were said, thoughts included), then the agent's own turns. What the environment answers to the replayed actions
has to equal the record; else the episode is an error that shows both texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eto_envs.core import Snapshot
from eto_envs.errors import DivergenceError, PrefixError, UnknownNameError, WorkerError
from eto_envs.pool import PoolResult, State
from eto_envs.tasks import Task
from eto_envs.trajectory import Trajectory, Turn

__all__ = ["PlannedEpisode", "StartState", "episode_id", "placed", "planned_episodes", "spread", "start_states_along"]


@dataclass(frozen=True, slots=True)
class StartState:
    """The state after the first `turns` turns of a recorded episode; 0 is the start of its task."""

    record: Trajectory
    turns: int

    @property
    def prefix(self) -> list[Turn]:
        """The turns to replay, as they were recorded."""
        return self.record.turns[1 : 1 + self.turns]

    @property
    def actions(self) -> list[str]:
        """The actions to replay; a reply without an action is a turn that the environment was not told of."""
        return [turn.action for turn in self.prefix if turn.action is not None]


@dataclass(slots=True)
class PlannedEpisode:
    """One episode to run: which task, the number of the sample, and from where (None: the start of the task).

    `placed` fills in the state that a start stands for (`snapshot`) and the record until there (`begun`).
    """

    task: Task
    sample: int
    start: StartState | None = None
    snapshot: Snapshot | None = None
    begun: Trajectory | None = None

    @property
    def id(self) -> tuple[str, int, int]:
        """Task, start and sample: what tells the episodes of an exploration apart."""
        return self.task.id, self.steps, self.sample

    @property
    def key(self) -> str:
        """The name of the conversation."""
        at = "" if self.start is None else f"@{self.start.turns}"
        return f"{self.task.id}{at}#{self.sample}"

    @property
    def steps(self) -> int:
        """The steps that are taken already; a reply without an action was one too."""
        return 0 if self.start is None else self.start.turns

    @property
    def meta(self) -> dict[str, Any]:
        """What the record notes of it."""
        return {"sample": self.sample} | ({} if self.start is None else {"start": self.start.turns})


def episode_id(trajectory: Trajectory) -> tuple[str, int, int]:
    """The `PlannedEpisode.id` of a record."""
    return trajectory.task, trajectory.meta.get("start", 0), trajectory.meta.get("sample", 0)


def planned_episodes(tasks: Sequence[Task], starts: Sequence[StartState] | None, samples: int) -> list[PlannedEpisode]:
    """The episodes of an exploration in order: `samples` of each task or, where there are starts, of each start.

    Raises:
        UnknownNameError: a start is of another task, or of the same number of turns as another one of its task.
    """
    if starts is None:
        return [PlannedEpisode(task, sample) for task in tasks for sample in range(samples)]
    known = {task.id: task for task in tasks}
    for start in starts:
        if start.record.task not in known:
            raise UnknownNameError.of("task", start.record.task, known, where="of a start")
    jobs = [PlannedEpisode(known[start.record.task], sample, start) for start in starts for sample in range(samples)]
    if len({job.id for job in jobs}) < len(jobs):
        raise UnknownNameError("Two starts of a task are after the same number of turns; explore them one by one.")
    return jobs


def spread(count: int, most: int | None) -> list[int]:
    """The numbers below `count`; at most `most` of them: the middles of as many equal parts.

    From 0 on would begin with the first step of an episode, at which an agent mostly does as its expert did.
    """
    if most is None or count <= most:
        return list(range(count))
    return [(2 * part + 1) * count // (2 * most) for part in range(most)]


def start_states_along(record: Trajectory, most: int | None = None, *, beginning: bool = False) -> list[StartState]:
    """The states of an episode in which its agent had to choose: before its first turn, ..., before its last.

    A state before a slip of an expert (a `prefix` turn) is none of them: what was said there is no example.

    Args:
        record: the episode.
        most: at most this many of them, evenly spread; None takes all.
        beginning: the start of the task is one of them in any case, and does not count.
    """
    first = [StartState(record, 0)] if beginning else []
    turns = enumerate(record.turns[1:])
    states = [before for before, turn in turns if turn.role == "agent" and before >= len(first)]
    return [*first, *(StartState(record, states[index]) for index in spread(len(states), most))]


def placed(
    jobs: Sequence[PlannedEpisode], visited: PoolResult, blank: Callable[[PlannedEpisode], Trajectory]
) -> tuple[list[PlannedEpisode], list[Trajectory]]:
    """Places jobs at the states that were visited for them.

    Args:
        jobs: of one task, each with a start.
        visited: the answer to `EnvPool.visit` with the actions of each job's start.
        blank: makes the record of a job.

    Returns:
        The jobs that can begin, and the records of the others: errors.
    """
    ready: list[PlannedEpisode] = []
    failed: list[Trajectory] = []
    for number, job in enumerate(jobs):
        trajectory = blank(job)
        try:
            if visited.error is not None:
                raise visited.error
            _place(job, trajectory, visited.value.along(number))
            ready.append(job)
        except (PrefixError, WorkerError) as error:
            trajectory.finish("error", None, str(error))
            failed.append(trajectory)
    return ready, failed


def _place(job: PlannedEpisode, trajectory: Trajectory, states: Sequence[State]) -> None:
    """Begins a job's record with the turns until its start.

    Raises:
        DivergenceError: a state is not what was recorded. PrefixError: the episode ends on the way.
    """
    assert job.start is not None
    first, *rest = states
    recorded = job.start.record.turns[0].observation
    if first.observation != recorded:
        raise DivergenceError(-1, "reset", recorded, first.observation)
    trajectory.begin(first.observation, first.info)
    following = iter(rest)
    for index, turn in enumerate(job.start.prefix):
        if turn.action is None:
            last = trajectory.turns[-1]
            unchanged = {"score": last.score, "progress": last.progress, "subgoals": list(last.subgoals)}
            trajectory.turns.append(replace(turn, role="prefix", reward=0.0, meta=dict(turn.meta), **unchanged))
            continue
        state = next(following, None)
        if state is None or state.ended:
            raise PrefixError(f"Turn {index} ({turn.action!r}) of {job.start.turns} before the start ends the episode.")
        if state.observation != turn.observation:
            raise DivergenceError(index, turn.action, turn.observation, state.observation)
        told = trajectory.record(turn.text, turn.action, state.observation, state.reward, state.info)
        told.role, told.meta = "prefix", dict(turn.meta)
    job.snapshot, job.begun = states[-1].snapshot, trajectory
