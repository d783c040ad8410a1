"""No worker of an `EnvPool` outlives the process that made the pool, whatever way that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

WORLDS = Path(__file__).parent / "worlds"
ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from eto_envs.pool import EnvPool

def main(folder, ending):
    pool = EnvPool("unruly:test/Unruly-v0", 4, num_workers=3, folder=folder)
    try:
        print("pids", *sorted(set(pool.worker_pids)), flush=True)
        if ending == "starting":
            sys.stdin.read()
        for index in range(4):
            pool.reset(index)
        for _ in range(4):
            pool.receive()
        if ending == "hanging":
            pool.step(0, "hang always")
        print("ready", flush=True)
        if ending == "forgetting":
            return
        sys.stdin.read()
    except KeyboardInterrupt:
        pool.close()
        print("interrupted", flush=True)

if __name__ == "__main__":
    main(*sys.argv[1:])
"""

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Runs the script in a process group of its own."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    processes: list[subprocess.Popen[str]] = []

    def start(ending: str) -> subprocess.Popen[str]:
        path = os.pathsep.join([str(ROOT), str(WORLDS)])
        processes.append(
            subprocess.Popen(
                [sys.executable, str(script), str(tmp_path), ending],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def read_pids(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout is not None
    word, *pids = process.stdout.readline().split()
    assert (word, len(pids)) == ("pids", 3)
    return [int(pid) for pid in pids]


def wait_for(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == line + "\n"


def assert_gone(pids: list[int], timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while left := [pid for pid in pids if not is_gone(pid)]:
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("ending", ["idle", "hanging"])
def test_a_killed_parent_leaves_no_workers(run: Run, ending: str) -> None:
    process = run(ending)
    pids = read_pids(process)
    wait_for(process, "ready")
    assert not any(is_gone(pid) for pid in pids)
    process.kill()
    assert_gone(pids)


def test_a_parent_killed_while_workers_start_leaves_none(run: Run) -> None:
    process = run("starting")
    pids = read_pids(process)
    process.kill()
    assert_gone(pids)


@pytest.mark.parametrize("ending", ["starting", "idle"])
def test_ctrl_c_ends_everything_without_a_traceback(run: Run, ending: str) -> None:
    process = run(ending)
    pids = read_pids(process)
    if ending == "idle":
        wait_for(process, "ready")
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("interrupted\n", "", 0)
    assert_gone(pids)


def test_a_program_that_forgets_its_pool_ends_at_once(run: Run) -> None:
    process = run("forgetting")
    pids = read_pids(process)
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("ready\n", "", 0)
    assert_gone(pids)
