"""`Submission`: what somebody claims about one policy on one split, and the JSON Schema of such a file.

A submission is one JSON file and, beside it, the trajectories of every task of the split. Everything it says of
rewards can be computed from the trajectories, and everything the trajectories say of the world can be played again:
`check.py` does the first, `verify.py` the second. `submission.schema.json` is the schema, for other tools.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from eto_envs.errors import EtoEnvError
from eto_envs.registration import ENV_IDS

__all__ = [
    "Decoding",
    "Environment",
    "Episode",
    "Prompt",
    "Said",
    "Split",
    "Submission",
    "SubmissionError",
    "Trajectories",
    "json_schema",
    "parse_submission",
    "read_submission",
    "to_text",
]

Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]*$")]
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Link = Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[^\s\"<>]+$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Word = Annotated[str, StringConstraints(max_length=120, pattern=r"^[\w@:.,+-]*$")]
"""A setting's text. No path: a submission names data that everybody has, and never a place on somebody's machine."""
Score = tuple[Annotated[float, Field(ge=0, le=1)], bool]


class SubmissionError(EtoEnvError):
    """A submission that is refused; the message begins with its file and says why, on one line."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Environment(_Part):
    """The world that the episodes were played in."""

    id: Literal[tuple(sorted(ENV_IDS))] = Field(description="Gymnasium id, version included.")  # type: ignore[valid-type]
    settings: dict[Word, bool | int | float | Word | None] = Field(description="Keyword arguments of gymnasium.make.")
    identity: dict[Line, Text] = Field(
        description="What decides the course of an episode beside task and actions: dialect, catalogue, tagger, "
        "step limit, ... Submissions that differ in any of it never share a table."
    )
    versions: dict[Line, Text] = Field(description="Of packages and data, as the trajectories have them.")


class Split(_Part):
    """The tasks."""

    name: Line = Field(description="`manifest/split`, for instance paper/seen.")
    hash: Hash = Field(description="Of ids and data of all tasks, in order.")
    tasks: int = Field(ge=1, description="How many there are; a submission has an episode of each.")

    @property
    def short(self) -> str:
        """The split within its manifest."""
        return self.name.rpartition("/")[2]


class Said(_Part):
    """A message of the in-context example."""

    role: Literal["user", "assistant"]
    content: str


class Prompt(_Part):
    """What the agent reads before the task."""

    instruction: str | None = Field(description="Null is the environment's own, an empty text is none.")
    example: tuple[Said, ...] = Field(description="The in-context example, empty for none.")
    hash: Hash = Field(description="Of instruction, example and the form of the conversation.")


class Decoding(_Part):
    """How replies were decoded."""

    temperature: float = Field(ge=0)
    max_new_tokens: int = Field(ge=1)
    seed: int


class Trajectories(_Part):
    """The file of the episodes."""

    file: Annotated[str, StringConstraints(pattern=r"^[\w][\w.+-]*\.jsonl(\.gz|\.xz)?$")] = Field(
        description="Name of the file beside the submission: JSON Lines, plain or compressed."
    )
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="Of the lines before compression."
    )


class Episode(_Part):
    """What the episode of one task is worth: reward in [0, 1] and success, under both protocols."""

    task: Line
    strict: Score = Field(description="Reward and success by the final score.")
    paper: Score = Field(description="Reward and success as the released code of arXiv 2403.02502 counts.")


class Submission(_Part):
    """One policy on one split of one environment, with an episode of every task."""

    format: Literal[1]
    method: Line = Field(description="How the agent came to be: SFT, ETO, prompting, ...")
    model: Line = Field(description="The language model, or what acts in its place.")
    authors: tuple[Line, ...] = Field(min_length=1, max_length=20)
    link: Link | None = Field(description="Paper, code or weights.")
    note: Annotated[str, StringConstraints(max_length=400)] = Field(description="Anything a reader should know.")
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    environment: Environment
    split: Split
    attempts: int = Field(
        ge=1, description="Episodes played for each task, of which the best is given; Best-of-10 has 10, others 1."
    )
    prompt: Prompt
    decoding: Decoding | None = Field(description="Null where no model decodes.")
    protocols: tuple[Literal["strict", "paper"], ...] = Field(min_length=2, max_length=2)
    trajectories: Trajectories
    episodes: tuple[Episode, ...] = Field(min_length=1)

    @property
    def code_version(self) -> str:
        """The version of this package that played the episodes."""
        return self.environment.versions.get("eto-envs", "")


def read_submission(path: Path) -> Submission:
    """Reads a submission's file.

    Raises:
        SubmissionError: it is missing, or does not fit the schema; the message names the first key that does not.
    """
    if not path.is_file():
        raise SubmissionError(f"{path}: there is no such submission; make one with: eto-agent leaderboard add")
    return parse_submission(path, path.read_bytes())


def parse_submission(path: Path, text: str | bytes) -> Submission:
    """A submission from the text of its file; `path` is what a refusal names. Raises as `read_submission` does."""
    try:
        return Submission.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]).encode("unicode_escape").decode() or "the file"
        more = f" ({error.error_count()} keys in all)" if error.error_count() > 1 else ""
        given = "" if first["type"] in ("missing", "json_invalid") else f", given {_short(first['input'])}"
        raise SubmissionError(f"{path}: {key}: {first['msg']}{given}{more}; see submission.schema.json.") from None


def to_text(submission: Submission) -> str:
    """A submission as a file: an episode a line, so that changes can be read."""
    data = submission.model_dump(mode="json")
    rows = [json.dumps(each, separators=(",", ":")) for each in data.pop("episodes")]
    head = json.dumps(data, indent=1).removesuffix("\n}")
    return f'{head},\n "episodes": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n"


def json_schema() -> dict[str, Any]:
    """The schema that is published as `submission.schema.json`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Submission.model_json_schema()}


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
