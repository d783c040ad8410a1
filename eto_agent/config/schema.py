"""The configuration of a run: one dataclass for each part; the field docs are the command line's help.

`load_config` reads it from YAML. Keys that are left out keep their defaults, unknown keys and values of the wrong type
are refused before anything is started.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import yaml

from eto_agent.config.flags import KeyValues
from eto_agent.config.presets import with_presets
from eto_agent.endpoints.client import EndpointSettings
from eto_agent.endpoints.teacher import TeacherSettings
from eto_agent.models import TokenizerKind
from eto_agent.online.settings import PpoConfig
from eto_agent.training.fit import DpoSettings, TrainSettings
from eto_envs.errors import DataError, UnknownNameError

__all__ = [
    "LEVELS",
    "METHOD_NAMES",
    "BestOfNConfig",
    "ChatConfig",
    "EefConfig",
    "EnvConfig",
    "EtoConfig",
    "EvaluateConfig",
    "ExpertConfig",
    "GenerationConfig",
    "IprConfig",
    "IprDpoSettings",
    "Level",
    "ModelConfig",
    "PpoConfig",
    "RftConfig",
    "RunConfig",
    "SelfPlayConfig",
    "load_config",
    "trainings",
]

MethodName = Literal["eto", "best-of-n", "rft", "ppo", "ipr", "eef", "self-play"]
METHOD_NAMES: tuple[MethodName, ...] = get_args(MethodName)
"""The methods of a run; `pipeline.METHODS` (they follow SFT) and `pipeline.WITHOUT_EXPERTS` say what each does."""

Level = Literal["trajectory", "step", "mixture", "careful-step"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""What ETO contrasts: whole trajectories, single turns, both; or single turns, with settings of their own."""


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
    train_per_type: int | None = None
    """At most this many training tasks of each type (the first ones); none means all."""
    expert_per_type: int | None = None
    """Experts for at most this many of those of each type; none means all. The other tasks can only be explored."""
    explore_per_type: int | None = None
    """At most this many of those of each type are explored by the methods after SFT; none means all."""
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
    slips: float = 0.0
    """Chance of a mistake before each step of the oracle; mistakes are shown, never imitated (see slips.py)."""
    rationales: bool = True
    """Whether the oracle says a rule-made thought before each action; without, replies are the bare action."""


@dataclass(frozen=True)
class EtoConfig:
    """Exploration-based trajectory optimisation."""

    iterations: int = 2
    """Iterations of explore, pair, train."""
    dpo: DpoSettings = field(default_factory=DpoSettings)
    """Contrastive training."""
    levels: tuple[Level, ...] = ("trajectory",)
    """What is contrasted: whole trajectories, single steps, or both (each level named is trained by itself).
    Level careful-step is step with the two keys below in place of those of eto.dpo, in every iteration."""
    careful_beta: float = 0.5
    """Beta of level careful-step (the paper's second row of steps: 0.5)."""
    careful_learning_rate: float = 1e-7
    """Learning rate of level careful-step (the paper: a tenth of the other's, 1e-7)."""
    protocol: Literal["paper", "strict"] = "paper"
    """Which score decides a pair."""
    settings: Literal["paper", "release"] = "paper"
    """Release sets those of the next three keys that are none to what the paper's authors released."""
    trim_rejected: int | None = None
    """Keep at most this many turns more on the rejected side (release: 5, not on ALFWorld); none keeps all."""
    later_beta: float | None = None
    """Beta from the second iteration on (release: 0.5); none keeps eto.dpo.beta."""
    later_learning_rate: float | None = None
    """Learning rate from the second iteration on (release: 5e-7); none keeps eto.dpo.learning_rate."""
    max_starts: int | None = None
    """Levels with steps: explore from at most this many steps of an expert, evenly spread; none takes all."""

    def filled(self, env: str) -> EtoConfig:
        """With the keys that `settings` stands for; those that are set stay."""
        if self.settings == "paper":
            return self
        trim = None if env.startswith("eto/ALFWorld") else 5
        return dataclasses.replace(
            self,
            trim_rejected=trim if self.trim_rejected is None else self.trim_rejected,
            later_beta=0.5 if self.later_beta is None else self.later_beta,
            later_learning_rate=5e-7 if self.later_learning_rate is None else self.later_learning_rate,
        )


