"""Evaluation: rewards and success rates with intervals, by split and task type, under both scoring protocols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from eto_agent.evaluation.scoring import SCORING_PROTOCOLS
from eto_agent.evaluation.stats import mean_interval, ratio_interval
from eto_envs.trajectory import Trajectory

__all__ = ["summarise"]


def summarise(trajectories: Sequence[Trajectory]) -> dict[str, Any]:
    """Figures of one policy on one split, as JSON values.

    Returns:
        `episodes` and `broken` (episodes that died of an error; they count in no average); for each protocol `reward`
        and `success` as [mean, low, high, count] over tasks in [0, 1], and `by_type` with the same; mean `steps`;
        the shares of turns whose action the environment did not know (`invalid_actions`) and of replies without an
        action (`format_errors`); `tokens`, the mean number of decoded tokens an episode; `intervals`, these four as
        [mean, low, high, count] where there are at least two episodes; `conduct_by_type`, the four of each task type;
        `outcomes`, counts; `usage`, where an endpoint counted: tokens read and written in all replies on record,
        broken episodes included, and how many of the `replies` were `counted`.
    """
    sound = [each for each in trajectories if each.outcome != "error"]
    kinds = sorted({each.task_type for each in sound})
    return {
        "episodes": len(sound),
        "broken": len(trajectories) - len(sound),
        "protocols": {name: _scores(sound, name) for name in SCORING_PROTOCOLS},
        **_conduct(sound),
        "intervals": _conduct_intervals(sound),
        "conduct_by_type": {kind: _conduct([each for each in sound if each.task_type == kind]) for kind in kinds},
        "outcomes": dict(sorted(Counter(str(each.outcome) for each in trajectories).items())),
        **_usage(trajectories),
    }


def _counts(trajectory: Trajectory) -> dict[str, int]:
    """Of one episode; `steps` are replies, with an action or without."""
    turns = [turn for turn in trajectory.turns if turn.role == "agent"]
    return {
        "steps": len(turns),
        "invalid_actions": sum(turn.action is not None and not turn.valid for turn in turns),
        "format_errors": sum(turn.action is None for turn in turns),
        "tokens": sum(len(turn.meta.get("token_ids", ())) for turn in turns),
    }


_PER_STEP = ("invalid_actions", "format_errors")
"""Counts that are shares of the steps; the others are means over episodes."""


def _conduct(trajectories: Sequence[Trajectory]) -> dict[str, float]:
    total: Counter[str] = Counter()
    for each in trajectories:
        total.update(_counts(each))
    steps = max(1, total["steps"])
    return {
        key: total[key] / (steps if key in _PER_STEP else max(1, len(trajectories)))
        for key in ("steps", *_PER_STEP, "tokens")
    }


def _conduct_intervals(trajectories: Sequence[Trajectory]) -> dict[str, list[float]]:
    counts = [_counts(each) for each in trajectories]
    if len(counts) < 2 or not any(each["steps"] for each in counts):
        return {}
    return {
        key: ratio_interval(
            [each[key] for each in counts], [each["steps"] if key in _PER_STEP else 1 for each in counts]
        ).rounded()
        for key in counts[0]
    }


def _usage(trajectories: Sequence[Trajectory]) -> dict[str, Any]:
    replies = [turn.meta.get("usage") for each in trajectories for turn in each.turns if turn.role == "agent"]
    counted = [usage for usage in replies if usage is not None]
    if not counted:
        return {}
    totals = {key: sum(usage[key] for usage in counted) for key in ("prompt_tokens", "completion_tokens")}
    return {"usage": {**totals, "counted": len(counted), "replies": len(replies)}}


def _scores(trajectories: Sequence[Trajectory], protocol: str) -> dict[str, Any]:
    scored = [(each.task_type, *SCORING_PROTOCOLS[protocol](each)) for each in trajectories]
    by_type: dict[str, Any] = {}
    for kind in sorted({kind for kind, _, _ in scored}):
        of_kind = [(reward, success) for each, reward, success in scored if each == kind]
        by_type[kind] = _estimates(of_kind)
    return {**_estimates([(reward, success) for _, reward, success in scored]), "by_type": by_type}


def _estimates(scores: Sequence[tuple[float, bool]]) -> dict[str, list[float]]:
    return {
        "reward": mean_interval([reward for reward, _ in scores]).rounded(),
        "success": mean_interval([float(success) for _, success in scores]).rounded(),
    }
