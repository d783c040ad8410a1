"""Intervals: right in known cases, and covering as often as they claim; p-values that find what was planted only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest, permutation_test

from eto_agent.evaluation.stats import (
    Estimate,
    difference_interval,
    intervals,
    mean_interval,
    permutation_p,
    ratio_interval,
    seed_intervals,
    seeds_difference_interval,
    seeds_interval,
)

TRIALS = 2_000
SCALES = {
    "webshop": ([0, 0.1, 0.33, 0.5, 0.67, 0.75, 1], [0.1, 0.05, 0.1, 0.15, 0.15, 0.1, 0.35]),
    "scienceworld": ([0, 0.03, 0.08, 0.17, 0.25, 0.5, 0.67, 1], [0.05, 0.1, 0.15, 0.1, 0.1, 0.1, 0.05, 0.35]),
    "weak scienceworld": ([0, 0.03, 0.08, 0.17, 0.25, 1], [0.75, 0.1, 0.06, 0.04, 0.03, 0.02]),
    "strong scienceworld": ([0, 0.1, 0.5, 0.75, 1], [0.05, 0.05, 0.05, 0.1, 0.75]),
    "success 20 %": ([0, 1], [0.8, 0.2]),
    "success 60 %": ([0, 1], [0.4, 0.6]),
    "success 85 %": ([0, 1], [0.15, 0.85]),
}
"""Rewards as real splits have them: values and their probabilities."""


def covered(ends: tuple[Any, Any], truth: float) -> float:
    return float(np.mean((ends[0] <= truth) & (truth <= ends[1])))


@pytest.mark.parametrize("tasks", [134, 140, 194, 200, 211])
@pytest.mark.parametrize("scale", SCALES)
def test_the_interval_covers_the_true_mean_as_often_as_it_says(scale: str, tasks: int) -> None:
    values, chances = SCALES[scale]
    drawn = np.random.default_rng(3).choice(np.array(values, float), (TRIALS, tasks), p=chances)
    assert 0.93 <= covered(intervals(drawn, 0.95), float(np.dot(values, chances))) <= 0.97


@pytest.mark.parametrize("tasks", [134, 194, 200])
@pytest.mark.parametrize(
    "chances", [[0.05, 0.05, 0.7, 0.1, 0.1], [0.1, 0.1, 0.4, 0.2, 0.2], [0.02, 0.1, 0.6, 0.2, 0.08]]
)
def test_the_interval_of_a_difference_does_too(chances: list[float], tasks: int) -> None:
    values = np.array([-1, -0.5, 0, 0.5, 1])
    drawn = np.random.default_rng(5).choice(values, (TRIALS, tasks), p=chances)
    assert 0.93 <= covered(intervals((drawn + 1) / 2, 0.95), float(values @ chances + 1) / 2) <= 0.97


@pytest.mark.parametrize("tasks", [10, 34, 60, 200])
@pytest.mark.parametrize("scale", [*SCALES, "success 2 %", "success 95 %"])
def test_with_few_tasks_or_extreme_means_it_is_rather_too_wide(scale: str, tasks: int) -> None:
    rare = {"success 2 %": ([0, 1], [0.98, 0.02]), "success 95 %": ([0, 1], [0.05, 0.95])}
    values, chances = (SCALES | rare)[scale]
    drawn = np.random.default_rng(7).choice(np.array(values, float), (TRIALS, tasks), p=chances)
    assert 0.91 <= covered(intervals(drawn, 0.95), float(np.dot(values, chances))) <= 0.99


@pytest.mark.parametrize("seeds", [3, 5, 10])
@pytest.mark.parametrize(("spread", "tasks"), [(0.0, 200), (0.03, 200), (0.1, 200), (0.05, 134)])
def test_the_interval_over_seeds_covers_other_seeds_and_tasks(seeds: int, spread: float, tasks: int) -> None:
    """Successes whose chance is a task's ease plus a seed's luck, both drawn anew in each trial."""
    rng = np.random.default_rng(11)
    ease, luck = rng.uniform(0.1, 0.9, (TRIALS, 1, tasks)), rng.normal(0, spread, (TRIALS, seeds, 1))
    drawn = (rng.random((TRIALS, seeds, tasks)) < np.clip(ease + luck, 0, 1)).astype(float)
    assert 0.925 <= covered(seed_intervals(drawn, 0.95), 0.5) <= 0.975


@pytest.mark.parametrize("gain", [0.0, 0.1])
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.05])
def test_the_interval_of_a_gain_over_three_seeds_covers_other_seeds_and_tasks(spread: float, gain: float) -> None:
    """Successes before and after a training, which helps in some tasks more than in others; both have a seed's luck."""
    rng = np.random.default_rng(13)
    shape, tasks = (TRIALS, 3, 200), (TRIALS, 1, 200)
    before, luck = rng.uniform(0.3, 0.6, tasks), rng.normal(0, spread, (2, TRIALS, 3, 1))
    after = before + rng.uniform(gain - 0.1, gain + 0.1, tasks) + luck[0]
    drawn = (rng.random(shape) < after).astype(float) - (rng.random(shape) < before + luck[1])
    found = np.array([seeds_difference_interval(table)[:3] for table in drawn])
    assert 0.925 <= covered((found[:, 1], found[:, 2]), gain) <= 0.975


