"""`pack`: the new tokens of many conversations as one sequence, so that a forward pass computes little in vain.

Everything in a transformer but attention looks at one token at a time: there, tokens of all conversations lie one after
the other, without padding. In attention, conversations that feed and hold about as much as each other make a `Part`,
padded to the longest of it; each reads its own slot of the cache. `attend` is that attention for Transformers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AttentionInterface, PretrainedConfig, PreTrainedModel

from eto_envs.errors import EtoEnvError

__all__ = ["Packed", "Part", "Piece", "UnsupportedModelError", "check_attention", "pack", "packed_attention"]

Numbers = NDArray[np.int64]

_NAME = "eto_agent_packed"
_PART_COST = {"cpu": 2_000, "cuda": 100_000}
"""What one more part costs in a layer, in pairs of query and key: on a CPU the best of some tried with a model of width
128, on a GPU an estimate (the time of six launches)."""


class UnsupportedModelError(EtoEnvError):
    """A model cannot be used for this."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a conversation feeds: tokens that follow the first `start` ones, which its slot of the cache holds.

    Logits are wanted after the last `wanted` of them.
    """

    slot: int
    start: int
    tokens: Sequence[int]
    wanted: int = 1

    @property
    def end(self) -> int:
        return self.start + len(self.tokens)


@dataclass(frozen=True, slots=True)
class Part:
    """Conversations that attend together.

    Attributes:
        slots: where each row's keys and values are, (rows,); None for the first slots in order, read where they lie.
        width: how many positions are read of a slot.
        queries: which packed token each query is, (rows, longest); short rows are filled with any.
        places: row and column of each packed token of this part, (tokens,) each.
        positions: of each query, (rows, longest).
        mask: what may be seen, as the number added to the scores, (rows, 1, longest, width).
    """

    slots: torch.Tensor | None
    width: int
    queries: torch.Tensor
    places: tuple[torch.Tensor, torch.Tensor]
    positions: torch.Tensor
    mask: torch.Tensor
    _windows: dict[int, torch.Tensor] = field(default_factory=dict[int, torch.Tensor])

    def within(self, window: int | None) -> torch.Tensor:
        """The mask where a token sees no more than that many, itself among them; None: all before it."""
        if window is None or self.width <= window:
            return self.mask
        if window not in self._windows:  # once for all layers
            passed = torch.arange(self.width, device=self.mask.device) <= self.positions[:, None, :, None] - window
            self._windows[window] = self.mask.masked_fill(passed, torch.finfo(self.mask.dtype).min)
        return self._windows[window]

    def visible(self, kept: torch.Tensor) -> torch.Tensor:
        """Of all slots' keys or values, (slots, heads, capacity, head_dim), those that are read."""
        if self.slots is None:
            return kept[: len(self.queries), :, : self.width]
        return kept[:, :, : self.width].index_select(0, self.slots)


@dataclass(frozen=True, slots=True)
class Packed:
    """A forward pass.

    Attributes:
        tokens, positions, slots: of each packed token, (tokens,).
        parts: for attention; the tokens of one follow those of the one before.
        wanted: the tokens after which logits are wanted, (number,); the pieces' in the order in which they were given.
    """

    tokens: torch.Tensor
    positions: torch.Tensor
    slots: torch.Tensor
    parts: list[Part]
    wanted: torch.Tensor


def pack(pieces: Sequence[Piece], dtype: torch.dtype, device: torch.device) -> Packed:
    """Packs pieces, one at most of each slot.

    Args:
        pieces: what is fed.
        dtype, device: the model's.
    """
    groups = _groups(pieces, _PART_COST.get(device.type, _PART_COST["cuda"]))
    order = list(chain.from_iterable(groups))
    lengths, starts, its_slots = np.array([(len(pieces[n].tokens), pieces[n].start, pieces[n].slot) for n in order]).T
    ends = lengths.cumsum()
    columns = np.arange(ends[-1]) - (ends - lengths).repeat(lengths)
    end_of = dict(zip(order, ends.tolist(), strict=True))
    wanted = [end_of[n] - back for n, piece in enumerate(pieces) for back in range(piece.wanted, 0, -1)]
    numbers = [
        np.fromiter(chain.from_iterable(pieces[n].tokens for n in order), np.int64, ends[-1]),
        columns + starts.repeat(lengths),
        its_slots.repeat(lengths),
        columns,
        np.array(wanted),
    ]
    shapes: list[_Shape] = []
    for last, group in zip(accumulate(map(len, groups)), groups, strict=True):
        its = slice(last - len(group), last)
        shapes.append(_Shape.of(its_slots[its], lengths[its], ends[its], int((starts + lengths)[its].max())))
        numbers += [shapes[-1].slots, shapes[-1].queries.ravel(), shapes[-1].rows]
    # One transfer for all of it: on a GPU each one costs as much as a launch.
    flat = torch.from_numpy(np.concatenate(numbers)).to(device, non_blocking=True)
    tokens, positions, slots, column, wanted_at, *rest = flat.split([len(each) for each in numbers])
    parts = [
        shape.part(positions, column, *rest[3 * number : 3 * number + 3], dtype=dtype)
        for number, shape in enumerate(shapes)
    ]
    return Packed(tokens, positions, slots, parts, wanted_at)


