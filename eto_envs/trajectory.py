"""`Trajectory`: the one record of an episode that both packages speak, and its JSON Lines form.

A file holds one trajectory a line. The first turn states the task (instruction and first observation); every further
turn is one action with the observation, reward and score that followed it. Turns that were teacher-forced by a prefix
have the role `prefix`; the agent's own have the role `agent`. Nothing in a trajectory depends on the clock or the
machine, so the same episode is the same line.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from eto_envs.errors import DataError
from eto_envs.trajectory_fields import TRAJECTORY_FIELDS, TURN_FIELDS, check_fields

__all__ = ["FORMAT_VERSION", "Trajectory", "Turn", "append_trajectory", "read_trajectories", "write_trajectories"]

FORMAT_VERSION = 1

Role = Literal["task", "prefix", "agent"]


@dataclass(slots=True)
class Turn:
    """One turn.

    Attributes:
        role: `task` (the first turn), `prefix` (teacher-forced) or `agent`.
        text: what was said: the instruction in the task turn, the whole reply (thought and action) in the others.
        observation: the observation at the start (task turn) or after the action.
        action: the action taken; None in the task turn, and where a reply held no action.
        reward: the environment's reward for the turn.
        score: the world's own score after the turn, unclipped.
        progress: progress in [0, 1] after the turn.
        valid: whether the world understood the action.
        subgoals: which of the trajectory's subgoals are done after the turn, in order.
        meta: anything a policy wants kept (token ids, log-probabilities); JSON values only.
    """

    role: Role
    text: str
    observation: str
    action: str | None = None
    reward: float = 0.0
    score: float = 0.0
    progress: float = 0.0
    valid: bool = True
    subgoals: list[bool] = field(default_factory=list[bool])
    meta: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class Trajectory:
    """One episode.

    Attributes:
        env: the Gymnasium id; `env_kwargs`: the keyword arguments that change what happens in it.
        task, task_type, split: which task; the split as `manifest/split`.
        turns: the task turn, then one per action.
        subgoals: names of the subgoals, in order.
        outcome: `solved`, `failed`, `step_limit`, `error` (the episode died: `error` says how), or None (unfinished).
        final_reward: the final score in [0, 1]; None while unfinished or after an error.
        max_score: what the world's own score is divided by to lie in [0, 1].
        seed: the seed of sampling policies, where there was one.
        policy: who acted.
        versions: package and data versions.
        meta: anything else worth keeping; JSON values only.
    """

    env: str
    task: str
    task_type: str
    split: str
    env_kwargs: dict[str, Any] = field(default_factory=dict[str, Any])
    turns: list[Turn] = field(default_factory=list[Turn])
    subgoals: list[str] = field(default_factory=list[str])
    outcome: str | None = None
    final_reward: float | None = None
    max_score: float = 1.0
    seed: int | None = None
    policy: str = ""
    error: str | None = None
    versions: dict[str, str] = field(default_factory=dict[str, str])
    meta: dict[str, Any] = field(default_factory=dict[str, Any])
    format: int = FORMAT_VERSION

    @property
    def goal(self) -> str:
        """The instruction."""
        return self.turns[0].text if self.turns else ""

    @property
    def actions(self) -> list[str]:
        """The actions that reached the environment, in order, prefix included."""
        return [turn.action for turn in self.turns if turn.action is not None]

    @property
    def success(self) -> bool:
        return self.outcome == "solved"

    def begin(self, observation: str, info: Mapping[str, Any]) -> Trajectory:
        """Takes the result of `env.reset`: the task turn and, after a prefix, the replayed turns. Returns itself."""
        subgoals = info["subgoals"]
        self.subgoals = [name for name, _ in subgoals]
        history = info.get("history", ())
        first = info["first_observation"] if history else observation
        state: dict[str, Any] = {"subgoals": [False] * len(subgoals)} if history else _state(info)
        self.turns = [Turn("task", info["goal"], first, **state)]
        for action, after, reward in history:
            self.turns.append(Turn("prefix", action, after, action=action, reward=float(reward)))
        if history:
            last = self.turns[-1]
            last.score, last.progress = float(info["score"]), float(info["progress"])
            last.subgoals = [bool(done) for _, done in subgoals]
        return self

    def record(
        self, text: str, action: str | None, observation: str, reward: float, info: Mapping[str, Any], **meta: Any
    ) -> Turn:
        """Takes the result of `env.step`; `text` is the whole reply that held the action. Returns the new turn."""
        turn = Turn(
            "agent", text, observation, action=action, reward=float(reward), valid=bool(info["valid_action"]),
            meta=meta, **_state(info),
        )  # fmt: skip
        self.turns.append(turn)
        if info["outcome"] is not None:
            self.finish(info["outcome"], min(1.0, max(0.0, turn.score / self.max_score)))
        return turn

    def record_unparsed(self, text: str, observation: str, **meta: Any) -> Turn:
        """Takes a reply without an action, of which the world is not told. Returns the new turn."""
        last = self.turns[-1]
        turn = Turn(
            "agent", text, observation, score=last.score, progress=last.progress, valid=False,
            subgoals=list(last.subgoals), meta=meta,
        )  # fmt: skip
        self.turns.append(turn)
        return turn

    def finish(self, outcome: str, final_reward: float | None, error: str | None = None) -> None:
        """Closes the record with an outcome, the final score in [0, 1] and, for `error`, what went wrong."""
        self.outcome, self.final_reward, self.error = outcome, final_reward, error

    def to_json(self) -> str:
        """One line of JSON, without the line end. Keys stand in a fixed order."""
        fields = {name: getattr(self, name) for name in self.__slots__}  # `asdict` would copy every token id
        fields["turns"] = [{name: getattr(turn, name) for name in turn.__slots__} for turn in self.turns]
        return json.dumps(fields, ensure_ascii=True, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_json(cls, line: str) -> Trajectory:
        """Reads one line.

        Raises:
            DataError: the line is no JSON, no trajectory, or of another format.
        """
        try:
            data: Any = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise DataError(f"not JSON ({error})") from None
        if not isinstance(data, dict) or "turns" not in data:
            raise DataError("not a trajectory (no turns)")
        fields = cast(dict[str, Any], data)
        if fields.get("format") != FORMAT_VERSION:
            raise DataError(
                f"trajectory format {fields.get('format')!r}; this version reads {FORMAT_VERSION}: upgrade eto-envs"
            )
        try:
            check_fields("trajectory", fields, TRAJECTORY_FIELDS)
            for number, turn in enumerate(fields["turns"]):
                check_fields(f"turn {number}", turn, TURN_FIELDS)
            fields["turns"] = [Turn(**turn) for turn in fields["turns"]]
            return cls(**fields)
        except (TypeError, RecursionError) as error:
            raise DataError(f"not a trajectory ({error})") from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _state(info: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "score": float(info["score"]),
        "progress": float(info["progress"]),
        "subgoals": [bool(done) for _, done in info["subgoals"]],
    }


def write_trajectories(path: str | os.PathLike[str], trajectories: Iterable[Trajectory]) -> None:
    """Writes a whole file at once: either the new file is there, or the old one is untouched.

    A device or a pipe (`/dev/stdout`) is written to as it is, never replaced.
    """
    target = Path(path)
    lines = (trajectory.to_json() + "\n" for trajectory in trajectories)
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8") as device:
            device.writelines(lines)
        return
    partial = target.with_name(target.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)


def append_trajectory(path: str | os.PathLike[str], trajectory: Trajectory) -> None:
    """Appends one line in one write. A line that an interrupted write left open is closed first."""
    with Path(path).open("ab+") as file:
        line = (trajectory.to_json() + "\n").encode()
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                line = b"\n" + line
        file.write(line)


def read_trajectories(path: str | os.PathLike[str], *, strict: bool = False) -> Iterator[Trajectory]:
    """Reads a file line by line; a damaged line is reported as a warning that names it, and skipped.

    Args:
        path: a JSON Lines file.
        strict: raise at the first damaged line instead.

    Raises:
        DataError: the file does not exist, or `strict` and a line is damaged.
    """
    source = Path(path)
    if not source.is_file():
        raise DataError(f"No trajectory file at {str(path)!r}; record one with: eto-envs record --out {path}")
    with source.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if not raw.strip():
                continue
            try:
                yield Trajectory.from_json(raw.decode("utf-8"))
            except (DataError, UnicodeDecodeError) as error:
                message = f"{path}, line {number}: {error}."
                if strict:
                    raise DataError(message) from None
                warnings.warn(f"{message} The line is skipped.", stacklevel=2)
