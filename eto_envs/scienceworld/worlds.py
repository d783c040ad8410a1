"""Builds worlds as the package's `load` does, without making the tasks of all other types first.

Half of the time of a load goes into a `TaskMaker1`: some 7,000 tasks of 19 classes, of which one is used. Making them
has two effects on the world that is built: objects are numbered, and the one random generator, seeded with the
variation, is drawn from. How many numbers and how many draws each class takes is always the same. So here the class
that is wanted starts from the number and the state of the generator that it would have found, and the world from the
number at the end. The table was read off a process of scienceworld 1.2.3 for every variation up to 1,500.
"""

from __future__ import annotations

from typing import NamedTuple

from eto_envs.errors import SimulatorError
from eto_envs.scienceworld.gateway import Gateway, JavaRef

__all__ = ["World", "WorldBuilder", "unwrapped"]


class World(NamedTuple):
    """What a world is built from."""

    task: str
    variation: int
    simplification: str


class _Maker(NamedTuple):
    """A class of tasks, and what was used up before it is registered."""

    name: str
    numbers: int
    draws: int


_TASKS = "scienceworld.tasks.specifictasks."
_NUMBERS = 17_196
"""Numbers given to objects when all tasks have been made."""
_MAKERS = {
    task: maker
    for maker, tasks in (
        (_Maker("TaskChangeOfState", 0, 0), ("boil", "melt", "freeze", "change-the-state-of-matter-of")),
        (
            _Maker("TaskElectricCircuit", 360, 32),
            ("power-component", "power-component-renewable-vs-nonrenewable-energy"),
        ),
        (_Maker("TaskElectricalConductivity", 420, 32), ("test-conductivity",)),
        (_Maker("TaskElectricalConductivity2", 576, 32), ("test-conductivity-of-unknown-substances",)),
        (
            _Maker("TaskFindLivingNonLiving", 696, 56),
            ("find-living-thing", "find-non-living-thing", "find-plant", "find-animal"),
        ),
        (_Maker("TaskGrowPlant", 5_856, 696), ("grow-plant", "grow-fruit")),
        (_Maker("TaskChemistryMix", 7_458, 696), ("chemistry-mix",)),
        (
            _Maker("TaskChemistryMixPaint", 7_770, 696),
            ("chemistry-mix-paint-secondary-color", "chemistry-mix-paint-tertiary-color"),
        ),
        (
            _Maker("TaskLifeSpan", 7_992, 700),
            ("lifespan-longest-lived", "lifespan-shortest-lived", "lifespan-longest-lived-then-shortest-lived"),
        ),
        (_Maker("TaskIdentifyLifeStages1", 8_127, 700), ("identify-life-stages-1",)),
        (_Maker("TaskIdentifyLifeStages2", 8_757, 700), ("identify-life-stages-2",)),
        (_Maker("TaskInclinedPlane1", 11_607, 780), ("inclined-plane-friction-named-surfaces",)),
        (_Maker("TaskInclinedPlane2", 11_757, 780), ("inclined-plane-friction-unnamed-surfaces",)),
        (_Maker("TaskInclinedPlane3", 11_817, 780), ("inclined-plane-determine-angle",)),
        (_Maker("TaskMendelianGenetics1", 11_877, 780), ("mendelian-genetics-known-plant",)),
        (_Maker("TaskMendelianGenetics2", 12_237, 920), ("mendelian-genetics-unknown-plant",)),
        (_Maker("TaskUseInstrumentThermometer", 12_837, 2_000), ("use-thermometer",)),
        (_Maker("TaskUseInstrumentThermometer2", 14_010, 2_720), ("measure-melting-point-known-substance",)),
        (_Maker("TaskUseInstrumentThermometer3", 14_313, 2_745), ("measure-melting-point-unknown-substance",)),
    )
    for task in tasks
}
"""Task -> the class that makes it."""

# java.util.Random is a linear congruential generator of 48 bits.
_FACTOR, _TERM, _MASK = 0x5DEECE66D, 0xB, (1 << 48) - 1


