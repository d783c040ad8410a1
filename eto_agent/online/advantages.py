"""Advantages: how much better a step turned out than the value function expected. Plain Python, no torch.

A step is whatever the caller scores as one: a turn of an episode, or a token.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["explained_variance", "gae", "normalized", "rewards_at_the_end"]


def rewards_at_the_end(steps: int, reward: float) -> list[float]:
    """The rewards of an episode that is only judged as a whole: 0 everywhere but at the last step."""
    return [0.0] * (steps - 1) + [reward]


def gae(
    rewards: Sequence[float], values: Sequence[float], *, gamma: float, gae_lambda: float
) -> tuple[list[float], list[float]]:
    """Generalised advantage estimation (Schulman et al., 2016, equations 11 and 16) over one finished episode.

    The value after the last step is 0, also where a step limit ended the episode: there is nothing more to win.

    Args:
        rewards: of each step.
        values: of the state before each step.
        gamma: the discount.
        gae_lambda: the weight of longer looks ahead.

    Returns:
        The advantage of each step, and what its value should have been (advantage plus value).
    """
    advantages = [0.0] * len(rewards)
    ahead, value_after = 0.0, 0.0
    for step in reversed(range(len(rewards))):
        error = rewards[step] + gamma * value_after - values[step]
        ahead = error + gamma * gae_lambda * ahead
        advantages[step], value_after = ahead, values[step]
    return advantages, [advantage + value for advantage, value in zip(advantages, values, strict=True)]


def normalized(advantages: Sequence[Sequence[float]]) -> list[list[float]]:
    """The advantages of a batch of episodes with mean 0 and standard deviation 1 over all steps of all episodes."""
    every = [each for episode in advantages for each in episode]
    mean, variance = _moments(every)
    scale = math.sqrt(variance) + 1e-8
    return [[(each - mean) / scale for each in episode] for episode in advantages]


def explained_variance(values: Sequence[float], targets: Sequence[float]) -> float:
    """The share of the targets' variance that the values account for: 1 is perfect, 0 no better than a constant.

    It is 0 where all targets are equal.
    """
    variance = _moments(targets)[1]
    left = _moments([target - value for target, value in zip(targets, values, strict=True)])[1]
    return 1.0 - left / variance if variance > 0 else 0.0


def _moments(values: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(values) / len(values)
    return mean, math.fsum((each - mean) ** 2 for each in values) / len(values)
