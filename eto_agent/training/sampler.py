"""The order in which a training sees its examples, and how several processes share them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler

__all__ = ["LengthGroupedSampler"]


class LengthGroupedSampler(Sampler[int]):
    """The order of examples: shuffled in every epoch, with examples of like length near each other to save padding.

    Depends on seed and epoch only: a resumed training sees what it would have seen. Sorting happens inside windows of
    a few batches, at least four to an epoch; so batches stay random where there are few.

    Several processes take their parts of every batch in turn, so the batches are those of a single one. A short last
    batch is dealt out evenly and filled up with blanks: the index behind the last example.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int, dealt: tuple[int, int] = (1, 1)) -> None:
        self._lengths, self._batch_size, self._seed = lengths, batch_size, seed
        self._processes, self._share = dealt  # how many processes, and what each takes at a time
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths) + self._blanks

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng([self._seed, self._epoch])
        order = rng.permutation(len(self._lengths)).tolist()
        size = self._batch_size
        window = size * max(1, min(len(order) // (4 * size), 16))
        for start in range(0, len(order), window):
            order[start : start + window] = sorted(order[start : start + window], key=self._lengths.__getitem__)
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        last = [batches.pop()] if len(batches[-1]) < size else []  # a short batch has to stay at the end
        shuffled = [batches[index] for index in rng.permutation(len(batches))]
        last = [self._dealt(batch) for batch in last]
        return iter([example for batch in [*shuffled, *last] for example in batch])

    def _dealt(self, batch: list[int]) -> list[int]:
        """A short batch with blanks, so that each process's share of it holds as many examples as another's."""
        if self._processes == 1:
            return batch
        filled = [*batch, *[len(self._lengths)] * (self._batch_size - len(batch))]
        rounds = self._batch_size // (self._processes * self._share)
        # Entry by entry over the shares: dealing in order would leave the last process blanks only.
        dealt = np.array(filled).reshape(self._share, rounds * self._processes).T
        return dealt.reshape(-1).tolist()

    @property
    def _blanks(self) -> int:
        return -len(self._lengths) % self._batch_size if self._processes > 1 else 0
