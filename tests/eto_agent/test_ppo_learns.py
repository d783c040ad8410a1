"""PPO makes more of an agent that was trained too briefly: LockedDoor, from scratch, three seeds."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import gymnasium
import pytest
from scipy.stats import t as student

from eto_agent.config import EnvConfig, RunConfig, load_config
from eto_agent.lab import Lab
from eto_agent.methods.expert import expert
from eto_agent.methods.ppo import ppo
from eto_agent.methods.sft import sft
from eto_envs.core import TextEnv
from eto_envs.trajectory import Trajectory, write_trajectories

FILE = Path(__file__).parents[2] / "benchmarks" / "methods" / "ppo_locked_door.yaml"
LAST = 3
"""Updates whose episodes are compared with those of the first, which the SFT agent plays."""


def bare_actions(env: EnvConfig, out: Path) -> Path:
    """The oracle's solutions without thoughts: short replies make a quick test."""
    world = gymnasium.make(env.id, **env.settings).unwrapped
    assert isinstance(world, TextEnv)
    found: list[Trajectory] = []
    for task in [task for task in world.manifest["train"] if task.type in env.types][: env.train_per_type]:
        observation, info = world.reset(options={"task": task.id})
        trajectory = Trajectory(env.id, task.id, task.type, "train").begin(observation, info)
        for action in world.oracle_actions():
            observation, reward, _, _, info = world.step(action)
            trajectory.record(f"Action: {action}", action, observation, reward, info)
        found.append(trajectory)
    write_trajectories(out, found)
    return out


def before_and_after(config: RunConfig) -> tuple[float, float]:
    """Success of the SFT agent and of PPO's last policies, both playing at temperature 1 on the training tasks."""
    with Lab(config) as lab:
        expert(lab)
        ppo(lab, sft(lab))
    lines = (config.out / "ppo" / "metrics.jsonl").read_text().splitlines()
    success = [json.loads(line)["success"] for line in lines]
    assert all(json.loads(line)["generation_gap"] < 1e-4 for line in lines)
    return success[0], sum(success[-LAST:]) / LAST


@pytest.mark.slow
def test_three_seeds_improve(tmp_path: Path) -> None:
    config = load_config(FILE)
    shown = bare_actions(config.env, tmp_path / "experts.jsonl")
    config = replace(
        config,
        expert=replace(config.expert, file=shown),
        generation=replace(config.generation, max_new_tokens=14),
    )
    ends = [before_and_after(replace(config, seed=seed, out=tmp_path / str(seed))) for seed in range(3)]
    gains = [after - before for before, after in ends]
    mean = sum(gains) / 3
    deviation = math.sqrt(sum((gain - mean) ** 2 for gain in gains) / 2)
    low = mean - float(student.ppf(0.975, 2)) * deviation / math.sqrt(3)  # of the 95 % interval over seeds
    assert all(before < 0.8 for before, _ in ends), ends
    assert low > 0, ends
    assert mean > 0.1, ends
