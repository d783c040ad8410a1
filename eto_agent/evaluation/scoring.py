"""The two scoring protocols: what a trajectory is worth, and whether it counts as a success.

`strict`: the final score clipped to [0, 1]; success means 1. `paper`: as the paper's released code counts (ETO,
arXiv 2403.02502): in ScienceWorld the best score seen in the episode, set back by a reply without an action, and
success whenever the simulator ends the episode, which it also does on failure. Elsewhere both agree, except that the
success of WebShop and ALFWorld is the world's own. Both are always computed; a table holds one of them.
"""

from __future__ import annotations

from collections.abc import Callable

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
    if not trajectory.env.startswith("eto/ScienceWorld"):
        return strict_score(trajectory)
    best = 0.0
    for turn in trajectory.turns[1:]:
        best = 0.0 if turn.action is None else max(best, turn.score / trajectory.max_score)
    return min(1.0, best), trajectory.outcome in ("solved", "failed")


SCORING_PROTOCOLS: dict[str, Callable[[Trajectory], Score]] = {"paper": paper_score, "strict": strict_score}


def score(trajectory: Trajectory, protocol: str) -> Score:
    """The score under the named protocol (`paper` or `strict`)."""
    return SCORING_PROTOCOLS[protocol](trajectory)
