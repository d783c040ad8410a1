"""`eto-agent`, and functions of tests, in processes of their own that can be killed.

Python with torch and TRL takes six seconds of processor time to start. So a server with one thread imports them once
and forks a child for each process (`multiprocessing`'s forkserver). The child has its own environment, output and
workers, and dies of its own SIGKILL.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WARM = (
    "eto_agent.online.learner",
    "eto_agent.training.trl_trainers",
    "eto_agent.cli",
    "eto_agent.decoding.generator",
    "eto_agent.pipeline",
    "scipy.stats",
    "transformers.models.llama.modeling_llama",
)
"""What a process would spend seconds on importing."""
OWN = {
    "PYTHONPATH": str(ROOT),
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's allocator would start a thread
    "COLUMNS": "200",
}
LIMIT_S = 300


@dataclass(frozen=True)
class Ended:
    """How a process ended, and what it and its workers said."""

    code: int | None
    out: str
    err: str


class Fork:
    """A process that calls a function, with its workers.

    Args:
        call: a function of a module; what it returns is the exit code.
        arguments: its arguments, which pickle.
    """

    def __init__(self, call: Callable[..., int | None], *arguments: Any) -> None:
        # The process and its workers hold the pipes until they end.
        pipes = [multiprocessing.Pipe(duplex=False) for _ in range(2)]
        self._said = {ours: b"" for ours, _ in pipes}
        self._open = list(self._said)
        context = multiprocessing.get_context("forkserver")
        theirs = [end for _, end in pipes]
        with pytest.MonkeyPatch.context() as patch:  # for the server, which the first process starts
            for name, value in OWN.items():
                patch.setenv(name, value)
            context.set_forkserver_preload(list(WARM))
            self._process = context.Process(target=_work, args=(dict(os.environ), *theirs, call, arguments))
            self._process.start()
        for end in theirs:
            end.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.is_alive()

    def listen(self, seconds: float) -> bool:
        """Reads what there is; False when no process holds the pipes any more."""
        for each in wait(self._open, seconds):
            assert isinstance(each, Connection)
            read = os.read(each.fileno(), 1 << 16)
            self._said[each] += read
            if not read:
                self._open.remove(each)
                each.close()
        return bool(self._open)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> Ended:
        """Waits until the process and all of its workers are gone."""
        deadline = time.monotonic() + LIMIT_S
        while self.listen(0.1):
            assert time.monotonic() < deadline, (f"alive: {self.running}; else a worker outlives it", self._said)
        self._process.join(60)
        out, err = (said.decode() for said in self._said.values())
        return Ended(self._process.exitcode, out, err)

    def end_killed(self, due: Callable[[], bool]) -> Ended:
        """Kills the process as soon as something is so, unless it ends before."""
        deadline = time.monotonic() + LIMIT_S
        while self.running and not due():
            assert time.monotonic() < deadline, self._said
            self.listen(0.002)
        self.kill()
        return self.end()


def _work(
    environment: Mapping[str, str], out: Connection, err: Connection, call: Callable[..., int | None], arguments: Any
) -> None:
    assert all(name in sys.modules for name in WARM)
    assert len(list(Path(f"/proc/{os.getppid()}/task").iterdir())) == 1  # forking a process with threads is unsound
    os.environ.clear()
    os.environ.update(environment)
    for end, stream in ((out, 1), (err, 2)):
        os.dup2(end.fileno(), stream)
        end.close()
    raise SystemExit(call(*arguments))


def cli(*arguments: str) -> int:
    from eto_agent.cli import main

    return main(arguments)


def eto_agent(*arguments: str) -> Fork:
    return Fork(cli, *arguments)


def finished(*arguments: str) -> tuple[int | None, str, str]:
    """Runs the command to its end; returns its exit code and what it printed on both streams."""
    ended = eto_agent(*arguments).end()
    return ended.code, ended.out, ended.err
