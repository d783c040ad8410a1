"""Does a method improve over the policy that it started from? Means and gains of every policy of one or several runs.

The runs are of one environment and differ in the seed; everything else is refused. Methods that follow SFT, Best-of-N
among them, start from the SFT agent, every iteration too; SFT from the random policy; self-play from the base model, or
where that was not evaluated from the random policy. The gain is policy - start, of the same run, task by task, with the
interval over seeds and tasks (`stats.seeds_difference_interval`). Mean and gain are over the same tasks: those in which
no run lost the episode of either policy to an error. A run that lacks a policy, or what it started from, does not count
in that policy's rows. Policies that no method makes (endpoints, recorded files, models of other runs) have no row.

Example
    eto-agent tables runs/seed-0 runs/seed-1 runs/seed-2 --table gains
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from eto_agent.evaluation.results import MismatchError, check_same
from eto_agent.evaluation.scoring import score
from eto_agent.evaluation.stats import Estimate, seeds_difference_interval, seeds_interval
from eto_agent.methods.catalogue import place_of_policy
from eto_agent.report.naming import policy_key
from eto_agent.tables.entries import Entry, check_settings, entries_of

__all__ = ["Gain", "gain_entries", "gains", "gains_of", "policies_in_order"]

_Key = tuple[str, str]
"""Split and task."""


@dataclass(frozen=True)
class Gain:
    """A policy on one split, and how much better it is than the policy that it started from.

    Attributes:
        policy, start: their names; `start` is "" where there is none.
        split: "" for the tasks of all splits as one list.
        task_type: "" for all types.
        mean: of the policy; `gain`: policy - start, None without a start. `n` of both is the number of tasks.
        seeds: of the runs that they are over.
        broken: tasks that are left out, because an episode died of an error.
    """

    policy: str
    start: str
    split: str
    task_type: str
    mean: Estimate
    gain: Estimate | None
    seeds: tuple[int, ...]
    broken: int

    @property
    def shown(self) -> bool:
        """Whether the interval of the gain leaves out zero."""
        return self.gain is not None and not self.gain.low <= 0 <= self.gain.high


def gains(runs: Sequence[Path], protocol: str = "paper", *, measure: str = "success") -> list[Gain]:
    """The gains of every policy, on each split and on all splits together.

    Args:
        runs: run folders that differ in the seed.
        protocol: which scores (`paper` or `strict`).
        measure: `success` or `reward`.

    Raises:
        MismatchError: runs that must not be pooled, or without an evaluated policy.
        DataError: a damaged file of episodes.
    """
    return gains_of(gain_entries(runs), protocol, measure=measure)


def gain_entries(runs: Sequence[Path]) -> list[Entry]:
    """Every policy of the runs, each iteration for itself; refuses runs that differ in more than the seed.

    Runs with more and with fewer iterations of a method go together.
    """
    entries = entries_of(runs, every_iteration=True)
    worlds = list(dict.fromkeys(entry.env for entry in entries))
    if len(worlds) > 1:
        raise MismatchError(f"The runs are of several environments ({', '.join(worlds)}); give those of one.")
    first = entries[0]
    for entry in entries:
        if set(entry.episodes.splits) != set(first.episodes.splits):
            raise MismatchError(
                f"The splits differ: {', '.join(first.episodes.splits)} in {first.episodes.name} and "
                f"{', '.join(entry.episodes.splits)} in {entry.episodes.name}; evaluate both on the same splits."
            )
    for split in first.episodes.splits:
        check_same(split, {f"{each.run}, {each.policy}": each.episodes.splits[split] for each in entries})
    check_settings(entries, free=[f"{section}.iterations" for entry in entries for section in entry.config])
    return entries


def policies_in_order(entries: Sequence[Entry]) -> list[str]:
    """The policies of the runs: random, base and SFT, then the methods in the order of the runs."""
    methods = list(dict.fromkeys(method for entry in entries for method in entry.config.get("methods", ())))
    configs = {entry.policy: {**entry.config, "methods": methods} for entry in entries}
    return sorted(configs, key=lambda policy: policy_key(policy, configs[policy]))


class _Played(NamedTuple):
    """One run's values of a policy, and of the policy that it started from, by task; broken episodes are not there."""

    seed: int
    values: Mapping[_Key, float]
    before: Mapping[_Key, float] | None


def gains_of(entries: Sequence[Entry], protocol: str, *, measure: str, by_type: bool = False) -> list[Gain]:
    """The gains of checked entries (`gain_entries`).

    Args:
        entries, protocol, measure: as for `gains`.
        by_type: the gains on all splits together, a task type each, instead of those on each split.
    """
    values = {(entry.run, entry.policy): _values(entry, protocol, measure) for entry in entries}
    kinds = {
        (split, each.task): each.task_type
        for split, episodes in entries[0].episodes.splits.items()
        for each in episodes
    }  # fmt: skip
    rows: list[Gain | None] = []
    for policy in policies_in_order(entries):
        own = [entry for entry in entries if entry.policy == policy]
        start = _start_of(own, values)
        runs = [entry for entry in own if not start or (entry.run, start) in values]
        played = [_Played(e.seed, values[e.run, policy], values[e.run, start] if start else None) for e in runs]
        for kind in sorted(set(kinds.values())) if by_type else ():
            rows.append(_gain(policy, start, "", kind, played, [key for key in kinds if kinds[key] == kind]))
        for split in () if by_type else (*entries[0].episodes.splits, ""):
            rows.append(_gain(policy, start, split, "", played, [key for key in kinds if split in ("", key[0])]))
    return [row for row in rows if row is not None]


def _values(entry: Entry, protocol: str, measure: str) -> dict[_Key, float]:
    return {
        (split, each.task): float(score(each, protocol)[measure == "success"])
        for split, episodes in entry.episodes.splits.items()
        for each in episodes
        if each.outcome != "error"
    }


def _start_of(own: Sequence[Entry], present: Mapping[tuple[Path, str], object]) -> str:
    """The policy that one started from: of those that the run has, the first that most of its runs hold."""
    place = place_of_policy(own[0].policy, own[0].config)
    starts = ("random",) if own[0].kind == "sft" else () if place is None else place.product.starts
    if not starts:
        return ""
    held = {start: sum((entry.run, start) in present for entry in own) for start in starts}
    best = max(starts, key=lambda start: held[start])
    return best if held[best] else ""


def _gain(
    policy: str, start: str, split: str, task_type: str, played: Sequence[_Played], keys: Sequence[_Key]
) -> Gain | None:
    """None where no task is left."""
    sound = [
        key for key in keys if all(key in each.values and (not start or key in (each.before or ())) for each in played)
    ]
    if not sound:
        return None
    changes = [[each.values[key] - each.before[key] for key in sound] for each in played if each.before is not None]
    return Gain(
        policy,
        start,
        split,
        task_type,
        mean=seeds_interval([[each.values[key] for key in sound] for each in played]),
        gain=seeds_difference_interval(changes) if changes else None,
        seeds=tuple(sorted(each.seed for each in played)),
        broken=len(keys) - len(sound),
    )
