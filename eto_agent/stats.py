"""Means with intervals: the bootstrap over tasks that every table uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import bootstrap

__all__ = ["Estimate", "mean_interval"]


class Estimate(NamedTuple):
    """A mean, the ends of its 95 % interval, and `n`, the number of values."""

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{100 * self.mean:.1f} [{100 * self.low:.1f}, {100 * self.high:.1f}]"


def mean_interval(values: Sequence[float], *, confidence: float = 0.95, resamples: int = 5_000) -> Estimate:
    """The mean of per-task values with a bootstrap interval (bias-corrected and accelerated).

    Args:
        values: one number a task.
        confidence: the interval's coverage.
        resamples: bootstrap resamples; the resampling is seeded, so equal values give equal intervals.

    Raises:
        ValueError: there are no values.
    """
    data = np.asarray(values, dtype=float)
    if data.size == 0:
        raise ValueError("No values to average: the evaluation has no finished episode.")
    mean = float(data.mean())
    if data.size == 1 or np.ptp(data) == 0:
        return Estimate(mean, mean, mean, int(data.size))
    result = bootstrap(
        (data,), np.mean, confidence_level=confidence, n_resamples=resamples, rng=np.random.default_rng(0), method="BCa"
    )
    low, high = result.confidence_interval
    return Estimate(mean, float(low), float(high), int(data.size))