@dataclass(frozen=True)
class IprDpoSettings(DpoSettings):
    """Contrastive training of IPR: the paper adds the likelihood of the chosen side."""

    sft_weight: float = 1.0
    """Weight of an added negative log-likelihood of the chosen side, by token."""


@dataclass(frozen=True)
class IprConfig:
    """Iterative step-level process refinement."""

    iterations: int = 1
    """Iterations of explore, score, pair, train."""
    samples: int = 5
    """Rollouts of the SFT agent from a state; their mean final reward is the reward of the step before it."""
    temperature: float = 1.0
    """Temperature of these rollouts."""
    min_gap: float = 0.01
    """Step rewards have to differ by more than this, the same way as final rewards, to make a pair."""
    max_starts: int | None = None
    """Explore from the start of a task, and at most this many of its expert's later steps, 1 or more; none: all."""
    trim_rejected: int | None = None
    """Rejected sides keep at most this many agent turns more than chosen sides; none keeps all."""
    protocol: Literal["paper", "strict"] = "paper"
    """Which score decides."""
    dpo: IprDpoSettings = field(default_factory=IprDpoSettings)
    """Contrastive training."""


@dataclass(frozen=True)
class EefConfig:
    """Exploring expert failures; trains with the settings of `sft`."""

    iterations: int = 1
    """Iterations of explore, select, train."""
    interval: int = 2
    """Steps of a failed expert between two states that are explored from."""
    samples: int = 4
    """Rollouts from every state and every training task."""
    temperature: float = 1.0
    """Temperature of the rollouts."""
    min_reward: float = 1.0
    """Final reward that counts as a success."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which score decides."""


@dataclass(frozen=True)
class BestOfNConfig:
    """Best-of-N: the SFT agent samples every evaluation task several times, and the best reward counts."""

    samples: int = 10
    """Episodes for each task."""
    temperature: float = 1.0
    """Sampling temperature; has to be above 0."""


@dataclass(frozen=True)
class RftConfig:
    """Rejection sampling fine-tuning."""

    samples: int = 4
    """Episodes for each training task."""
    temperature: float = 1.0
    """Sampling temperature; 0 only with one sample."""
    threshold: float = 1.0
    """Episodes of at least this reward are learned from."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which score the threshold is for."""
    iterations: int = 1
    """Iterations of sample, collect, train; each samples with the newest model."""


@dataclass(frozen=True)
class SelfPlayConfig:
    """Self-play: learning without expert trajectories."""

    variants: tuple[Literal["rft", "eto", "rft+eto"], ...] = ("rft", "eto", "rft+eto")
    """What to learn by: fine-tuning on good episodes, contrast between episodes, or one after the other."""
    first: Literal["base", "random"] = "base"
    """Who explores first: the base model, or a random choice of admissible actions (a scratch model cannot act)."""
    samples: int = 4
    """Episodes for each training task and exploration."""
    temperature: float = 1.0
    """Sampling temperature of the models."""
    threshold: float = 1.0
    """Episodes of at least this reward are good."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which score decides."""
    max_pairs: int = 3
    """At most this many pairs for each task: its best episode against the worst ones."""
    iterations: int = 1
    """Iterations of contrast; from the second on, the newest model explores."""
    dpo: DpoSettings = field(default_factory=DpoSettings)
    """Contrastive training."""


@dataclass(frozen=True)
class GenerationConfig:
    """Decoding while exploring and evaluating."""

    temperature: float = 0.0
    """0 is greedy."""
    max_new_tokens: int = 512
    """Longest reply, in tokens."""
    engine: Literal["transformers", "vllm"] = "transformers"
    """What decodes: transformers (replies do not depend on the batch), or vllm (extra vllm; faster on a GPU)."""
    gpu_memory: float = 0.5
    """Share of the GPU's memory that vllm takes; training needs the rest (does not change results)."""
    tensor_parallel: int = 1
    """Over how many GPUs vllm splits the model (does not change results)."""


