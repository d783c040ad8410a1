"""Losses computed by hand, in double precision from the logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch


def log_prob(model: Any, ids: Sequence[int], counts: Sequence[bool]) -> tuple[float, int]:
    """The sum of the log-probabilities of the tokens that count, in double precision from the logits; their number."""
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].double()
    each = torch.log_softmax(logits, -1)[range(len(ids) - 1), list(ids[1:])]
    chosen = torch.tensor(counts[1:])
    return float(each[chosen].sum()), int(chosen.sum())


def dpo_by_hand(policy: Any, reference: Any, sides: Sequence[tuple[Any, Any]], beta: float, sft_weight: float) -> float:
    """Equation 11, and the weighted negative log-likelihood of the chosen tokens."""
    losses: list[float] = []
    likelihood, tokens = 0.0, 0
    for chosen, rejected in sides:
        shifts = [log_prob(policy, *side)[0] - log_prob(reference, *side)[0] for side in (chosen, rejected)]
        losses.append(float(np.log1p(np.exp(-beta * (shifts[0] - shifts[1])))))
        total, count = log_prob(policy, *chosen)
        likelihood, tokens = likelihood + total, tokens + count
    return sum(losses) / len(losses) - sft_weight * likelihood / tokens
