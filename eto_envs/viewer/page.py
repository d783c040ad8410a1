"""Recorded episodes as one HTML page that needs nothing but itself.

The page holds the episodes as JSON in inert `<script type="application/json">` blocks, parsed when an episode is
opened, so several hundred stay quick. Its content security policy admits the page's own script and style by hash and
nothing else: no request leaves the page, and text in an observation cannot become code even if it were to be parsed.

An address within the page names an episode and a turn of it: `#3.12` by places, or `episode_link` by task and policy.
Two episodes of one task stand side by side (`#3+7`), turn by turn, with the turn at which they part.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from eto_envs.errors import DataError
from eto_envs.trajectory import Trajectory

__all__ = ["episode_link", "replay_page", "write_page"]

_SCRIPTS = ("parts.js", "list.js", "drawing.js", "episode.js")

_GOAL_CHARACTERS = 300
"""How much of an instruction the list of episodes shows and searches."""


def replay_page(trajectories: Iterable[Trajectory], title: str, against: Iterable[Trajectory] = ()) -> str:
    """The page.

    Args:
        trajectories: the episodes, in the order they are listed; a single one is opened at once.
        title: heading of the page.
        against: episodes of the same tasks, for instance the experts', that open beside them: of several of a task the
            first beside the first, and so on; where there is one of a task, it stands beside all of that task.

    Returns:
        HTML, to be written as UTF-8. What policies keep in the `meta` of turns (token ids) is left out.

    Raises:
        DataError: `against` shares no task with the episodes.
    """
    episodes = list(trajectories)
    beside, others = _counterparts(episodes, list(against))
    index = [_summary(episode) | {"beside": number} for episode, number in zip(episodes, beside, strict=True)]
    index += [_summary(episode) | {"beside": None, "counterpart": True} for episode in others]
    episodes += others
    script, style = "\n".join(_asset(name) for name in _SCRIPTS), _asset("page.css")
    blocks = [_json_block('id="index"', index)]
    blocks += [_json_block('class="trajectory"', _content(episode)) for episode in episodes]
    fill = {
        "policy": f"default-src 'none'; img-src data:; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'",
        "title": html.escape(title.encode("utf-8", "replace").decode()),
        "style": style,
        "data": "\n".join(blocks),
        "script": script,
    }
    # One pass, so that a title or an observation which holds a placeholder's name stays as it is.
    return re.sub(r"\{\{(\w+)\}\}", lambda match: fill[match[1]], _asset("page.html"))


def episode_link(task: str, policy: str | None = None, *, split: str | None = None, against: str | None = None) -> str:
    """The address of an episode within a page, such as `#task=boil%2F3&policy=sft`.

    Args:
        task: the task's id; of several episodes that fit, the first is shown.
        policy: whose episode; None takes anyone's.
        split: of which split.
        against: whose episode of the same task stands beside it.
    """
    parts = {"task": task, "policy": policy, "split": split, "against": against}
    return "#" + "&".join(
        f"{name}={quote(value, safe='', errors='replace')}" for name, value in parts.items() if value is not None
    )


def write_page(
    path: str | os.PathLike[str], trajectories: Iterable[Trajectory], title: str, against: Iterable[Trajectory] = ()
) -> None:
    """Writes `replay_page` to a file at once: either the new page is there, or what was there before.

    A device or a pipe (`/dev/stdout`) is written to as it is, never replaced.
    """
    target = Path(path)
    page = replay_page(trajectories, title, against)
    if target.exists() and not target.is_file():
        target.write_text(page, encoding="utf-8")
        return
    partial = target.with_name(target.name + ".partial")
    try:
        partial.write_text(page, encoding="utf-8")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _counterparts(episodes: list[Trajectory], against: list[Trajectory]) -> tuple[list[int | None], list[Trajectory]]:
    """For each episode the number of what stands beside it, counted on behind the episodes; and what is needed."""
    of_task: dict[str, list[int]] = {}
    for place, other in enumerate(against):
        of_task.setdefault(other.task, []).append(place)
    seen: Counter[str] = Counter()
    chosen: list[int | None] = []
    for episode in episodes:
        places = of_task.get(episode.task, [])
        turn = seen[episode.task] if len(places) > 1 else 0
        chosen.append(places[turn] if turn < len(places) else None)
        seen[episode.task] += 1
    used = sorted({place for place in chosen if place is not None})
    if against and not used:
        raise DataError(
            f"None of the {len(episodes)} episodes shares a task with the {len(against)} to stand beside them "
            f"({against[0].task!r}, ...); give two recordings of the same tasks."
        )
    numbers = {place: len(episodes) + number for number, place in enumerate(used, 1)}
    return [None if place is None else numbers[place] for place in chosen], [against[place] for place in used]


def _summary(episode: Trajectory) -> dict[str, Any]:
    return {
        "task": episode.task,
        "task_type": episode.task_type,
        "split": episode.split,
        "goal": episode.goal[:_GOAL_CHARACTERS],
        "policy": episode.policy,
        "outcome": episode.outcome,
        "reward": episode.final_reward,
        "steps": sum(turn.role != "task" for turn in episode.turns),
    }


def _content(episode: Trajectory) -> dict[str, Any]:
    content = asdict(episode)
    for turn in content["turns"]:
        del turn["meta"]
    return content


def _json_block(attributes: str, value: Any) -> str:
    """JSON that holds no `<`, `>` or `&`, so it can neither close its element nor open another."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" {attributes}>{text}</script>'


def _asset(name: str) -> str:
    return files("eto_envs.viewer").joinpath(name).read_text(encoding="utf-8")


def _hash(code: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
