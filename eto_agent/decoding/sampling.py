"""The next token of many conversations at once, each chosen as if it were alone.

Sampling is a maximum too: of logits / temperature plus Gumbel noise. The noise of an entry is a hash of the reply's
seed, the token's number in the reply, and the vocabulary entry; so it is the same in every batch, on every device.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

__all__ = ["Choice", "choose"]

_GOLDEN = -0x61C8864680B583EB  # 2^64 divided by the golden ratio, as a signed 64-bit number
_MIX = (-0x40A7B892E31B1A47, -0x6B2FB644ECCEEE15)  # splitmix64 (Steele, Lea, Flood 2014)


class Choice(NamedTuple):
    """Per row: the token, its log-probability at temperature 1, and how far the second candidate was behind.

    The gap is that of the logits (noise included) as a share of the largest of them: rounding errors grow with it.
    """

    tokens: list[int]
    log_probs: list[float]
    gaps: list[float]


def choose(logits: torch.Tensor, temperature: float, seeds: Sequence[int], numbers: Sequence[int]) -> Choice:
    """The best token of each row.

    Args:
        logits: (rows, vocabulary), float32.
        temperature: 0 is greedy.
        seeds: `reply_seed` of each row; `numbers`: which token of its reply is due.
    """
    scores = logits
    if temperature > 0:
        scores = logits.double() / temperature + _gumbel(seeds, numbers, logits)
    best = torch.topk(scores, 2)
    tokens = best.indices[:, :1]
    log_probs = logits.gather(1, tokens) - logits.logsumexp(-1, keepdim=True)
    # One transfer for all of it: on a GPU every read of a number waits for the device.
    gaps = (best.values[:, :1] - best.values[:, 1:]) * (temperature or 1.0)
    gaps = gaps / logits.abs().amax(-1, keepdim=True).clamp_min(1e-30)
    told = torch.cat([tokens.double(), log_probs.double(), gaps.double()], 1)
    columns = told.T.tolist()
    return Choice([int(token) for token in columns[0]], columns[1], columns[2])


def _gumbel(seeds: Sequence[int], numbers: Sequence[int], like: torch.Tensor) -> torch.Tensor:
    """Standard Gumbel noise, (rows, vocabulary), in double precision."""
    given = torch.tensor([seeds, numbers], dtype=torch.int64).to(like.device, non_blocking=True)
    stream = _mixed(given[0] + (given[1] + 1) * _GOLDEN)[:, None]
    entries = torch.arange(1, like.shape[1] + 1, device=like.device)
    bits = _mixed(stream + entries * _GOLDEN)
    uniform = (_shifted(bits, 11).double() + 0.5) * 2.0**-53
    return -torch.log(-torch.log(uniform))


def _mixed(bits: torch.Tensor) -> torch.Tensor:
    """splitmix64's finaliser; products wrap around."""
    bits = (bits ^ _shifted(bits, 30)) * _MIX[0]
    bits = (bits ^ _shifted(bits, 27)) * _MIX[1]
    return bits ^ _shifted(bits, 31)


def _shifted(bits: torch.Tensor, by: int) -> torch.Tensor:
    """Shifted right with zeros coming in; torch repeats the sign."""
    return (bits >> by) & ((1 << (64 - by)) - 1)