@dataclass(frozen=True)
class EvaluateConfig:
    """Evaluation."""

    splits: tuple[str, ...] = ()
    """Splits to evaluate on; none means all but the training split."""
    per_type: int | None = None
    """At most this many tasks of each type (the first ones); none means all."""
    base: bool = False
    """Whether the table of a run has a row for the model before any training."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which scores the table shows; both are always computed and stored."""


@dataclass(frozen=True)
class RunConfig:
    """Experts, SFT, then the methods, each evaluated, in one run folder."""

    out: Path = Path("runs/run")
    """Run folder; re-running with the same configuration continues it."""
    seed: int = 0
    """Seed of weights, data order and sampling."""
    methods: tuple[MethodName, ...] = ("eto",)
    """What to do, in this order. Each starts from the SFT agent, but self-play, which needs neither experts nor SFT."""
    env: EnvConfig = field(default_factory=EnvConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    chat: ChatConfig = field(default_factory=ChatConfig)
    expert: ExpertConfig = field(default_factory=ExpertConfig)
    sft: TrainSettings = field(default_factory=TrainSettings)
    eto: EtoConfig = field(default_factory=EtoConfig)
    best_of_n: BestOfNConfig = field(default_factory=BestOfNConfig)
    rft: RftConfig = field(default_factory=RftConfig)
    ppo: PpoConfig = field(default_factory=PpoConfig)
    self_play: SelfPlayConfig = field(default_factory=SelfPlayConfig)
    ipr: IprConfig = field(default_factory=IprConfig)
    eef: EefConfig = field(default_factory=EefConfig)
    generation: GenerationConfig = field(default_factory=GenerationConfig)
    evaluate: EvaluateConfig = field(default_factory=EvaluateConfig)
    api: EndpointSettings = field(default_factory=EndpointSettings)
    annotate: TeacherSettings = field(default_factory=TeacherSettings)


def load_config(path: Path, presets: Sequence[str] = ()) -> RunConfig:
    """Reads a configuration from YAML, with some of its presets laid over it (see `presets.py`).

    Raises:
        DataError: there is no such file, or it is not a YAML mapping.
        UnknownNameError: an unknown key, or a value of the wrong type.
    """
    from pydantic import TypeAdapter, ValidationError

    if not path.is_file():
        raise DataError(f"No configuration at {str(path)!r}; give a YAML file, for instance configs/demo.yaml.")
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"{str(path)!r} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise DataError(f"{str(path)!r} holds a {type(given).__name__}; expected keys such as {', '.join(_keys())}.")
    given = with_presets(given, presets, repr(str(path)))
    for key, allowed in _unknown_keys(given, RunConfig):
        raise UnknownNameError.of("key", key, allowed, "See: eto-agent run --help", where=f"in {str(path)!r}")
    try:
        return TypeAdapter(RunConfig).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UnknownNameError(f"Unusable {key} {first['input']!r} in {str(path)!r}: {first['msg']}.") from None


def trainings(config: Any, prefix: str = "") -> Iterator[tuple[str, TrainSettings]]:
    """The settings of every training in a configuration, with their keys: `sft`, `eto.dpo`, ..."""
    for each in dataclasses.fields(config):
        value = getattr(config, each.name)
        if isinstance(value, TrainSettings):
            yield f"{prefix}{each.name}", value
        elif dataclasses.is_dataclass(value):
            yield from trainings(value, f"{prefix}{each.name}.")


def _keys() -> list[str]:
    return [each.name for each in dataclasses.fields(RunConfig)]


def _unknown_keys(given: Mapping[str, Any], kind: type, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Keys that no field answers to, each with the keys that exist beside it."""
    types = get_type_hints(kind)
    for key, value in given.items():
        if key not in types:
            yield f"{prefix}{key}", [f"{prefix}{name}" for name in types]
        elif dataclasses.is_dataclass(types[key]) and isinstance(value, dict):
            yield from _unknown_keys(value, types[key], f"{prefix}{key}.")  # type: ignore[arg-type]
