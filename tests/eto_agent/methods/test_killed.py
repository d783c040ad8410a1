"""IPR and EEF, killed in the middle of their stages, end with the same models."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eto_agent.run_folder import file_hash
from eto_agent.session import Session
from tests.eto_agent.toy_runs import Agent, config, copied, products_of

ROOT = Path(__file__).parents[3]
BOTH = "import sys, pathlib; from tests.eto_agent.methods.test_killed import finish; finish(pathlib.Path(sys.argv[1]))"
KILLED_AT = ("ipr-1/score/agent.jsonl", "ipr-2/score/expert.jsonl", "eef-1/explore/starts.jsonl")
RESULTS = (
    "ipr-1/score/rewards.json",
    "ipr-2/pairs/chosen.jsonl",
    "ipr-2/pairs/audit.json",
    "ipr-2/dpo/model",
    "eef-1/explore/starts.jsonl",
    "eef-1/select/examples.jsonl",
    "eef-1/sft/model",
)


def started(out: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", BOTH, str(out)], env=environment, stderr=subprocess.PIPE, text=True)


def finish(out: Path) -> None:
    with Session(config(out)) as session:
        products_of(session, "ipr")
        products_of(session, "eef")


@pytest.mark.slow
def test_killed_again_and_again_they_end_the_same(imitated: Callable[[Agent], Path], tmp_path: Path) -> None:
    whole, killed = (copied(imitated("barely"), tmp_path / name) for name in ("whole", "killed"))
    finish(whole)
    for name in KILLED_AT:
        process = started(killed)
        deadline = time.monotonic() + 300
        while not (killed / name).exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)  # waiting for a file, not for a duration
        assert (killed / name).exists(), (name, process.communicate()[1])
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=180)  # its workers let go of the pipes: none is left behind
    finish(killed)
    assert {name: file_hash(killed / name) for name in RESULTS} == {name: file_hash(whole / name) for name in RESULTS}
