"""Comparing two policies on the same tasks: what changed, by how much, and whether it could be chance.

Everything is paired by task and read as B - A: a win is a task in which B has the higher reward. The interval is that
of `stats.difference_interval`, over tasks; the p-value is that of `stats.permutation_p`. Both are about these two
policies as they are: what another training run would give, they do not say. Splits are tested one by one; no p-value is
corrected for their number. Tasks in which either episode died of an error are left out of the pairs and counted.

Example
    eto-agent compare runs/a/evaluate/sft runs/a/evaluate/eto-1 --out comparison
    eto-agent compare runs/a runs/b --policy eto-2 --protocol paper
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from eto_agent.evaluation.results import Evaluated, MismatchError, check_same
from eto_agent.evaluation.scoring import score
from eto_agent.evaluation.stats import Estimate, difference_interval, mean_interval, permutation_p
from eto_envs.trajectory import Trajectory

__all__ = ["Comparison", "Flip", "compare", "compare_all", "shown_p"]


@dataclass(frozen=True, slots=True)
class Flip:
    """A task that one of the two solves and the other does not.

    Attributes:
        task, task_type: which task.
        rewards: of A and B.
        to: `solved` (B solves it, A does not) or `lost`.
    """

    task: str
    task_type: str
    rewards: tuple[float, float]
    to: Literal["solved", "lost"]


@dataclass(frozen=True)
class Comparison:
    """Two policies on one split, under one protocol.

    Attributes:
        split, protocol: which.
        tasks: how many pairs; `broken`: tasks left out because an episode died of an error.
        a, b: mean rewards; `difference`: of the rewards, B - A, with `p_value`.
        successes: share of tasks solved, of A and B; `success_difference`, with `success_p_value`.
        wins, ties, losses: tasks in which B has the higher, the same, the lower reward.
        by_type: task type -> difference of the rewards.
        flipped: tasks that only one of them solves.
    """

    split: str
    protocol: str
    tasks: int
    broken: int
    a: Estimate
    b: Estimate
    difference: Estimate
    p_value: float
    successes: tuple[Estimate, Estimate]
    success_difference: Estimate
    success_p_value: float
    wins: int
    ties: int
    losses: int
    by_type: dict[str, Estimate] = field(default_factory=dict[str, Estimate])
    flipped: tuple[Flip, ...] = ()

    def __str__(self) -> str:
        mean, low, high = (f"{100 * value:+.1f}" for value in self.difference[:3])
        return (
            f"{self.split}: {mean} [{low}, {high}], p {shown_p(self.p_value)}; {self.wins} wins, {self.ties} ties, "
            f"{self.losses} losses on {self.tasks} tasks"
        )


def compare(
    a: Sequence[Trajectory],
    b: Sequence[Trajectory],
    split: str,
    protocol: str = "strict",
    *,
    names: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """Compares the episodes of two policies on one split.

    Args:
        a, b: one episode a task, in any order.
        split: how the split is called.
        protocol: which scores (`paper` or `strict`).
        names: how the two are called in messages.

    Raises:
        MismatchError: the episodes must not be compared (`episodes.check_same`), or no task has two sound ones.
    """
    check_same(split, dict(zip(names, (a, b), strict=True)))
    others = {each.task: each for each in b}
    pairs = [(each, others[each.task]) for each in a]
    sound = [pair for pair in pairs if all(each.outcome != "error" for each in pair)]
    if not sound:
        raise MismatchError(
            f"Split {split!r}: in none of its {len(pairs)} tasks did both episodes end without an error."
        )
    scores = [(score(first, protocol), score(second, protocol)) for first, second in sound]
    rewards = [(first[0], second[0]) for first, second in scores]
    successes = [(float(first[1]), float(second[1])) for first, second in scores]
    kinds = [first.task_type for first, _ in sound]
    return Comparison(
        split,
        protocol,
        tasks=len(sound),
        broken=len(pairs) - len(sound),
        a=mean_interval([first for first, _ in rewards]),
        b=mean_interval([second for _, second in rewards]),
        difference=difference_interval(_differences(rewards)),
        p_value=permutation_p(_differences(rewards)),
        successes=(mean_interval([x for x, _ in successes]), mean_interval([y for _, y in successes])),
        success_difference=difference_interval(_differences(successes)),
        success_p_value=permutation_p(_differences(successes)),
        wins=sum(second > first for first, second in rewards),
        ties=sum(second == first for first, second in rewards),
        losses=sum(second < first for first, second in rewards),
        by_type={
            kind: difference_interval(_differences([r for r, k in zip(rewards, kinds, strict=True) if k == kind]))
            for kind in sorted(set(kinds))
        },
        flipped=tuple(
            Flip(first.task, first.task_type, pair, "solved" if solved[1] else "lost")
            for (first, _), pair, solved in zip(sound, rewards, successes, strict=True)
            if solved[0] != solved[1]
        ),
    )


def _differences(pairs: Sequence[tuple[float, float]]) -> list[float]:
    return [second - first for first, second in pairs]


def compare_all(a: Evaluated, b: Evaluated, protocol: str | None = None) -> list[Comparison]:
    """Compares two evaluations on every split.

    Args:
        a, b: the evaluations.
        protocol: which scores; None takes those that their runs show, `strict` for files.

    Raises:
        MismatchError: the splits differ, the runs show different protocols and none is given, or as `compare`.
    """
    if set(a.splits) != set(b.splits):
        raise MismatchError(
            f"The splits differ: {', '.join(a.splits)} in {a.name} and {', '.join(b.splits)} in {b.name}; "
            "evaluate both on the same splits, or compare single files."
        )
    told = {each.protocol for each in (a, b) if each.protocol is not None}
    if protocol is None and len(told) > 1:
        raise MismatchError(
            f"{a.name} shows {a.protocol} scores and {b.name} {b.protocol} scores; choose with --protocol."
        )
    chosen = protocol or next(iter(told), "strict")
    names = (f"A ({a.name})", f"B ({b.name})")
    return [compare(a.splits[split], b.splits[split], split, chosen, names=names) for split in a.splits]


def shown_p(p_value: float) -> str:
    """A p-value as it is shown after a p."""
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
