"""`World`: what the agent's side knows of one environment. Every field but the id is optional."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eto_envs.trajectory import Trajectory

__all__ = ["PaperResults", "PaperScoring", "World", "type_before_slash"]


class PaperScoring(NamedTuple):
    """How the paper's released code scores episodes, where that differs from the final score.

    Attributes:
        scores: the score after each turn, in [0, 1]; the first is that of the task turn. The last is the reward.
        success: whether an episode counts as a success.
        meaning: the rule in words, for reports.
    """

    scores: Callable[[Trajectory], list[float]]
    success: Callable[[Trajectory], bool]
    meaning: str


class PaperResults(NamedTuple):
    """The paper's numbers.

    Attributes:
        splits: the splits that the paper evaluates on -> their tasks, as `manifest/split`.
        values: table -> row -> a value for each of the splits, x 100; None where the paper has none. A row is named by
            its kind (`sft`), with the model where a table has several (`sft mistral-7b`).
    """

    splits: Mapping[str, str]
    values: Mapping[str, Mapping[str, Sequence[float | None]]]


def _own_id(record: Mapping[str, Any], id_key: str) -> str:
    return str(record.get(id_key, ""))


def _no_type(task: str) -> str:
    return ""


def type_before_slash(task: str) -> str:
    """The type of a task whose id is `type/number`, or ""."""
    kind, slash, number = task.partition("/")
    return kind if slash and "/" not in number else ""


def _no_labels(trajectory: Trajectory) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class World:
    """One environment, as experts, reports, tables and importers know it.

    Attributes:
        env: the Gymnasium id; for one outside the package with or without its module.
        label: its name in tables; "" takes it from the id.
        rationale: (trajectory so far, next action) -> the thought that an expert says before the action, on one line.
        skip: whether an action of the oracle can be left out. Every shortened solution is run and checked.
        mistakes: trajectory so far -> actions that do not work there and change nothing, for experts with
            `expert.mistakes`.
        failures: an episode that was not solved -> labels of what went wrong. Added to those that hold everywhere.
        failure_meanings: each of these labels -> what it says, in a few words, in the order of tables.
        watching: how actions begin that let time pass or watch a process: repeating them is no loop.
        task_of: (record of another project's file, key of its id) -> the id of our task; the record's own id where
            none is known.
        type_of: a task's id -> its type, or "" where the id names none.
        trim_rejected: how many turns more than the chosen side the rejected side of a pair keeps in the paper's
            release; None keeps all.
        paper_scoring: how the paper's released code scores; None where it takes the final score.
        paper: the paper's numbers; None where it has none.
    """

    env: str
    label: str = ""
    rationale: Callable[[Trajectory, str], str] | None = None
    skip: Callable[[str], bool] | None = None
    mistakes: Callable[[Trajectory], Sequence[str]] | None = None
    failures: Callable[[Trajectory], Iterable[str]] = _no_labels
    failure_meanings: Mapping[str, str] = field(default_factory=dict[str, str])
    watching: tuple[str, ...] = ()
    task_of: Callable[[Mapping[str, Any], str], str] = _own_id
    type_of: Callable[[str], str] = _no_type
    trim_rejected: int | None = 5
    paper_scoring: PaperScoring | None = None
    paper: PaperResults | None = None

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return self.label or self.env.rpartition(":")[2].rpartition("/")[2].rpartition("-v")[0] or self.env
