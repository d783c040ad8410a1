"""Submissions in tables: rows that may be compared stand in one `Board`, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eto_agent.evaluation.scoring import SCORING_PROTOCOLS
from eto_agent.evaluation.stats import Estimate, mean_interval
from eto_agent.leaderboard.check import Entry
from eto_agent.leaderboard.submission import Line, Link, Submission, SubmissionError

__all__ = [
    "PUBLISHED",
    "Board",
    "Key",
    "PublishedRow",
    "PublishedTable",
    "Row",
    "Section",
    "read_published",
    "sections",
]

PUBLISHED = "published.json"
"""Name of the file of published results in a leaderboard's folder."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class PublishedRow(_Part):
    """A result as it was published: an average reward x 100, without interval and trajectories."""

    method: Line
    model: Line
    reward: Annotated[float, Field(ge=0, le=100)]


class PublishedTable(_Part):
    """Results of one publication on one split; they are shown beside submissions, never among them."""

    environment: Line
    split: Line = Field(description="Name of the split, as submissions have it.")
    protocol: Literal["strict", "paper"]
    data: str = Field(description="On what, in words.")
    source: Line
    link: Link
    rows: tuple[PublishedRow, ...]


class _Published(_Part):
    format: Literal[1]
    tables: tuple[PublishedTable, ...]


class Key(NamedTuple):
    """What submissions of one table have in common: the same world, tasks, attempts and way of counting."""

    environment: str
    identity: tuple[tuple[str, str], ...]
    split_hash: str
    attempts: int
    protocol: str


@dataclass(frozen=True)
class Row:
    """A submission under one protocol; `episodes` is the number of its trajectories."""

    entry: Entry
    reward: Estimate
    success: Estimate
    steps: float
    invalid: float
    format_errors: float

    @property
    def submission(self) -> Submission:
        return self.entry.submission

    @property
    def baseline(self) -> bool:
        """Whether no model acts: the oracle and the random policy frame a table, they do not win it."""
        return self.submission.decoding is None


@dataclass
class Board:
    """A table.

    Attributes:
        key: what its rows have in common.
        rows: best first.
        published: tables of published results on a split of this name, counted in the same way.
    """

    key: Key
    rows: list[Row] = field(default_factory=list[Row])
    published: list[PublishedTable] = field(default_factory=list[PublishedTable])

    @property
    def best(self) -> Row | None:
        """The best row of a model."""
        return next((row for row in self.rows if not row.baseline), None)


@dataclass
class Section:
    """The boards of one split in one world.

    Attributes:
        split: its name; tasks, hash: as in `Split`, 0 and empty where only published results are known.
        identity: of the world.
        attempts: episodes a task, of which the best counts.
        boards: one for each protocol.
    """

    split: str
    tasks: int = 0
    hash: str = ""
    identity: tuple[tuple[str, str], ...] = ()
    attempts: int = 1
    boards: list[Board] = field(default_factory=list[Board])


def read_published(path: Path) -> tuple[PublishedTable, ...]:
    """The published results of a leaderboard's folder; none where there is no file.

    Raises:
        SubmissionError: the file holds something else.
    """
    if not path.is_file():
        return ()
    try:
        return _Published.model_validate_json(path.read_bytes()).tables
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SubmissionError(f"{path}: {key}: {first['msg']}.") from None


def sections(entries: Sequence[Entry], published: Iterable[PublishedTable]) -> list[Section]:
    """What the page of one environment shows, in the order of the splits' names; sections without submissions last.

    Args:
        entries: submissions to one environment.
        published: results on that environment.
    """
    boards: dict[Key, Board] = {}
    for entry in entries:
        for protocol in SCORING_PROTOCOLS:
            key = _key(entry.submission, protocol)
            boards.setdefault(key, Board(key)).rows.append(_row(entry, protocol))
    found: dict[Key, Section] = {}
    for key in sorted(boards, key=lambda each: each.protocol, reverse=True):  # strict, then paper
        board = boards[key]
        board.rows.sort(key=lambda row: (-row.reward.mean, row.submission.method.lower(), row.entry.path.name))
        world = key._replace(protocol="")
        found.setdefault(world, _section(board)).boards.append(board)
    ordered = sorted(found.values(), key=lambda each: (each.split, each.identity, each.attempts))
    return [*ordered, *_place(published, ordered)]


def _key(submission: Submission, protocol: str) -> Key:
    environment = submission.environment
    identity = tuple(sorted(environment.identity.items()))
    return Key(environment.id, identity, submission.split.hash, submission.attempts, protocol)


def _section(board: Board) -> Section:
    splits = [row.submission.split for row in board.rows]
    split = min(splits, key=lambda each: each.name)  # the same tasks may go by several names: mini, mini:N
    return Section(split.name, split.tasks, split.hash, board.key.identity, board.key.attempts)


def _row(entry: Entry, protocol: str) -> Row:
    scores = [getattr(each, protocol) for each in entry.submission.episodes]
    turns = [turn for each in entry.trajectories for turn in each.turns[1:]]
    count = max(1, len(turns))
    return Row(
        entry,
        mean_interval([reward for reward, _ in scores]),
        mean_interval([float(success) for _, success in scores]),
        len(turns) / len(entry.trajectories),
        sum(turn.action is not None and not turn.valid for turn in turns) / count,
        sum(turn.action is None for turn in turns) / count,
    )


def _place(published: Iterable[PublishedTable], ordered: Sequence[Section]) -> list[Section]:
    """Puts published tables under the boards of their split and protocol; returns sections for the others."""
    others: dict[str, Section] = {}
    for table in published:
        beside = [
            board
            for section in ordered
            for board in section.boards
            if (section.split, section.attempts, board.key.protocol) == (table.split, 1, table.protocol)
        ]
        if not beside:
            section = others.setdefault(table.split, Section(table.split))
            beside = [Board(Key(table.environment, (), "", 1, table.protocol))]
            section.boards += beside
        for board in beside:
            board.published.append(table)
    return list(others.values())
