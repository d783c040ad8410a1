"""Run folders as rows of tables: which policy of a run stands in which row, and which runs one mean may be taken of.

A mean over runs is one over seeds: the runs must agree in every setting that the row depends on, and differ in the
seed. A row of a method depends on the settings of that method, not on those of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from eto_agent.evaluation.results import Evaluated, MismatchError, evaluated, policies_of
from eto_agent.run_folder import GROWING_KEYS, SPEED_KEYS, STAGE_SECTIONS

__all__ = ["ITERATED", "KINDS", "Entry", "check_settings", "entries_of", "kind_of"]

ITERATED = {
    "rft": "rft",
    "eto": "eto",
    "eto-step": "eto",
    "eto-careful-step": "eto",
    "eto-mixture": "eto",
    "ipr": "ipr",
    "eef": "eef",
    "self-play-eto": "self_play",
    "self-play-rft+eto": "self_play",
}
"""Rows whose policy is that of the last iteration -> the section of the configuration that says which one it is."""

_SECTIONS = {**ITERATED, "best-of-n": "best_of_n", "ppo": "ppo", "self-play-rft": "self_play"}
_UNTRAINED = ("random", "oracle", "gpt-4", "gpt-3.5")
_METHODS = set(_SECTIONS.values())
_FREE = {"seed", "methods"}

KINDS = ("base", "sft", *_UNTRAINED, *_SECTIONS)
"""All rows that a table can have."""


@dataclass(frozen=True)
class Entry:
    """One policy of one run.

    Attributes:
        run: the run folder; `config`: its configuration.
        kind: the row that it belongs to, such as `sft`, `eto` (its last iteration) or `gpt-4`.
        policy: its name in the run; `episodes`: what it played.
    """

    run: Path
    config: Mapping[str, Any]
    kind: str
    policy: str
    episodes: Evaluated

    @property
    def env(self) -> str:
        return self.config["env"]["id"]

    @property
    def model(self) -> str:
        return self.config["model"]["name"]

    @property
    def seed(self) -> int:
        return self.config["seed"]


def kind_of(policy: str, config: Mapping[str, Any], *, every_iteration: bool = False) -> str | None:
    """The row that a policy belongs to; None where it is none's, as an earlier iteration than the last.

    Args:
        policy: its name in the run folder.
        config: the run's configuration.
        every_iteration: earlier iterations belong to the row, too.
    """
    if policy.startswith("openai-"):
        return next((kind for kind in ("gpt-4", "gpt-3.5") if policy.startswith(f"openai-{kind}")), None)
    if re.fullmatch(r"best-of-\d+", policy):
        return "best-of-n" if policy == f"best-of-{config['best_of_n']['samples']}" else None
    stem, _, number = policy.rpartition("-")
    kind, iteration = (stem, int(number)) if number.isdecimal() and stem in ITERATED else (policy, 1)
    if not every_iteration and kind in ITERATED and iteration != config.get(ITERATED[kind], {}).get("iterations"):
        return None
    return kind


def entries_of(runs: Sequence[Path], kinds: Sequence[str], *, every_iteration: bool = False) -> list[Entry]:
    """The policies of these kinds in all runs, in the order of the runs.

    Raises:
        MismatchError: a folder is no run folder, is given twice, or there is no such policy in any.
        DataError: a damaged file of episodes.
    """
    entries: list[Entry] = []
    for run in runs:
        if not (run / "config.yaml").is_file():
            raise MismatchError(f"{str(run)!r} is no run folder (no config.yaml); give the --out of eto-agent runs.")
        config = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
        for policy in policies_of(run):
            kind = kind_of(policy, config, every_iteration=every_iteration)
            if kind is not None and kind in kinds:
                entries.append(Entry(run, config, kind, policy, evaluated(run, policy)))
    if len({run.resolve() for run in runs}) < len(runs):
        raise MismatchError("A run folder is given twice; give each once.")
    if not entries:
        raise MismatchError(
            f"No run of {', '.join(map(str, runs))} has evaluated a policy of this table ({', '.join(kinds)}); "
            "evaluate one with: eto-agent evaluate."
        )
    return entries


def check_settings(entries: Sequence[Entry], free: Sequence[str] = ()) -> None:
    """Refuses policies that must not stand in one table, or in one mean.

    Args:
        entries: of one environment.
        free: settings that may differ.

    Raises:
        MismatchError: a setting differs, or two runs of one kind share the seed.
    """
    first: dict[str, tuple[Any, Path]] = {}
    seeds: dict[tuple[str, int], Path] = {}
    for entry in entries:
        for key, value in _settings(entry):
            before, run = first.setdefault(key, (value, entry.run))
            if before != value and key not in free:
                raise MismatchError(
                    f"{str(run)!r} and {str(entry.run)!r} differ in {key} ({before!r}, {value!r}); "
                    "only runs that differ in the seed make one table."
                )
        twin = seeds.setdefault((entry.kind, entry.seed), entry.run)
        if twin != entry.run:
            raise MismatchError(
                f"{str(twin)!r} and {str(entry.run)!r} both hold {entry.kind} with seed {entry.seed}: "
                "they are one run, not two; leave one out, or make it with another --seed."
            )


def _settings(entry: Entry) -> Iterator[tuple[str, Any]]:
    """The settings that the policy's figures depend on, beside what the episodes themselves say."""
    sections = {"chat", "generation"} if entry.kind in _UNTRAINED else set(entry.config) - _METHODS - _FREE
    if entry.kind in ("random", "oracle"):
        sections = set()
    if entry.kind in _SECTIONS:
        sections.add(_SECTIONS[entry.kind])
    for section in sorted(sections - set(STAGE_SECTIONS) - {"out", "evaluate"}):
        yield from _flat(entry.config[section], section)


def _flat(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _flat(each, f"{key}.{name}")
    elif key.rpartition(".")[2] not in SPEED_KEYS and key not in GROWING_KEYS:
        yield key, value
