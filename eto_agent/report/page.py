"""Writes the report's page: findings in, HTML out. Nothing in it depends on the clock of the writing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eto_agent.evaluation.failures import failure_shares, label_meanings
from eto_agent.evaluation.scoring import SCORING_PROTOCOLS
from eto_agent.evaluation.stats import Estimate
from eto_agent.report.charts import amounts, interval_bars
from eto_agent.report.costs import Cost, costs, duration
from eto_agent.report.findings import Contrast, Findings, read_findings
from eto_agent.report.replays import EPISODES_PAGE, link_to, replays, shown_episodes
from eto_agent.report.training import curve_groups
from eto_agent.run_folder import write_text
from eto_agent.worlds import world_of_record
from eto_envs.viewer.page import write_page

__all__ = ["write_report"]


def write_report(folder: Path) -> Path:
    """Writes `report.html` and `episodes.html` into a run folder, whole or not; returns the report's path.

    Raises:
        StageError: the folder is no run folder.
    """
    findings = read_findings(folder)
    episodes = list(shown_episodes(findings))
    if episodes:
        write_page(folder / EPISODES_PAGE, episodes, f"Evaluation episodes of {folder.name}")
    path = folder / "report.html"
    write_text(path, render(findings))
    return path


def render(findings: Findings) -> str:
    """The page as text."""
    loader = PackageLoader("eto_agent.report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["estimate"] = lambda values: str(Estimate(*values))
    first = findings.config.get("evaluate", {}).get("protocol", "strict")
    world = world_of_record(findings.config["env"]["id"])
    meanings = label_meanings(world)
    failures = _failures(findings, list(meanings))
    content = {
        **_results(findings, first),
        "paper_rule": "" if world.paper_scoring is None else world.paper_scoring.meaning,
        "failures": failures,
        "meanings": {
            name: each for name, each in meanings.items() if any(name in t["labels"] for t in failures.values())
        },
        "replays": replays(findings, first),
        "gathered": _gathered(findings),
        "trainings": _trainings(findings),
        "curves": curve_groups(findings),
        **_costs(findings),
        "config": yaml.safe_dump(findings.config, sort_keys=False),
    }
    page = environment.get_template("report.html.j2").render(
        run=findings, sections=_sections(findings, content), duration=duration, **content
    )
    return page.encode("utf-8", "replace").decode()  # an observation may hold half a surrogate pair


def _sections(findings: Findings, content: dict[str, Any]) -> dict[str, str]:
    """The sections that hold something: anchor -> title."""
    there = {
        "results": ("Results", findings.results),
        "failures": ("Failures", content["failures"]),
        "replays": ("Replays", content["replays"]),
        "data": ("Exploration and pairs", findings.audits or content["gathered"]),
        "training": ("Training", content["trainings"] or content["curves"]),
        "making": ("Cost and making", True),
    }
    return {name: title for name, (title, present) in there.items() if present}


def _results(findings: Findings, first: str) -> dict[str, Any]:
    """Scores and differences under the configured protocol first, and what the splits are."""
    values = {
        split: {
            policy: Estimate(*figures[split]["protocols"][first]["reward"])
            for policy, figures in findings.results.items()
            if split in figures
        }
        for split in findings.splits
    }
    contrasts: dict[tuple[str, str], dict[str, Contrast]] = {}
    for each in findings.contrasts(first):
        contrasts.setdefault((each.better, each.base), {})[each.split] = each
    drawn = {
        split: {
            f"{better} − {base}": of_split[split].difference
            for (better, base), of_split in contrasts.items()
            if split in of_split
        }
        for split in findings.splits
    }
    label = f"reward x 100 ({first})"
    return {
        "protocols": [first, *(name for name in SCORING_PROTOCOLS if name != first)],
        "bars": Markup(interval_bars(values, label) if values else ""),
        "differences": Markup(interval_bars(drawn, f"difference of {label}", differences=True) if contrasts else ""),
        "contrasts": contrasts,
        "tasks": {split: figures[split] for figures in reversed(findings.results.values()) for split in figures},
        "types": {split: _types(findings, split, first) for split in findings.splits},
    }


def _types(findings: Findings, split: str, protocol: str) -> dict[str, dict[str, Any]]:
    """Task type -> policy -> reward estimate under a protocol."""
    table: dict[str, dict[str, Any]] = {}
    for policy, figures in findings.results.items():
        if split in figures:
            for kind, estimates in figures[split]["protocols"][protocol]["by_type"].items():
                table.setdefault(kind, {})[policy] = estimates["reward"]
    return table


def _failures(findings: Findings, known: Sequence[str]) -> dict[str, Any]:
    """Split -> the labels that occur there, ordered as in `known`, and a row for each policy that failed somewhere."""
    tables: dict[str, Any] = {}
    for split in findings.splits:
        rows: dict[str, Any] = {}
        for policy, of_policy in findings.episodes.items():
            episodes = {each.task: each for each in of_policy.get(split, [])}
            shares = failure_shares(episodes.values())
            cells = {
                label: {
                    "share": share.share,
                    "tasks": share.examples,
                    "links": [link_to(episodes[task], policy) for task in share.examples],
                }
                for label, share in shares.labels.items()
            }
            if shares.failed:
                rows[policy] = {"failed": shares.failed, "episodes": shares.episodes, "cells": cells}
        labels = [label for label in known if any(label in row["cells"] for row in rows.values())]
        if rows:
            tables[split] = {"labels": labels, "rows": rows}
    return tables


def _gathered(findings: Findings) -> dict[str, dict[str, Any]]:
    """Stages that chose among episodes and have no audit -> their counts."""
    chosen = ("collect", "select", "pairs", "score")
    return {
        name: {key: value for key, value in record["facts"].items() if isinstance(value, int | float)}
        for name, record in findings.stages.items()
        if name.rpartition("/")[2] in chosen and record["facts"] and name.rpartition("/")[0] not in findings.audits
    }


def _trainings(findings: Findings) -> dict[str, dict[str, Any]]:
    """Finished trainings -> what their stage recorded."""
    found = {name: record["facts"] for name, record in findings.stages.items()}
    return {
        name: facts
        for name, facts in found.items()
        if not name.startswith("evaluate/") and (name.rpartition("/")[2] in ("sft", "dpo") or "updates" in facts)
    }


def _costs(findings: Findings) -> dict[str, Any]:
    spent = costs(findings)
    longest = sorted(spent, key=lambda each: -each.seconds)[:25]
    drawn = [each for each in spent if each in longest and each.seconds > 0]
    prices = [each.price for each in spent if each.price is not None]
    return {
        "costs": spent,
        "total": sum(each.seconds for each in spent),
        "price": sum(prices) if prices else None,
        "time_chart": Markup(_time_chart(drawn) if drawn else ""),
    }


def _time_chart(spent: Sequence[Cost]) -> str:
    many = sum(each.seconds for each in spent) > 7200
    unit, seconds = ("minutes", 60) if many else ("seconds", 1)
    groups = {each.stage: "acting" if each.acts else "training" if each.trained else "other" for each in spent}
    return amounts({each.stage: each.seconds / seconds for each in spent}, unit, groups)
