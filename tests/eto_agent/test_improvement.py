"""From a base made from scratch, on LockedDoor, every method improves over the policy that it starts from.

The runs are those of `benchmarks/methods/RESULTS.md`, as somebody would type them. What counts is the interval of the
gain over seeds and tasks: it has to lie above zero.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eto_agent.tables.gains import Gain, gains

ROOT = Path(__file__).parents[2]
FILES = ROOT / "benchmarks" / "methods"
SEEDS = {"locked_door": (0, 1, 2, 3), "few_experts": (0, 1, 2)}
SHORTER = {
    "locked_door": ("--ppo.updates", "6", "--eto.iterations", "2"),
    "few_experts": ("--methods", "rft", "eef", "self-play"),
}
POLICIES = {
    "locked_door": ("sft", "best-of-4", "ppo", "eto-2", "eto-step-2", "ipr-2"),
    "few_experts": ("sft", "rft", "eef-1", "self-play-rft"),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.nightly,
    pytest.mark.timeout(5400),
]  # half an hour, where the machine does nothing else


def eto_agent(*arguments: str) -> None:
    command = [sys.executable, "-m", "eto_agent", *arguments]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=alone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.fixture(scope="module")
def gained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Gain]]:
    """File -> policy -> its gain on new houses."""
    folder = tmp_path_factory.mktemp("improvement")
    eto_agent("self-play", "--config", str(FILES / "reader.yaml"), "--out", str(folder / "reader"))
    base = str(folder / "reader" / "self-play" / "rft" / "sft" / "model")
    runs = {file: [folder / file / str(seed) for seed in SEEDS[file]] for file in SEEDS}

    def run(file: str, seed: int) -> None:
        where = ("--out", str(runs[file][seed]), "--seed", str(seed))
        eto_agent("run", "--config", str(FILES / f"{file}.yaml"), *where, "--model.name", base, *SHORTER[file])

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for started in [pool.submit(run, file, seed) for file in SEEDS for seed in SEEDS[file]]:
            started.result()
    return {file: {row.policy: row for row in gains(runs[file]) if row.split} for file in SEEDS}


def test_the_interval_of_every_gain_lies_above_zero(gained: dict[str, dict[str, Gain]]) -> None:
    rows = [(file, gained[file][policy]) for file in POLICIES for policy in POLICIES[file]]
    assert len(rows) == 10
    assert {row.policy: row.seeds for file, row in rows if row.seeds != SEEDS[file]} == {}
    assert {f"{file} {row.policy}": row.gain for file, row in rows if row.gain is None or row.gain.low <= 0} == {}
