"""The configuration of a run: one dataclass for each part; the field docs are the command line's help."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from eto_agent.trainers import DpoSettings, TrainSettings

__all__ = [
    "ChatConfig",
    "EnvConfig",
    "EtoConfig",
    "EvaluateConfig",
    "ExpertConfig",
    "GenerationConfig",
    "ModelConfig",
    "RunConfig",
]


@dataclass(frozen=True)
class EnvConfig:
    """The environment and its tasks."""

    id: str = "eto/ScienceWorld-v0"
    """Gymnasium id."""
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    """Keyword arguments of gymnasium.make, e.g. simplification easy."""
    types: tuple[str, ...] = ()
    """Task types to use; none means all."""
    train_split: str = "train"
    """Split of experts and exploration."""
    train_per_type: int | None = None
    """At most this many training tasks of each type (the first ones); none means all."""
    num_envs: int = 8
    """Environments that run at the same time (does not change results)."""
    num_workers: int | None = None
    """Worker processes; none means one for each environment (does not change results)."""


@dataclass(frozen=True)
class ModelConfig:
    """The language model."""

    name: str = "scratch:demo"
    """A Hugging Face name, a local folder, or scratch:PRESET (random weights, tokenizer trained on the experts)."""
    vocab_size: int = 1024
    """Vocabulary of a scratch model's tokenizer."""


@dataclass(frozen=True)
class ChatConfig:
    """How episodes become conversations."""

    instruction: str | None = None
    """Instruction text; none takes the environment's own, an empty text leaves the instruction out."""
    example: bool = False
    """Whether evaluation shows one expert trajectory of the training split before the task (the paper does)."""


@dataclass(frozen=True)
class ExpertConfig:
    """Expert trajectories."""

    file: Path | None = None
    """Trajectories (JSON Lines) to use; none records the environment's oracle."""
    min_reward: float = 1.0
    """Expert trajectories below this reward are left out."""


@dataclass(frozen=True)
class EtoConfig:
    """Exploration-based trajectory optimisation."""

    iterations: int = 2
    """Iterations of explore, pair, train."""
    dpo: DpoSettings = field(default_factory=DpoSettings)
    """Contrastive training."""
    protocol: Literal["paper", "strict"] = "paper"
    """Which score decides a pair."""
    trim_rejected: int | None = None
    """Keep at most this many turns more on the rejected side (the release: 5); none keeps all (the paper)."""


@dataclass(frozen=True)
class GenerationConfig:
    """Decoding while exploring and evaluating."""

    temperature: float = 0.0
    """0 is greedy."""
    max_new_tokens: int = 512
    """Longest reply, in tokens."""


@dataclass(frozen=True)
class EvaluateConfig:
    """Evaluation."""

    splits: tuple[str, ...] = ("seen", "unseen")
    """Splits to evaluate on."""
    per_type: int | None = None
    """At most this many tasks of each type (the first ones); none means all."""


@dataclass(frozen=True)
class RunConfig:
    """SFT, then ETO, then evaluation, in one run folder."""

    out: Path = Path("runs/run")
    """Run folder; re-running with the same configuration continues it."""
    seed: int = 0
    """Seed of weights, data order and sampling."""
    env: EnvConfig = field(default_factory=EnvConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    chat: ChatConfig = field(default_factory=ChatConfig)
    expert: ExpertConfig = field(default_factory=ExpertConfig)
    sft: TrainSettings = field(default_factory=TrainSettings)
    eto: EtoConfig = field(default_factory=EtoConfig)
    generation: GenerationConfig = field(default_factory=GenerationConfig)
    evaluate: EvaluateConfig = field(default_factory=EvaluateConfig)
