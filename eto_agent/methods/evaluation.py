"""Evaluation of a policy on every evaluation split of a run.

Reads   a model of the run (or none, for the random policy and the oracle), `expert/trajectories.jsonl` for the example
Writes  `evaluate/NAME/SPLIT.jsonl` (every episode), `evaluate/NAME/results.json`

Both scoring protocols are always computed; a table shows one of them. The paper evaluates with one in-context example
(`chat.example`): the shortest successful expert trajectory of the training split.

Example
    eto-agent evaluate --config configs/demo.yaml --policy random
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eto_agent.evaluate import summarise
from eto_agent.lab import Lab
from eto_agent.policies import OraclePolicy, Policy, RandomPolicy
from eto_agent.runs import write_text
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory

__all__ = ["evaluate", "example_for", "figures_of"]


def evaluate(lab: Lab, name: str, model: Path | str | None) -> dict[str, Any]:
    """Runs a policy on the evaluation splits; returns split -> `summarise`'s figures.

    Args:
        lab: the run.
        name: `random`, `oracle`, or what to call the model.
        model: its folder or Hugging Face name; None for `random` and `oracle`.
    """
    config = lab.config
    stage = lab.run.stage(
        f"evaluate/{name}",
        {
            "policy": name if model is None else model,
            "tasks": {split: tasks.hash for split, tasks in lab.eval_tasks.items()},
            "generation": config.generation,
            "chat": config.chat,
            "settings": config.env.settings,
            "seed": config.seed,
        },
    )
    if not stage.done:
        results: dict[str, Any] = {}
        example = example_for(lab)
        policy = _policy(lab, name, model)
        for split, tasks in lab.eval_tasks.items():
            out = stage.path(f"{split}.jsonl")
            trajectories = lab.explore(f"{name} on {split}", tasks, policy, out, example=example)
            results[split] = figures_of(lab, tasks, trajectories)
        write_text(stage.path("results.json"), json.dumps(results, indent=1))
        stage.finish(["results.json", *(f"{split}.jsonl" for split in lab.eval_tasks)])
    return json.loads(stage.path("results.json").read_text())


def _policy(lab: Lab, name: str, model: Path | str | None) -> Policy:
    if model is not None:
        return lab.policy(model, name)
    return OraclePolicy() if name == "oracle" else RandomPolicy(lab.config.seed)


def figures_of(lab: Lab, tasks: TaskSet, trajectories: Sequence[Trajectory]) -> dict[str, Any]:
    """`summarise`'s figures, with the name and hash of the tasks and how many of them are training tasks too."""
    seen_in_training = sum(task.id in lab.train_tasks for task in tasks)  # some released lists overlap
    return {"tasks": tasks.name, "hash": tasks.hash, "in_training": seen_in_training, **summarise(trajectories)}


def example_for(lab: Lab) -> Trajectory | None:
    """The in-context example: the shortest successful expert trajectory, the first of several; None without one."""
    if not lab.config.chat.example:
        return None
    return min((each for each in lab.experts() if each.success), key=lambda each: len(each.turns))
