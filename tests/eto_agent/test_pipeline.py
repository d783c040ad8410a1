"""The whole line on the toy world: its results, killing it anywhere, its single stages, its errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eto_agent.run_folder import file_hash
from eto_envs.trajectory import read_trajectories
from tests.eto_agent.forks import OWN, eto_agent, finished

CONFIG = """
env: {id: eto/LockedDoor-v0, settings: {max_steps: 8}, train_per_type: 3, num_envs: 3, num_workers: 1}
expert: {min_reward: 0}
model: {name: "scratch:tiny", vocab_size: 400}
sft: {epochs: 2, batch_size: 4, learning_rate: 3.0e-3, max_length: 2048, save_steps: 2}
eto: {iterations: 2, dpo: {epochs: 2, batch_size: 4, learning_rate: 1.0e-4, max_length: 2048, save_steps: 2}}
generation: {max_new_tokens: 12}
evaluate: {per_type: 2}
"""


def program(*arguments: str) -> tuple[int, str, str]:
    """The command as a user starts it, in a new interpreter."""
    command = [sys.executable, "-m", "eto_agent", *arguments]
    done = subprocess.run(command, env={**os.environ, **OWN}, capture_output=True, text=True, timeout=1500, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "config.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(config: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An uninterrupted run: its folder and what it printed."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    code, out, err = program("run", "--config", str(config), "--out", str(folder))
    assert code == 0, err
    return folder, out


def results(folder: Path) -> dict[str, Any]:
    """All that a run's result consists of, by file."""
    names = ["expert/trajectories.jsonl", "base/model", "sft/model", "sft/metrics.jsonl"]
    for i in (1, 2):
        names += [f"eto-{i}/explore/trajectories.jsonl", f"eto-{i}/pairs", f"eto-{i}/dpo/model"]
    names += [f"evaluate/{policy}/{split}.jsonl" for policy in POLICIES for split in ("seen", "unseen")]
    names += [f"evaluate/{policy}/results.json" for policy in POLICIES]
    kept = {name: file_hash(folder / name) for name in names if not name.endswith("pairs")}
    for i in (1, 2):
        for file in ("chosen.jsonl", "rejected.jsonl", "audit.json"):
            kept[f"eto-{i}/pairs/{file}"] = file_hash(folder / f"eto-{i}" / "pairs" / file)
    return kept


POLICIES = ("random", "sft", "eto-1", "eto-2")


def test_a_run_ends_with_the_table_and_the_path_of_the_report(whole: tuple[Path, str]) -> None:
    folder, out = whole
    assert all(policy in out for policy in POLICIES)
    assert out.rstrip().endswith(f"Report: {folder / 'report.html'}")
    assert (folder / "report.html").stat().st_size > 1000
    for policy in POLICIES:
        figures = json.loads((folder / "evaluate" / policy / "results.json").read_text())
        for split in ("seen", "unseen"):
            episodes = list(read_trajectories(folder / "evaluate" / policy / f"{split}.jsonl", strict=True))
            mean = sum(each.final_reward or 0.0 for each in episodes) / len(episodes)
            assert figures[split]["episodes"] == len(episodes) == len({each.task for each in episodes})
            assert figures[split]["protocols"]["strict"]["reward"][0] == pytest.approx(mean, abs=1e-6)
            assert f"{100 * mean:.1f} [" in out


def test_a_finished_run_is_not_run_again(config: Path, whole: tuple[Path, str]) -> None:
    folder, out = whole
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("trajectories.jsonl")}
    code, again, err = finished("run", "--config", str(config), "--out", str(folder), "--env.num-envs", "2")
    assert (code, again) == (0, out), err
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("trajectories.jsonl")} == before


