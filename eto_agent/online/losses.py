"""The losses of PPO on flat tensors: a number for each agent token, or for each step of GAE."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["approximate_kl", "policy_loss", "reference_loss", "value_loss"]


def policy_loss(log_probs: Tensor, old_log_probs: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """The clipped surrogate (Schulman et al., 2017, equation 7), negated; (tokens,) -> (tokens,).

    Args:
        log_probs: of the sampled tokens under the policy that learns.
        old_log_probs: under the policy that played.
        advantages: of the tokens.
        clip: beyond 1 + clip for a positive advantage, and 1 - clip for a negative one, the gradient is zero.
    """
    ratio = (log_probs - old_log_probs).exp()
    return -torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)


def value_loss(values: Tensor, old_values: Tensor, targets: Tensor, clip: float) -> Tensor:
    """Half the squared error, the worse of the value and the value clipped to `clip` around the old one; (steps,)."""
    error = (values - targets).square()
    if clip > 0:
        clipped = old_values + (values - old_values).clamp(-clip, clip)
        error = torch.maximum(error, (clipped - targets).square())
    return 0.5 * error


def reference_loss(log_probs: Tensor, reference_log_probs: Tensor) -> Tensor:
    """Half the squared difference of log-probabilities; (tokens,) -> (tokens,).

    On tokens that the policy itself sampled, its gradient is, in expectation, that of KL(policy || reference).
    """
    return 0.5 * (log_probs - reference_log_probs).square()


def approximate_kl(sampling: Tensor, other: Tensor) -> Tensor:
    """An estimate of KL(sampling || other) from tokens drawn by `sampling`; (tokens,) -> (tokens,).

    r - 1 - log r with r = other / sampling: unbiased and never negative, with less variance than -log r.
    """
    log_ratio = other - sampling
    return torch.expm1(log_ratio) - log_ratio
