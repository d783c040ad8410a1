"""Writes the leaderboard as a static site: `index.html`, a page for each environment, a replay page for each row.

The pages need nothing but themselves: style and script are in them, admitted by hash, and no request leaves them. The
same submissions give the same bytes. Every submission's rewards are computed again from its trajectories on the way.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eto_agent.evaluation.stats import Estimate
from eto_agent.leaderboard.add import short_id
from eto_agent.leaderboard.boards import PublishedTable, read_published, sections
from eto_agent.leaderboard.check import Entry, check
from eto_agent.run_folder import write_text
from eto_envs.viewer.page import write_page

__all__ = ["write_site"]

_REPLAYS = "replays"


def write_site(submissions: Sequence[Path], published: Path, out: Path) -> Path:
    """Writes the site; returns the path of its `index.html`.

    Args:
        submissions: the files.
        published: the file of published results; it need not exist.
        out: folder of the site; pages of the same name are written over.

    Raises:
        SubmissionError: a submission does not fit its own trajectories; nothing is written then.
    """
    entries, tables = [check(path) for path in submissions], read_published(published)
    ids = sorted({each.submission.environment.id for each in entries} | {each.environment for each in tables})
    pages = {env_id: sections(*_of(env_id, entries, tables)) for env_id in ids}
    (out / _REPLAYS).mkdir(parents=True, exist_ok=True)
    for entry in entries:
        write_page(out / _replay(entry), entry.trajectories, _title(entry))
    render = _Renderer()
    for env_id, shown in pages.items():
        write_text(out / f"{short_id(env_id)}.html", render("environment.html.j2", id=env_id, sections=shown))
    write_text(out / "index.html", render("index.html.j2", pages=pages, count=_counts(entries, ids)))
    return out / "index.html"


def _of(
    env_id: str, entries: Sequence[Entry], tables: Sequence[PublishedTable]
) -> tuple[list[Entry], list[PublishedTable]]:
    mine = [each for each in entries if each.submission.environment.id == env_id]
    return mine, [each for each in tables if each.environment == env_id]


def _counts(entries: Sequence[Entry], ids: Sequence[str]) -> dict[str, int]:
    return {env_id: sum(each.submission.environment.id == env_id for each in entries) for env_id in ids}


def _replay(entry: Entry) -> str:
    return f"{_REPLAYS}/{short_id(entry.submission.environment.id)}.{entry.path.stem}.html"


def _title(entry: Entry) -> str:
    submission = entry.submission
    return f"{submission.method}, {submission.model}: {submission.environment.id}, {submission.split.name}"


class _Renderer:
    """Renders the templates, with style and script in the page and their hashes in its policy."""

    def __init__(self) -> None:
        loader = PackageLoader("eto_agent.leaderboard", "pages")
        self._environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._environment.filters |= {"bar": _bar, "number": _number, "replay": _replay, "page": short_id}
        self._shared = {name: _asset(name) for name in ("style.css", "sort.js")}

    def __call__(self, template: str, **values: Any) -> str:
        style, script = self._shared["style.css"], self._shared["sort.js"]
        policy = (
            f"default-src 'none'; img-src data:; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            "base-uri 'none'; form-action 'none'"
        )
        assets = {"style": Markup(style), "script": Markup(script), "policy": Markup(policy)}
        return self._environment.get_template(template).render(**assets, **values)


def _asset(name: str) -> str:
    return files("eto_agent.leaderboard").joinpath("pages", name).read_text(encoding="utf-8")


def _hash(code: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


def _bar(estimate: Estimate) -> Markup:
    """An interval on a scale from 0 to 100: a line with a point at the mean."""
    mean, low, high = (f"{100 * value:.1f}" for value in estimate[:3])
    return Markup(
        '<svg class="bar" viewBox="-3 0 106 12" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="track" x1="0" x2="100" y1="6" y2="6"/><line class="tick" x1="50" x2="50" y1="3" y2="9"/>'
        f'<line class="interval" x1="{low}" x2="{high}" y1="6" y2="6"/>'
        f'<line class="mean" x1="{mean}" x2="{mean}" y1="1.5" y2="10.5"/></svg>'
    )


def _number(value: float) -> str:
    return f"{100 * value:.1f}"
