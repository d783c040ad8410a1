"""The learning curves of a run, grouped by the kind of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from eto_agent.report.charts import curves
from eto_agent.report.findings import Findings

__all__ = ["CurveGroup", "curve_groups"]

_MOST_POINTS = 200
"""Points of a curve; longer ones are averaged over equal stretches."""

Rows = Sequence[Mapping[str, float]]


class CurveGroup(NamedTuple):
    """Charts of one kind of training; each holds a line for every training of that kind."""

    title: str
    note: str
    charts: list[Markup]


class _Kind(NamedTuple):
    title: str
    note: str
    metrics: tuple[str, ...]
    over: str


_SUPERVISED = _Kind(
    "Supervised fine-tuning",
    "Loss: negative log-likelihood of the agent's tokens. Accuracy: share of them that the model would have said.",
    ("loss", "token_accuracy", "learning_rate"),
    "step",
)
_CONTRAST = _Kind(
    "Contrast (DPO)",
    "Shifts are log-probabilities of a side minus the reference's, in nats; the rejected side can run away long before "
    "rewards move.",
    ("loss", "accuracy", "margin", "chosen_shift", "rejected_shift"),
    "step",
)
_ONLINE = _Kind(
    "Online updates",
    "Reward and success of the episodes of an update, played with the newest weights; KL: distance from the SFT agent, "
    "in nats a token. Watch KL and entropy beside the reward.",
    ("reward", "success", "kl", "entropy", "explained_variance", "clip_share"),
    "update",
)


def curve_groups(findings: Findings) -> list[CurveGroup]:
    """The groups that have a curve; a training belongs to the group that its metrics say."""
    groups: list[CurveGroup] = []
    for kind in (_SUPERVISED, _CONTRAST, _ONLINE):
        members = {name: rows for name, rows in findings.curves.items() if _kind_of(rows) is kind}
        charts = [_chart(members, metric, kind.over) for metric in kind.metrics]
        if any(charts):
            groups.append(CurveGroup(kind.title, kind.note, [chart for chart in charts if chart]))
    return groups


def _kind_of(rows: Rows) -> _Kind:
    if "update" in rows[0]:
        return _ONLINE
    return _CONTRAST if {"margin", "chosen_shift"} & rows[0].keys() else _SUPERVISED


def _chart(members: Mapping[str, Rows], metric: str, over: str) -> Markup:
    series = {
        name: _thinned([(row[over], row[metric]) for row in rows if metric in row and over in row])
        for name, rows in members.items()
    }
    series = {name: points for name, points in series.items() if points}
    name = "KL" if metric == "kl" else metric.replace("_", " ")
    return Markup(curves(series, name, over)) if series else Markup("")


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    stretch = -(-len(points) // _MOST_POINTS)
    groups = [points[start : start + stretch] for start in range(0, len(points), stretch)] if points else []
    return [(group[-1][0], sum(value for _, value in group) / len(group)) for group in groups]
