"""What each stage of a run cost: time, episodes, tokens, and money where an endpoint was asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eto_agent.report.findings import Findings

__all__ = ["Cost", "costs", "duration"]


@dataclass(frozen=True)
class Cost:
    """One stage.

    Attributes:
        seconds: of the process that finished it.
        acts: whether it consists of episodes.
        episodes: episodes in its files; `turns`: replies in them; `decoded`: tokens of these replies.
        trained: tokens read in training, over all epochs.
        prompt, completion: tokens that an endpoint counted; `price`: what they cost, where prices were given.
    """

    stage: str
    seconds: float
    acts: bool
    episodes: int = 0
    turns: int = 0
    decoded: int = 0
    trained: int = 0
    prompt: int = 0
    completion: int = 0
    price: float | None = None


def costs(findings: Findings) -> list[Cost]:
    """The cost of every finished stage, in the order of the report; episodes that a stage took over count once."""
    counted: set[str] = set()
    return [_cost(findings, name, record, counted) for name, record in findings.stages.items()]


def _cost(findings: Findings, name: str, record: dict[str, Any], counted: set[str]) -> Cost:
    folder, facts = findings.folder / name, record["facts"]
    files = [file for file in _played(folder, name) if record["outputs"].get(file.name) not in counted]
    counted |= {record["outputs"][file.name] for file in files if file.name in record["outputs"]}
    episodes = turns = decoded = prompt = completion = 0
    for replies in (_replies(line) for file in files for line in _lines(file)):
        episodes += 1
        turns += len(replies)
        decoded += sum(len(each.get("token_ids", ())) for each in replies)
        usages = [each["usage"] for each in replies if each.get("usage")]
        prompt += sum(each["prompt_tokens"] for each in usages)
        completion += sum(each["completion_tokens"] for each in usages)
    rows = findings.curves.get(name.removesuffix("/sft").removesuffix("/dpo"), [])
    epochs = rows[-1].get("epoch", 0.0) if rows and name.rpartition("/")[2] in ("sft", "dpo") else 0.0
    return Cost(
        name,
        record["seconds"],
        bool(files),
        episodes,
        turns,
        decoded,
        round(epochs * facts.get("tokens", 0)),
        prompt + facts.get("prompt_tokens", 0),
        completion + facts.get("completion_tokens", 0),
        _price(findings, name, facts),
    )


def _price(findings: Findings, name: str, facts: dict[str, Any]) -> float | None:
    if facts.get("cost") is not None:
        return facts["cost"]
    figures = findings.results.get(name.removeprefix("evaluate/"), {}) if name.startswith("evaluate/") else {}
    prices = [each["usage"].get("cost") for each in figures.values() if "usage" in each]
    known = [price for price in prices if price is not None]
    return sum(known) if known and len(known) == len(prices) else None


def _played(folder: Path, name: str) -> Iterable[Path]:
    """The files of the episodes that a stage played; of several samples of a task, all."""
    if (folder / "rollouts").is_dir():
        return sorted((folder / "rollouts").glob("*.jsonl"))
    if not (name.startswith("evaluate/") or name.rpartition("/")[2] in ("explore", "score")):
        return []
    files = sorted(folder.glob("*.jsonl"))
    return [file for file in files if not file.with_suffix(".samples.jsonl").exists()]


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as lines:
        yield from (line for line in lines if line.startswith("{") and line.endswith("}\n"))


def _replies(line: str) -> list[dict[str, Any]]:
    """What was kept of each of the agent's turns."""
    return [turn["meta"] for turn in json.loads(line)["turns"] if turn["role"] == "agent"]


def duration(seconds: float) -> str:
    """For instance `8 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
