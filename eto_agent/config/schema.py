"""The configuration of a run: one dataclass for each section; the field docs are the command line's help.

A method's section is a dataclass in the method's own file; `methods.config_type` puts them together.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from eto_agent.endpoints.client import EndpointSettings
from eto_agent.endpoints.teacher import TeacherSettings
from eto_agent.fields import KeyValues, NotNegative, Positive
from eto_agent.models import TokenizerKind
from eto_agent.training.job import TrainSettings

__all__ = [
    "BaseConfig",
    "ChatConfig",
    "EnvConfig",
    "EvaluateConfig",
    "ExpertConfig",
    "GenerationConfig",
    "ModelConfig",
    "trainings",
]


@dataclass(frozen=True)
class EnvConfig:
    """The environment and its tasks."""

    id: str = "eto/ScienceWorld-v0"
    """Gymnasium id."""
    settings: KeyValues = field(default_factory=dict[str, Any])
    """Keyword arguments of gymnasium.make, e.g. simplification=easy."""
    types: tuple[str, ...] = ()
    """Task types to use; none means all."""
    train_split: str = "train"
    """Split of experts and exploration."""
    train_per_type: Positive[int | None] = None
    """At most this many training tasks of each type (the first ones); none means all."""
    expert_per_type: NotNegative[int | None] = None
    """Experts for at most this many of those of each type; none means all. The other tasks can only be explored."""
    explore_per_type: Positive[int | None] = None
    """At most this many of those of each type are explored by the methods after SFT; none means all."""
    num_envs: Positive[int] = 8
    """Environments that run at the same time (does not change results)."""
    num_workers: Positive[int | None] = None
    """Worker processes; none means one for each environment (does not change results)."""


@dataclass(frozen=True)
class ModelConfig:
    """The language model."""

    name: str = "scratch:demo"
    """A Hugging Face name, a local folder, or scratch:PRESET (random weights, tokenizer trained on the experts)."""
    vocab_size: Positive[int] = 1024
    """Vocabulary of a scratch model's tokenizer."""
    tokenizer: TokenizerKind = "words"
    """Its tokens: words, or whole phrases between names (for worlds of numbered things, such as ALFWorld)."""


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
    """Expert trajectories below this reward are left out (they are kept apart, for methods that learn from them)."""
    break_off: float = 0.0
    """Share of the tasks, drawn by the seed, on which the oracle stops half-way: experts that fail, to try EEF on."""
    mistakes: float = 0.0
    """Chance that the oracle makes a mistake before a step; mistakes are context and are never imitated."""
    rationales: bool = True
    """Whether the oracle says a rule-made thought before each action; without, replies are the bare action."""


@dataclass(frozen=True)
class GenerationConfig:
    """Decoding while exploring and evaluating."""

    temperature: NotNegative[float] = 0.0
    """0 is greedy."""
    max_new_tokens: Positive[int] = 512
    """Longest reply, in tokens."""
    engine: Literal["transformers", "vllm"] = "transformers"
    """What decodes: transformers (replies do not depend on the batch), or vllm (extra vllm; faster on a GPU)."""
    gpu_memory: float = 0.5
    """Share of the GPU's memory that vllm takes; training needs the rest (does not change results)."""
    tensor_parallel: Positive[int] = 1
    """Over how many GPUs vllm splits the model (does not change results)."""


@dataclass(frozen=True)
class EvaluateConfig:
    """Evaluation."""

    splits: tuple[str, ...] = ()
    """Splits to evaluate on; none means all but the training split."""
    per_type: Positive[int | None] = None
    """At most this many tasks of each type (the first ones); none means all."""
    base: bool = False
    """Whether the table of a run has a row for the model before any training."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which scores the table shows; both are always computed and stored."""


@dataclass(frozen=True)
class BaseConfig:
    """The sections that every run has; `methods.config_type` adds one for each method."""

    out: Path = Path("runs/run")
    """Run folder; re-running with the same configuration continues it."""
    seed: int = 0
    """Seed of weights, data order and sampling."""
    methods: tuple[str, ...] = ("eto",)
    """Methods to run, in this order."""
    env: EnvConfig = field(default_factory=EnvConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    chat: ChatConfig = field(default_factory=ChatConfig)
    expert: ExpertConfig = field(default_factory=ExpertConfig)
    sft: TrainSettings = field(default_factory=TrainSettings)
    generation: GenerationConfig = field(default_factory=GenerationConfig)
    evaluate: EvaluateConfig = field(default_factory=EvaluateConfig)
    api: EndpointSettings = field(default_factory=EndpointSettings)
    annotate: TeacherSettings = field(default_factory=TeacherSettings)

    known_methods: ClassVar[tuple[Any, ...]] = ()
    """The `Method` objects whose sections this type has."""


def trainings(config: Any, prefix: str = "") -> Iterator[tuple[str, TrainSettings]]:
    """The settings of every training in a configuration, with their keys: `sft`, `eto.dpo`, ..."""
    for each in dataclasses.fields(config):
        value = getattr(config, each.name)
        if isinstance(value, TrainSettings):
            yield f"{prefix}{each.name}", value
        elif dataclasses.is_dataclass(value):
            yield from trainings(value, f"{prefix}{each.name}.")
