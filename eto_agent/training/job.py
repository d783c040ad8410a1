"""One training, before any library is imported: settings, data, places on disk, and whether it can start."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from eto_agent.chat.encoder import Encoded
from eto_agent.fields import NotNegative, Positive
from eto_agent.training import distributed
from eto_envs.errors import EtoEnvError

__all__ = [
    "DpoSettings",
    "Job",
    "LoraSettings",
    "OnStep",
    "Pair",
    "TrainSettings",
    "TrainingError",
    "check_training",
]

OnStep = Callable[[int, int, Mapping[str, float]], None]
"""Called after every optimiser step with its number, the number of all steps, and its row of metrics."""


class TrainingError(EtoEnvError):
    """Training cannot start, cannot be continued, or has diverged."""


@dataclass(frozen=True)
class LoraSettings:
    """Low-rank adapters instead of full fine-tuning; they are merged into the weights at the end."""

    r: int = 0
    """Rank, for instance 16; 0 trains all weights instead."""
    alpha: float = 32.0
    """Scale; updates are multiplied by alpha / r."""
    targets: tuple[str, ...] = ()
    """Names of the modules to adapt; none means all linear layers but the output head."""


@dataclass(frozen=True)
class TrainSettings:
    """Supervised fine-tuning; defaults are the paper's (section 4.1)."""

    epochs: float = 3.0
    """Passes over the examples."""
    batch_size: int = 64
    """Examples for each optimiser step."""
    gradient_accumulation: int = 1
    """Parts a batch is computed in, to save memory; has to divide the batch size."""
    learning_rate: float = 1e-5
    """Peak learning rate of AdamW."""
    scheduler: Literal["cosine", "linear", "constant_with_warmup"] = "cosine"
    """What the learning rate does after the warm-up."""
    warmup: NotNegative[float] = 0.03
    """Share of the steps in which the learning rate rises from zero."""
    weight_decay: NotNegative[float] = 0.0
    """AdamW's weight decay."""
    max_grad_norm: float = 1.0
    """Gradients longer than this are scaled down to it; 0 switches that off."""
    max_length: Positive[int] = 4096
    """Longest conversation in tokens; longer ones are left out and counted, never cut."""
    lora: LoraSettings = field(default_factory=LoraSettings)
    """Adapters."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Precision of the forward pass; auto is bfloat16 on CUDA and float32 elsewhere. Trained weights are float32."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to train; auto takes CUDA where there is one."""
    gradient_checkpointing: bool = False
    """Compute activations twice to save memory."""
    save_steps: int = 100
    """Optimiser steps between checkpoints (does not change results)."""
    report_to: tuple[str, ...] = ()
    """Trackers to report to as well, e.g. tensorboard or wandb (does not change results)."""


@dataclass(frozen=True)
class DpoSettings(TrainSettings):
    """Contrastive training on pairs; defaults are the paper's (section 4.1)."""

    batch_size: int = 32
    """Pairs for each optimiser step."""
    learning_rate: float = 1e-6
    """Peak learning rate of AdamW."""
    scheduler: Literal["cosine", "linear", "constant_with_warmup"] = "constant_with_warmup"
    """What the learning rate does after the warm-up."""
    warmup: NotNegative[float] = 0.1
    """Share of the steps in which the learning rate rises from zero."""
    beta: float = 0.1
    """Strength of the tie to the reference model (the paper: 0.1, for ALFWorld 0.5)."""
    sft_weight: NotNegative[float] = 0.0
    """Weight of an added negative log-likelihood of the chosen side, by token; 0 is the paper's loss."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two conversations of one task, the better one first."""

    chosen: Encoded
    rejected: Encoded


def check_training(settings: TrainSettings, section: str = "") -> None:
    """Refuses settings of a training that cannot work, whatever the data are.

    Adapters are refused where FSDP spreads the weights over processes: they could not be merged at the end.

    Raises:
        TrainingError: the first that is found; `section` of the configuration is named.
    """
    for name in ("epochs", "batch_size", "gradient_accumulation", "learning_rate", "save_steps", "beta"):
        if getattr(settings, name, 1) <= 0:
            raise TrainingError(f"{section}{name}={getattr(settings, name)} has to be positive.")
    if settings.batch_size % settings.gradient_accumulation:
        raise TrainingError(
            f"{section}gradient_accumulation={settings.gradient_accumulation} does not divide {section}batch_size="
            f"{settings.batch_size}; choose a divisor."
        )
    if settings.lora.r > 0 and distributed.sharded():
        raise TrainingError(
            f"{section}lora.r={settings.lora.r}, but adapters cannot be merged under FSDP; launch without it "
            f"(adapters need little memory), or set {section}lora.r=0."
        )


@dataclass
class Job:
    """One training: its inputs and its places on disk. `fit.py` makes it, `trl_trainers.py` carries it out."""

    kind: Literal["sft", "dpo"]
    model_dir: str | os.PathLike[str]
    out_dir: Path
    settings: TrainSettings
    seed: int
    counts: dict[str, int]
    on_step: OnStep | None
    fingerprint: str = ""

    @property
    def checkpoints(self) -> Path:
        return self.out_dir.with_name(self.out_dir.name + ".checkpoints")

    @property
    def metrics_file(self) -> Path:
        return self.out_dir.parent / "metrics.jsonl"

    def check(self, given: int, data: Sequence[Any]) -> None:
        """Refuses what cannot work; names the training by a hash of all that its result depends on."""
        settings = self.settings
        check_training(settings)
        if not data:
            raise TrainingError(
                f"Nothing to train on: of {given} given, {self.counts['too_long']} are longer than max_length="
                f"{settings.max_length} tokens and {self.counts['without_agent_tokens']} hold no agent turn."
            )
        processes = distributed.processes()
        if settings.batch_size // settings.gradient_accumulation % processes:
            raise TrainingError(
                f"{processes} processes do not divide batch_size={settings.batch_size} / gradient_accumulation="
                f"{settings.gradient_accumulation}; start a number of processes that does."
            )
        same = dataclasses.replace(settings, save_steps=0, report_to=())  # these two do not change the result
        told = json.dumps([self.kind, self.seed, dataclasses.asdict(same)])
        self.fingerprint = hashlib.sha256(f"{told}{data}".encode()).hexdigest()[:16]

    def finished(self) -> dict[str, Any] | None:
        """What the finished training returned, if it is finished; else makes its folder of checkpoints.

        Raises:
            TrainingError: one of the two folders is of another training.
        """
        record = self.out_dir / "training.json" if self.out_dir.exists() else self.checkpoints / "training.json"
        notes = json.loads(record.read_text()) if record.is_file() else {}
        if record.parent.exists() and notes.pop("fingerprint", None) != self.fingerprint:
            raise TrainingError(
                f"{str(record.parent)!r} is of another training (other data, settings or seed); "
                "remove it or choose another folder."
            )
        if self.out_dir.exists():
            shutil.rmtree(self.checkpoints, ignore_errors=True)  # where the end came between the two steps
            return notes
        if not self.checkpoints.exists():
            partial = self.checkpoints.with_name(self.checkpoints.name + ".partial")
            partial.mkdir(parents=True, exist_ok=True)
            (partial / "training.json").write_text(json.dumps({"fingerprint": self.fingerprint}))
            partial.replace(self.checkpoints)
        return None
