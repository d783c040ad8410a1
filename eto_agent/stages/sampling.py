"""Sampling: a policy acts several times on every training task."""

from __future__ import annotations

from pathlib import Path

from eto_agent.config.checks import check_samples
from eto_agent.policies import Policy, RandomPolicy
from eto_agent.session import Session

__all__ = ["sample"]


def sample(
    session: Session,
    stage_name: str,
    model: Path | str | None,
    name: str,
    *,
    samples: int,
    temperature: float,
    round_: int,
) -> Path:
    """Lets a policy act several times on every training task; returns the file of episodes.

    Args:
        session: the run.
        stage_name: the stage.
        model: who acts; None for the random policy.
        name: how the policy is called in the records.
        samples: episodes for each task.
        temperature: of sampling, for models.
        round_: counts the explorations of a method: each draws its own random numbers.

    Raises:
        SettingError: samples that would all be equal.
    """
    if model is not None:
        check_samples(samples, temperature)
    seed = session.config.seed + 1000 * round_
    stage = session.folder.stage(
        stage_name,
        {
            "policy": "random" if model is None else model,
            "samples": samples,
            "temperature": temperature,
            **session.acting_inputs(session.explored_tasks, seed=seed),
        },
    )
    if not stage.done:
        acting: Policy = (
            RandomPolicy(seed) if model is None else session.policy(model, name, temperature=temperature, seed=seed)
        )
        session.play(
            f"sample {stage_name}", session.explored_tasks, acting, stage.path("trajectories.jsonl"), samples=samples
        )
        stage.finish(["trajectories.jsonl"])
    return stage.path("trajectories.jsonl")
