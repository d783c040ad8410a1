"""Supervised and contrastive training on masked conversations: TRL's trainers, our masks.

`fit_sft` minimises equation 5 of the paper, `fit_dpo` equation 11: log-probabilities of the agent's tokens, summed over
the whole trajectory; every other token is context. A training run

* reads a model folder and writes another, which appears at once when it is complete;
* may be killed at any moment: called again with the same arguments it goes on from its last whole checkpoint and, on a
  CPU, ends with the same weights bit for bit (models are safetensors; until the end the trainer's own state, pickled
  by torch, lies beside its checkpoints and is read from nowhere else);
* may be carried out by several processes (`distributed.py`), which together take the same steps as one (where they do
  not divide a last batch, blank pairs fill it: the loss leaves them out, its row's accuracy, margin and shifts do not);
* writes one JSON line a step to `metrics.jsonl` beside the model, with nothing in it that depends on the clock.

Importing this module costs nothing: torch and TRL are imported by the two functions.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eto_agent.chat.encoder import Encoded, fits
from eto_agent.training import distributed
from eto_agent.training.job import DpoSettings, Job, LoraSettings, OnStep, Pair, TrainingError, TrainSettings

__all__ = ["DpoSettings", "LoraSettings", "OnStep", "Pair", "TrainSettings", "TrainingError", "fit_dpo", "fit_sft"]


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
    return _carry_out(job, kept)


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
    return _carry_out(job, kept)


def _carry_out(job: Job, data: Sequence[Any]) -> dict[str, Any]:
    """Trains, unless it is done; with all processes, where there are several."""
    with distributed.first():
        done = job.finished()
    if done is not None:
        return done
    from eto_agent.training import trl_trainers

    with distributed.share(dataclasses.replace(job, on_step=None), data):
        return trl_trainers.train(job, data)
