"""The worker side of `EnvPool`: what travels through the pipe, and the loop that serves it.

A worker reads requests in one thread and carries them out in the other, so the pool never waits to hand one over and
the death of the pool's process is noticed in the middle of a step. It imports `eto_envs` and its world, nothing else,
unless the main module defines the environment.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.spawn import prepare
from queue import SimpleQueue
from typing import Any, Literal

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec

from eto_envs.core import Snapshot, TextEnv
from eto_envs.errors import DivergenceError, EtoEnvError, SimulatorError, WorkerError
from eto_envs.pool.visits import visit

__all__ = ["Answer", "Episode", "Kind", "PoolResult", "Request", "Setup", "importing_main", "main"]

Kind = Literal["reset", "restore", "step", "visit", "admissible_actions", "oracle_actions"]

_PARENT_CHECK_S = 5.0
_LAST_STEP_S = 5.0
"""How long a step may still run after the pool's process has gone."""

importing_main = False
"""Whether this process is a worker that imports the main module of its pool's program."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker makes.

    Attributes:
        spec: the pickled `EnvSpec`.
        main_module: how to import the main module (for `multiprocessing.spawn.prepare`); empty if it need not be.
        indices: the numbers of the environments.
    """

    spec: bytes
    main_module: Mapping[str, Any]
    indices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolResult:
    """The answer to one request.

    Attributes:
        index: the environment; `kind`: what was asked of it.
        observation, reward, terminated, truncated, info: as `reset`, `restore` or `step` returned them.
        value: the list of actions, where admissible or oracle actions were asked for; the `Visits` after `visit`.
        error: why the episode cannot go on, or None: a `WorkerError` where its world died or hung too often or failed
            in an unforeseen way, a `PrefixError` where a prefix ended the episode or diverged (`DivergenceError`, also
            where the replay after a restart did). The environment has no episode then, and can be reset.
        restarts: how often the episode was brought back from a worker's death so far.
    """

    index: int
    kind: Kind
    observation: str = ""
    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False
    info: dict[str, Any] = field(default_factory=dict[str, Any])
    value: Any = None
    error: EtoEnvError | None = None
    restarts: int = 0


@dataclass(slots=True)
class Episode:
    """All that is needed to bring an episode back: actions (a prefix included) and what each of them led to.

    An episode that began with `restore` is brought back from its `snapshot`; `actions` are those taken since.
    """

    task: str
    first_observation: str
    score: float
    actions: list[str] = field(default_factory=list[str])
    observations: list[str] = field(default_factory=list[str])
    snapshot: Snapshot | None = None

    def add(self, action: str, observation: str, score: float) -> None:
        self.actions.append(action)
        self.observations.append(observation)
        self.score = score


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `replay` is an episode to bring back first, `random` the generator to go on sampling tasks with.

    `snapshot` is what `restore` puts back.
    """

    index: int
    kind: Kind
    action: str = ""
    seed: int | None = None
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    replay: Episode | None = None
    random: np.random.Generator | None = None
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A result, and the state of the environment's random generator after it sampled a task."""

    result: PoolResult
    random: np.random.Generator | None = None


def main(connection: Connection) -> None:
    """The main function of a worker process.

    Args:
        connection: the worker's end of the pipe. The first message down is a `Setup`, the first one up None (ready) or
            the `EtoEnvError` that kept an environment from being made. Then comes one `Answer` for each `Request`, in
            their order.
    """
    _leave_signals_to_parent()
    os.set_inheritable(connection.fileno(), False)
    envs: dict[int, gymnasium.Env[str, str]] = {}
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the pool has gone
        setup: Setup = connection.recv()
        requests: SimpleQueue[Request | None] = SimpleQueue()
        threading.Thread(target=_listen, args=(connection, requests), daemon=True).start()
        try:
            _import_main(setup.main_module)
            spec: EnvSpec = pickle.loads(setup.spec)
            for index in setup.indices:
                envs[index] = gymnasium.make(spec, disable_env_checker=True)
        except Exception as error:
            _tell(connection, _portable(error))
            return
        _tell(connection, None)
        while (request := requests.get()) is not None:
            _tell(connection, _answer(envs[request.index], request))
    for env in envs.values():
        env.close()


def _leave_signals_to_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the pool's process decides what becomes of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked while the process started


def _import_main(main_module: Mapping[str, Any]) -> None:
    """Imports the main module of the pool's program, if it defines the environment."""
    global importing_main
    importing_main = True
    try:
        prepare(main_module)
    except (Exception, SystemExit) as error:
        kind = "" if isinstance(error, EtoEnvError) else f"{type(error).__name__}: "
        raise WorkerError(
            "A worker process cannot import the script that defines the environment: "
            f"{kind}{' '.join(str(error).split())}. You can also define the environment in a module."
        ) from error
    finally:
        importing_main = False


