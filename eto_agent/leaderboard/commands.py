"""What `eto-agent leaderboard add`, `verify` and `build` take and do."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

if TYPE_CHECKING:
    from eto_agent.leaderboard.check import Entry

__all__ = ["AddArguments", "BuildArguments", "LeaderboardArguments", "VerifyArguments", "leaderboard"]


@dataclass(frozen=True)
class AddArguments:
    """Make submissions of a finished evaluation, one for each split."""

    evaluation: Annotated[Path, tyro.conf.Positional]
    """RUN/evaluate/POLICY, as eto-agent run or evaluate left it."""
    method: str
    """How the agent came to be: SFT, ETO, prompting, ..."""
    model: str
    """The language model; say its size where the name does not."""
    authors: tuple[str, ...]
    """Who submits."""
    link: str | None = None
    """Paper, code or weights (http or https)."""
    note: str = ""
    """Anything a reader should know."""
    name: str | None = None
    """Name of the files; none makes it of method and model."""
    splits: tuple[str, ...] = ()
    """Splits to submit; none means all that were evaluated."""
    date: str | None = None
    """Date of the submission, YYYY-MM-DD; none is today."""
    replace: bool = False
    """Write over submissions of the same name."""
    to: Path = Path("leaderboard")
    """Folder of the leaderboard."""


@dataclass(frozen=True)
class VerifyArguments:
    """Compute all rewards again, and play episodes again in the environment; exit code 2 where one differs."""

    paths: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Submissions, or folders of them."""
    sample: int | Literal["all"] = "all"
    """How many episodes of each submission to play again."""
    seed: int | None = None
    """Chooses the sample; none draws a seed and tells it, so that nobody can know before what is played again."""


@dataclass(frozen=True)
class BuildArguments:
    """Write the leaderboard as a static site."""

    folder: Annotated[Path, tyro.conf.Positional]
    """Folder of the leaderboard."""
    out: Path = Path("site")
    """Folder of the site."""


@dataclass(frozen=True)
class LeaderboardArguments:
    """Submissions with their trajectories, verified by playing them again, and a site of them."""

    do: tyro.conf.OmitArgPrefixes[
        Annotated[AddArguments, tyro.conf.subcommand("add")]
        | Annotated[VerifyArguments, tyro.conf.subcommand("verify")]
        | Annotated[BuildArguments, tyro.conf.subcommand("build")]
    ]


def leaderboard(arguments: LeaderboardArguments) -> None:
    """Does what was asked for."""
    match arguments.do:
        case AddArguments() as given:
            _add(given)
        case VerifyArguments() as given:
            _verify(given)
        case BuildArguments() as given:
            _build(given)


def submissions_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The submissions that paths name: files, and all in folders, in the order of their names.

    Raises:
        SubmissionError: a path does not exist, or a folder holds none.
    """
    from eto_agent.leaderboard.boards import PUBLISHED
    from eto_agent.leaderboard.submission import SubmissionError

    for path in paths:
        found = sorted(each for each in path.rglob("*.json") if each.name != PUBLISHED) if path.is_dir() else [path]
        if not found:
            raise SubmissionError(f"{path}: there is no submission; make one with: eto-agent leaderboard add")
        yield from found


def _add(given: AddArguments) -> None:
    from eto_agent.leaderboard.add import Facts, add

    date = given.date or datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    facts = Facts(given.method, given.model, given.authors, given.link, given.note, date)
    for path in add(given.evaluation, given.to, facts, name=given.name, splits=given.splits, replace=given.replace):
        print(path)


def _verify(given: VerifyArguments) -> None:
    from eto_agent.leaderboard.submission import SubmissionError
    from eto_agent.leaderboard.verify import verify

    paths = list(submissions_in(given.paths))
    seed = secrets.randbelow(2**32) if given.seed is None else given.seed
    if given.sample != "all":
        print(f"Playing {given.sample} episodes of each again, chosen by --seed {seed}")
    refusals: list[SubmissionError] = []
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            entry, replayed = verify(path, given.sample, seed)
            first = seen.setdefault(entry.submission.trajectories.sha256, path)
            if first != path:
                raise entry.refuse(f"it has the trajectories of {first}; expected episodes of its own.")
        except SubmissionError as error:
            refusals.append(error)
            if len(paths) > 1:  # a single refusal is the command's own complaint
                print(f"refused   {error}")
        else:
            print(f"accepted  {path}: {_shown(entry)}, {replayed} of {len(entry.trajectories)} episodes played again")
    if refusals:
        raise refusals[0] if len(paths) == 1 else SubmissionError(f"{len(refusals)} of {len(paths)} are refused.")


def _build(given: BuildArguments) -> None:
    from eto_agent.leaderboard.boards import PUBLISHED
    from eto_agent.leaderboard.site import write_site

    print(write_site(list(submissions_in([given.folder])), given.folder / PUBLISHED, given.out))


def _shown(entry: Entry) -> str:
    from eto_agent.evaluation.stats import mean_interval  # brings scipy

    rewards = mean_interval([each.strict[0] for each in entry.submission.episodes])
    return f"{entry.submission.split.name}, strict reward {rewards}"
