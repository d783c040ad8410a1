"""A tiny run on LockedDoor for the tests of methods: two experts, two that stop half-way, a barely trained agent."""

from __future__ import annotations

import shutil
from pathlib import Path

from eto_agent.config import (
    EefConfig,
    EnvConfig,
    EtoConfig,
    ExpertConfig,
    GenerationConfig,
    IprConfig,
    IprDpoSettings,
    ModelConfig,
    RunConfig,
)
from eto_agent.trainers import DpoSettings, TrainSettings
from eto_envs.trajectory import Trajectory, read_trajectories


def config(out: Path, **eto_settings: object) -> RunConfig:
    """Everything is small; `eto_settings` go to `EtoConfig`."""
    env = EnvConfig("eto/LockedDoor-v0", {"max_steps": 7}, ("one-key",), train_per_type=4, num_envs=3, num_workers=1)
    return RunConfig(
        out=out,
        env=env,
        model=ModelConfig("scratch:tiny", 400),
        expert=ExpertConfig(break_off=0.5),
        sft=TrainSettings(epochs=8, batch_size=1, learning_rate=3e-3),
        eto=EtoConfig(1, DpoSettings(epochs=1, batch_size=4, learning_rate=1e-3), **eto_settings),  # type: ignore[arg-type]
        ipr=IprConfig(2, samples=2, dpo=IprDpoSettings(epochs=1, batch_size=4, learning_rate=1e-4)),
        eef=EefConfig(interval=1, samples=2, min_reward=0.2),
        generation=GenerationConfig(max_new_tokens=24),
    )


def copied(run: Path, to: Path) -> Path:
    """A run folder of its own, to go on from the same stages."""
    return shutil.copytree(run, to)


def read(path: Path) -> list[Trajectory]:
    return list(read_trajectories(path, strict=True))
