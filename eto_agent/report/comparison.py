"""The page of a comparison: `comparison.html`, with both replays of every task that only one policy solves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from eto_agent.evaluation.compare import Comparison, shown_p
from eto_agent.evaluation.results import Evaluated
from eto_agent.run_folder import write_text
from eto_envs.trajectory import Trajectory
from eto_envs.viewer.page import replay_page

__all__ = ["write_comparison"]

FIRST_EPISODE = 1
"""The number of the first episode of a replay page, as its links count."""


def write_comparison(folder: Path, a: Evaluated, b: Evaluated, comparisons: Sequence[Comparison]) -> Path:
    """Writes `replays.html` (both episodes of every flipped task), `comparison.json` and `comparison.html`.

    Returns:
        The path of `comparison.html`, whose links lead to the replays.
    """
    episodes: list[Trajectory] = []
    links: dict[tuple[str, str], tuple[int, int]] = {}
    for each in comparisons:
        for flip in each.flipped:
            links[each.split, flip.task] = (FIRST_EPISODE + len(episodes), FIRST_EPISODE + len(episodes) + 1)
            episodes += [_of_task(source, each.split, flip.task) for source in (a, b)]
    loader = PackageLoader("eto_agent.report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["p_value"] = lambda p_value: shown_p(p_value).removeprefix("= ")
    page = environment.get_template("comparison.html.j2").render(a=a, b=b, comparisons=comparisons, links=links)
    replays = replay_page(episodes, f"{a.name} and {b.name}: tasks that only one solves")
    record = {"a": str(a.source), "b": str(b.source), "comparisons": [asdict(each) for each in comparisons]}
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "replays.html", replays)
    write_text(folder / "comparison.json", json.dumps(record, indent=1))
    write_text(folder / "comparison.html", page.encode("utf-8", "replace").decode())
    return folder / "comparison.html"


def _of_task(source: Evaluated, split: str, task: str) -> Trajectory:
    return next(each for each in source.splits[split] if each.task == task)
