"""Tasks, splits and manifests: which episodes exist, under names that never move.

A `Task` is one episode's starting point. A `TaskSet` is a split: a sequence of tasks. A `Manifest` is a named
collection of splits that belong together, such as the lists of a paper. The hash of a split covers the ids and data
of its tasks in order, so two people who report the same hash ran the same tasks.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, overload

from eto_envs.errors import DataError, UnknownNameError

__all__ = ["Manifest", "Task", "TaskSet"]


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Attributes:
        id: the stable name, for instance `find-animal/3`.
        type: the kind of task, for tables per type.
        max_steps: the step limit of an episode unless the environment is made with another.
        data: what a world needs to build the task, JSON values only; part of the split's hash.
    """

    id: str
    type: str
    max_steps: int
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


class TaskSet(Sequence[Task]):
    """A split: tasks in a fixed order, without repetition.

    Args:
        name: `manifest/split`, for instance `paper/train`.
        tasks: the tasks.

    Raises:
        DataError: two tasks share an id.
    """

    def __init__(self, name: str, tasks: Iterable[Task]) -> None:
        self.name = name
        self._tasks = tuple(tasks)
        self._index = {task.id: position for position, task in enumerate(self._tasks)}
        if len(self._index) != len(self._tasks):
            repeated = next(i for i, n in Counter(task.id for task in self._tasks).items() if n > 1)
            raise DataError(f"Split {name!r} lists task {repeated!r} twice.")

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Task, ...]: ...
    def __getitem__(self, index: int | slice) -> Task | tuple[Task, ...]:
        return self._tasks[index]

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks)

    def __contains__(self, item: object) -> bool:
        """Whether a task, or a task id, belongs to the split."""
        return (item.id if isinstance(item, Task) else item) in self._index

    def __repr__(self) -> str:
        return f"TaskSet({self.name!r}, {len(self)} tasks, hash={self.hash})"

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._index)

    @cached_property
    def hash(self) -> str:
        """The first 16 hexadecimal digits of SHA-256 over ids and data, in order."""
        digest = hashlib.sha256()
        for task in self._tasks:
            data = json.dumps(dict(task.data), sort_keys=True, separators=(",", ":"))
            digest.update(f"{task.id}\t{data}\n".encode())
        return digest.hexdigest()[:16]

    def get(self, task_id: str) -> Task | None:
        """The task of that id, or None."""
        position = self._index.get(task_id)
        return None if position is None else self._tasks[position]

    def of_types(self, types: Iterable[str]) -> TaskSet:
        """The tasks of the given types, in order; the name says so.

        Raises:
            UnknownNameError: a type that no task of the split has.
        """
        wanted = list(dict.fromkeys(types))
        present = list(dict.fromkeys(task.type for task in self._tasks))
        for name in wanted:
            if name not in present:
                raise UnknownNameError.of("task type", name, present, where=f"in {self.name}")
        return TaskSet(f"{self.name}[{','.join(wanted)}]", (task for task in self._tasks if task.type in wanted))


class Manifest(Mapping[str, TaskSet]):
    """A named collection of splits: split name -> `TaskSet`."""

    def __init__(self, name: str, splits: Mapping[str, Iterable[Task]]) -> None:
        self.name = name
        self._splits = {split: TaskSet(f"{name}/{split}", tasks) for split, tasks in splits.items()}

    def __getitem__(self, split: str) -> TaskSet:
        try:
            return self._splits[split]
        except KeyError:
            raise UnknownNameError.of("split", split, self._splits, where=f"of manifest {self.name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._splits)

    def __len__(self) -> int:
        return len(self._splits)

    def __contains__(self, split: object) -> bool:
        return split in self._splits

    def locate(self, task_id: str, first: str) -> tuple[str, Task]:
        """The split and task of an id; the split `first` is searched first.

        Raises:
            UnknownNameError: no split of the manifest has the task.
        """
        for split in (first, *self._splits):
            task = self._splits[split].get(task_id)
            if task is not None:
                return split, task
        known = dict.fromkeys(i for tasks in self._splits.values() for i in tasks.ids)
        raise UnknownNameError.of(
            "task",
            task_id,
            known,
            "List them with: eto-envs tasks ENV --split SPLIT",
            where=f"in manifest {self.name!r}",
        )

    def overlaps(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Pairs of splits that share tasks, with the shared ids."""
        names = list(self._splits)
        shared = {
            (a, b): tuple(i for i in self._splits[a].ids if i in self._splits[b])
            for position, a in enumerate(names)
            for b in names[position + 1 :]
        }
        return {pair: ids for pair, ids in shared.items() if ids}
