"""The paper's tables from run folders, with the paper's numbers beside ours.

One table holds one protocol, and for each environment one world: the same settings, data, tasks and, but for the seed,
the same configuration; everything else is refused. With several runs a cell is the mean over seeds and tasks with its
interval (`stats.seeds_interval`). The paper's numbers are `paper` scores; a table of `strict` ones leaves those out
that the protocol changes. Whether our tasks are the paper's, the notes under the table say.

Example
    eto-agent tables runs/webshop-0 runs/webshop-1 runs/scienceworld-0 --table 2
    eto-agent tables runs/table5 --table 5 --format latex --out table5.tex
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from eto_agent.evaluation.efficiency import efficiency, step_limits
from eto_agent.evaluation.results import check_same, conditions_of
from eto_agent.evaluation.scoring import score
from eto_agent.evaluation.stats import Estimate, seeds_interval
from eto_agent.methods.catalogue import methods_in
from eto_agent.tables.entries import Entry, check_settings, entries_of
from eto_agent.worlds import WORLDS, world_of_record

__all__ = ["TABLES", "Cell", "Row", "Table", "build_table", "column_note", "label_of_env"]

TABLES = ("2", "3", "4", "5", "7", "efficiency")
"""The tables of the paper that runs can fill, and one of our own."""


class Cell(NamedTuple):
    """Ours, of `runs` runs, and the paper's value in [0, 1]; None where there is none."""

    ours: Estimate | None
    runs: int
    paper: float | None


@dataclass(frozen=True)
class Row:
    """A row: its labels, one for each head, and its cells, one for each column."""

    labels: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table of the paper, filled.

    Attributes:
        number, caption, protocol, measure: which; `measure` is `reward`, `success` or `efficiency`.
        heads: of the labels; `columns`: `Environment split`; `printed`: whether the paper has the table.
        rows: the paper's rows, then ours that it has not.
        notes: what each column's runs and tasks are, and the source of the paper's numbers.
    """

    number: str
    caption: str
    protocol: str
    measure: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def printed(self) -> bool:
        return self.number.isdecimal()


@cache
def _paper() -> dict[str, Any]:
    """The paper's tables without their values, which are with the worlds."""
    return json.loads(files("eto_agent.tables").joinpath("paper_numbers.json").read_text(encoding="utf-8"))


def build_table(runs: Sequence[Path], number: str, protocol: str = "paper") -> Table:
    """Fills a table of the paper.

    Args:
        runs: run folders, of one or several environments and seeds.
        number: which table (`TABLES`).
        protocol: which scores (`paper` or `strict`).

    Raises:
        MismatchError: runs that must not stand in one table, or none that fits it.
    """
    plan = _paper()["tables"][number]
    printed = {row["kind"] for table in _paper()["tables"].values() for row in table["rows"]}
    plan = {**plan, "extra": _extra(plan["extra"], printed, runs)}
    kinds = list(dict.fromkeys([row["kind"] for row in plan["rows"]] + plan["extra"]))
    entries = entries_of(runs, kinds)
    columns = _checked_columns(entries, by_model=number == "3")
    rows = [_row(entries, columns, spec, number, protocol) for spec in _row_specs(plan, number, entries)]
    return Table(
        number,
        plan["caption"],
        protocol,
        plan["measure"],
        tuple(plan["heads"]),
        tuple(f"{label_of_env(env)} {split}" for env, split in columns),
        tuple(rows),
        (*_notes(entries, columns, protocol), *([f"Paper: {_paper()['source']}"] if number.isdecimal() else [])),
    )


def _extra(kinds: Sequence[str], printed: set[str], runs: Sequence[Path]) -> list[str]:
    """Rows that only we have; "*" stands for those of the methods that are in no table of the paper."""
    configs = [yaml.safe_load(file.read_text("utf-8")) for run in runs if (file := run / "config.yaml").is_file()]
    methods = dict.fromkeys(method for config in configs for method in methods_in(config))
    others = [row for method in methods if not printed.intersection(method.rows) for row in method.rows]
    return [each for kind in kinds for each in (others if kind == "*" else [kind])]


Column = tuple[str, str]
"""Environment and split."""


def _checked_columns(entries: Sequence[Entry], *, by_model: bool) -> list[Column]:
    """The columns, in the paper's order; refuses entries that must not share them."""
    columns = list(dict.fromkeys((entry.env, split) for entry in entries for split in entry.episodes.splits))
    order = [(world.env, split) for world in WORLDS if world.paper for split in world.paper.splits]
    columns.sort(key=lambda each: order.index(each) if each in order else len(order))
    for env in dict.fromkeys(env for env, _ in columns):
        own = [entry for entry in entries if entry.env == env]
        for split in [split for each, split in columns if each == env]:
            played = {f"{e.run}, {e.policy}": e.episodes.splits[split] for e in own if split in e.episodes.splits}
            check_same(split, played)
        models = dict.fromkeys(entry.model for entry in own) if by_model else (None,)
        for model in models:
            check_settings([entry for entry in own if model in (None, entry.model)])
    return columns