def test_an_interval_over_tasks_alone_misses_other_seeds() -> None:
    """Why the one above is needed: the mean over five seeds that differ, as if it were one run's."""
    rng = np.random.default_rng(11)
    ease, luck = rng.uniform(0.1, 0.9, (TRIALS, 1, 200)), rng.normal(0, 0.1, (TRIALS, 5, 1))
    drawn = (rng.random((TRIALS, 5, 200)) < np.clip(ease + luck, 0, 1)).mean(axis=1)
    assert covered(intervals(drawn, 0.95), 0.5) < 0.8


def test_for_successes_it_is_wilsons() -> None:
    for successes, tasks in [(0, 50), (3, 60), (117, 200), (1, 1)]:
        values = [1.0] * successes + [0.0] * (tasks - successes)
        by_scipy = binomtest(successes, tasks).proportion_ci(0.95, method="wilson")
        assert mean_interval(values)[1:3] == pytest.approx((by_scipy.low, by_scipy.high), abs=1e-9)


def test_a_usual_mean_and_its_ends() -> None:
    values = [0.0, 0.25, 0.5, 1.0] * 50
    estimate = mean_interval(values)
    width = 1.96 * float(np.std(values)) / np.sqrt(200)
    assert estimate.mean == pytest.approx(0.4375)
    assert (estimate.low, estimate.high) == pytest.approx((0.4375 - width, 0.4375 + width), abs=0.003)
    assert estimate.n == 200
    assert mean_interval(values, confidence=0.8).low > estimate.low


def test_a_difference_is_on_its_own_scale() -> None:
    estimate = difference_interval([-0.5, 0.0, 0.25, 1.0] * 25)
    assert estimate.mean == pytest.approx(0.1875)
    assert -1 <= estimate.low < 0.1875 < estimate.high <= 1
    mirrored = difference_interval([0.5, 0.0, -0.25, -1.0] * 25)
    assert mirrored[:3] == pytest.approx((-estimate.mean, -estimate.high, -estimate.low))


def test_a_difference_over_seeds_is_on_its_own_scale() -> None:
    rows = [[-0.5, 0.0, 0.25, 1.0] * 25, [0.0, 0.0, 0.25, 1.0] * 25]
    estimate = seeds_difference_interval(rows)
    assert estimate.mean == pytest.approx(0.25)
    assert estimate.n == 100
    assert -1 <= estimate.low < 0.25 < estimate.high <= 1
    mirrored = seeds_difference_interval([[-value for value in row] for row in rows])
    assert mirrored[:3] == pytest.approx((-estimate.mean, -estimate.high, -estimate.low))
    assert seeds_difference_interval(rows[:1]) == difference_interval(rows[0])
    for wrong, message in ([[[2.0], [0.0]], "-1 to 1"], [[[0.5], [0.5, 1.0]], "same tasks"], [[], "same tasks"]):
        with pytest.raises(ValueError, match=message):
            seeds_difference_interval(wrong)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_values_that_are_all_alike_still_have_an_interval(value: float) -> None:
    narrow, wide = mean_interval([value] * 100), mean_interval([value])
    assert wide.low < narrow.low or value == 0
    assert 0 < narrow.high - narrow.low < 0.05 < wide.high - wide.low
    assert narrow.low <= value <= narrow.high


