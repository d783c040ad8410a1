"""Stages that several methods are made of: a first model, sampling, imitation, contrast.

Each is one stage of a run folder: skipped where it is done, resumed where it was interrupted.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eto_agent.chat import ChatEncoder
from eto_agent.config_check import check_samples
from eto_agent.console import TrainingProgress, say
from eto_agent.lab import Lab
from eto_agent.models import SCRATCH_PREFIX, create_scratch, load_tokenizer
from eto_agent.policies import Policy, RandomPolicy
from eto_agent.runs import StageError
from eto_agent.trainers import DpoSettings, Pair, fit_dpo, fit_sft
from eto_envs.trajectory import Trajectory, read_trajectories

__all__ = ["contrast", "first_model", "imitate", "sample"]


def first_model(lab: Lab, stage_name: str, texts: Path) -> Path | str:
    """The model that training starts from: the one named, or a scratch model whose tokenizer learns from `texts`.

    Args:
        lab: the run.
        stage_name: the stage that makes a scratch model.
        texts: a file of trajectories.
    """
    config = lab.config.model
    if not config.name.startswith(SCRATCH_PREFIX):
        return config.name
    stage = lab.run.stage(
        stage_name, {"model": config, "experts": texts, "chat": lab.config.chat, "seed": lab.config.seed}
    )
    if not stage.done:
        contents = [message["content"] for each in _read(texts) if each.turns for message in lab.messages(each)]
        create_scratch(
            config.name.removeprefix(SCRATCH_PREFIX),
            contents,
            stage.path("model"),
            seed=lab.config.seed,
            vocab_size=config.vocab_size,
            tokenizer=config.tokenizer,
        )
        stage.finish(["model"])
    return stage.path("model")


def sample(
    lab: Lab, stage_name: str, policy: Path | str | None, name: str, *, samples: int, temperature: float, round_: int
) -> Path:
    """Lets a policy act several times on every training task; returns the file of episodes.

    Args:
        lab: the run.
        stage_name: the stage.
        policy: a model; None for the random policy.
        name: how the policy is called in the records.
        samples: episodes for each task.
        temperature: of sampling, for models.
        round_: counts the explorations of a method: each draws its own random numbers.

    Raises:
        SettingError: samples that would all be equal.
    """
    if policy is not None:
        check_samples(samples, temperature)
    config = lab.config
    seed = config.seed + 1000 * round_
    stage = lab.run.stage(
        stage_name,
        {
            "policy": "random" if policy is None else policy,
            "tasks": lab.explored_tasks.hash,
            "samples": samples,
            "temperature": temperature,
            "generation": config.generation,
            "chat": config.chat,
            "settings": config.env.settings,
            "seed": seed,
        },
    )
    if not stage.done:
        acting: Policy = (
            RandomPolicy(seed) if policy is None else lab.policy(policy, name, temperature=temperature, seed=seed)
        )
        lab.explore(
            f"sample {stage_name}", lab.explored_tasks, acting, stage.path("trajectories.jsonl"), samples=samples
        )
        stage.finish(["trajectories.jsonl"])
    return stage.path("trajectories.jsonl")


def imitate(lab: Lab, stage_name: str, base: Path | str, files: Mapping[str, Path], seed: int) -> Path:
    """Trains a model on the agent's turns of trajectories (`config.sft`); returns the folder of the trained model.

    Args:
        lab: the run.
        stage_name: the stage.
        base: the model to start from.
        files: what the trajectories are -> their file.
        seed: of the order of examples.
    """
    stage = lab.run.stage(
        stage_name, {"base": base, **files, "settings": lab.config.sft, "chat": lab.config.chat, "seed": seed}
    )
    if not stage.done:
        encoder = ChatEncoder(load_tokenizer(base))
        examples = [encoder.encode(lab.messages(each)) for file in files.values() for each in _read(file)]
        say(f"Training {stage_name} on {len(examples)} trajectories")
        with TrainingProgress(stage_name) as progress:
            out = stage.path("model")
            facts = fit_sft(base, examples, out, lab.config.sft, seed, on_step=progress.update)
        stage.finish(["model"], **facts)
    return stage.path("model")


def contrast(
    lab: Lab, stage_name: str, policy: Path | str, chosen: Path, rejected: Path, settings: DpoSettings, seed: int
) -> Path:
    """Trains a model on pairs of whole trajectories; returns the folder of the trained model.

    Args:
        lab: the run.
        stage_name: the stage.
        policy: the model to start from, also the reference. It stays as it is where there is no pair.
        chosen, rejected: files of the same length; the lines of one number are a pair.
        settings: of the training.
        seed: of the order of pairs.
    """
    stage = lab.run.stage(
        stage_name,
        {
            "policy": policy,
            "chosen": chosen,
            "rejected": rejected,
            "settings": settings,
            "chat": lab.config.chat,
            "seed": seed,
        },
    )
    if not stage.done:
        encoder = ChatEncoder(load_tokenizer(policy))
        both = zip(_read(chosen), _read(rejected), strict=True)
        encoded = [Pair(encoder.encode(lab.messages(good)), encoder.encode(lab.messages(bad))) for good, bad in both]
        say(f"Training {stage_name} on {len(encoded)} pairs")
        if encoded:
            with TrainingProgress(stage_name) as progress:
                facts = fit_dpo(policy, encoded, stage.path("model"), settings, seed, on_step=progress.update)
        else:
            facts = _unchanged(policy, stage.path("model"))
        stage.finish(["model"], **facts)
    return stage.path("model")


def _unchanged(policy: Path | str, model: Path) -> dict[str, Any]:
    """No pair to learn from: the policy stays as it is."""
    if not Path(policy).is_dir():
        raise StageError(f"No pair to train {str(policy)!r} on: all rewards of a task are equal; sample more episodes.")
    partial = model.with_name(model.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(policy, partial)
    partial.replace(model)
    return {"pairs": 0}


def _read(file: Path) -> list[Trajectory]:
    return list(read_trajectories(file, strict=True))
