"""Trackers: what is asked for is checked before any work; TensorBoard gets SFT's steps and PPO's updates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eto_agent.methods.catalogue import RunConfig
from eto_agent.online.settings import PpoConfig
from eto_agent.run_folder import file_hash
from eto_agent.session import Session
from eto_agent.training.fit import TrainSettings
from eto_agent.training.trackers import PACKAGES, check_trackers, logging_to, reporting, trackers_of
from eto_envs.errors import MissingDependencyError, UnknownNameError
from tests.eto_agent.forks import finished
from tests.eto_agent.methods.test_ppo import CONFIG


def test_every_section_is_looked_at() -> None:
    config = RunConfig(sft=TrainSettings(report_to=("wandb",)), ppo=PpoConfig(report_to=("tensorboard", "wandb")))
    assert trackers_of(config) == ["wandb", "tensorboard"]
    assert trackers_of(RunConfig()) == []


def test_an_unknown_tracker_is_refused_before_the_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown tracker in report_to 'tensorbord'; expected one of .*wandb"):
        Session(RunConfig(out=tmp_path / "run", ppo=PpoConfig(report_to=("tensorbord",))))
    assert not list(tmp_path.iterdir())


def test_a_tracker_that_is_not_installed_is_refused_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACKAGES, "wandb", "a_package_that_nobody_has")
    with pytest.raises(MissingDependencyError, match=r"report_to=wandb .* pip install a_package_that_nobody_has"):
        check_trackers(["wandb"])


def test_without_trackers_nothing_happens(tmp_path: Path) -> None:
    with reporting((), tmp_path, "ppo") as report:
        report({"reward": 1.0}, 1)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_the_user_chose_for_tensorboard_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENSORBOARD_LOGGING_DIR", raising=False)
    with logging_to(tmp_path):
        assert os.environ["TENSORBOARD_LOGGING_DIR"] == str(tmp_path / "tensorboard")
    assert "TENSORBOARD_LOGGING_DIR" not in os.environ
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", "elsewhere")
    with logging_to(tmp_path):
        assert os.environ["TENSORBOARD_LOGGING_DIR"] == "elsewhere"


READ = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
found = EventAccumulator(sys.argv[1])
found.Reload()
print(json.dumps({tag: [[each.step, each.value] for each in found.Scalars(tag)] for tag in found.Tags()["scalars"]}))
"""


@pytest.mark.slow
def test_tensorboard_gets_the_steps_of_sft_and_the_updates_of_ppo(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="TensorBoard is not installed; run: pip install tensorboard")
    config, folder = tmp_path / "config.yaml", tmp_path / "run"
    config.write_text(CONFIG, encoding="utf-8")
    asked = ("run", "--config", str(config), "--out", str(folder))
    code, _, err = finished(*asked, "--sft.report-to", "tensorboard", "--ppo.report-to", "tensorboard")
    assert code == 0, err
    for stage, step, name in (("sft", "step", "loss"), ("ppo", "update", "reward"), ("ppo", "update", "kl")):
        rows = [json.loads(line) for line in (folder / stage / "metrics.jsonl").read_text().splitlines()]
        read = subprocess.run(
            [sys.executable, "-c", READ, folder / stage / "tensorboard"], capture_output=True, text=True, check=True
        )
        points = json.loads(read.stdout)[f"train/{name}"]
        assert [each for each, _ in points] == [row[step] for row in rows]
        assert [value for _, value in points] == pytest.approx([row[name] for row in rows], rel=1e-5)
    models = {stage: file_hash(folder / stage / "model") for stage in ("sft", "ppo")}
    code, _, err = finished(*asked)  # without trackers it is the same run
    assert code == 0, err
    assert {stage: file_hash(folder / stage / "model") for stage in models} == models
