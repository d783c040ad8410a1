"""The tables of `eto-agent tables --table gains`: gains on each split, by task type, and what the trainings did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eto_agent.evaluation.stats import Estimate
from eto_agent.tables.entries import Entry
from eto_agent.tables.formats import ABSENT, TextTable
from eto_agent.tables.gains import Gain, gain_entries, gains_of, policies_in_order
from eto_agent.tables.paper import column_note, label_of_env
from eto_agent.tables.training import training_tables

__all__ = ["gains_tables"]

_ALL = "all splits"


def gains_tables(runs: Sequence[Path], protocol: str, measure: str) -> list[TextTable]:
    """The tables that the runs can fill: gains; gains by task type, if there are several; contrast; online updates.

    Args:
        runs, protocol, measure: as for `gains.gains`.

    Raises:
        MismatchError: as for `gains.gains`.
    """
    entries = gain_entries(runs)
    tables = [_by_split(entries, gains_of(entries, protocol, measure=measure), protocol, measure)]
    of_types = gains_of(entries, protocol, measure=measure, by_type=True)
    if len({row.task_type for row in of_types}) > 1:
        tables.append(_by_type(entries, of_types, protocol, measure))
    return tables + training_tables(entries)


def _by_split(entries: Sequence[Entry], rows: Sequence[Gain], protocol: str, measure: str) -> TextTable:
    cells = {(row.policy, row.split): row for row in rows}
    splits = list(entries[0].episodes.splits)
    columns = [*splits, ""] if len(splits) > 1 else splits
    runs, env = len({entry.run for entry in entries}), entries[0].env
    texts: list[tuple[str, ...]] = []
    for policy in policies_in_order(entries):
        found = [cells.get((policy, split)) for split in columns]
        first = next((each for each in found if each is not None), None)
        if first is not None:
            seeds = f"{len(first.seeds)}" + (f" of {runs}" if len(first.seeds) < runs else "")
            pairs = [text for each in found for text in _mean_and_gain(each)]
            texts.append((policy, first.start or ABSENT, seeds, *pairs))
    broken = [
        f"{row.policy} on {row.split}: {row.broken} tasks left out, an episode of it or of its start died of an error."
        for row in rows
        if row.broken and row.split
    ]
    return TextTable(
        f"{label_of_env(env)}: gains in {measure} x 100, {protocol} scores, "
        f"mean [95 % interval over {'seeds and tasks' if runs > 1 else 'tasks'}]",
        ("Policy", "Start", "Seeds"),
        tuple(f"{split or _ALL} {what}" for split in columns for what in (measure, "gain")),
        tuple(texts),
        (
            "Gain: policy - start in the same run, task by task; * where its interval leaves out 0.",
            *([f"{_ALL}: the tasks of all splits as one list."] if len(splits) > 1 else []),
            *broken,
            *(column_note(entries, env, split) for split in splits),
        ),
    )


def _mean_and_gain(row: Gain | None) -> tuple[str, str]:
    if row is None:
        return ABSENT, ABSENT
    return str(row.mean), ABSENT if row.gain is None else _signed(row.gain) + (" *" if row.shown else "")


def _signed(change: Estimate) -> str:
    mean, low, high = (f"{100 * value:+.1f}" for value in change[:3])
    return f"{mean} [{low}, {high}]"


def _by_type(entries: Sequence[Entry], rows: Sequence[Gain], protocol: str, measure: str) -> TextTable:
    cells = {(row.policy, row.task_type): row for row in rows}
    types = sorted({row.task_type for row in rows})
    counts = {
        kind: sum(each.task_type == kind for episodes in entries[0].episodes.splits.values() for each in episodes)
        for kind in types
    }
    texts = [
        (policy, *(_mean_with_gain(cells.get((policy, kind))) for kind in types))
        for policy in policies_in_order(entries)
    ]
    return TextTable(
        f"{label_of_env(entries[0].env)}: {measure} x 100 by task type, {protocol} scores, mean (gain)",
        ("Policy",),
        tuple(f"{kind}, {counts[kind]} tasks" for kind in types),
        tuple(texts),
        ("All splits together, the same runs as above; without intervals, for single types have few tasks.",),
    )


def _mean_with_gain(row: Gain | None) -> str:
    if row is None:
        return ABSENT
    return f"{100 * row.mean.mean:.1f}" + ("" if row.gain is None else f" ({100 * row.gain.mean:+.1f})")
