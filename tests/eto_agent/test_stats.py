"""Intervals: right in known cases, and covering as often as they claim."""

from __future__ import annotations

import numpy as np
import pytest

from eto_agent.stats import Estimate, mean_interval


def test_the_mean_and_its_ends() -> None:
    values = [0.0, 0.25, 0.5, 1.0] * 10
    estimate = mean_interval(values)
    spread = 1.96 * np.std(values) / np.sqrt(40)
    assert estimate.mean == pytest.approx(0.4375)
    assert (estimate.low, estimate.high) == pytest.approx((0.4375 - spread, 0.4375 + spread), abs=0.02)
    assert estimate.n == 40
    assert mean_interval(values) == estimate


@pytest.mark.parametrize("values", [[0.5], [1.0, 1.0, 1.0], [0.0] * 50])
def test_values_without_spread_have_no_interval(values: list[float]) -> None:
    assert mean_interval(values) == Estimate(values[0], values[0], values[0], len(values))


def test_nothing_has_no_mean() -> None:
    with pytest.raises(ValueError, match="no finished episode"):
        mean_interval([])


def test_a_table_cell() -> None:
    assert str(Estimate(0.5, 0.25, 0.75, 4)) == "50.0 [25.0, 75.0]"


def test_the_interval_covers_the_true_mean_as_often_as_it_says() -> None:
    """400 samples of 40 rewards: at 95 % coverage 20 miss the mean on average, 6 to 36 for 99.9 % of seeds."""
    rng = np.random.default_rng(3)
    misses = 0
    for _ in range(400):
        estimate = mean_interval(rng.choice([0.0, 0.5, 1.0], 40, p=[0.3, 0.4, 0.3]).tolist(), resamples=500)
        misses += not estimate.low <= 0.5 <= estimate.high
    assert 6 <= misses <= 36
