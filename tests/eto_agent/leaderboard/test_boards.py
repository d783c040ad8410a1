"""What may be compared stands in one table, and nothing else does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.leaderboard.boards import Section, read_published, sections
from eto_agent.leaderboard.check import Entry, check
from eto_agent.leaderboard.submission import SubmissionError

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def entry(submitted: Path) -> Entry:
    return check(submitted)


def changed(entry: Entry, **changes: Any) -> Entry:
    """The same submission with other values of `environment.identity`, `split.hash`, `attempts`, ..."""
    data = entry.submission.model_dump()
    for key, value in changes.items():
        place = data
        *parents, last = key.split("__")
        for parent in parents:
            place = place[parent]
        place[last] = {**(place[last] or {}), **value} if isinstance(value, dict) else value
    return replace(entry, submission=type(entry.submission).model_validate(data))


def shape(found: list[Section]) -> list[tuple[str, int, str, list[str]]]:
    return [
        (section.split, section.attempts, board.key.protocol, [row.submission.method for row in board.rows])
        for section in found
        for board in section.boards
    ]


@pytest.mark.parametrize(
    "difference",
    [
        {"environment__identity": {"dialect": "move"}},
        {"environment__identity": {"catalogue": "1k@8001bd6d9a4782bc"}},
        {"environment__identity": {"tagger": "words@1"}},
        {"environment__identity": {"step limit": "100"}},
        {"split__hash": "0" * 16},
        {"attempts": 10},
    ],
)
def test_what_differs_never_shares_a_table(difference: dict[str, Any], entry: Entry) -> None:
    found = sections([entry, changed(entry, method="other", **difference)], ())
    assert [rows for *_, rows in shape(found)] in (
        [["other"], ["other"], ["random"], ["random"]],
        [["random"], ["random"], ["other"], ["other"]],
    )


def test_what_agrees_does(entry: Entry) -> None:
    """Model, prompt and code may differ; another name of the same tasks does not part them."""
    other = changed(entry, method="other", model="another", split__name="generated:9/unseen")
    found = sections([other, entry], ())
    assert shape(found) == [
        ("generated/unseen", 1, "strict", ["other", "random"]),
        ("generated/unseen", 1, "paper", ["other", "random"]),
    ]


def test_the_best_comes_first_and_is_a_model(entry: Entry) -> None:
    decoding = {"temperature": 0.0, "max_new_tokens": 8, "seed": 0}
    worse = tuple(each | {"strict": (0.0, False)} for each in entry.submission.model_dump()["episodes"])
    model = changed(entry, method="model", decoding=decoding, episodes=worse)
    board = sections([model, entry], ())[0].boards[0]
    assert [row.submission.method for row in board.rows] == ["random", "model"]
    assert [row.baseline for row in board.rows] == [True, False]
    assert board.best is board.rows[1]
    assert (board.best.reward.mean, board.best.reward.n) == (0.0, 60)


def published(tmp_path: Path, **changes: Any) -> Path:
    row = {"method": "SFT", "model": "M", "reward": 50.0}
    table = {
        "environment": "eto/LockedDoor-v0", "split": "generated/unseen", "protocol": "paper", "data": "Theirs.",
        "source": "Someone", "link": "https://example.org", "rows": [row], **changes,
    }  # fmt: skip
    path = tmp_path / "published.json"
    path.write_text(json.dumps({"format": 1, "tables": [table]}))
    return path


def test_published_results_stand_beside_and_never_among_the_rows(entry: Entry, tmp_path: Path) -> None:
    [section] = sections([entry], read_published(published(tmp_path)))
    strict, paper = section.boards
    assert (len(strict.rows), strict.published) == (1, [])
    assert len(paper.rows) == 1
    assert [row.reward for row in paper.published[0].rows] == [50.0]


def test_published_results_on_other_tasks_have_their_own_section(entry: Entry, tmp_path: Path) -> None:
    mine, theirs = sections([entry], read_published(published(tmp_path, split="official/test")))
    assert [board.published for board in mine.boards] == [[], []]
    assert (theirs.split, theirs.tasks, theirs.boards[0].rows) == ("official/test", 0, [])


def test_published_results_that_are_none(tmp_path: Path) -> None:
    assert read_published(tmp_path / "absent.json") == ()
    with pytest.raises(SubmissionError, match=r"published\.json: tables\.0\.rows\.0\.reward"):
        read_published(published(tmp_path, rows=[{"method": "SFT", "model": "M", "reward": 101.0}]))


def test_the_numbers_of_the_paper() -> None:
    """Table 2: 7 rows on 5 splits; spot checks against the paper's text."""
    tables = read_published(ROOT / "benchmarks" / "leaderboard" / "published.json")
    found = {(table.split, row.method, row.model): row.reward for table in tables for row in table.rows}
    assert len(found) == 35
    assert found["full/human/eto/test", "ETO", "Llama-2-7B-Chat"] == 67.4
    assert found["paper/unseen", "ETO", "Llama-2-7B-Chat"] == 65.0
    assert found["put/paper/unseen", "SFT", "Llama-2-7B-Chat"] == 67.2
    assert found["put/paper/seen", "prompting, one example", "GPT-4"] == 42.9
