"""Choosing among several episodes of one task: what is distinct, what is good, and who beats whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eto_agent.data.pairs import PreferencePair
from eto_agent.evaluation.scoring import score
from eto_envs.trajectory import Trajectory

__all__ = ["Contrasts", "Diversity", "Harvest", "best_against_worse", "by_task", "diversity", "harvest"]

ActionSequence = tuple[str, tuple[str, ...]]
"""A task, and the actions that were taken in it."""


def by_task(trajectories: Iterable[Trajectory]) -> dict[str, list[Trajectory]]:
    """The episodes of each task, in order; those that died of an error are left out."""
    found: dict[str, list[Trajectory]] = {}
    for each in trajectories:
        if each.outcome != "error":
            found.setdefault(each.task, []).append(each)
    return found


@dataclass(frozen=True, slots=True)
class Diversity:
    """How much the samples of a task differ.

    Attributes:
        tasks: how many tasks have at least two samples.
        differing: the share of these tasks whose samples do not all say the same.
        distinct: the mean number of distinct action sequences of a task.
    """

    tasks: int
    differing: float
    distinct: float


def diversity(trajectories: Iterable[Trajectory]) -> Diversity:
    """Measures it over all tasks with at least two samples."""
    groups = [samples for samples in by_task(trajectories).values() if len(samples) > 1]
    said = [len({tuple(_agent_texts(each)) for each in group}) for group in groups]
    done = [len({tuple(each.actions) for each in group}) for group in groups]
    count = max(1, len(groups))
    return Diversity(len(groups), sum(number > 1 for number in said) / count, sum(done) / count)


@dataclass(frozen=True, slots=True)
class Harvest:
    """What was worth keeping of `sampled` episodes, and what became of the others.

    Attributes:
        kept: good episodes, no two of a task with the same actions.
        broken: died of an error; `good`: reached the threshold; `duplicates`: good, but known already.
    """

    kept: list[Trajectory]
    sampled: int
    broken: int
    good: int
    duplicates: int

    def facts(self) -> dict[str, int]:
        """The counts, as a stage records them."""
        return {
            "sampled": self.sampled,
            "broken": self.broken,
            "successful": self.good,
            "duplicates": self.duplicates,
            "kept": len(self.kept),
        }


def harvest(
    sampled: Iterable[Trajectory], known: Iterable[Trajectory] = (), *, threshold: float = 1.0, protocol: str = "strict"
) -> Harvest:
    """Keeps the good episodes that do something new.

    Args:
        sampled: episodes, several of each task.
        known: episodes that are learned from anyway (experts, earlier harvests).
        threshold: the least reward of a good episode.
        protocol: which score that is (`paper` or `strict`).
    """
    seen = {_actions(each) for each in known}
    kept: list[Trajectory] = []
    total = broken = good = 0
    for each in sampled:
        total += 1
        if each.outcome == "error":
            broken += 1
        elif each.actions and score(each, protocol)[0] >= threshold:
            good += 1
            if _actions(each) not in seen:
                seen.add(_actions(each))
                kept.append(each)
    return Harvest(kept, total, broken, good, good - len(kept))


def _agent_texts(trajectory: Trajectory) -> list[str]:
    return [turn.text for turn in trajectory.turns if turn.role == "agent"]


def _actions(trajectory: Trajectory) -> ActionSequence:
    return trajectory.task, tuple(trajectory.actions)


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Pairs between episodes of one task.

    Attributes:
        pairs: the better episode chosen.
        tasks: how many tasks have an episode; `alike`: how many of them give no pair, all rewards being equal.
        broken: episodes that died of an error.
    """

    pairs: list[PreferencePair]
    tasks: int
    alike: int
    broken: int


def best_against_worse(sampled: Sequence[Trajectory], *, max_pairs: int = 3, protocol: str = "strict") -> Contrasts:
    """Pairs the best episode of a task with its worst ones.

    The best is the one of the highest reward, among equals the one with the fewest actions. It is paired with episodes
    of lower reward, the lowest first, no two with the same actions, at most `max_pairs` for each task. Equal rewards
    make no pair.
    """
    groups = by_task(each for each in sampled if _agent_texts(each))
    pairs: list[PreferencePair] = []
    alike = 0
    for task, group in groups.items():
        rewards = {id(each): score(each, protocol)[0] for each in group}
        best = min(group, key=lambda each: (-rewards[id(each)], len(each.actions)))
        worse: dict[tuple[str, ...], Trajectory] = {}
        for each in group:
            if rewards[id(each)] < rewards[id(best)]:
                worse.setdefault(tuple(each.actions), each)
        ranked = sorted(worse.values(), key=lambda each: rewards[id(each)])[:max_pairs]
        alike += not ranked
        pairs += [PreferencePair(task, "agent", best, each, rewards[id(best)], rewards[id(each)]) for each in ranked]
    return Contrasts(pairs, len(groups), alike, sum(each.outcome == "error" for each in sampled))