def _row_specs(plan: Mapping[str, Any], number: str, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The paper's rows with the policies of ours that fill them, then rows that only we have."""
    specs = [dict(row) for row in plan["rows"]]
    if number == "3":
        known = [row["model"] for row in specs]
        for model in dict.fromkeys(entry.model for entry in entries):
            if not any(name in model.lower() for name in known):
                name = Path(model).name
                specs += [
                    {"kind": kind, "model": model.lower(), "labels": [name, kind.upper()]} for kind in ("sft", "eto")
                ]
    if number == "4":
        for row in specs:
            row["labels"] = _with_settings(row, entries)
    blank = [""] * (len(plan["heads"]) - 1)
    specs += [
        {"kind": kind, "labels": [kind, *blank]} for kind in plan["extra"] if any(e.kind == kind for e in entries)
    ]
    return specs


def _with_settings(row: Mapping[str, Any], entries: Sequence[Entry]) -> list[str]:
    """Learning rate and beta as ours were, with the paper's where they differ."""
    labels = list(row["labels"])
    for entry in entries:
        if entry.kind == row["kind"] and entry.kind != "sft":
            section, careful = entry.config["eto"], entry.kind == "eto-careful-step"
            rate = section.get("careful_learning_rate") if careful else section["dpo"]["learning_rate"]
            beta = section.get("careful_beta") if careful else section["dpo"]["beta"]
            for place, value in ((2, rate), (3, beta)):
                if value is not None and float(value) != float(row["labels"][place]):
                    labels[place] = f"{value:g} (paper {row['labels'][place]})"
    return labels


def _row(
    entries: Sequence[Entry], columns: Sequence[Column], spec: Mapping[str, Any], number: str, protocol: str
) -> Row:
    measure, cells = _paper()["tables"][number]["measure"], list[Cell]()
    for env, split in columns:
        own = [
            entry
            for entry in entries
            if (entry.env, entry.kind) == (env, spec["kind"]) and split in entry.episodes.splits
            and ("model" not in spec or spec["model"] in entry.model.lower())
        ]  # fmt: skip
        ours = _mean(own, split, measure, protocol) if own else None
        cells.append(Cell(ours, len(own), _paper_value(number, spec, env, split, protocol)))
    return Row(tuple(spec["labels"]), tuple(cells))


def _mean(entries: Sequence[Entry], split: str, measure: str, protocol: str) -> Estimate | None:
    """Over the tasks that no run lost to an error, and over the runs."""
    limits = step_limits(entries[0].episodes.splits[split]) if measure == "efficiency" else {}
    tables: list[dict[str, float]] = []
    for entry in entries:
        sound = [each for each in entry.episodes.splits[split] if each.outcome != "error"]
        if measure == "efficiency":
            tables.append({e.task: efficiency(e, limits[e.split, e.task], protocol) for e in sound})
        else:
            tables.append({e.task: float(score(e, protocol)[measure == "success"]) for e in sound})
    shared = [task for task in tables[0] if all(task in table for table in tables)]
    return seeds_interval([[table[task] for task in shared] for table in tables]) if shared else None


def _paper_value(number: str, spec: Mapping[str, Any], env: str, split: str, protocol: str) -> float | None:
    world = world_of_record(env)
    if world.paper is None or split not in world.paper.splits:
        return None
    if protocol == "strict" and world.paper_scoring is not None:
        return None
    row = " ".join(filter(None, (spec["kind"], spec.get("model"))))
    values = dict(zip(world.paper.splits, world.paper.values.get(number, {}).get(row, ()), strict=False))
    value = values.get(split)
    return None if value is None else round(value / 100, 6)


def label_of_env(env: str) -> str:
    """What an environment is called in tables."""
    return world_of_record(env).name


def _notes(entries: Sequence[Entry], columns: Sequence[Column], protocol: str) -> list[str]:
    notes = [column_note(entries, env, split) for env, split in columns]
    for world in map(world_of_record, dict.fromkeys(env for env, _ in columns)):
        if protocol == "strict" and world.paper is not None and world.paper_scoring is not None:
            notes.append(f"The paper's numbers for {world.name} are paper scores and do not stand beside strict ones.")
    return notes


def column_note(entries: Sequence[Entry], env: str, split: str) -> str:
    """What a column of ours holds: tasks, settings and versions of the world, models, seeds, broken episodes."""
    own = [entry for entry in entries if entry.env == env and split in entry.episodes.splits]
    episodes = own[0].episodes.splits[split]
    conditions = conditions_of(episodes[0])
    settings = " ".join(f"{key}={value}" for key, value in {**conditions["settings"], **conditions["versions"]}.items())
    paper = world_of_record(env).paper
    official = None if paper is None else paper.splits.get(split)
    whole = episodes[0].split == official
    seeds = sorted({entry.seed for entry in own})
    broken = sum(each.outcome == "error" for entry in own for each in entry.episodes.splits[split])
    return (
        f"{label_of_env(env)} {split}, ours: {len(episodes)} tasks of {conditions['split']}"
        + (f" ({settings})" if settings else "")
        + f", {', '.join(sorted({entry.model for entry in own}))}, seeds {', '.join(map(str, seeds))}"
        + (f", {broken} episodes broken and left out" if broken else "")
        + ("." if whole or official is None else "; not the paper's tasks.")
    )
