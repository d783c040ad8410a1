"""Writes the report's page: findings in, HTML out. Nothing in it depends on the clock of the writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eto_agent.report.charts import curves, interval_bars
from eto_agent.report.findings import Findings, read_findings
from eto_agent.runs import write_text
from eto_agent.scoring import PROTOCOLS
from eto_agent.stats import Estimate
from eto_envs.trajectory import Trajectory
from eto_envs.viewer.page import write_page

__all__ = ["write_report"]

_MOST_POINTS = 200
"""Points of a curve; longer ones are averaged over equal stretches."""
_SFT_CURVES = ("loss", "token_accuracy")
_DPO_CURVES = ("loss", "accuracy", "margin", "chosen_shift", "rejected_shift")


def write_report(folder: Path) -> Path:
    """Writes `report.html` and `episodes.html` into a run folder, whole or not; returns the report's path.

    Raises:
        StageError: the folder is no run folder.
    """
    findings = read_findings(folder)
    played = [of_split for of_policy in findings.episodes.values() for of_split in of_policy.values()]
    episodes = [each for of_split in played for each in of_split]
    if episodes:
        write_page(folder / "episodes.html", episodes, f"Evaluation episodes of {folder.name}")
    path = folder / "report.html"
    write_text(path, render(findings))
    return path


def render(findings: Findings) -> str:
    """The page as text."""
    loader = PackageLoader("eto_agent.report", ".")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["estimate"] = lambda values: str(Estimate(*values))
    template = environment.get_template("report.html.j2")
    paired = [name for name, rows in findings.curves.items() if rows and "margin" in rows[0]]
    first = findings.config["evaluate"]["protocol"]
    protocols = [first, *(name for name in PROTOCOLS if name != first)]
    page = template.render(
        run=findings,
        protocols=protocols,
        contrasts={protocol: findings.contrasts(protocol) for protocol in protocols},
        bars=_bars(findings, first),
        sft_curves=_charts(findings, [name for name in findings.curves if name not in paired], _SFT_CURVES),
        dpo_curves=_charts(findings, paired, _DPO_CURVES),
        types={split: _types(findings, split) for split in findings.splits},
        side_by_side=[_side_by_side(findings, split) for split in findings.splits],
        config=yaml.safe_dump(findings.config, sort_keys=False),
        seconds=sum(record["seconds"] for record in findings.stages.values()),
    )
    return page.encode("utf-8", "replace").decode()  # an observation may hold half a surrogate pair


def _bars(findings: Findings, protocol: str) -> Markup:
    values = {
        split: {
            policy: Estimate(*figures[split]["protocols"][protocol]["reward"])
            for policy, figures in findings.results.items()
            if split in figures
        }
        for split in findings.splits
    }
    return Markup(interval_bars(values, f"reward x 100 ({protocol})") if values else "")


def _charts(findings: Findings, stages: list[str], metrics: tuple[str, ...]) -> list[Markup]:
    """One chart for each metric, with a line for each stage that has it."""
    charts: list[Markup] = []
    for metric in metrics:
        series = {
            stage: _thinned([(row["step"], row[metric]) for row in findings.curves.get(stage, []) if metric in row])
            for stage in stages
        }
        series = {stage: points for stage, points in series.items() if points}
        if series:
            charts.append(Markup(curves(series, metric.replace("_", " "))))
    return charts


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    stretch = -(-len(points) // _MOST_POINTS)
    groups = [points[start : start + stretch] for start in range(0, len(points), stretch)] if points else []
    return [(group[-1][0], sum(value for _, value in group) / len(group)) for group in groups]


def _types(findings: Findings, split: str) -> dict[str, dict[str, Any]]:
    """Task type -> policy -> reward estimate under the configured protocol."""
    protocol = findings.config["evaluate"]["protocol"]
    table: dict[str, dict[str, Any]] = {}
    for policy, figures in findings.results.items():
        if split in figures:
            for kind, estimates in figures[split]["protocols"][protocol]["by_type"].items():
                table.setdefault(kind, {})[policy] = estimates["reward"]
    return table


def _side_by_side(findings: Findings, split: str) -> dict[str, Any]:
    """The most telling task of a split, as each policy played it."""
    task = findings.most_telling_task(split)
    played: dict[str, Trajectory] = {}
    for policy, of_policy in findings.episodes.items():
        for episode in of_policy.get(split, []):
            if episode.task == task:
                played[policy] = episode
    return {"split": split, "task": task, "played": played}
