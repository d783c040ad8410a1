"""Worlds built from one class of tasks are those that the package builds from all of them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from eto_envs.scienceworld.simulator import Simulator
from eto_envs.scienceworld.tasks import STEP_LIMITS, load_manifest
from eto_envs.scienceworld.worlds import World, WorldBuilder, _seed_after
from eto_envs.tasks import Task

TOUR = ("greenhouse", "kitchen", "outside", "workshop", "art studio", "bedroom", "living room")


def drawn_tasks() -> list[Task]:
    """A variation of each type, drawn once and for all."""
    generator = random.Random(5)
    tasks = [task for split in load_manifest("official").values() for task in split]
    return [generator.choice([task for task in tasks if task.type == kind]) for kind in STEP_LIMITS]


def shown(simulator: Simulator, task: Task) -> list[Any]:
    """A tour of the rooms, then the last number that an object was given, and the next draw of the generator."""
    seen: list[Any] = [simulator.load(task.data["task"], task.data["variation"]), simulator.task_description()]
    for place in TOUR:
        seen += [simulator.step(f"teleport to {place}"), simulator.step("look around")]
    assert simulator._jvm is not None
    assert simulator._builder is not None
    with simulator._jvm.calls() as java:
        seen.append(java.call(int, "util.UniqueIdentifier", "count"))
        seen.append(java.call(int, simulator._builder._random, "nextInt"))
    return [*seen, simulator.goals()]


@pytest.mark.slow
def test_both_ways_build_the_same_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    one_class, built = WorldBuilder._from_one_class, []

    def noting(self: WorldBuilder, java: Any, world: World) -> Any:
        agent = one_class(self, java, world)
        built.append((world.task, agent is not None))
        return agent

    tasks = drawn_tasks()
    with Simulator() as simulator:
        simulator.load("boil", 0)  # the first world of a process is built the package's way
        monkeypatch.setattr(WorldBuilder, "_from_one_class", noting)
        quick = [shown(simulator, task) for task in tasks]
    assert built == [(task.data["task"], True) for task in tasks]
    monkeypatch.setattr(WorldBuilder, "_from_one_class", lambda *_: None)
    with Simulator() as simulator:
        assert [shown(simulator, task) for task in tasks] == quick


@pytest.mark.parametrize(("seed", "draws"), [(0, 0), (0, 1), (7, 3520), (1385, 56)])
def test_a_seed_that_skips_draws(simulator: Simulator, seed: int, draws: int) -> None:
    """Against Java's own generator."""
    simulator.load("boil", 0)
    assert simulator._jvm is not None
    with simulator._jvm.calls() as java:
        generator = java.new("java.util.Random", seed)
        for _ in range(draws):
            java.call(int, generator, "nextInt")
        skipped = java.new("java.util.Random", _seed_after(seed, draws))
        assert [java.call(int, generator, "nextInt") for _ in range(3)] == [
            java.call(int, skipped, "nextInt") for _ in range(3)
        ]
