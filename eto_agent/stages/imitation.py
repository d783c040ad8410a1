"""Imitation: the model that training starts from, and supervised fine-tuning on trajectories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.console import TrainingProgress, say
from eto_agent.models import SCRATCH_PREFIX, create_scratch, load_tokenizer
from eto_agent.session import Session
from eto_agent.training.fit import fit_sft
from eto_envs.trajectory import Trajectory, read_trajectories

__all__ = ["base_model", "first_model", "sft_model", "train_sft"]


def base_model(session: Session) -> Path | str:
    """The model that training starts from: the one named, or a scratch model made now from the experts' texts."""
    name = session.config.model.name
    if not name.startswith(SCRATCH_PREFIX):
        return name
    return first_model(session, "base", session.experts_file)


def sft_model(session: Session) -> Path:
    """The folder of the SFT agent.

    Raises:
        StageError: it has not been trained yet.
    """
    return session.folder.output("sft", "model", "sft")


def first_model(session: Session, stage_name: str, texts: Path) -> Path | str:
    """The model that training starts from: the one named, or a scratch model whose tokenizer learns from `texts`.

    Args:
        session: the run.
        stage_name: the stage that makes a scratch model.
        texts: a file of trajectories.
    """
    config = session.config.model
    if not config.name.startswith(SCRATCH_PREFIX):
        return config.name
    stage = session.folder.stage(
        stage_name, {"model": config, "experts": texts, "chat": session.config.chat, "seed": session.config.seed}
    )
    if not stage.done:
        contents = [message["content"] for each in _read(texts) if each.turns for message in session.messages(each)]
        create_scratch(
            config.name.removeprefix(SCRATCH_PREFIX),
            contents,
            stage.path("model"),
            seed=session.config.seed,
            vocab_size=config.vocab_size,
            tokenizer=config.tokenizer,
        )
        stage.finish(["model"])
    return stage.path("model")


def train_sft(
    session: Session,
    stage_name: str,
    base: Path | str,
    files: Mapping[str, Path],
    seed: int,
    *,
    keep: Callable[[Iterable[Trajectory]], Iterable[Trajectory]] = iter,
) -> Path:
    """Trains a model on the agent's turns of trajectories (`config.sft`); returns the folder of the trained model.

    Args:
        session: the run.
        stage_name: the stage.
        base: the model to start from.
        files: what the trajectories are -> their file.
        seed: of the order of examples.
        keep: chooses among all the trajectories, for instance each once.
    """
    stage = session.folder.stage(
        stage_name, {"base": base, **files, "settings": session.config.sft, "chat": session.config.chat, "seed": seed}
    )
    if not stage.done:
        encoder = ChatEncoder(load_tokenizer(base))
        trajectories = [each for file in files.values() for each in _read(file)]
        examples = [encoder.encode(session.messages(each)) for each in keep(trajectories)]
        say(f"Training {stage_name} on {len(examples)} trajectories")
        with TrainingProgress(stage_name) as progress:
            out = stage.path("model")
            facts = fit_sft(base, examples, out, session.config.sft, seed, on_step=progress.update)
        stage.finish(["model"], **facts)
    return stage.path("model")


def _read(file: Path) -> list[Trajectory]:
    return list(read_trajectories(file, strict=True))
