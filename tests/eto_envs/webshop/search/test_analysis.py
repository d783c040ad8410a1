"""Text analysis: what Lucene makes of the same texts, recorded from the jar of Anserini 0.22.1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eto_envs.webshop.search import tokens, word_break
from eto_envs.webshop.search.analysis import STOP_WORDS, analyze
from eto_envs.webshop.search.porter import stem
from eto_envs.webshop.search.tokens import MAX_TOKEN_LENGTH, split_words

RECORDED = [
    json.loads(line) for line in (Path(__file__).parent / "lucene_terms.jsonl").read_text(encoding="utf-8").splitlines()
]
TRICKY = st.text(alphabet="aS1_.,:'’\" #-\u0301\u200d\ufe0f\u20e3❤🌸🏻🇩ℹⓂ锅カーあกันא한１‿", max_size=20)


@pytest.mark.parametrize("recorded", RECORDED, ids=range(len(RECORDED)))
def test_words_and_terms_are_lucenes(recorded: dict[str, list[str]]) -> None:
    text = str(recorded["text"])
    assert split_words(text) == recorded["tokens"]
    assert analyze(text) == recorded["terms"]


def test_the_chain_drops_possessives_case_and_stop_words() -> None:
    assert analyze("The MEN's shirts are for Running, it's 3.5mm") == ["men", "shirt", "run", "3.5mm"]
    assert len(STOP_WORDS) == 33
    assert analyze(" ".join(sorted(STOP_WORDS))) == []


@pytest.mark.parametrize(
    ("word", "stemmed"),
    # The examples of the paper, and what departs from it.
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("agreed", "agre"),  # codespell:ignore agre
        ("plastered", "plaster"),
        ("motoring", "motor"),
        ("conflated", "conflat"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("filing", "file"),
        ("happy", "happi"),
        ("sky", "sky"),
        ("relational", "relat"),
        ("vietnamization", "vietnam"),
        ("adoption", "adopt"),
        ("controlling", "control"),
        ("possibly", "possibl"),
        ("apologies", "apolog"),
        ("is", "is"),
        ("", ""),
        ("𝐀s", "𝐀"),
    ],
)
def test_stems(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


@given(TRICKY)
def test_the_quick_way_and_the_careful_way_agree(text: str) -> None:
    assert split_words(text) == tokens._split_carefully(text)


@given(st.text(max_size=40))
def test_tokens_are_found_in_the_text_in_their_order(text: str) -> None:
    place = 0
    for token in split_words(text):
        place = text.index(token, place) + len(token)


@given(st.lists(st.text(alphabet="ab_é", min_size=200, max_size=400), min_size=1, max_size=3).map("🌸'".join))
def test_no_token_is_longer_than_lucene_allows(text: str) -> None:
    assert all(len(token.encode("utf-16-le")) // 2 <= MAX_TOKEN_LENGTH for token in split_words(text))


def test_lone_surrogates_are_no_words() -> None:
    assert split_words("a\ud800b 🌸\udc00") == ["a", "b", "🌸"]
    assert analyze("\ud800") == []


def test_character_classes_are_insides_of_brackets() -> None:
    assert word_break.character_class("41-43 5F") == r"\U00000041-\U00000043\U0000005f-\U0000005f"
