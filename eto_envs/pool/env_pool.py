"""`EnvPool`: many environments in worker processes, each answering when it is ready."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing import util
from typing import Any

import gymnasium

from eto_envs.core import Snapshot
from eto_envs.errors import EpisodeError, InvalidActionTypeError, PrefixError, UnknownNameError
from eto_envs.pool.dispatcher import Dispatcher, Slot
from eto_envs.pool.interpreter import setup_of
from eto_envs.pool.process import WorkerProcess, stop_all
from eto_envs.pool.visits import steps_of
from eto_envs.pool.worker import PoolResult, Request
from eto_envs.recording import text_env

__all__ = ["EnvPool"]

_GRACE_S = 5.0
"""How long `close` lets workers finish a step and close their environments."""


class EnvPool:
    """Runs environments in worker processes: submit requests, receive whichever answer is ready first.

    ```python
    with EnvPool("eto/LockedDoor-v0", 8, split="train") as pool:
        for index in range(8):
            pool.reset(index)
        while pool.pending:
            result = pool.receive()
            if result.error is None and not (result.terminated or result.truncated):
                pool.step(result.index, choose_action(result.observation))
    ```

    A worker that dies or hangs is restarted, and its episodes are replayed from their actions and compared with what
    they were; the caller sees it in `PoolResult.restarts` only. After `max_restarts` for one episode the request is
    answered with an error, and the environment can be reset. Workers end with the pool, and with its process.

    Workers are new interpreters that import the environment's module. A pool can therefore be made anywhere: in a
    script without `if __name__ == "__main__":`, in a notebook, in `python -c`. An environment that a script itself
    defines needs that line, since workers import the script to find it. The pool is for one thread.

    Args:
        env_id: the Gymnasium id; `env_kwargs`: arguments of the environments.
        num_envs: number of environments; they are numbered from 0.
        num_workers: number of processes, among which the environments are dealt in turn; None: one for each.
        max_restarts: how often an episode is brought back.
        step_timeout_s: a step, or one action of a prefix, that takes longer counts as hung. Starting a worker has
            120 seconds, or this if it is longer.

    Raises:
        UnknownNameError: a number below 1, an environment that is not of this suite, or whatever the environment does
            not know (a split, ...).
        WorkerError: worker processes cannot import the environment.
    """

    def __init__(
        self,
        env_id: str,
        num_envs: int,
        *,
        num_workers: int | None = None,
        max_restarts: int = 2,
        step_timeout_s: float = 120.0,
        **env_kwargs: Any,
    ) -> None:
        _check_numbers(num_envs, num_workers, max_restarts, step_timeout_s)
        if "start_method" in env_kwargs:
            raise UnknownNameError("EnvPool has no start_method any more: its workers are always new interpreters.")
        # Made here once, an environment complains here and now; it starts nothing before its first reset.
        env = gymnasium.make(env_id, disable_env_checker=True, **env_kwargs)
        spec = text_env(env).spec
        env.close()
        assert spec is not None
        self.env_id = env_id
        self.num_envs = num_envs
        self.num_workers = min(num_envs, num_workers or num_envs)
        self.max_restarts = max_restarts
        self.step_timeout_s = step_timeout_s
        setup = setup_of(spec)
        shares = [range(first, num_envs, self.num_workers) for first in range(self.num_workers)]
        self._workers = [WorkerProcess(replace(setup, indices=tuple(share)), step_timeout_s) for share in shares]
        self._dispatcher = Dispatcher(self._workers, num_envs, max_restarts)
        self._finalizer = util.Finalize(self, stop_all, (self._workers, _GRACE_S), exitpriority=10)
        try:
            for worker in self._workers:
                worker.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> EnvPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self.num_envs

    @property
    def pending(self) -> tuple[int, ...]:
        """The environments whose request has not been answered by `receive`, in order."""
        return tuple(slot.index for slot in self._dispatcher.slots if slot.request is not None)

    @property
    def worker_pids(self) -> tuple[int | None, ...]:
        """The process of each environment; None where it has to be started again."""
        return tuple(slot.worker.pid for slot in self._dispatcher.slots)

    def reset(
        self,
        index: int,
        task: str | None = None,
        prefix: Sequence[str] = (),
        seed: int | None = None,
        expected_observations: Sequence[str] | None = None,
    ) -> None:
        """Submits `reset`; the arguments are those of `TextEnv.reset`.

        Raises:
            UnknownNameError: there is no such environment.
            EpisodeError: it has an unanswered request, or the pool is closed.
            PrefixError: the prefix is a string.
        """
        slot = self._free_slot(index)
        if isinstance(prefix, str):
            raise PrefixError(f"A prefix is a sequence of action strings; got {prefix!r}.")
        options: dict[str, Any] = {} if task is None else {"task": task}
        if prefix or expected_observations is not None:
            options["prefix"] = list(prefix)
        if expected_observations is not None:
            options["expected_observations"] = list(expected_observations)
        slot.episode, slot.restarts, slot.failures = None, 0, 0
        self._dispatcher.submit(slot, Request(index, "reset", seed=seed, options=options))

    def visit(self, index: int, task: str, paths: Sequence[Sequence[str]]) -> None:
        """Asks for the states that paths of actions lead to (`visits.visit`); they come as `PoolResult.value`.

        Afterwards the environment has no episode: `restore` or `reset` it, here or at another index.

        Raises:
            UnknownNameError, EpisodeError: as for `reset`.
        """
        slot = self._free_slot(index)
        taken = [list(path) for path in paths]
        slot.episode, slot.restarts, slot.failures = None, 0, 0
        options = {"task": task, "paths": taken, "steps": steps_of(taken)}
        self._dispatcher.submit(slot, Request(index, "visit", options=options))

    def restore(self, index: int, snapshot: Snapshot) -> None:
        """Submits `restore`: an episode that goes on from a state of any environment with the same settings.

        Raises:
            UnknownNameError, EpisodeError: as for `reset`.
        """
        slot = self._free_slot(index)
        slot.episode, slot.restarts, slot.failures = None, 0, 0
        self._dispatcher.submit(slot, Request(index, "restore", options={"task": snapshot.task}, snapshot=snapshot))

    def step(self, index: int, action: str) -> None:
        """Submits `step`.

        Raises:
            UnknownNameError, EpisodeError: as for `reset`; also where the environment has no episode.
            InvalidActionTypeError: the action is not a string.
        """
        if not isinstance(action, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidActionTypeError(f"Action {action!r} is a {type(action).__name__}; expected a str.")
        self._dispatcher.submit(self._slot_with_episode(index), Request(index, "step", action))

    def admissible_actions(self, index: int) -> None:
        """Asks for the admissible actions of the current state; they come as `PoolResult.value`.

        Raises:
            UnknownNameError, EpisodeError: as for `step`.
        """
        self._dispatcher.submit(self._slot_with_episode(index), Request(index, "admissible_actions"))

    def oracle_actions(self, index: int) -> None:
        """Asks for a full solution; it comes as `PoolResult.value`.

        Raises:
            UnknownNameError, EpisodeError: as for `step`.
        """
        self._dispatcher.submit(self._slot_with_episode(index), Request(index, "oracle_actions"))

    def receive(self, timeout_s: float | None = None) -> PoolResult:
        """Returns the next answer, in the order in which they became ready.

        Args:
            timeout_s: how long to wait; None waits for the answer, which comes or fails within the pool's own limits.

        Raises:
            TimeoutError: no answer in time; the requests stay pending.
            EpisodeError: nothing is pending; or, like every other `EtoEnvError` that tells of wrong use (an unknown
                task, a step after the end), it is what the environment raised. The pool can be used on.
        """
        if not self.pending:
            raise EpisodeError("No environment has an unanswered request; call reset() or step() first.")
        limit = math.inf if timeout_s is None else time.monotonic() + timeout_s
        # Also with answers at hand, so that none waits behind those of quicker environments for more than a round.
        self._dispatcher.collect(0.0)
        while not self._dispatcher.answers:
            now = time.monotonic()
            if now >= limit:
                raise TimeoutError(f"No environment answered within {timeout_s:g} s.")
            self._dispatcher.collect(min(limit, self._dispatcher.next_deadline) - now)
        answer = self._dispatcher.answers.popleft()
        if isinstance(answer, PoolResult):
            self._dispatcher.slots[answer.index].request = None
            return answer
        index, error = answer
        self._dispatcher.slots[index].request = None
        raise error

    def close(self) -> None:
        """Ends the workers: they close their environments, or are killed after 5 seconds. It may be called again."""
        self._finalizer()
        for slot in self._dispatcher.slots:
            slot.request = slot.episode = None
        self._dispatcher.answers.clear()

    def _free_slot(self, index: int) -> Slot:
        if not self._finalizer.still_active():
            raise EpisodeError("The pool is closed; make another one.")
        if not 0 <= index < self.num_envs:
            raise UnknownNameError.of("environment", index, (str(each) for each in range(self.num_envs)))
        slot = self._dispatcher.slots[index]
        if slot.request is not None:
            raise EpisodeError(f"Environment {index} has not answered its {slot.request.kind}; call receive() first.")
        return slot

    def _slot_with_episode(self, index: int) -> Slot:
        slot = self._free_slot(index)
        if slot.episode is None:
            raise EpisodeError(f"Environment {index} has no episode; call reset({index}) first.")
        return slot


def _check_numbers(num_envs: int, num_workers: int | None, max_restarts: int, step_timeout_s: float) -> None:
    for name, given, least in (
        ("num_envs", num_envs, 1),
        ("num_workers", 1 if num_workers is None else num_workers, 1),
        ("max_restarts", max_restarts, 0),
    ):
        if given < least:
            raise UnknownNameError(f"Unusable {name} {given!r}; expected a whole number from {least}.")
    if not 0 < step_timeout_s < math.inf:
        raise UnknownNameError(f"Unusable step_timeout_s {step_timeout_s!r}; expected a number of seconds above 0.")
