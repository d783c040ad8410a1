"""`StopStrings`: whether a reply that is being decoded holds a string that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["StopStrings"]

_WINDOW = 16
"""How many of a reply's last tokens are searched."""


class StopStrings:
    """Asked after every token of every reply, so it decodes only where a stop string may have just been finished.

    Args:
        tokenizer: of the model.
        strings: what ends a reply.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, strings: Sequence[str]) -> None:
        self._tokenizer, self._strings = tokenizer, tuple(strings)
        self._closing = self._closing_ids()

    def __call__(self, ids: Sequence[int]) -> bool:
        """Whether the reply's last tokens hold a stop string."""
        if self._closing is not None and ids[-1] not in self._closing:
            return False
        tail = str(self._tokenizer.decode(list(ids[-_WINDOW:])))
        return any(stop in tail for stop in self._strings)

    def _closing_ids(self) -> frozenset[int] | None:
        """The tokens that may finish a stop string: those that hold its last character; None where any may.

        Tokenizers write visible ASCII characters as they are, or as a byte such as `<0x3A>`; others they rewrite.
        """
        last = {stop[-1] for stop in self._strings if stop}
        if not all("!" <= character <= "~" for character in last):
            return None
        marks = [*last, *(f"<0x{ord(character):02X}>" for character in last)]
        vocabulary = self._tokenizer.get_vocab()
        return frozenset(number for token, number in vocabulary.items() if any(mark in token for mark in marks))
