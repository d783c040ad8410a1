"""The two scoring protocols: what a trajectory is worth, and whether it counts as a success.

`strict`: the final score clipped to [0, 1]; success means 1. `paper`: as the paper's released code counts (ETO,
arXiv 2403.02502), which is the same but where the world has another rule (`World.paper_scoring`). Both are always
computed; a table holds one of them.
"""

from __future__ import annotations

from collections.abc import Callable

from eto_agent.worlds import world_of_record
from eto_envs.trajectory import Trajectory

__all__ = ["SCORING_PROTOCOLS", "Score", "paper_score", "score", "strict_score"]

Score = tuple[float, bool]
"""Reward in [0, 1], and success."""


def strict_score(trajectory: Trajectory) -> Score:
    """The final score, clipped; an unfinished or broken episode is worth 0."""
    reward = trajectory.final_reward or 0.0
    return reward, reward >= 1.0


def paper_score(trajectory: Trajectory) -> Score:
    """The score as the paper's released code counts it."""
    rule = world_of_record(trajectory.env).paper_scoring
    if rule is None:
        return strict_score(trajectory)
    return rule.scores(trajectory)[-1], rule.success(trajectory)


SCORING_PROTOCOLS: dict[str, Callable[[Trajectory], Score]] = {"paper": paper_score, "strict": strict_score}


def score(trajectory: Trajectory, protocol: str) -> Score:
    """The score under the named protocol (`paper` or `strict`)."""
    return SCORING_PROTOCOLS[protocol](trajectory)
