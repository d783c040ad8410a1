"""Evaluation of a policy on every evaluation split of a run.

Reads   a model of the run (or none, for the random policy and the oracle), `expert/trajectories.jsonl` for the example
Writes  `evaluate/NAME/SPLIT.jsonl` (every episode), `evaluate/NAME/results.json`

A model behind an endpoint (`openai:MODEL`, section `api`) is asked one small question first, so that a wrong key or an
unknown model is told before any episode. `usage` in its results holds the tokens that the endpoint counted in the
replies on record, and their cost; it is null where a price is not given or the endpoint did not count every reply.
Episodes that the endpoint broke off are played again when an unfinished evaluation goes on.

Both scoring protocols are always computed; a table of several policies shows one of them. The paper evaluates with one
in-context example (`chat.example`): the shortest successful expert trajectory of the training split.

Example
    eto-agent evaluate --env.id eto/WebShop-v0 --split test --policy random --out runs/webshop_random
    eto-agent evaluate --env.id eto/ALFWorld-v0 --split seen unseen --policy path/to/model --out runs/alfworld_model
    eto-agent evaluate --config configs/demo.yaml --policy random
    eto-agent evaluate --config configs/demo.yaml --policy openai:gpt-4o --api.prompt-price 2.5
    eto-agent evaluate --config configs/demo.yaml --policy recorded.jsonl
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eto_agent.endpoints.client import Usage
from eto_agent.evaluation.efficiency import efficiency
from eto_agent.evaluation.scoring import SCORING_PROTOCOLS
from eto_agent.evaluation.stats import mean_interval
from eto_agent.evaluation.summary import summarise
from eto_agent.policies import OpenAIPolicy
from eto_agent.policies.named import NAMED, code_of, is_outside
from eto_agent.policies.openai import ENDPOINT_PREFIX
from eto_agent.run_folder import StageError, write_text
from eto_agent.session import Session
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

__all__ = ["check_some_sound", "check_some_tasks", "evaluate", "example_for", "example_input", "figures_of"]


def evaluate(session: Session, name: str, model: Path | str | None) -> dict[str, Any]:
    """Runs a policy on the evaluation splits; returns split -> `summarise`'s figures.

    Args:
        session: the run.
        name: `random`, `oracle`, or what to call the model.
        model: what `Session.policy` takes; None for `random` and `oracle`.

    Raises:
        EndpointError: an endpoint cannot be used, or has stopped answering.
        StageError: every episode of a split died of an error.
    """
    check_some_tasks(session)
    remote = str(model).startswith(ENDPOINT_PREFIX)
    stage = session.folder.stage(
        f"evaluate/{name}",
        {
            "policy": name if model is None else model,
            **session.acting_inputs(session.eval_tasks),
            **example_input(session),
            **({"endpoint": session.config.api.identity} if remote else {}),
            **({"code": code_of(str(model))} if is_outside(model) else {}),
        },
    )
    if not stage.done:
        results: dict[str, Any] = {}
        example = example_for(session)
        policy = NAMED[name](session) if model is None else session.policy(model, name)
        if isinstance(policy, OpenAIPolicy):
            policy.check()
        for split, tasks in session.eval_tasks.items():
            out = stage.path(f"{split}.jsonl")
            if remote:
                _forget_broken(out)
            trajectories = session.play(f"{name} on {split}", tasks, policy, out, example=example)
            check_some_sound(trajectories, out)
            results[split] = figures_of(session, tasks, trajectories)
        write_text(stage.path("results.json"), json.dumps(results, indent=1))
        stage.finish(["results.json", *(f"{split}.jsonl" for split in session.eval_tasks)])
    return json.loads(stage.path("results.json").read_text())


def _forget_broken(out: Path) -> None:
    if out.exists():
        write_trajectories(out, [each for each in read_trajectories(out) if each.outcome != "error"])


def check_some_tasks(session: Session) -> None:
    """Refuses an evaluation on nothing.

    Raises:
        StageError: no evaluation split holds a task of the types asked for.
    """
    if not session.eval_tasks:
        raise StageError(f"No split to evaluate on holds a task of {', '.join(session.config.env.types)} (env.types).")


def check_some_sound(trajectories: Sequence[Trajectory], out: Path) -> None:
    """Refuses to make figures of nothing.

    Raises:
        StageError: every episode died of an error.
    """
    if all(each.outcome == "error" for each in trajectories):
        raise StageError(
            f"All {len(trajectories)} episodes in {str(out)!r} died of an error, the first of: "
            f"{trajectories[0].error}; remove that file to play them again."
        )


def figures_of(session: Session, tasks: TaskSet, trajectories: Sequence[Trajectory]) -> dict[str, Any]:
    """`summarise`'s figures, with what only the run knows.

    That is the name and hash of the tasks, how many of them are training tasks too (`in_training`), `efficiency` under
    each protocol as [mean, low, high, count], and the cost of an endpoint.
    """
    seen_in_training = sum(task.id in session.train_tasks for task in tasks)  # some released lists overlap
    figures = summarise(trajectories)
    if "usage" in figures:
        usage = figures["usage"]
        tokens = Usage(usage["prompt_tokens"], usage["completion_tokens"])
        usage["cost"] = session.config.api.cost(tokens) if usage["counted"] == usage["replies"] else None
    sound = [each for each in trajectories if each.outcome != "error"]
    limit = session.config.env.settings.get("max_steps")
    limits = {task.id: int(limit or task.max_steps) for task in tasks}
    early = {
        protocol: mean_interval([efficiency(each, limits[each.task], protocol) for each in sound]).rounded()
        for protocol in SCORING_PROTOCOLS
    }
    return {"tasks": tasks.name, "hash": tasks.hash, "in_training": seen_in_training, **figures, "efficiency": early}


def example_for(session: Session) -> Trajectory | None:
    """The in-context example: the shortest successful expert trajectory, the first of several; None without one.

    Raises:
        StageError: one is asked for, and no expert has succeeded.
    """
    if not session.config.chat.example:
        return None
    solved = [each for each in session.experts() if each.success]
    if not solved:
        raise StageError("chat.example shows a successful expert trajectory, and no expert has one; set it to false.")
    return min(solved, key=lambda each: len(each.turns))


def example_input(session: Session) -> dict[str, Path]:
    """What a stage depends on that shows the example: the experts, where there is one."""
    return (
        {"experts": session.folder.output("expert", "trajectories.jsonl", "expert")}
        if session.config.chat.example
        else {}
    )