class WorldBuilder:
    """Builds the worlds of one Java process; `interface` is the process's `PythonInterface`."""

    def __init__(self, java: Gateway, interface: JavaRef) -> None:
        self._interface = interface
        self._random = _module(java, "scala.util.Random")
        self._maker: JavaRef | None = None
        self._tasks = JavaRef("")

    def build(self, java: Gateway, world: World) -> JavaRef:
        """Builds a world and returns the object that carries out steps in it.

        Raises:
            SimulatorError: the simulator does not know the task, variation or simplification.
        """
        agent = self._from_one_class(java, world) if self._maker is not None else None
        if agent is None:
            agent = self._from_all_classes(java, world)
        if not java.call(bool, agent, "simplifierSuccess"):
            raise SimulatorError(java.call(str, agent, "simplifierErrStr"))
        return agent

    def _from_all_classes(self, java: Gateway, world: World) -> JavaRef:
        """The package's own way; it also gives the task maker that the other way uses, and tells what is wrong."""
        problem = java.call(str, self._interface, "load", *world, False)
        if problem:
            self._maker = None  # the interface is in a state of error, which only another load ends
            raise SimulatorError(f"{problem} Asked for {world.task!r}, variation {world.variation}.")
        if self._maker is None:
            self._maker = java.call(JavaRef, self._interface, "taskMaker")
            self._tasks = java.call(JavaRef, self._maker, "tasks")
        java.run(self._tasks, "clear")
        java.run(self._interface, "taskMaker_$eq", None)
        return unwrapped(java, java.call(JavaRef, self._interface, "agentInterface"))

    def _from_one_class(self, java: Gateway, world: World) -> JavaRef | None:
        """What `PythonInterface.doLoad` does, with the tasks of one class; None where that class has no such task."""
        maker = _MAKERS.get(world.task)
        if maker is None or self._maker is None:
            return None
        java.run("util.UniqueIdentifier", "count_$eq", maker.numbers)
        java.run(self._random, "setSeed", _seed_after(world.variation, maker.draws))
        java.run(f"{_TASKS}{maker.name}", "registerTasks", self._maker)
        java.run("util.UniqueIdentifier", "count_$eq", _NUMBERS)
        java.run(self._random, "setSeed", world.variation)
        made = java.call(JavaRef, "scienceworld.environments.EnvironmentMaker", "mkKitchenEnvironment", world.variation)
        universe, person = (java.call(JavaRef, made, half) for half in ("_1", "_2"))
        found = java.call(JavaRef, self._maker, "doTaskSetup", world.task, world.variation, universe, person)
        java.run(self._tasks, "clear")
        task = java.call(JavaRef, found, "_1")
        java.release(made, found)
        if not java.call(bool, task, "isDefined"):
            java.release(task, universe, person)
            return None
        goal = unwrapped(java, task)
        agent = java.new("scienceworld.runtime.AgentInterface", universe, person, goal, world.simplification)
        for field, value in (("agent", person), ("agentInterface", agent)):
            some = java.new("scala.Some", value)
            java.run(self._interface, f"{field}_$eq", some)
            java.release(some)
        for field, value in zip(("taskStr", "taskVariationIdx", "simplificationStr"), world, strict=True):
            java.run(self._interface, f"{field}_$eq", value)
        java.release(universe, person, goal)
        return agent


def unwrapped(java: Gateway, option: JavaRef) -> JavaRef:
    """What a Scala Option holds; the Option is released."""
    value = java.call(JavaRef, option, "get")
    java.release(option)
    return value


def _module(java: Gateway, name: str) -> JavaRef:
    """A Scala object that is hidden behind a class of the same name."""
    kind = java.call(JavaRef, "java.lang.Class", "forName", f"{name}$")
    field = java.call(JavaRef, kind, "getField", "MODULE$")
    module = java.call(JavaRef, field, "get", None)
    java.release(kind, field)
    return module


def _seed_after(seed: int, draws: int) -> int:
    """The seed that puts the generator where `draws` draws take it from `seed`."""
    state = (seed ^ _FACTOR) & _MASK
    factor, term = _FACTOR, _TERM
    while draws:
        if draws & 1:
            state = (state * factor + term) & _MASK
        factor, term = factor * factor & _MASK, (factor * term + term) & _MASK
        draws >>= 1
    return state ^ _FACTOR
