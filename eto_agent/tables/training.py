"""What the trainings of several runs did, as tables: shifts and pairs of contrast, rewards and KL of online updates.

Numbers are means over the runs, with their range where the runs differ; they come from the records of finished stages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eto_agent.methods.catalogue import place_of_policy
from eto_agent.tables.entries import Entry
from eto_agent.tables.formats import ABSENT, TextTable
from eto_agent.tables.gains import policies_in_order
from eto_agent.tables.paper import label_of_env

__all__ = ["training_tables"]


class _Column(NamedTuple):
    head: str
    key: str
    digits: int


_CONTRAST = (
    _Column("pairs", "pairs", 0),
    _Column("win", "win", 0),
    _Column("tie", "tie", 0),
    _Column("lose", "lose", 0),
    _Column("chosen shift", "chosen_shift", 2),
    _Column("rejected shift", "rejected_shift", 2),
    _Column("accuracy", "accuracy", 2),
    _Column("margin", "margin", 2),
)
_ONLINE = (
    _Column("updates", "updates", 0),
    _Column("first reward", "first_reward", 3),
    _Column("last reward", "last_reward", 3),
    _Column("first KL", "first_kl", 4),
    _Column("last KL", "last_kl", 4),
)

_Facts = Mapping[str, float]


def training_tables(entries: Sequence[Entry]) -> list[TextTable]:
    """A table of contrast and one of online updates, each if a policy of the runs was trained so."""
    contrasts: dict[str, list[_Facts]] = {}
    updates: dict[str, list[_Facts]] = {}
    for policy in policies_in_order(entries):
        for entry in entries:
            place = place_of_policy(policy, entry.config) if entry.policy == policy else None
            folder = entry.run / place.product.model if place is not None and place.product.model else None
            if folder is None or not (folder / "stage.json").is_file():
                continue
            if folder.name == "dpo":
                contrasts.setdefault(policy, []).append(_contrast(folder))
            elif online := _online(folder):
                updates.setdefault(policy, []).append(online)
    label = label_of_env(entries[0].env)
    tables: list[TextTable] = []
    if contrasts:
        notes = (
            "pairs: trained on; win, tie and lose: explored episodes against the experts', before any was too long.",
            "Shifts: log-probability of a side minus the reference's, in nats; margin: beta times their difference.",
            "Each step is measured before it changes the weights: a training of one step shows 0.",
        )
        tables.append(_table(f"{label}: contrast, the last epoch", _CONTRAST, contrasts, notes))
    if updates:
        note = "Rewards of the episodes of the first and the last update; KL: from the SFT agent, in nats a token."
        tables.append(_table(f"{label}: online updates", _ONLINE, updates, (note,)))
    return tables


def _table(
    title: str, columns: Sequence[_Column], rows: Mapping[str, Sequence[_Facts]], notes: tuple[str, ...]
) -> TextTable:
    return TextTable(
        f"{title}, mean over seeds (range)",
        ("Policy", "Seeds"),
        tuple(column.head for column in columns),
        tuple(
            (policy, str(len(runs)), *(_shown([run[c.key] for run in runs if c.key in run], c.digits) for c in columns))
            for policy, runs in rows.items()
        ),
        notes,
    )


def _shown(values: Sequence[float], digits: int) -> str:
    if not values:
        return ABSENT
    least, most = (f"{each:z.{digits}f}" for each in (min(values), max(values)))
    if least == most:
        return least
    return f"{sum(values) / len(values):z.{max(1, digits)}f} ({least} to {most})"


def _contrast(folder: Path) -> _Facts:
    """The audit of the pairs, and the means of the training, whose `pairs` are those that it could use."""
    audit = folder.parent / "pairs" / "stage.json"
    return {**(_facts(audit) if audit.is_file() else {}), **_facts(folder / "stage.json")}


def _facts(record: Path) -> dict[str, Any]:
    return json.loads(record.read_text(encoding="utf-8"))["facts"]


def _online(folder: Path) -> _Facts:
    """Figures of the first and the last update; none of a training that goes by steps."""
    metrics = folder / "metrics.jsonl"
    lines = metrics.read_text(encoding="utf-8").splitlines() if metrics.is_file() else []
    rows = [json.loads(lines[place]) for place in (0, -1)] if lines else [{}]
    if "update" not in rows[0]:
        return {}
    return {
        "updates": len(lines),
        **{
            f"{when}_{key}": row[key]
            for when, row in zip(("first", "last"), rows, strict=True)
            for key in ("reward", "kl")
        },
    }