KILLED_AT = (
    "expert/recorded.jsonl",
    "evaluate/random/seen.jsonl",
    "sft/model.checkpoints/checkpoint-2",
    "evaluate/sft/seen.jsonl",
    "eto-1/explore/trajectories.jsonl",
    "eto-1/pairs",  # the files in it come and go within milliseconds, which a busy machine does not see
    "eto-1/dpo/model.checkpoints/checkpoint-2",
    "eto-2/explore/trajectories.jsonl",
    "evaluate/eto-2/unseen.jsonl",
)


@pytest.mark.slow
def test_killed_again_and_again_it_ends_the_same(config: Path, whole: tuple[Path, str], tmp_path: Path) -> None:
    """`kill -9` as soon as each of these files is there; then the same command once more."""
    folder = tmp_path / "run"
    for name in KILLED_AT:
        process = eto_agent("run", "--config", str(config), "--out", str(folder))
        ended = process.end_killed((folder / name).exists)
        assert ended.code == -signal.SIGKILL, (name, ended.err)
    code, out, err = finished("run", "--config", str(config), "--out", str(folder))
    assert code == 0, err
    assert results(folder) == results(whole[0])
    assert out.replace(str(folder), "") == whole[1].replace(str(whole[0]), "")


def test_single_stages_make_the_same_as_the_run(config: Path, whole: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    for stage in (["expert"], ["sft"], ["explore"], ["pairs"], ["dpo"], ["evaluate", "--policy", "eto-1"]):
        code, _, err = finished(*stage, "--config", str(config), "--out", str(folder))
        assert code == 0, err
    made = ["sft/model", "eto-1/pairs/chosen.jsonl", "eto-1/dpo/model", "evaluate/eto-1/results.json"]
    assert [file_hash(folder / name) for name in made] == [file_hash(whole[0] / name) for name in made]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--env.id", "eto/Nowhere-v0"], ["eto/Nowhere-v0", "eto/LockedDoor-v0"]),
        (["--env.types", "attic"], ["'attic'"]),
        (["--env.train-split", "practice"], ["'practice'", "train"]),
        (["--env.settings", "storeys=3"], ["'storeys'", "max_steps"]),
        (["--evaluate.splits", "dev"], ["'dev'", "seen"]),
        (["--model.name", "./no/model"], ["./no/model", "scratch:"]),
        (["--model.name", "scratch:vast"], ["'vast'", "demo"]),
        (["--expert.file", "nothing.jsonl"], ["nothing.jsonl"]),
    ],
    ids=lambda value: value[0].lstrip("-") if isinstance(value, list) else "",
)
def test_what_cannot_work_is_told_before_anything_is_written(
    config: Path, tmp_path: Path, arguments: list[str], told: list[str]
) -> None:
    code, out, err = finished("run", "--config", str(config), "--out", str(tmp_path / "run"), *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("eto-agent: ")
    assert err.count("\n") == 1
    assert all(part in err for part in told), err
    assert not (tmp_path / "run").exists()


def test_without_java_nothing_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no-java"))
    code, out, err = finished("run", "--env.id", "eto/ScienceWorld-v0", "--out", str(tmp_path / "run"))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "JAVA_HOME" in err
    assert "Run: " in err
    assert not (tmp_path / "run").exists()


def test_a_changed_configuration_is_refused(config: Path, whole: tuple[Path, str]) -> None:
    code, _, err = finished("run", "--config", str(config), "--out", str(whole[0]), "--sft.epochs", "3")
    assert code == 2
    assert "sft.epochs (2.0 -> 3.0)" in err
    assert err.count("\n") == 1


def test_a_stage_that_is_too_early_names_the_one_before(config: Path, tmp_path: Path) -> None:
    code, _, err = finished("dpo", "--config", str(config), "--out", str(tmp_path / "run"))
    assert code == 2
    assert "run: eto-agent" in err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [([], 2, "usage"), (["--help"], 0, "usage"), (["walk"], 2, "'walk'"), (["--version"], 0, "eto-agent 0")],
)
def test_without_a_command(arguments: list[str], code: int, told: str) -> None:
    found, out, err = program(*arguments)
    assert found == code
    assert told in out + err
