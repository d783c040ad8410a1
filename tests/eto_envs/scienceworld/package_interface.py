"""The simulator driven as the package drives it, to compare with."""

from __future__ import annotations

from eto_envs.scienceworld.jvm import Jvm
from eto_envs.scienceworld.simulator import Simulator


class PackageInterface:
    """Makes the calls of `scienceworld.ScienceWorldEnv`, in its order, on a Java with constant identity hashes."""

    def __init__(self) -> None:
        self.jvm = Jvm()
        with self.jvm.calls() as java:
            self.server = java.new("scienceworld.runtime.pythonapi.PythonInterface")
        self.valid: tuple[str, ...] = ()

    def reset(self, task: str, variation: int, simplification: str = "easy") -> tuple[str, int, bool]:
        with self.jvm.calls() as java:
            for _ in range(2):  # its load loads, and its reset loads again
                java.call(str, self.server, "load", task, variation, simplification, False)
        return self.step("look around")

    def step(self, action: str) -> tuple[str, int, bool]:
        with self.jvm.calls() as java:
            observation = java.call(str, self.server, "step", action)
            score = round(100 * java.call(float, self.server, "getScore"))
            completed = java.call(bool, self.server, "getCompleted")
            for method in ("freeActionLook", "freeActionInventory", "freeActionTaskDesc"):
                java.call(str, self.server, method)
            self.valid = java.lines(self.server, "getValidActionObjectCombinations")
        return observation, score, completed

    def goal_progress(self) -> str:
        with self.jvm.calls() as java:
            return java.call(str, self.server, "getGoalProgressStr")

    def first_gold_path(self, task: str, variation: int) -> tuple[str, ...]:
        with self.jvm.calls() as java:
            java.call(str, self.server, "load", task, variation, "easy", True)
            return java.lines(self.server, "getGoldActionSequence")


def play(simulator: Simulator, task: str, variation: int, actions: list[str]) -> list[tuple[str, int, bool]]:
    """All that an episode shows."""
    first = simulator.load(task, variation)
    return [tuple(first), *(tuple(simulator.step(action)) for action in actions)]
