"""What contrastive methods share: starts along the experts, files of pairs, and training on them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.console import TrainingProgress, say
from eto_agent.data.pairs import Audit, PreferencePair, best_of_each_task
from eto_agent.models import load_tokenizer
from eto_agent.rollout.start_states import StartState, start_states_along
from eto_agent.run_folder import Stage, StageError, write_text
from eto_agent.session import Session
from eto_agent.training.fit import DpoSettings, Pair, fit_dpo
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

__all__ = ["expert_start_states", "train_dpo", "write_pairs"]


def expert_start_states(
    session: Session, protocol: str, most: int | None, *, beginning: bool = False
) -> list[StartState]:
    """The states in which the experts of the training tasks chose, at most `most` of each expert.

    Where a task has several experts, the best counts. `beginning` adds the start of every task.
    """
    experts = [
        each for each in best_of_each_task(session.experts(), protocol).values() if each.task in session.explored_tasks
    ]
    return [start for each in experts for start in start_states_along(each, most, beginning=beginning)]


def write_pairs(stage: Stage, title: str, pairs: Sequence[PreferencePair], audit: Audit) -> None:
    """Finishes a stage with `chosen.jsonl`, `rejected.jsonl` (line by line the sides of a pair) and `audit.json`."""
    write_trajectories(stage.path("chosen.jsonl"), [pair.chosen for pair in pairs])
    write_trajectories(stage.path("rejected.jsonl"), [pair.rejected for pair in pairs])
    write_text(stage.path("audit.json"), json.dumps(asdict(audit), indent=1))
    stage.finish(["chosen.jsonl", "rejected.jsonl", "audit.json"], **asdict(audit))
    say(f"{title}: agent won {audit.win}, tied {audit.tie}, lost {audit.lose}, dropped {audit.dropped}")


def train_dpo(
    session: Session,
    stage_name: str,
    model: Path | str,
    chosen: Path,
    rejected: Path,
    settings: DpoSettings,
    seed: int,
) -> Path:
    """Trains a model on pairs of whole trajectories; returns the folder of the trained model.

    Args:
        session: the run.
        stage_name: the stage.
        model: the model to start from, also the reference. It stays as it is where there is no pair.
        chosen, rejected: files of the same length; the lines of one number are a pair.
        settings: of the training.
        seed: of the order of pairs.
    """
    stage = session.folder.stage(
        stage_name,
        {
            "policy": model,
            "chosen": chosen,
            "rejected": rejected,
            "settings": settings,
            "chat": session.config.chat,
            "seed": seed,
        },
    )
    if not stage.done:
        encoder = ChatEncoder(load_tokenizer(model))
        both = zip(_read(chosen), _read(rejected), strict=True)
        encoded = [
            Pair(encoder.encode(session.messages(good)), encoder.encode(session.messages(bad))) for good, bad in both
        ]
        say(f"Training {stage_name} on {len(encoded)} pairs")
        if encoded:
            with TrainingProgress(stage_name) as progress:
                facts = fit_dpo(model, encoded, stage.path("model"), settings, seed, on_step=progress.update)
        else:
            facts = _unchanged(model, stage.path("model"))
        stage.finish(["model"], **facts)
    return stage.path("model")


def _unchanged(model: Path | str, out: Path) -> dict[str, Any]:
    """No pair to learn from: the model stays as it is."""
    if not Path(model).is_dir():
        raise StageError(f"No pair to train {str(model)!r} on: all rewards of a task are equal; sample more episodes.")
    partial = out.with_name(out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(model, partial)
    partial.replace(out)
    return {"pairs": 0}


def _read(file: Path) -> list[Trajectory]:
    return list(read_trajectories(file, strict=True))