def _groups(pieces: Sequence[Piece], cost: int) -> list[list[int]]:
    """Which pieces attend together: like ones, until what padding wastes would have paid for another part."""
    order = sorted(
        range(len(pieces)), key=lambda n: (len(pieces[n].tokens).bit_length(), pieces[n].end, n), reverse=True
    )
    groups: list[list[int]] = []
    longest = width = wasted = 0
    for number in order:
        tokens, end = len(pieces[number].tokens), pieces[number].end
        # A wider one of fewer tokens, or the other way round, pads those before it, too.
        grown = max(longest, tokens) * max(width, end) - longest * width
        wasted += max(longest, tokens) * max(width, end) - tokens * end + (len(groups[-1]) * grown if groups else 0)
        if not groups or wasted > cost:
            groups.append([])
            longest = width = wasted = 0
        groups[-1].append(number)
        longest, width = max(longest, tokens), max(width, end)
    return groups


@dataclass(frozen=True, slots=True)
class _Shape:
    """A part before it is on the device.

    Attributes:
        width: how many positions are read; `begin` and `end`: of its tokens among all.
        slots: of its rows, none where they are read in place.
        queries: the packed token of each query, (rows, longest); `rows`: the row of each token.
    """

    width: int
    begin: int
    end: int
    slots: Numbers
    queries: Numbers
    rows: Numbers

    @classmethod
    def of(cls, slots: Numbers, lengths: Numbers, ends: Numbers, width: int) -> _Shape:
        span = int(slots.max()) + 1
        in_place = 4 * len(slots) >= 3 * span  # copying costs more than idle rows
        places = slots if in_place else np.arange(len(slots))
        queries = np.zeros((span if in_place else len(slots), lengths.max()), np.int64)
        queries[places] = np.minimum((ends - lengths)[:, None] + np.arange(lengths.max()), ends[:, None] - 1)
        rows = places.repeat(lengths)
        return cls(width, int(ends[0] - lengths[0]), int(ends[-1]), slots[: 0 if in_place else None], queries, rows)

    def part(
        self,
        positions: torch.Tensor,
        column: torch.Tensor,
        slots: torch.Tensor,
        queries: torch.Tensor,
        rows: torch.Tensor,
        dtype: torch.dtype,
    ) -> Part:
        queries = queries.view(self.queries.shape)
        at = positions[queries]
        hidden = torch.arange(self.width, device=queries.device) > at[:, None, :, None]
        mask = torch.zeros(hidden.shape, dtype=dtype, device=queries.device)
        mask.masked_fill_(hidden, torch.finfo(dtype).min)
        places = rows, column[self.begin : self.end]
        return Part(slots if len(slots) else None, self.width, queries, places, at, mask)


def check_attention(model: PreTrainedModel) -> None:
    """Makes sure that a model can attend by parts.

    Raises:
        UnsupportedModelError: its attention is of a kind that cannot be replaced.
    """
    if not model._supports_attention_backend:
        raise UnsupportedModelError(
            f"{type(model).__name__} has an attention of its own, which cannot read many conversations at once; choose "
            "a model whose attention goes through transformers.AttentionInterface, such as Llama's, or set "
            "generation.engine: vllm."
        )


@contextmanager
def packed_attention(config: PretrainedConfig) -> Iterator[str]:
    """Within it, models of this configuration attend by parts: calls take what `attend` does; yields its `inner`.

    The configuration is changed meanwhile: a model is not to be used by two threads at once.
    """
    before = config._attn_implementation or "sdpa"
    config._attn_implementation = _NAME
    try:
        yield before
    finally:
        config._attn_implementation = before


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    parts: Sequence[Part],
    inner: str,
    sliding_window: int | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attention of packed tokens; an attention function of Transformers.

    Args:
        module: the attention layer.
        query: (1, heads, tokens, head_dim).
        key, value: of all slots, (slots, heads, capacity, head_dim).
        attention_mask: not looked at; each part has its own.
        parts: as `pack` made them.
        inner: the attention implementation that each part is given to.
        sliding_window: how many tokens one sees, itself among them; None for all before it.

    Returns:
        (1, tokens, heads, head_dim), and None for the weights.
    """
    attention = _attention(module, inner)
    packed = query[0].transpose(0, 1)
    found: list[torch.Tensor] = []
    for part in parts:
        given = packed[part.queries].transpose(1, 2), part.visible(key), part.visible(value)
        out = attention(module, *given, part.within(sliding_window), **kwargs)[0]
        found.append(out[part.places])
    return torch.cat(found)[None], None


def _attention(module: torch.nn.Module, name: str) -> Callable[..., Any]:
    if name == "eager":  # each model has its own
        return vars(sys.modules[type(module).__module__])["eager_attention_forward"]
    return AttentionInterface()[name]


AttentionInterface.register(_NAME, attend)
