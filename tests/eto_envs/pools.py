"""What the tests of `EnvPool` share."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import gymnasium
import psutil

from eto_envs.pool import EnvPool, PoolResult
from eto_envs.recording import text_env

DOOR = "eto/LockedDoor-v0"
UNRULY = "unruly:test/Unruly-v0"
TASK = "two-keys/3"

MakePool = Callable[..., EnvPool]


def until(condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Waits for something that another process does."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def is_gone(pid: int | None) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def start(pool: EnvPool, index: int = 0, task: str = TASK, **arguments: Any) -> PoolResult:
    pool.reset(index, task, **arguments)
    return pool.receive()


def step(pool: EnvPool, action: str, index: int = 0) -> PoolResult:
    pool.step(index, action)
    return pool.receive()


def kill(pool: EnvPool, index: int = 0) -> int:
    pid = pool.worker_pids[index]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: is_gone(pid))
    return pid


def solution(task: str = TASK) -> list[str]:
    env = text_env(gymnasium.make(DOOR))
    env.reset(options={"task": task})
    return env.oracle_actions()


def alone(actions: list[str], task: str = TASK) -> list[tuple[Any, ...]]:
    """What an environment on its own returns."""
    env = gymnasium.make(DOOR)
    observation, info = env.reset(options={"task": task})
    return [(observation, 0.0, False, False, info), *(env.step(action) for action in actions)]


def returned(result: PoolResult) -> tuple[Any, ...]:
    assert result.error is None
    return result.observation, result.reward, result.terminated, result.truncated, result.info
