"""`Drafts`: guesses how a reply goes on, so that one forward pass can check several tokens at once.

Agents repeat themselves (prompt lookup decoding goes by that, too), in three ways that are counted here: what followed
the same few tokens in any reply; what followed them in this conversation, which has its own objects; and how far back
the same token stood, as the object of an action does in the thought before it. The surest of them is the guess. It ends
where the counts say that it may well be wrong, since checking a wrong token costs time.

A guess changes the time and not the reply: each token is chosen from the logits after the tokens before it, as it would
be without, and a guess counts only as far as it agrees. (In half precision, logits depend a little on a pass's shape.)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

__all__ = ["Drafts"]

_ORDERS = (8, 2)
"""Numbers of last tokens that are looked up among all replies."""
_ORDER_HERE = 2
"""Number of last tokens that are looked up in the conversation."""
_WINDOW = 24
"""How many tokens back a token is taken for a copy of another one."""
_SURE = 0.45
"""A guess goes on while its share of being right altogether, by the counts, is at least this."""
_DOUBT = 0.5
"""Added to how often something was seen: what was seen once and came true is sure by two thirds."""
_MOST_KEPT = 200_000
"""Entries of all replies after which they are forgotten."""


class _Tally:
    """How often what followed."""

    __slots__ = ("counts", "most", "total")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.most, self.total = 0, 0

    def add(self, value: int) -> None:
        count = self.counts[value] = self.counts.get(value, 0) + 1
        self.total += 1
        if count >= self.counts.get(self.most, 0):
            self.most = value

    @property
    def share(self) -> float:
        return self.counts[self.most] / (self.total + _DOUBT)


class Drafts:
    """Remembers replies, and proposes the continuation of new ones.

    Args:
        most: longest guess, in tokens; 0 never guesses.
    """

    reach = _WINDOW
    """How many last tokens are looked at."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._everywhere: dict[Hashable, _Tally] = {}
        self._here: dict[str, dict[Hashable, _Tally]] = {}
        self._back: dict[Hashable, _Tally] = {}

    def learn(self, key: str, prompt: Sequence[int], ids: Sequence[int]) -> None:
        """Takes in a reply of a conversation, and what it answered (one token at least)."""
        if not self._most:
            return
        if len(self._everywhere) > _MOST_KEPT:
            self._everywhere.clear()
        here = self._here.setdefault(key, {})
        before = list(prompt[-_WINDOW:])
        whole = [*before, *ids]
        seen = {token: place for place, token in enumerate(before)}
        for place in range(len(before), len(whole)):
            token, last = whole[place], whole[max(0, place - _WINDOW) : place]
            for words in {tuple(last[-order:]) for order in _ORDERS}:
                _add(self._everywhere, words, token)
            _add(here, tuple(last[-_ORDER_HERE:]), token)
            back = place - seen.get(token, place)
            _add(self._back, last[-1], back if back <= _WINDOW else 0)
            seen[token] = place

    def guess(self, key: str, last: Sequence[int], limit: int) -> tuple[int, ...]:
        """How a conversation may go on after its last tokens (`reach` of them are of use), by `limit` at most."""
        known, right = list(last), 1.0
        for _ in range(min(limit, self._most)):
            share, token = max(self._candidates(key, known), default=(0.0, 0))
            right *= share
            if right < _SURE:
                break
            known.append(token)
        return tuple(known[len(last) :])

    def _candidates(self, key: str, last: list[int]) -> Iterator[tuple[float, int]]:
        """Next tokens, and how sure each is."""
        tallies = [self._everywhere.get(tuple(last[-order:])) for order in _ORDERS]
        tallies.append(self._here.get(key, _NOTHING).get(tuple(last[-_ORDER_HERE:])))
        for tally in tallies:
            if tally is not None:
                yield tally.share, tally.most
        back = self._back.get(last[-1])
        if back is not None and 0 < back.most <= len(last):
            yield back.share, last[-back.most]

    def forget(self, key: str) -> None:
        """The conversation has ended."""
        self._here.pop(key, None)


_NOTHING: dict[Any, _Tally] = {}


def _add(tallies: dict[Hashable, _Tally], found: Hashable, value: int) -> None:
    tally = tallies.get(found)
    if tally is None:
        tally = tallies[found] = _Tally()
    tally.add(value)