def test_seeds_that_agree_are_no_more_certain_than_their_tasks() -> None:
    row = [0.0, 0.25, 0.5, 1.0] * 50
    one, three = mean_interval(row), seeds_interval([row] * 3)
    assert three.n == 200
    assert three[:3] == pytest.approx(one[:3], abs=0.004)
    assert seeds_interval([row]) == one


@pytest.mark.parametrize(
    ("rewards", "message"),
    [([[]], "no finished episode"), ([[0.5], [0.5, 1.0]], "same tasks"), ([], "same tasks"), ([[2.0]], "0 to 1")],
)
def test_what_has_no_mean(rewards: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        seeds_interval(rewards)


def test_a_share_of_actions_covers_the_true_one() -> None:
    """Episodes of 5 to 40 steps, each with a share of invalid actions of its own, longer ones with a higher share."""
    rng = np.random.default_rng(19)
    steps = rng.integers(5, 41, (600, 134))
    invalid = rng.binomial(steps, rng.beta(1, 4, (600, 134)) * steps / 40)
    truth = float(np.mean(0.2 * np.arange(5, 41) ** 2 / 40) / np.mean(np.arange(5, 41)))
    found = [ratio_interval(part, whole) for part, whole in zip(invalid, steps, strict=True)]
    assert 0.925 <= np.mean([each.low <= truth <= each.high for each in found]) <= 0.975


def test_shares_and_means_of_counts() -> None:
    share = ratio_interval([0, 3, 1], [2, 4, 2])
    assert share.mean == 0.5
    assert 0 <= share.low < 0.5 < share.high <= 1
    steps = ratio_interval([10, 20, 30], [1, 1, 1])
    half = 4.302653 * 10 / 3**0.5  # the 97.5 % quantile of t with two degrees of freedom
    assert steps == pytest.approx((20, 0, 20 + half, 3))
    assert ratio_interval([0] * 50, [9] * 50) == mean_interval([0.0] * 50)
    assert ratio_interval([25, 25], [1, 1]) == (25, 25, 25, 2)
    with pytest.raises(ValueError, match="No interval from 1 tasks"):
        ratio_interval([1], [2])


def test_a_table_cell() -> None:
    assert str(Estimate(0.5, 0.25, 0.75, 4)) == "50.0 [25.0, 75.0]"


@pytest.mark.parametrize("size", [2, 5, 9, 12])
def test_few_differences_are_tested_exactly(size: int) -> None:
    differences = np.random.default_rng(size).choice([-1, -0.5, 0.25, 1], size)
    scipy = permutation_test(
        (differences, np.zeros(size)), lambda a, b: float(np.sum(a - b)), permutation_type="samples", n_resamples=np.inf
    )
    assert permutation_p([*differences, 0.0, 0.0]) == pytest.approx(scipy.pvalue)


def test_many_differences_are_tested_by_draws_that_are_seeded() -> None:
    differences = [1.0] * 30 + [-1.0] * 14 + [0.0] * 100
    p = permutation_p(differences)
    assert p == permutation_p(differences)
    assert p == pytest.approx(binomtest(30, 44).pvalue, abs=0.005)
    assert permutation_p([1.0] * 100) == 1 / 20_001
    assert permutation_p([0.0] * 10) == 1.0
    with pytest.raises(ValueError, match="share no finished task"):
        permutation_p([])


def test_the_p_value_holds_its_rate_of_false_positives_and_finds_what_was_planted() -> None:
    """1,000 comparisons of two policies on 140 tasks; at 5 % expect 50, and 29 to 75 for 99.95 % of all seeds."""
    rng = np.random.default_rng(17)
    values, ease = np.array([0, 0.25, 0.5, 1]), rng.dirichlet([1, 1, 1, 2], 140).cumsum(axis=1)

    def play(helped: float) -> Any:
        luck = rng.random((1_000, 140, 1))
        return values[(np.maximum(luck, helped * (rng.random((1_000, 140, 1)) < 0.4)) > ease).sum(axis=2).clip(max=3)]

    first = play(0.0)
    same = [permutation_p(row, draws=999) for row in play(0.0) - first]
    better = [permutation_p(row, draws=999) for row in (play(1.0) - first)[:200]]
    assert 29 <= sum(p <= 0.05 for p in same) <= 75
    assert np.mean(np.array(better) <= 0.05) > 0.9
