"""A world of one number, to try `TextEnv` on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from eto_envs.core import TextEnv, WorldStep
from eto_envs.errors import (
    SimulatorError,
)
from eto_envs.progress import Subgoal
from eto_envs.tasks import Manifest, Task

MANIFEST = Manifest(
    "sums",
    {
        "train": [Task(f"to-10/{n}", "to-10", 6, {"start": n}) for n in range(8)],
        "test": [Task("to-10/90", "to-10", 6, {"start": 90}), Task("broken/0", "broken", 6)],
    },
)


class SumEnv(TextEnv):
    """The agent says numbers; their sum is the score. It is replayed, for it captures nothing."""

    max_score: ClassVar[float] = 10.0
    offset = 0

    def __init__(self, split: str = "train", *, unit: str = "", sizes: Sequence[int] = (), **settings: Any) -> None:
        super().__init__(MANIFEST, split, **settings)
        self.unit, self.sizes = unit, sizes
        self.total, self.closed = 0, 0

    @property
    def settings(self) -> dict[str, Any]:
        return {"unit": self.unit}

    def _start(self, task: Task) -> WorldStep:
        if task.type == "broken":
            raise SimulatorError("It does not start.")
        self.total = task.data["start"] + self.offset
        return WorldStep(f"{self.total}{self.unit}", self.total)

    def _apply(self, action: str) -> WorldStep:
        try:
            self.total += int(action)
        except ValueError:
            return WorldStep("Pardon?", self.total, valid=False)
        return WorldStep(f"{self.total}{self.unit}", self.total, action == "0", self.total == 10)

    def _goal(self) -> str:
        return "Make 10 and say 0."

    def _subgoals(self) -> tuple[Subgoal, ...]:
        return Subgoal("make 5", self.total >= 5), Subgoal("make 10", self.total >= 10)

    def _admissible_actions(self) -> Sequence[str]:
        return "0", "1"

    def _oracle_actions(self) -> Sequence[str]:
        return str(10 - self.total), "0"

    def _shut_down(self) -> None:
        self.closed += 1


class CapturingSumEnv(SumEnv):
    def _capture(self) -> Any:
        return self.total

    def _reinstate(self, task: Task, world: Any) -> None:
        self.total = world


def begin(env: TextEnv, task: str = "to-10/0", **options: Any) -> tuple[str, dict[str, Any]]:
    return env.reset(options={"task": task, **options})


def play(env: TextEnv, *actions: str) -> list[tuple[str, float, bool, bool, dict[str, Any]]]:
    return [env.step(action) for action in actions]
