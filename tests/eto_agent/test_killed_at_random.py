"""A full run, killed with SIGKILL at random moments, each time resumed, ends as an uninterrupted one does.

The uninterrupted run is a new interpreter, so that the two do not share one order of hashes.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from eto_agent.run_folder import file_hash
from eto_envs.trajectory import read_trajectories
from tests.eto_agent.forks import OWN, WARM, cli, eto_agent

CONFIG = """
env: {id: eto/LockedDoor-v0, settings: {max_steps: 6}, types: [one-key], train_per_type: 4, num_envs: 4, num_workers: 1}
model: {name: "scratch:tiny", vocab_size: 400}
chat: {instruction: ""}
expert: {break_off: 0.5}
methods: [eto, best-of-n, rft, ppo, ipr, eef, self-play]
sft: {epochs: 6, batch_size: 2, learning_rate: 4.0e-3, max_length: 1024, save_steps: 2}
eto:
  levels: [trajectory, step]
  iterations: 1
  dpo: {epochs: 2, batch_size: 2, learning_rate: 1.0e-4, max_length: 1024, save_steps: 2}
best_of_n: {samples: 3}
rft: {samples: 2, threshold: 0}
ppo: {updates: 2, tasks: 2, samples: 2, epochs: 1, minibatch: 2, device: cpu}
ipr: {samples: 2, dpo: {epochs: 1, batch_size: 2, learning_rate: 1.0e-4, max_length: 1024, save_steps: 2}}
eef: {samples: 2, interval: 1, min_reward: 0.2}
self_play:
  first: random
  samples: 2
  threshold: 0.2
  dpo: {epochs: 1, batch_size: 2, learning_rate: 1.0e-4, max_length: 1024, save_steps: 2}
generation: {max_new_tokens: 16}
evaluate: {splits: [train], per_type: 2}
"""


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """The command without `--out`."""
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return ["run", "--config", str(tmp_path / "config.yaml")]


def uninterrupted(arguments: Sequence[str], folder: Path) -> dict[str, float]:
    """Runs the command in a fresh process.

    Returns:
        Stage -> the processor time that the run had taken when it was done, in that order; the report is the last.
        Time on the clock would say as much of what else the machine does.
    """
    script = "import sys; from tests.eto_agent.test_killed_at_random import finish; sys.exit(finish(sys.argv[1:]))"
    command = [sys.executable, "-c", script, *arguments, "--out", str(folder)]
    ends: dict[str, float] = {}
    with (folder.parent / "said").open("w+b") as said:
        process = subprocess.Popen(command, env={**os.environ, **OWN}, stdout=said, stderr=said)
        while process.poll() is None:
            taken = processor_s(process.pid)
            for stage in done_stages(folder) - ends.keys():
                ends[stage] = taken
            time.sleep(0.01)  # a pause between two looks
        assert process.returncode == 0, said.seek(0) or said.read().decode()
    start = ends.pop("")
    return {stage: taken - start for stage, taken in ends.items()}


def done_stages(folder: Path) -> set[str]:
    """What is there: stages, the report, and "" where the folder is."""
    walked = os.walk(folder)  # folders may go while it looks
    found = {str(Path(place).relative_to(folder)) for place, _, files in walked if "stage.json" in files}
    found |= {""} if (folder / "config.yaml").exists() else set()
    return found | ({"report"} if (folder / "report.html").exists() else set())


def processor_s(pid: int) -> float:
    """The processor time of a process so far; 0 where it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def finish(arguments: Sequence[str]) -> int:
    """The command, all imports before it: its stages take as long as those of the attempts."""
    for name in WARM:
        importlib.import_module(name)
    return cli(*arguments)


def moments(ends: dict[str, float], count: int) -> Iterator[tuple[str, float]]:
    """Moments drawn from equal parts of a run's time, each as the stage done before it and the time since."""
    rng = random.Random(0)
    for number in range(count):
        moment = (number + rng.random()) / count * max(ends.values())
        stage, end = max([("", 0.0), *((stage, end) for stage, end in ends.items() if end <= moment)], key=_second)
        yield stage, moment - end


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def killed(arguments: Sequence[str], folder: Path, after: str, seconds: float, start_s: float) -> bool:
    """Starts the command and kills it that long after a stage is done; whether it was still there to be killed."""
    if after in done_stages(folder):
        seconds += start_s  # an attempt first makes its environments ready
    attempt = eto_agent(*arguments, "--out", str(folder))
    at: list[float] = []

    def due() -> bool:
        taken = processor_s(attempt.pid)
        if not at and after in done_stages(folder):
            at.append(taken + seconds)
        return bool(at) and taken >= at[0]

    ended = attempt.end_killed(due)
    assert ended.code in (0, -9), ended.err
    return ended.code == -9


TIMED = {".lock", "config.yaml", "commands.txt", "report.html", "episodes.html"}
"""Files that hold times, commands or the name of the run folder."""


def results(folder: Path) -> dict[str, Any]:
    """All that a run has left, by file, but for what depends on the clock."""
    found: dict[str, Any] = {}
    for path in (each for each in sorted(folder.rglob("*")) if each.is_file() and each.name not in TIMED):
        name = str(path.relative_to(folder))
        if path.name == "stage.json":
            found[name] = {key: each for key, each in json.loads(path.read_text()).items() if key != "seconds"}
        elif "rollouts" in path.parts:  # the last digits of what generation computed depend on the batch
            found[name] = [(each.task, each.final_reward, each.turns) for each in read_trajectories(path, strict=True)]
        else:
            found[name] = file_hash(path)
    return found


@pytest.mark.slow
@pytest.mark.timeout(1800)  # a minute or two, where the machine does nothing else
@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.nightly)])
def test_kills_change_nothing(kills: int, arguments: list[str], tmp_path: Path) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    ends = uninterrupted(arguments, whole)
    stages = list(ends)
    expected = results(whole)
    hit: list[str] = []
    for after, seconds in moments(ends, kills):
        while not killed(arguments, folder, after, seconds, ends[stages[0]]):  # it came to its end before
            assert results(folder) == expected
            folder, seconds = tmp_path / f"killed-{len(hit)}-{seconds:g}", seconds / 2
        done = done_stages(folder)
        hit.append(next((stage for stage in stages if stage not in done), "after the end"))
    print("killed in", ", ".join(hit))
    assert len(hit) == kills
    assert len(set(hit)) >= kills // 2
    last = eto_agent(*arguments, "--out", str(folder)).end()
    assert last.code == 0, last.err
    assert results(folder) == expected
