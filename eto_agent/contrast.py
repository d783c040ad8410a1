"""What contrastive methods share: starts along the experts, files of pairs, and training on them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from eto_agent.console import say
from eto_agent.lab import Lab
from eto_agent.pairs import Audit, PreferencePair, best_of_each_task
from eto_agent.runs import Stage, write_text
from eto_agent.stages import contrast
from eto_agent.starts import Start, starts_along
from eto_agent.trainers import DpoSettings
from eto_envs.trajectory import write_trajectories

__all__ = ["expert_starts", "train_on_pairs", "write_pairs"]


def expert_starts(lab: Lab, protocol: str, most: int | None, *, beginning: bool = False) -> list[Start]:
    """The states in which the experts of the training tasks chose, at most `most` of each expert.

    Where a task has several experts, the best counts. `beginning` adds the start of every task.
    """
    experts = [each for each in best_of_each_task(lab.experts(), protocol).values() if each.task in lab.explored_tasks]
    return [start for each in experts for start in starts_along(each, most, beginning=beginning)]


def write_pairs(stage: Stage, title: str, pairs: Sequence[PreferencePair], audit: Audit) -> None:
    """Finishes a stage with `chosen.jsonl`, `rejected.jsonl` (line by line the sides of a pair) and `audit.json`."""
    write_trajectories(stage.path("chosen.jsonl"), [pair.chosen for pair in pairs])
    write_trajectories(stage.path("rejected.jsonl"), [pair.rejected for pair in pairs])
    write_text(stage.path("audit.json"), json.dumps(asdict(audit), indent=1))
    stage.finish(["chosen.jsonl", "rejected.jsonl", "audit.json"], **asdict(audit))
    say(f"{title}: agent won {audit.win}, tied {audit.tie}, lost {audit.lose}, dropped {audit.dropped}")


def train_on_pairs(
    lab: Lab, method: str, policy: Path, settings: DpoSettings, seed: int, *, command: str = "pairs"
) -> Path:
    """Trains a policy on the pairs in `METHOD/pairs`, in the stage `METHOD/dpo`; returns the trained model's folder.

    Args:
        lab: the run.
        method: for instance `eto-1`.
        policy: the model to begin with, and the reference.
        settings, seed: of the training.
        command: makes the pairs; for the message where there are none.
    """
    chosen = lab.run.output(f"{method}/pairs", "chosen.jsonl", command)
    rejected = lab.run.output(f"{method}/pairs", "rejected.jsonl", command)
    return contrast(lab, f"{method}/dpo", policy, chosen, rejected, settings, seed)
