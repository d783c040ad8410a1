"""How early an episode has its score: score over steps (the curves of the paper's Figure 3) and the area under it.

The score of an episode after step t is what it would be worth if it ended there: under `strict` the world's score,
clipped to [0, 1]; under `paper` the score by the world's own rule, where it has one (`World.paper_scoring`). After the
last step it stays as it is, up to the step limit T of the task. Efficiency is the area under this curve over T, the
mean of the scores after steps 1 to T: 1 for an episode that is worth 1 after its first step, (T - k + 1) / T for one
that is worth nothing before it is solved by step k, 0 for one that never scores.
"""

from __future__ import annotations

from collections.abc import Iterable

from eto_agent.worlds import world_of_record
from eto_envs.core import TextEnv
from eto_envs.making import make_with
from eto_envs.trajectory import Trajectory

__all__ = ["efficiency", "score_over_steps", "step_limits"]


def score_over_steps(trajectory: Trajectory, limit: int, protocol: str = "strict") -> list[float]:
    """The score after steps 0 to `limit`, in [0, 1].

    Args:
        trajectory: an episode; turns of a prefix count as steps, though without a score of their own.
        limit: the step limit of its task; an episode that took more steps is cut there.
        protocol: which score (`paper` or `strict`).
    """
    rule = world_of_record(trajectory.env).paper_scoring if protocol == "paper" else None
    if rule is not None:
        scores = rule.scores(trajectory)[: limit + 1]
    else:
        turns = trajectory.turns[1 : limit + 1]
        scores = [0.0, *(min(1.0, max(0.0, turn.score / trajectory.max_score)) for turn in turns)]
    return scores + scores[-1:] * (limit + 1 - len(scores))


def efficiency(trajectory: Trajectory, limit: int, protocol: str = "strict") -> float:
    """The area under the score over the steps, in [0, 1]; see the module's docstring and `score_over_steps`."""
    return sum(score_over_steps(trajectory, limit, protocol)[1:]) / limit


def step_limits(trajectories: Iterable[Trajectory]) -> dict[tuple[str, str], int]:
    """The step limits of the episodes' tasks, from their environments: (split, task) -> steps.

    Raises:
        EtoEnvError: an environment cannot be made here (its data are missing, for instance), or has not the task.
    """
    made: dict[str, TextEnv] = {}
    limits: dict[tuple[str, str], int] = {}
    try:
        for each in trajectories:
            key = f"{each.env} {each.env_kwargs}"
            if key not in made:
                env = make_with(each.env, dict(each.env_kwargs)).unwrapped
                assert isinstance(env, TextEnv)
                made[key] = env
            env, split = made[key], each.split.partition("[")[0].rpartition("/")[2]
            _, task = env.manifest.locate(each.task, split if split in env.manifest else env.split)
            limits[each.split, each.task] = env.max_steps or task.max_steps
    finally:
        for env in made.values():
            env.close()
    return limits
