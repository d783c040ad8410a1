"""Run folders as rows of tables: which policy of a run stands in which row, and which runs one mean may be taken of.

A mean over runs is one over seeds: the runs must agree in every setting that the row depends on, and differ in the
seed. A row of a method depends on the settings of that method, not on those of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from eto_agent.evaluation.results import Evaluated, MismatchError, evaluated, policies_of
from eto_agent.fields import with_new_names
from eto_agent.methods.catalogue import methods_in, place_of_policy
from eto_agent.run_folder import SPEED_KEYS, STAGE_SECTIONS

__all__ = ["Entry", "check_settings", "entries_of", "kind_of"]

_ENDPOINTS = ("gpt-4", "gpt-3.5")
_UNTRAINED = ("random", "oracle", *_ENDPOINTS)
_FREE = {"seed", "methods", "out", "evaluate"}


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
        return next((kind for kind in _ENDPOINTS if policy.startswith(f"openai-{kind}")), None)
    if policy in ("base", "sft", *_UNTRAINED):
        return policy
    place = place_of_policy(policy, config)
    if place is None:
        return None
    last = {each.row: each.name for each in place.method.every_product(config)}  # the last iteration
    return place.product.row if every_iteration or last.get(place.product.row) == policy else None


def entries_of(
    runs: Sequence[Path], kinds: Sequence[str] | None = None, *, every_iteration: bool = False
) -> list[Entry]:
    """The policies of these kinds in all runs, in the order of the runs.

    Args:
        runs: run folders.
        kinds: rows; None takes all.
        every_iteration: earlier iterations than the last belong to their rows, too.

    Raises:
        MismatchError: a folder is no run folder, is given twice, or there is no such policy in any.
        DataError: a damaged file of episodes.
    """
    entries: list[Entry] = []
    for run in runs:
        if not (run / "config.yaml").is_file():
            raise MismatchError(f"{str(run)!r} is no run folder (no config.yaml); give the --out of eto-agent runs.")
        config = with_new_names(yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8")))
        for policy in policies_of(run):
            kind = kind_of(policy, config, every_iteration=every_iteration)
            if kind is not None and (kinds is None or kind in kinds):
                entries.append(Entry(run, config, kind, policy, evaluated(run, policy)))
    if len({run.resolve() for run in runs}) < len(runs):
        raise MismatchError("A run folder is given twice; give each once.")
    if not entries:
        wanted = "" if kinds is None else f" ({', '.join(kinds)})"
        raise MismatchError(
            f"No run of {', '.join(map(str, runs))} has evaluated a policy of this table{wanted}; "
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
    known = methods_in(entry.config)
    of_methods = {method.section for method in known}
    growing = {key for method in known for key in method.growing_keys}
    place = place_of_policy(entry.policy, entry.config)
    if entry.kind in ("random", "oracle"):
        sections: set[str] = set()
    elif entry.kind in _UNTRAINED:
        sections = {"chat", "generation"}
    else:
        sections = (set(entry.config) - of_methods) | (set() if place is None else {place.method.section})
    for section in sorted(sections - set(STAGE_SECTIONS) - _FREE):
        for key, value in _flat(entry.config.get(section, {}), section):
            if key not in growing:
                yield key, value


def _flat(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _flat(each, f"{key}.{name}")
    elif key.rpartition(".")[2] not in SPEED_KEYS:
        yield key, value
