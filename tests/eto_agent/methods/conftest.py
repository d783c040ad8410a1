"""Runs on LockedDoor with experts and an SFT agent: one that knows its three tasks by heart, and an ordinary one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.config import (
    BestOfNConfig,
    ChatConfig,
    EnvConfig,
    EvaluateConfig,
    GenerationConfig,
    ModelConfig,
    RftConfig,
    RunConfig,
    SelfPlayConfig,
)
from eto_agent.lab import Lab
from eto_agent.methods.expert import expert
from eto_agent.methods.sft import sft
from eto_agent.trainers import DpoSettings, TrainSettings
from eto_envs.trajectory import read_trajectories, write_trajectories
from tests.eto_agent.methods.toy_runs import config

QUICK: dict[str, Any] = {"max_length": 1024, "device": "cpu", "save_steps": 10}
CONFIG = RunConfig(
    env=EnvConfig("eto/LockedDoor-v0", {"max_steps": 8}, ("one-key",), train_per_type=3, num_envs=4, num_workers=1),
    model=ModelConfig("scratch:tiny", 600),
    chat=ChatConfig(instruction=""),
    sft=TrainSettings(epochs=80, batch_size=3, learning_rate=4e-3, **QUICK),
    best_of_n=BestOfNConfig(samples=3),
    rft=RftConfig(samples=4, iterations=2),
    self_play=SelfPlayConfig(
        first="random",
        samples=6,
        threshold=0.2,
        dpo=DpoSettings(epochs=1, batch_size=4, learning_rate=1e-4, **QUICK),
    ),
    generation=GenerationConfig(max_new_tokens=24),
    evaluate=EvaluateConfig(per_type=2),
)


@pytest.fixture(scope="session")
def imitated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder whose agent succeeds on its training tasks, and nowhere else."""
    folder = tmp_path_factory.mktemp("imitated") / "run"
    with Lab(replace(CONFIG, out=folder)) as lab:
        _leave_thoughts_out(expert(lab))
        sft(lab)
    return folder


def _leave_thoughts_out(file: Path) -> None:
    """Bare actions are learned in seconds."""
    trajectories = list(read_trajectories(file))
    for turn in (turn for each in trajectories for turn in each.turns[1:]):
        turn.text = f"Action: {turn.action}"
    write_trajectories(file, trajectories)


@pytest.fixture
def opened(imitated: Path, tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Opens a copy of that run folder; keyword arguments replace parts of the configuration."""
    with ExitStack() as stack:

        def open_lab(folder: Path | None = None, **changes: Any) -> Lab:
            out = folder or tmp_path / "run"
            if not out.exists():
                shutil.copytree(imitated, out)
                (out / "config.yaml").unlink()
            return stack.enter_context(Lab(replace(CONFIG, out=out, **changes)))

        yield open_lab


@pytest.fixture(scope="session")
def imitator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ordinary run folder."""
    out = tmp_path_factory.mktemp("imitator") / "run"
    with Lab(config(out)) as lab:
        expert(lab)
        sft(lab)
    return out
