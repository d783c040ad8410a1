"""`Drafts`: guesses how a reply goes on, so that one forward pass can check several tokens at once.

Agents repeat themselves: what followed the same few tokens in an earlier reply is often what follows now (prompt lookup
decoding). A guess changes nothing but the time: each token is chosen from the logits after the tokens before it, as it
would be without, and a guess counts only as far as it agrees.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Drafts"]

_ORDERS = (6, 3, 1)
"""Numbers of last tokens that are looked up, the most telling first."""
_MOST_KEPT = 1_000_000
"""Entries after which all are forgotten."""
_PACE = 0.02
"""How fast the share of right guesses follows what happens."""


class Drafts:
    """Remembers replies, and proposes the continuation of new ones.

    Args:
        most: longest guess, in tokens; 0 never guesses.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._share = 0.5

    def learn(self, prompt: Sequence[int], ids: Sequence[int]) -> None:
        """Takes in a reply and what it answered."""
        if not self._most:
            return
        if len(self._seen) > _MOST_KEPT:
            self._seen.clear()
        before = list(prompt[-_ORDERS[0] :])
        whole = [*before, *ids]
        for end in range(len(before), len(whole)):
            following = tuple(whole[end : end + self._most])
            for order in _ORDERS:
                self._seen[tuple(whole[max(0, end - order) : end])] = following

    def guess(self, last: Sequence[int], limit: int) -> tuple[int, ...]:
        """How it may go on after the last tokens (at least `reach` of them are of use), `limit` tokens at most.

        Where guesses are mostly wrong they get short: checking a wrong one costs time.
        """
        length = min(limit, round(self._most * min(1.0, 2.0 * self._share)))
        if length > 0:
            for order in _ORDERS:
                found = self._seen.get(tuple(last[-order:]))
                if found is not None:
                    return found[:length]
        return ()

    @property
    def reach(self) -> int:
        """How many last tokens are looked at."""
        return _ORDERS[0]

    def judge(self, guessed: int, right: int) -> None:
        """Is told how many tokens of a guess were right."""
        if guessed:
            self._share += _PACE * (right / guessed - self._share)
