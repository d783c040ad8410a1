"""Guesses: what followed in any reply, in this conversation, and how far back the same token stood."""

from __future__ import annotations

import pytest

from eto_agent.decoding import drafts as drafts_module
from eto_agent.decoding.drafts import Drafts


def test_what_was_said_after_the_same_tokens_is_guessed() -> None:
    drafts = Drafts(4)
    assert drafts.guess("a", [7, 8, 9], 10) == ()
    for _ in range(9):
        drafts.learn("a", [1, 2, 3], [10, 11, 12, 13, 14])
    assert drafts.guess("b", [1, 2, 3], 10) == (10, 11, 12, 13)
    assert drafts.guess("b", [3, 10, 11], 10) == (12, 13, 14)
    assert drafts.guess("b", [3, 10, 11], 2) == (12, 13)
    assert drafts.guess("b", [3, 10, 11], 0) == drafts.guess("b", [99, 14], 10) == ()
    assert Drafts(0).guess("b", [2, 3], 10) == ()


def test_a_guess_goes_as_far_as_it_is_likely_right() -> None:
    """Seen once, a token is sure by 1 / 1.5: two of them are below 0.45. Seen twice, 2 / 2.5: three are above it."""
    drafts = Drafts(4)
    drafts.learn("a", [1, 2], [10, 11, 12, 13])
    assert drafts.guess("a", [1, 2], 10) == (10,)
    drafts.learn("a", [1, 2], [10, 11, 12, 13])
    assert drafts.guess("a", [1, 2], 10) == (10, 11, 12)


def test_what_varies_is_not_guessed() -> None:
    drafts = Drafts(4)
    for token in range(20, 40):
        drafts.learn("a", [1, 2], [token])
    assert drafts.guess("a", [1, 2], 10) == ()


def test_a_conversation_has_its_own_words_until_it_is_forgotten() -> None:
    """Every agent says [1, 2] and then the object of its own task."""
    drafts = Drafts(1)
    for _ in range(4):
        for conversation, its_object in enumerate((50, 51, 52, 53)):
            drafts.learn(str(conversation), [1, 2], [its_object])
    assert [drafts.guess(str(n), [1, 2], 9) for n in range(4)] == [(50,), (51,), (52,), (53,)]
    drafts.forget("2")
    assert drafts.guess("2", [1, 2], 9) == drafts.guess("new", [1, 2], 9) == ()


def test_what_stood_as_far_back_before_is_copied() -> None:
    """The object comes again two tokens later, whatever it is; the word in between tells."""
    drafts = Drafts(1)
    for its_object in range(50, 56):
        drafts.learn(str(its_object), [1], [its_object, 7, its_object])
    assert drafts.guess("new", [1, 99, 7], 9) == (99,)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts_module, "_MOST_KEPT", 100)
    drafts = Drafts(4)
    for number in range(1000):
        drafts.learn("a", [number], list(range(number, number + 5)))
        drafts.forget("a")
    assert len(drafts._everywhere) <= 100 + 2 * 5
    assert not drafts._here
