"""`SlotCache`: the keys and values of many conversations in one buffer, a slot each, kept from turn to turn.

A model of Transformers takes it as `past_key_values`. New entries go to each conversation's own positions, so
conversations of different lengths share a forward pass without being moved, padded or copied.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import PretrainedConfig
from transformers.cache_utils import DynamicCache

__all__ = ["SlotCache"]

_GRAIN = 256
"""Slots get longer by multiples of this many positions, and by half at least."""


class SlotCache(DynamicCache):
    """One buffer a layer for keys, one for values: (slots, heads, capacity, head_dim).

    Args:
        config: the model's.
        dtype, device: where and how entries are kept.
    """

    def __init__(self, config: PretrainedConfig, dtype: torch.dtype, device: torch.device) -> None:
        super().__init__()
        heads = int(getattr(config, "num_key_value_heads", None) or config.num_attention_heads)
        head_dim = int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
        self.slots, self.capacity = 0, 0
        # Unused positions are masked, not skipped: they have to hold numbers.
        empty = torch.zeros(0, heads, 0, head_dim, dtype=dtype, device=device)
        self.keys = [empty] * int(config.num_hidden_layers)
        self.values = list(self.keys)
        self._index: tuple[Any, ...] = ()

    def reserve(self, slots: int, capacity: int) -> None:
        """Makes room for that many slots of that many positions; what is kept stays."""
        if slots <= self.slots and capacity <= self.capacity:
            return
        if slots > self.slots:
            slots = max(slots, 2 * self.slots)
        if capacity > self.capacity:
            capacity = -(-max(capacity, self.capacity * 3 // 2) // _GRAIN) * _GRAIN
        slots, capacity = max(slots, self.slots), max(capacity, self.capacity)
        for layers in (self.keys, self.values):
            for number, old in enumerate(layers):
                layers[number] = old.new_zeros(slots, old.shape[1], capacity, old.shape[3])
                layers[number][: self.slots, :, : self.capacity] = old[: self.slots, :, : self.capacity]
        self.slots, self.capacity = slots, capacity

    def move(self, source: int, target: int, length: int) -> None:
        """Copies the first `length` positions of a slot to another."""
        for layer in (*self.keys, *self.values):
            layer[target, :, :length] = layer[source, :, :length]

    def aim(self, slots: torch.Tensor, positions: torch.Tensor) -> None:
        """Says where the next forward pass writes: slot and position of each token, (tokens,)."""
        self._index = (slots, slice(None), positions)

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Writes a layer's new keys and values, (1, heads, tokens, head_dim); returns those of all slots."""
        return self._put(self.keys[layer_idx], key_states), self._put(self.values[layer_idx], value_states)

    def _put(self, kept: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
        kept[self._index] = new[0].transpose(0, 1)
        return kept

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return self.capacity