def _listen(connection: Connection, requests: SimpleQueue[Request | None]) -> None:
    """Reads requests until the pool has gone, and then does not let a world that hangs keep this process."""
    parent_id = os.getppid()
    with suppress(EOFError, OSError):
        while True:
            if wait([connection], _PARENT_CHECK_S):
                requests.put(connection.recv())
            # A child that the parent forked may hold the pipe open; the parent's id tells then.
            elif os.getppid() != parent_id:
                break
    requests.put(None)
    time.sleep(_LAST_STEP_S)
    os._exit(1)


def _answer(env: gymnasium.Env[str, str], request: Request) -> Answer:
    try:
        return _carry_out(env, request)
    except Exception as error:
        return Answer(PoolResult(request.index, request.kind, error=_portable(error)))


def _carry_out(env: gymnasium.Env[str, str], request: Request) -> Answer:
    base = env.unwrapped
    assert isinstance(base, TextEnv)
    if request.random is not None:
        base.np_random = request.random
    if request.replay is not None:
        _replay(env, request.replay)
    index, kind = request.index, request.kind
    if kind == "reset":
        observation, info = env.reset(seed=request.seed, options=request.options)
        sampled = request.seed is not None or "task" not in request.options
        return Answer(PoolResult(index, kind, observation, info=info), base.np_random if sampled else None)
    if kind == "restore":
        assert request.snapshot is not None
        observation, info = base.restore(request.snapshot)
        return Answer(PoolResult(index, kind, observation, info=info))
    if kind == "visit":
        return Answer(PoolResult(index, kind, value=visit(env, request.options["task"], request.options["paths"])))
    if kind == "step":
        observation, reward, terminated, truncated, info = env.step(request.action)
        return Answer(PoolResult(index, kind, observation, float(reward), terminated, truncated, info))
    actions = base.admissible_actions() if kind == "admissible_actions" else base.oracle_actions()
    return Answer(PoolResult(index, kind, value=actions))


def _replay(env: gymnasium.Env[str, str], episode: Episode) -> None:
    """Brings an episode back.

    Raises:
        PrefixError: it takes another course than it did.
    """
    if episode.snapshot is not None:
        _replay_from_snapshot(env, episode, episode.snapshot)
        return
    options: dict[str, Any] = {"task": episode.task}
    if episode.actions:  # the last one may have ended the episode, which a prefix must not
        options |= {"prefix": episode.actions[:-1], "expected_observations": episode.observations[:-1]}
    observation, info = env.reset(options=options)
    first, last = info.get("first_observation", observation), len(episode.actions) - 1
    if first != episode.first_observation:
        raise DivergenceError(-1, "reset", episode.first_observation, first)
    if episode.actions:
        observation, _, _, _, info = env.step(episode.actions[-1])
        if observation != episode.observations[-1]:
            raise DivergenceError(last, episode.actions[-1], episode.observations[-1], observation)
    _check_score(episode, info)


def _replay_from_snapshot(env: gymnasium.Env[str, str], episode: Episode, snapshot: Snapshot) -> None:
    base = env.unwrapped
    assert isinstance(base, TextEnv)
    _, info = base.restore(snapshot)
    for index, (action, expected) in enumerate(zip(episode.actions, episode.observations, strict=True)):
        observation, _, _, _, info = env.step(action)
        if observation != expected:
            raise DivergenceError(index, action, expected, observation)
    _check_score(episode, info)


def _check_score(episode: Episode, info: dict[str, Any]) -> None:
    if info["score"] != episode.score:
        action = episode.actions[-1] if episode.actions else "reset"
        last = len(episode.actions) - 1
        raise DivergenceError(last, action, f"score {episode.score}", f"score {info['score']}")


def _portable(error: Exception) -> EtoEnvError:
    """An error of this package as it is; any other as one, with its traceback as a note."""
    if isinstance(error, MemoryError):
        return SimulatorError("The worker ran out of memory.")
    if isinstance(error, EtoEnvError):
        with suppress(Exception):  # one of a third party may not survive the way
            pickle.loads(pickle.dumps(error))
            return error
    text = " ".join(str(error).split())
    portable = WorkerError(f"{type(error).__name__} in the environment: {text or 'no message'}")
    portable.add_note("".join(traceback.format_exception(error)))
    return portable


def _tell(connection: Connection, message: Answer | EtoEnvError | None) -> None:
    try:
        connection.send(message)
    except OSError:
        raise
    except Exception as error:  # an `info` that does not pickle
        if not isinstance(message, Answer):
            raise
        given = message.result
        connection.send(Answer(PoolResult(given.index, given.kind, error=_portable(error))))
