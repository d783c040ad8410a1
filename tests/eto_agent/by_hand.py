"""Losses computed by hand, in double precision from the logits; those of PPO with plain floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Read:
    """An episode: log-probability and entropy of each sampled token, and the value where each turn begins."""

    log_probs: list[float]
    entropies: list[float]
    values: list[float]


def read_by_hand(model: Any, head: Any, ids: Sequence[int], spans: Sequence[tuple[int, int]]) -> Read:
    """What a model and a value head say of an episode whose sampled tokens are `ids[begin:end]` of each span."""
    with torch.no_grad():
        out = model(torch.tensor([list(ids)]), output_hidden_states=True)
    logits, hidden = out.logits[0].tolist(), out.hidden_states[-1][0].tolist()
    inner, bias = head.inner.weight.tolist(), head.inner.bias.tolist()
    outer, shift = head.outer.weight[0].tolist(), head.outer.bias.tolist()[0]
    read = Read([], [], [])
    for begin, end in spans:
        for at in range(begin, end):
            row = logits[at - 1]
            top = max(row)
            total = top + math.log(math.fsum(math.exp(each - top) for each in row))
            read.log_probs.append(row[ids[at]] - total)
            read.entropies.append(-math.fsum(math.exp(each - total) * (each - total) for each in row))
        state = hidden[begin - 1]
        units = [math.tanh(b + math.fsum(map(float.__mul__, w, state))) for w, b in zip(inner, bias, strict=True)]
        read.values.append(shift + math.fsum(map(float.__mul__, outer, units)))
    return read


def gae_by_hand(values: Sequence[float], reward: float, gamma: float, gae_lambda: float) -> list[float]:
    """The advantage of each turn, with the reward at the last one."""
    last = len(values) - 1
    found = [0.0] * len(values)
    for turn in range(last, -1, -1):
        after = values[turn + 1] if turn < last else 0.0
        error = (reward if turn == last else 0.0) + gamma * after - values[turn]
        found[turn] = error + (gamma * gae_lambda * found[turn + 1] if turn < last else 0.0)
    return found


def normalized_by_hand(advantages: Sequence[Sequence[float]]) -> list[list[float]]:
    """Mean 0 and deviation 1 over all turns of all episodes."""
    every = [each for found in advantages for each in found]
    mean = sum(every) / len(every)
    deviation = math.sqrt(sum((each - mean) ** 2 for each in every) / len(every))
    return [[(each - mean) / deviation for each in found] for found in advantages]


@dataclass(frozen=True)
class Before:
    """An episode before an update, as plain numbers; `spans` say which tokens belong to which turn."""

    spans: Sequence[tuple[int, int]]
    log_probs: list[float]
    reference: list[float]
    values: list[float]
    advantages: list[float]
    targets: list[float]


def before(scored: Any) -> Before:
    """A `Scored` in plain numbers."""
    names = ("log_probs", "reference", "values", "advantages", "targets")
    return Before(scored.episode.spans, *(getattr(scored, name).tolist() for name in names))


def ppo_by_hand(
    episodes: Sequence[tuple[Read, Before]], clip: float, value_clip: float
) -> tuple[dict[str, float], set[tuple[bool, bool, bool]]]:
    """The losses of a minibatch; and the kinds of tokens in it: advantage above 0, ratio above and below the clip."""
    of: dict[str, list[float]] = {name: [] for name in ("policy_loss", "reference_loss", "approx_kl", "clip_share")}
    of |= {"entropy": [], "value_loss": []}
    kinds = set()
    for now, before in episodes:
        turns = [turn for turn, (begin, end) in enumerate(before.spans) for _ in range(begin, end)]
        for new, old, reference, turn in zip(now.log_probs, before.log_probs, before.reference, turns, strict=True):
            advantage, ratio = before.advantages[turn], math.exp(new - old)
            clipped = min(max(ratio, 1 - clip), 1 + clip)
            of["policy_loss"].append(-min(ratio * advantage, clipped * advantage))
            of["reference_loss"].append(0.5 * (new - reference) ** 2)
            of["approx_kl"].append(ratio - 1 - (new - old))
            of["clip_share"].append(float(abs(ratio - 1) > clip))
            kinds.add((advantage > 0, ratio > 1 + clip, ratio < 1 - clip))
        of["entropy"] += now.entropies
        for value, old, target in zip(now.values, before.values, before.targets, strict=True):
            near = old + min(max(value - old, -value_clip), value_clip)
            of["value_loss"].append(0.5 * max((value - target) ** 2, (near - target) ** 2))
    return {name: math.fsum(values) / len(values) for name, values in of.items()}, kinds
