"""Supervised and contrastive training on masked conversations: TRL's trainers, our masks.

`fit_sft` minimises equation 5 of the paper, `fit_dpo` equation 11: log-probabilities of the agent's tokens, summed over
the whole trajectory; every other token is context. A training run

* reads a model folder and writes another, which appears at once when it is complete;
* may be killed at any moment: called again with the same arguments it goes on from its last whole checkpoint and, on a
  CPU, ends with the same weights bit for bit;
* writes one JSON line a step to `metrics.jsonl` beside the model, with nothing in it that depends on the clock.

Importing this module costs nothing: torch and TRL are imported by the two functions.
"""

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

from eto_agent.chat import Encoded, fits
from eto_envs.errors import EtoEnvError

__all__ = ["DpoSettings", "LoraSettings", "OnStep", "Pair", "TrainSettings", "TrainingError", "fit_dpo", "fit_sft"]

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
    warmup: float = 0.03
    """Share of the steps in which the learning rate rises from zero."""
    weight_decay: float = 0.0
    """AdamW's weight decay."""
    max_grad_norm: float = 1.0
    """Gradients longer than this are scaled down to it; 0 switches that off."""
    max_length: int = 4096
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
    """Trackers to report to as well, by their Transformers names, e.g. wandb (does not change results)."""


@dataclass(frozen=True)
class DpoSettings(TrainSettings):
    """Contrastive training on pairs; defaults are the paper's (section 4.1)."""

    batch_size: int = 32
    """Pairs for each optimiser step."""
    learning_rate: float = 1e-6
    """Peak learning rate of AdamW."""
    scheduler: Literal["cosine", "linear", "constant_with_warmup"] = "constant_with_warmup"
    """What the learning rate does after the warm-up."""
    warmup: float = 0.1
    """Share of the steps in which the learning rate rises from zero."""
    beta: float = 0.1
    """Strength of the tie to the reference model (the paper: 0.1, for ALFWorld 0.5)."""
    sft_weight: float = 0.0
    """Weight of an added negative log-likelihood of the chosen side, by token; 0 is the paper's loss."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two conversations of one task, the better one first."""

    chosen: Encoded
    rejected: Encoded


def fit_sft(
    model_dir: str | os.PathLike[str],
    examples: Sequence[Encoded],
    out_dir: str | os.PathLike[str],
    settings: TrainSettings | None = None,
    seed: int = 0,
    *,
    on_step: OnStep | None = None,
) -> dict[str, Any]:
    """Trains a model on the agent tokens of conversations (equations 3 to 5).

    The loss is the mean negative log-likelihood over all agent tokens of a batch.

    Args:
        model_dir: a folder or Hugging Face name; it is only read.
        examples: conversations with masks, from `ChatEncoder.encode`.
        out_dir: the folder of the trained model; one that exists is a finished training with these arguments.
        settings: see `TrainSettings`.
        seed: of the order of examples (and of adapters).
        on_step: called after every optimiser step.

    Returns:
        `examples` used, `too_long` and `without_agent_tokens` (left out), `tokens` and `agent_tokens` of one epoch,
        `steps`, and the means of the metrics over the last epoch. The same is in `training.json` of the folder.

    Raises:
        TrainingError: nothing to train on, settings that cannot work, a folder of another training, or a loss that is
            not finite.
    """
    settings = settings or TrainSettings()
    kept = [each for each in examples if fits(each, settings.max_length) and any(each.mask)]
    too_long = sum(not fits(each, settings.max_length) for each in examples)
    counts = {
        "examples": len(kept),
        "too_long": too_long,
        "without_agent_tokens": len(examples) - len(kept) - too_long,
        "tokens": sum(map(len, kept)),
        "agent_tokens": sum(sum(each.mask) for each in kept),
    }
    job = Job("sft", model_dir, Path(out_dir), settings, seed, counts, on_step)
    job.check(len(examples), [(each.input_ids, each.mask) for each in kept])
    if (done := job.finished()) is not None:
        return done
    from eto_agent import _trl

    return _trl.train(job, lambda: _trl.sft_trainer(job, kept))


def fit_dpo(
    model_dir: str | os.PathLike[str],
    pairs: Sequence[Pair],
    out_dir: str | os.PathLike[str],
    settings: DpoSettings | None = None,
    seed: int = 0,
    *,
    on_step: OnStep | None = None,
) -> dict[str, Any]:
    """Trains a model on pairs of whole trajectories (equation 11); the reference is the model as it is in `model_dir`.

    Log-probabilities are summed over the agent's tokens of each side. A pair with a side over `max_length` is left out.

    Args and Raises: as `fit_sft`.

    Returns:
        `pairs` used, `too_long` and `without_agent_tokens` (left out), `steps`, and the means of the metrics over the
        last epoch: `loss`, `accuracy` (share of pairs whose margin is positive), `margin` (beta times the difference of
        the shifts), `chosen_shift` and `rejected_shift` (log-probability of a side minus the reference's, in nats).
    """
    settings = settings or DpoSettings()
    sides = [(pair, (pair.chosen, pair.rejected)) for pair in pairs]
    fitting = [(pair, both) for pair, both in sides if all(fits(each, settings.max_length) for each in both)]
    kept = [pair for pair, both in fitting if all(any(each.mask) for each in both)]
    counts = {
        "pairs": len(kept),
        "too_long": len(pairs) - len(fitting),
        "without_agent_tokens": len(fitting) - len(kept),
        "tokens": sum(len(pair.chosen) + len(pair.rejected) for pair in kept),
        "agent_tokens": sum(sum(pair.chosen.mask) + sum(pair.rejected.mask) for pair in kept),
    }
    job = Job("dpo", model_dir, Path(out_dir), settings, seed, counts, on_step)
    job.check(len(pairs), [(each.input_ids, each.mask) for pair in kept for each in (pair.chosen, pair.rejected)])
    if (done := job.finished()) is not None:
        return done
    from eto_agent import _trl

    return _trl.train(job, lambda: _trl.dpo_trainer(job, settings, kept))


@dataclass
class Job:
    """One training: its inputs and its places on disk. Shared with `_trl.py`; not part of the interface."""

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
        if not data:
            raise TrainingError(
                f"Nothing to train on: of {given} given, {self.counts['too_long']} are longer than max_length="
                f"{settings.max_length} tokens and {self.counts['without_agent_tokens']} hold no agent turn."
            )
        for name in ("epochs", "batch_size", "gradient_accumulation", "learning_rate", "save_steps"):
            if getattr(settings, name) <= 0:
                raise TrainingError(f"{name}={getattr(settings, name)} has to be positive.")
        if settings.batch_size % settings.gradient_accumulation:
            raise TrainingError(
                f"gradient_accumulation={settings.gradient_accumulation} does not divide batch_size="
                f"{settings.batch_size}; choose a divisor."
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
