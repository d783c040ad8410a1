"""Two tiny runs on LockedDoor for the tests of methods; the fixture `imitated` makes their folders.

`by heart` (`CONFIG`) has an agent that succeeds on its three training tasks, and nowhere else. `barely` (`config`) has
two experts, two that stop half-way, and a barely trained agent.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from eto_agent.config.schema import ChatConfig, EnvConfig, EvaluateConfig, ExpertConfig, GenerationConfig, ModelConfig
from eto_agent.methods.best_of_n import BestOfNConfig
from eto_agent.methods.catalogue import RunConfig, method_of
from eto_agent.methods.eef import EefConfig
from eto_agent.methods.eto import EtoConfig
from eto_agent.methods.ipr import IprConfig, IprDpoSettings
from eto_agent.methods.rft import RftConfig
from eto_agent.methods.self_play import SelfPlayConfig
from eto_agent.methods.sft import sft
from eto_agent.session import Session
from eto_agent.stages.experts import expert
from eto_agent.training.fit import DpoSettings, TrainSettings
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

Agent = Literal["by heart", "barely"]
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


def make(agent: Agent, out: Path) -> Path:
    """A run folder with experts and an SFT agent."""
    with Session(config(out) if agent == "barely" else replace(CONFIG, out=out)) as session:
        experts = expert(session)
        if agent == "by heart":
            _leave_thoughts_out(experts)
        sft(session)
    return out


def _leave_thoughts_out(file: Path) -> None:
    """Bare actions are learned in seconds."""
    trajectories = list(read_trajectories(file))
    for turn in (turn for each in trajectories for turn in each.turns[1:]):
        turn.text = f"Action: {turn.action}"
    write_trajectories(file, trajectories)


def copied(run: Path, to: Path) -> Path:
    """A run folder of its own, to go on from the same stages."""
    return shutil.copytree(run, to)


def products_of(session: Session, name: str) -> dict[str, Any]:
    """What a method makes in a session: name -> the folder of its model, or figures."""
    method = method_of(name)
    return dict(method.run(session, method.of(session.config)))


def read(path: Path) -> list[Trajectory]:
    return list(read_trajectories(path, strict=True))
