"""The pool's side of one worker: its process, its pipe, and the requests it has not answered yet."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import time
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import ForkingPickler
from typing import Any

from eto_envs.pool.interpreter import launch
from eto_envs.pool.worker import Request, Setup

__all__ = ["WorkerProcess", "stop_all"]

_START_TIMEOUT_S = 120.0
_END_TIMEOUT_S = 5.0


class WorkerProcess:
    """One worker; it can be started again and again.

    Args:
        setup: what the worker makes.
        step_timeout_s: how long it may take for one step, or to read a request.

    Attributes:
        unanswered: the requests it has been given and has not answered, the one it is busy with first.
        ready: whether it has made its environments.
    """

    def __init__(self, setup: Setup, step_timeout_s: float) -> None:
        self.indices = setup.indices
        self.unanswered: deque[Request] = deque()
        self.ready = False
        self._setup, self._step_timeout_s = setup, step_timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._ended: int | None = None
        self._connection: Connection | None = None
        self._busy_since = 0.0

    @property
    def running(self) -> bool:
        """Whether the process was started and not stopped; it may have died since."""
        return self._connection is not None

    @property
    def pid(self) -> int | None:
        return None if self._process is None or not self.running else self._process.pid

    @property
    def sources(self) -> list[Connection | int]:
        """What to wait for: the pipe, and where the system can tell, the end of the process.

        The pipe stays open when the worker has forked a child that outlives it.
        """
        assert self._connection is not None
        return [self._connection] if self._ended is None else [self._connection, self._ended]

    @property
    def deadline(self) -> float:
        """The moment (`time.monotonic`) by which the request it is busy with must be answered."""
        return self._busy_since + self.allowed_s

    @property
    def allowed_s(self) -> float:
        """How long the request it is busy with may take; the first one may also wait for the start."""
        if not self.ready:
            return max(_START_TIMEOUT_S, self._step_timeout_s)
        return self._step_timeout_s * _steps_of(self.unanswered[0])

    def start(self) -> None:
        """Starts the process; it makes its environments while this one goes on."""
        with _interrupts_held():
            ours, theirs = Pipe()
            try:
                self._process = launch(theirs, ours, self._setup)
                _limit_waiting(ours, self._step_timeout_s)
            except BaseException:
                ours.close()
                raise
            finally:
                theirs.close()  # or the death of the worker would not be seen
            if hasattr(os, "pidfd_open"):
                self._ended = os.pidfd_open(self._process.pid)
            self._connection, self.ready, self._busy_since = ours, False, time.monotonic()

    def send(self, request: Request) -> None:
        """Hands over a request.

        Raises:
            OSError: the worker has died, or does not read.
        """
        assert self._connection is not None
        message = ForkingPickler.dumps(request)
        if not self.unanswered and self.ready:
            self._busy_since = time.monotonic()
        self.unanswered.append(request)
        try:
            self._connection.send_bytes(message)
        except OSError:
            raise
        except BaseException:  # an interrupt: half a message leaves the pipe unusable
            self.kill()
            raise

    def receive(self) -> Any:
        """Reads the message that is there.

        Raises:
            EOFError, OSError: the worker has died, or stopped in the middle of the message.
        """
        assert self._connection is not None
        if not self._connection.poll():
            raise EOFError
        try:
            message = self._connection.recv()
        except (EOFError, OSError):
            raise
        except BaseException:  # an interrupt: what is left of the message would be read as the next one
            self.kill()
            raise
        self._busy_since = time.monotonic()
        return message

    def ending(self) -> str:
        """How the process ended, in words."""
        status = self._wait(_END_TIMEOUT_S)
        if status is None:
            return "closed its pipe"
        return f"was killed by signal {-status}" if status < 0 else f"exited with status {status}"

    def kill(self) -> None:
        """Ends the process at once; it may be called again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            if self._ended is not None:
                os.close(self._ended)
                self._ended = None
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
                self._wait(_END_TIMEOUT_S)

    def let_go(self) -> None:
        """Closes the pipe; the worker closes its environments and ends."""
        if self._connection is not None:
            self._connection.close()

    def end_by(self, deadline: float) -> None:
        """After `let_go`: waits for the end until a moment of `time.monotonic`, then kills."""
        if self.running:
            self._wait(max(0.0, deadline - time.monotonic()))
            self.kill()

    def _wait(self, timeout_s: float) -> int | None:
        """The exit code, or None if the process is still there after that time."""
        assert self._process is not None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout_s)
        return self._process.returncode


def stop_all(workers: Iterable[WorkerProcess], grace_s: float) -> None:
    """Ends the workers; those that have not closed their environments after `grace_s` seconds are killed."""
    workers = list(workers)
    for worker in workers:
        worker.let_go()
    deadline = time.monotonic() + grace_s
    for worker in workers:
        worker.end_by(deadline)


def _steps_of(request: Request) -> int:
    """How many actions a request is about; those behind a snapshot count, as some worlds replay them."""
    restored = 0 if request.snapshot is None else len(request.snapshot.actions)
    replayed = 0
    if request.replay is not None:
        before = request.replay.snapshot
        replayed = 1 + len(request.replay.actions) + (0 if before is None else len(before.actions))
    return 1 + len(request.options.get("prefix", ())) + request.options.get("steps", 0) + restored + replayed


def _limit_waiting(connection: Connection, timeout_s: float) -> None:
    """Makes reading and writing fail, rather than wait for ever, where a process stops in the middle of a message."""
    if os.name == "nt":
        return
    span = struct.pack("ll", int(timeout_s), int(timeout_s % 1 * 1e6))
    with socket.socket(fileno=os.dup(connection.fileno())) as pipe:
        pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, span)
        pipe.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, span)


@contextmanager
def _interrupts_held() -> Generator[None]:
    """Keeps Ctrl-C from a child until it has arranged to ignore it, so that it dies without a traceback."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
