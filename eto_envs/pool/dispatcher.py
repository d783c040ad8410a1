"""Which episode is in which worker, which requests are on their way, and what happens when a worker dies."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from typing import Any

import numpy as np

from eto_envs.errors import EtoEnvError, PrefixError, SimulatorError, WorkerError
from eto_envs.pool.process import WorkerProcess
from eto_envs.pool.worker import Answer, Episode, PoolResult, Request

__all__ = ["Dispatcher", "Slot"]


@dataclass(slots=True)
class Slot:
    """One environment as the pool knows it.

    Attributes:
        episode: what brings the episode back; None where there is none.
        request: the request that has no answer yet.
        lost: whether the worker that held the episode has gone.
        restarts: how often the episode was brought back; `failures`: how often its worker died over its own request.
        random: the random generator as the last sampled task left it.
    """

    index: int
    worker: WorkerProcess
    episode: Episode | None = None
    request: Request | None = None
    lost: bool = False
    restarts: int = 0
    failures: int = 0
    random: np.random.Generator | None = None


class Dispatcher:
    """Hands requests to workers and collects their answers.

    Args:
        workers: the processes.
        num_envs: number of environments.
        max_restarts: how often a worker may die over the requests of one episode.

    Attributes:
        slots: the environments.
        answers: what came back and was not fetched yet: results, and errors to raise with their environment.
    """

    def __init__(self, workers: Sequence[WorkerProcess], num_envs: int, max_restarts: int) -> None:
        self.slots = [Slot(index, workers[index % len(workers)]) for index in range(num_envs)]
        self.answers: deque[PoolResult | tuple[int, EtoEnvError]] = deque()
        self._workers, self._max_restarts = workers, max_restarts

    @property
    def next_deadline(self) -> float:
        """The moment (`time.monotonic`) at which `collect` may find a worker that hangs."""
        return min(worker.deadline for worker in self._workers if worker.unanswered)

    def submit(self, slot: Slot, request: Request) -> None:
        """Hands a request to the worker of an environment, which is started, and the episode replayed, if need be."""
        worker = slot.worker
        if worker.unanswered and not worker.running:
            self._lose(worker, "was interrupted")
        slot.request = request
        slot.restarts += slot.lost and slot.episode is not None
        try:
            self._send(slot, request)
        except BaseException:
            slot.request = None
            raise

    def _send(self, slot: Slot, request: Request) -> None:
        worker = slot.worker
        try:
            if not worker.running:
                worker.start()
            if slot.lost:
                request, slot.lost = replace(request, replay=slot.episode, random=slot.random), False
            worker.send(request)
        except OSError as error:
            if worker.running:
                self._lose(worker, _ending(worker, error))
            else:
                failure = WorkerError(f"The worker of environment {slot.index} cannot be started: {error}.")
                self.answers.append((slot.index, failure))

    # -- answers -----------------------------------------------------------------------------------------------

    def collect(self, timeout_s: float) -> None:
        """Takes a message of every worker that has one, after waiting for the first; ends workers that hang."""
        sources: dict[Any, WorkerProcess] = {}
        for worker in self._workers:
            if worker.unanswered and not worker.running:
                self._lose(worker, "was interrupted")
            if worker.unanswered:
                sources |= dict.fromkeys(worker.sources, worker)
        for worker in dict.fromkeys(sources[source] for source in wait(list(sources), max(0.0, timeout_s))):
            self._take(worker)
        for worker in self._workers:
            late = worker.unanswered and worker.running and time.monotonic() >= worker.deadline
            if late and not wait(worker.sources, 0.0):
                self._lose(worker, f"did not answer within {worker.allowed_s:g} s")

    def _take(self, worker: WorkerProcess) -> None:
        try:
            message = worker.receive()
        except (EOFError, OSError) as error:
            self._lose(worker, _ending(worker, error))
            return
        if message is None:
            worker.ready = True
        elif isinstance(message, EtoEnvError):  # it cannot make its environments
            self.answers.extend((request.index, message) for request in worker.unanswered)
            worker.unanswered.clear()
            worker.kill()
        else:
            self._settle(worker, message)

    def _settle(self, worker: WorkerProcess, answer: Answer) -> None:
        request, result = worker.unanswered[0], answer.result
        slot, error = self.slots[result.index], result.error
        if isinstance(error, SimulatorError) and not isinstance(error, WorkerError):
            self._lose(worker, f"reported: {error}", error)
            return
        worker.unanswered.popleft()
        slot.random = slot.random if answer.random is None else answer.random
        if error is None:
            _note(slot, request, result)
        elif isinstance(error, PrefixError | WorkerError) or request.replay is not None:
            slot.episode = None
        if error is None or isinstance(error, PrefixError | WorkerError):
            self.answers.append(replace(result, restarts=slot.restarts))
        else:
            self.answers.append((slot.index, error))

    # -- workers that die --------------------------------------------------------------------------------------

    def _lose(self, worker: WorkerProcess, reason: str, cause: EtoEnvError | None = None) -> None:
        """Ends a worker and hands its requests to a new one; the one it was busy with counts as the culprit."""
        ready, requests = worker.ready, list(worker.unanswered)
        worker.kill()
        worker.unanswered.clear()
        for index in worker.indices:
            self.slots[index].lost = True
        for position, request in enumerate(requests):
            slot = self.slots[request.index]
            slot.failures += position == 0
            if slot.request is None:  # an interrupt kept it from being submitted
                continue
            if slot.failures > self._max_restarts:
                self._give_up(slot, reason, cause, ready)
            else:
                slot.restarts += 1
                self._send(slot, slot.request)

    def _give_up(self, slot: Slot, reason: str, cause: EtoEnvError | None, ready: bool) -> None:
        assert slot.request is not None
        request, task = slot.request, slot.request.options.get("task")
        task = task if slot.episode is None else slot.episode.task
        slot.episode = None
        if not ready:
            error = WorkerError(f"The worker of environment {slot.index} {reason} while it started.")
            self.answers.append((slot.index, error))
            return
        what = f"Environment {slot.index}" + ("" if task is None else f", task {task!r}")
        error = WorkerError(f"{what}: its worker {reason}, after {slot.restarts} restarts; reset it to go on.")
        error.__cause__ = cause
        self.answers.append(PoolResult(slot.index, request.kind, error=error, restarts=slot.restarts))


def _note(slot: Slot, request: Request, result: PoolResult) -> None:
    """Keeps what is needed to bring the episode back."""
    info = result.info
    if result.kind == "reset":
        slot.episode = Episode(info["task"], info.get("first_observation", result.observation), info["score"])
        for action, observation, _ in info.get("history", ()):
            slot.episode.add(action, observation, info["score"])
    elif result.kind == "restore":
        slot.episode = Episode(info["task"], result.observation, info["score"], snapshot=request.snapshot)
    elif result.kind == "step" and slot.episode is not None:
        slot.episode.add(request.action, result.observation, info["score"])


def _ending(worker: WorkerProcess, error: Exception) -> str:
    stuck = isinstance(error, BlockingIOError)  # the limit that the process puts on its pipe
    return "stopped in the middle of a message" if stuck else worker.ending()
