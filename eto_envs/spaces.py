"""`UnicodeText`: the space of all strings, and what Gymnasium needs to carry it through vector environments.

`gymnasium.spaces.Text` allows a fixed character set and its shared memory reads text back once, when the vector
environment is built. Here any string up to `max_length` is a member, and shared memory holds UTF-8 that is read
back whenever an observation is asked for, so `make_vec` works in its default mode too.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Sequence
from multiprocessing.sharedctypes import SynchronizedArray
from typing import Any, overload

import numpy as np
from gymnasium.spaces import Space
from gymnasium.vector.utils.shared_memory import (
    create_shared_memory,  # pyright: ignore[reportUnknownVariableType]
    read_from_shared_memory,
    write_to_shared_memory,
)

__all__ = ["UnicodeText"]

_SAMPLE_ALPHABET = "abcdefghijklmnopqrstuvwxyz 0123456789[]-'é漢🔬"
_HEADER_BYTES = 8


class UnicodeText(Space[str]):
    """Every string of at most `max_length` characters, any Unicode.

    Args:
        max_length: the longest member, in characters.
        seed: seed of `sample`, which draws short strings of letters, digits, brackets and a few wide characters.
    """

    def __init__(self, max_length: int = 65_536, seed: int | None = None) -> None:
        if max_length < 1:
            raise ValueError(f"max_length must be at least 1; got {max_length}.")
        super().__init__(shape=None, dtype=None, seed=seed)
        self.max_length = max_length

    @property
    def is_np_flattenable(self) -> bool:
        return False

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        if mask is not None or probability is not None:
            raise ValueError("UnicodeText.sample takes neither a mask nor probabilities.")
        length = int(self.np_random.integers(1, min(24, self.max_length) + 1))
        picks = self.np_random.integers(0, len(_SAMPLE_ALPHABET), size=length)
        return "".join(_SAMPLE_ALPHABET[pick] for pick in picks)

    def contains(self, x: Any) -> bool:
        return isinstance(x, str) and len(x) <= self.max_length

    def to_jsonable(self, sample_n: Iterable[str]) -> list[str]:
        return list(sample_n)

    def from_jsonable(self, sample_n: list[str]) -> list[str]:
        return list(sample_n)

    def __repr__(self) -> str:
        return f"UnicodeText(max_length={self.max_length})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnicodeText) and other.max_length == self.max_length

    __hash__ = None  # type: ignore[assignment]  # spaces are mutable (they carry a random generator)


class _SharedTexts(Sequence[str]):
    """The texts in shared memory, decoded when they are read; copying gives a plain tuple."""

    def __init__(self, memory: SynchronizedArray[Any], slot_bytes: int, n: int) -> None:
        self._memory, self._slot_bytes, self._n = memory, slot_bytes, n

    def __len__(self) -> int:
        return self._n

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(self._n)))
        if not -self._n <= index < self._n:
            raise IndexError(index)
        view = memoryview(self._memory.get_obj()).cast("B")  # type: ignore[arg-type]
        start = (index % self._n) * self._slot_bytes
        length = int.from_bytes(view[start : start + _HEADER_BYTES], "little")
        body = start + _HEADER_BYTES
        return bytes(view[body : body + length]).decode("utf-8", "surrogatepass")

    def __deepcopy__(self, memo: dict[int, Any]) -> tuple[str, ...]:
        return tuple(self)


def _slot_bytes(space: UnicodeText) -> int:
    return _HEADER_BYTES + 4 * space.max_length


@create_shared_memory.register(UnicodeText)
def _create(space: UnicodeText, n: int = 1, ctx: Any = multiprocessing) -> SynchronizedArray[Any]:
    return ctx.Array(np.dtype(np.uint8).char, n * _slot_bytes(space))


@read_from_shared_memory.register(UnicodeText)  # pyright: ignore[reportArgumentType]
def _read(space: UnicodeText, shared_memory: SynchronizedArray[Any], n: int = 1) -> _SharedTexts:
    return _SharedTexts(shared_memory, _slot_bytes(space), n)


@write_to_shared_memory.register(UnicodeText)
def _write(space: UnicodeText, index: int, value: str, shared_memory: SynchronizedArray[Any]) -> None:
    encoded = value.encode("utf-8", "surrogatepass")
    size = _slot_bytes(space)
    if len(encoded) > size - _HEADER_BYTES:
        raise ValueError(f"An observation of {len(value)} characters exceeds {space!r}.")
    view = memoryview(shared_memory.get_obj()).cast("B")  # type: ignore[arg-type]
    start = index * size
    view[start : start + _HEADER_BYTES] = len(encoded).to_bytes(_HEADER_BYTES, "little")
    view[start + _HEADER_BYTES : start + _HEADER_BYTES + len(encoded)] = encoded
