"""`explore`: let a policy act on tasks, many episodes at a time, and keep every episode.

Environments run in the worker processes of an `EnvPool`. Those that are ready join the policy's batch, and their
actions are sent as soon as their own replies end: nobody waits for the slowest environment, nor for the slowest reply
where the policy streams (`policies/streaming.py`: Transformers and endpoints do; vLLM answers whatever is ready as a
batch). An episode that ends is replaced at once by the next task. Every finished episode is appended to the output
file, so an interrupted exploration continues where it stopped; when all are done the file is put into the order of the
tasks.

Episodes may also begin in the middle of recorded ones (`start_states`). All start states of a task are prepared in one
pass: one environment replays the recorded actions and keeps a snapshot of each state, and any environment goes on from
there. So n start states along an episode of n actions cost n steps. Where a world cannot snapshot its state
(ScienceWorld), a snapshot is restored by replaying the actions inside the worker, which makes that part O(n^2) again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from eto_agent.policies import Conversation, Policy, Reply
from eto_agent.policies.streaming import as_stream
from eto_agent.rollout.start_states import PlannedEpisode, StartState, episode_id, placed, planned_episodes
from eto_envs.conversation import ConversationFormat, Message, react_messages, turn_messages
from eto_envs.pool import EnvPool, PoolResult
from eto_envs.tasks import Task, TaskSet
from eto_envs.trajectory import Trajectory, append_trajectory, read_trajectories, write_trajectories

__all__ = ["Environments", "explore"]


@dataclass(frozen=True)
class Environments:
    """The environments that episodes run in, and how conversations with them are written.

    Attributes:
        pool: the worker processes.
        env: the Gymnasium id; `env_kwargs`: what the pool was made with.
        words: how conversations with them read.
        instruction: replaces that of the words; "" leaves it out.
        example: an in-context example, shown before the task.
        versions, max_score: of the environment, for the record.
    """

    pool: EnvPool
    env: str
    words: ConversationFormat
    env_kwargs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    instruction: str | None = None
    example: Trajectory | None = None
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    max_score: float = 1.0


@dataclass(slots=True)
class _Episode:
    """An episode under way in environment `index`."""

    index: int
    key: str
    trajectory: Trajectory
    limit: int
    plan: Sequence[str] = ()
    admissible: Sequence[str] = ()
    steps: int = 0
    messages: list[Message] = field(default_factory=list[Message])
    rendered: int = 0  # turns that are in the messages
    replied: Reply | None = None
    action: str | None = None


def explore(
    tasks: TaskSet | Sequence[Task],
    policy: Policy,
    environments: Environments,
    out: Path,
    *,
    samples: int = 1,
    start_states: Sequence[StartState] | None = None,
    seed: int = 0,
    split: str = "",
    on_episode: Callable[[Trajectory, int, int], None] | None = None,
) -> list[Trajectory]:
    """Runs the policy on every task, `samples` times each, and returns the trajectories in the order of the tasks.

    With `start_states` it runs from every start instead, and returns them in the order of the starts.

    Args:
        tasks: the tasks; a `TaskSet` also names the split.
        policy: who acts.
        environments: where, and how the conversations read.
        out: JSON Lines file; episodes that it already holds are not run again.
        samples: episodes per task, or start (they differ only where the policy samples).
        start_states: states of recorded episodes of these tasks to begin with; those of a task are adjacent, and no two
            of them come after the same number of turns. Where the replayed actions lead elsewhere than recorded, or
            end the episode, the outcome is `error` and the record says why.
        seed: recorded with every trajectory.
        split: the split's name, where `tasks` is no `TaskSet`.
        on_episode: called with each finished trajectory, the number done and the number in all.
    """
    split = tasks.name if isinstance(tasks, TaskSet) else split
    wanted = planned_episodes(tasks, start_states, samples)
    order = [job.id for job in wanted]
    done = _already_done(out)
    total = len(wanted)
    todo = deque(job for job in wanted if job.id not in done)
    unfinished = bool(todo) or not out.exists()
    if unfinished:
        out.parent.mkdir(parents=True, exist_ok=True)
        for trajectory in _Exploration(policy, environments, todo, seed, split).run():
            append_trajectory(out, trajectory)
            done[episode_id(trajectory)] = trajectory
            if on_episode is not None:
                on_episode(trajectory, len(done), total)
    found = [done[key] for key in order]
    if unfinished or (len(done) == total and not _holds(out, found)):
        write_trajectories(out, found)
    return found


def _holds(out: Path, trajectories: Sequence[Trajectory]) -> bool:
    """Whether the file holds just these, in this order.

    A process that is killed leaves episodes in the order in which they ended, and perhaps half a line among them.
    """
    return out.read_bytes() == "".join(f"{each.to_json()}\n" for each in trajectories).encode()


def _already_done(out: Path) -> dict[tuple[str, int, int], Trajectory]:
    if not out.exists():
        return {}
    if not out.stat().st_size:
        out.unlink()
        return {}
    return {episode_id(each): each for each in read_trajectories(out)}


class _Exploration:
    """The loop: receive whatever is ready, reply in one batch, submit, start new episodes in free environments."""

    def __init__(
        self, policy: Policy, environments: Environments, todo: Iterable[PlannedEpisode], seed: int, split: str
    ) -> None:
        self.policy, self.environments, self.todo = policy, environments, deque(todo)
        self.seed, self.split = seed, split
        self.episodes: dict[int, _Episode] = {}
        self.stream = as_stream(policy)
        self.waiting: list[_Episode] = []  # it is the policy's turn
        self.visiting: dict[int, list[PlannedEpisode]] = {}  # environments that look for the starts of jobs
        self.idle: set[int] = set()
        self.asked: dict[str, _Episode] = {}
        self.finished: list[Trajectory] = []

    def run(self) -> Iterator[Trajectory]:
        """Yields each trajectory as it is finished."""
        for index in range(self.environments.pool.num_envs):
            self._start_next(index)
        while self.episodes or self.visiting:
            self._receive()
            self._ask()
            yield from self._over()  # before the policy may fail
            for key, reply in self.stream.collect():
                self._submit(self.asked.pop(key), reply)
            yield from self._over()

    def _over(self) -> list[Trajectory]:
        """The episodes that have ended since the last call."""
        over, self.finished = self.finished, []
        return over

    def _start_next(self, index: int) -> None:
        self.episodes.pop(index, None)
        self.idle.add(index)
        if not self.todo:
            return
        self.idle.discard(index)
        job = self.todo[0]
        if job.start is not None and job.begun is None:
            self._visit_starts(index, job.task)
            return
        self.todo.popleft()
        trajectory = job.begun or self._blank(job)
        limit = int(self.environments.env_kwargs.get("max_steps") or job.task.max_steps)
        self.episodes[index] = _Episode(index, job.key, trajectory, limit, steps=job.steps)
        if job.snapshot is None:
            self.environments.pool.reset(index, task=job.task.id)
        else:
            self.environments.pool.restore(index, job.snapshot)

    def _blank(self, job: PlannedEpisode) -> Trajectory:
        return Trajectory(
            env=self.environments.env,
            task=job.task.id,
            task_type=job.task.type,
            split=self.split,
            env_kwargs=dict(self.environments.env_kwargs),
            max_score=self.environments.max_score,
            seed=self.seed,
            policy=self.policy.name,
            versions=dict(self.environments.versions),
            meta=job.meta,
        )

    def _visit_starts(self, index: int, task: Task) -> None:
        """Looks for the states of all the starts of a task at once."""
        jobs: list[PlannedEpisode] = []
        while self.todo and self.todo[0].task.id == task.id:
            jobs.append(self.todo.popleft())
        self.visiting[index] = jobs
        self.environments.pool.visit(index, task.id, [job.start.actions for job in jobs if job.start is not None])

    def _take_starts(self, result: PoolResult) -> None:
        """Jobs whose start was found are next; the others are over."""
        ready, failed = placed(self.visiting.pop(result.index), result, self._blank)
        self.todo.extendleft(reversed(ready))
        self.finished += failed
        for index in sorted({result.index, *self.idle}):
            self._start_next(index)

    def _receive(self) -> None:
        """Takes every answer that is ready; waits for the first one only if the policy has nothing to do."""
        idle = not self.waiting and not self.stream.busy
        timeout = None if idle else self.stream.patience_s if self.waiting else 0.0
        deadline = 0.0
        while self.environments.pool.pending:
            try:
                result = self.environments.pool.receive(timeout_s=timeout)
            except TimeoutError:
                return
            self._take(result)
            deadline = deadline or time.monotonic() + self.stream.patience_s
            timeout = max(0.0, deadline - time.monotonic())

    def _take(self, result: PoolResult) -> None:
        if result.kind == "visit":
            self._take_starts(result)
            return
        episode = self.episodes[result.index]
        if result.error is not None:
            self._end(episode, "error", None, str(result.error))
            return
        if result.kind in ("reset", "restore"):
            if result.kind == "reset":
                episode.trajectory.begin(result.observation, result.info)
            if self.policy.needs == "oracle":
                self.environments.pool.oracle_actions(episode.index)
                return
        elif result.kind == "oracle_actions":
            episode.plan = result.value
        elif result.kind == "admissible_actions":
            episode.admissible = result.value
            self.waiting.append(episode)
            return
        else:
            self._record_step(episode, result)
            if episode.trajectory.outcome is not None:
                self._end(episode, episode.trajectory.outcome, episode.trajectory.final_reward)
                return
        self._await_reply(episode)

    def _record_step(self, episode: _Episode, result: PoolResult) -> None:
        reply = episode.replied
        assert reply is not None
        assert reply.text is not None
        episode.trajectory.record(
            reply.text, episode.action, result.observation, result.reward, result.info, **_kept(reply)
        )

    def _await_reply(self, episode: _Episode) -> None:
        """The environment has spoken: the policy's turn, unless the steps are used up."""
        if episode.steps >= episode.limit:
            self._end(episode, "step_limit", self._clipped_score(episode))
        elif self.policy.needs == "admissible":
            self.environments.pool.admissible_actions(episode.index)
        else:
            self.waiting.append(episode)

    def _ask(self) -> None:
        """Hands the policy the conversations in which it is its turn."""
        batch, self.waiting = sorted(self.waiting, key=lambda episode: episode.key), []
        self.asked |= {episode.key: episode for episode in batch}
        self.stream.submit(
            [
                Conversation(each.key, self._messages(each), each.trajectory, each.plan, each.admissible)
                for each in batch
            ]
        )

    def _messages(self, episode: _Episode) -> list[Message]:
        """The conversation so far; only the turns since the last time are rendered."""
        there, turns = self.environments, episode.trajectory.turns
        if not episode.messages:
            episode.messages = react_messages(
                episode.trajectory, there.words, instruction=there.instruction, example=there.example, to_act=True
            )
        else:
            for turn in turns[episode.rendered :]:
                episode.messages += turn_messages(turn, there.words)
        episode.rendered = len(turns)
        return episode.messages

    def _submit(self, episode: _Episode, reply: Reply) -> None:
        if reply.error is not None:
            self._end(episode, "error", None, reply.error)
            return
        if reply.text is None:
            episode.trajectory.meta["gave_up"] = reply.stop
            self._end(episode, "gave_up", self._clipped_score(episode))
            return
        episode.steps += 1
        action = self.environments.words.parse_action(reply.text)
        if action is None:
            self._format_error(episode, reply)
            return
        episode.replied, episode.action = reply, action
        self.environments.pool.step(episode.index, action)

    def _format_error(self, episode: _Episode, reply: Reply) -> None:
        """A reply without an action costs a step; the environment is not told."""
        error = self.environments.words.format_error
        episode.trajectory.record_unparsed(reply.text or "", error, **_kept(reply))
        self._await_reply(episode)

    def _clipped_score(self, episode: _Episode) -> float:
        return min(1.0, max(0.0, episode.trajectory.turns[-1].score / self.environments.max_score))

    def _end(self, episode: _Episode, outcome: str, final_reward: float | None, error: str | None = None) -> None:
        episode.trajectory.finish(outcome, final_reward, error)
        self.policy.forget(episode.key)
        self.finished.append(episode.trajectory)
        self._start_next(episode.index)


def _kept(reply: Reply) -> dict[str, Any]:
    """What of a reply is worth keeping: the ids as sampled (never tokenised again), why it ended, what it cost."""
    kept: dict[str, Any] = {}
    if reply.token_ids is not None:
        kept |= {"token_ids": list(reply.token_ids), "stop": reply.stop}
    if reply.usage is not None:
        kept |= {"stop": reply.stop, "usage": asdict(reply.usage)}
    return kept
