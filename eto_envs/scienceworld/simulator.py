"""The ScienceWorld simulator of the package scienceworld 1.2.3, driven directly: the same worlds, fewer computations.

The package's own step computes, besides the step, two descriptions of the room, the inventory, the list of referents
(for its log) and all valid actions. Here a step is a step, and the rest is computed when it is asked for. Two things
have to be kept right for the texts to stay the same, byte for byte:

* **Random numbers.** The simulator draws from one generator, seeded with the variation when a world is built. Listing
  the valid actions draws from it too (to choose among names), and the package lists them after every step. While a
  world runs, the generator decides nothing but how the bees of the greenhouse fly, which plants they pollinate and
  what these inherit; and the bees stay in their hive until somebody opens it. So nothing is listed until the hive is
  open, or a list is asked for, or the command `objects` (whose answer is drawn as well). Then the episode is run again
  from its start with a list after every step, and it goes on that way. This is the `_listing` state below.
* **Leftovers of earlier worlds.** Gold paths use routes that are drawn at random once and kept for the life of the
  process. They are forgotten before each, so that a gold path depends on its task alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import NamedTuple

from eto_envs.errors import SimulatorError
from eto_envs.scienceworld.gateway import Gateway, JavaRef
from eto_envs.scienceworld.jvm import HEAP_MB, Jvm
from eto_envs.scienceworld.worlds import World, WorldBuilder, unwrapped

__all__ = ["Goal", "Simulator", "SimulatorStep", "Variations"]

FIRST_ACTION = "look around"
"""What the package's reset does first; it gives the first observation."""
_SERVER_COMMANDS = ("help", "objects", "task")
"""Answered by the Python interface, without a step."""
_EMPTY_ANSWER = (
    "Unknown action.  Type 'help' for a list of actions, and 'objects' for a list of possible object referents. "
)
_OPENED = "is now open."
"""In the answer of the only action that opens a container."""
_JAVA_WHITESPACE = "".join(map(chr, range(33)))
_GOAL_LINE = re.compile(r"\d+\t(true|false)\t *(\S+)\t(.*)")
_OPTIONAL_GOALS = "Unordered and Optional Subgoals:"


class SimulatorStep(NamedTuple):
    """What the simulator answers to an action.

    Attributes:
        observation: the text.
        score: -100, or 0 to 100: the share of the goal reached, in percent, rounded as the package does.
        completed: whether the simulator considers the task ended.
    """

    observation: str
    score: int
    completed: bool

    @property
    def done(self) -> bool:
        """The package's rule for the end of an episode, its step limit aside."""
        return self.completed or self.score < 0


class Goal(NamedTuple):
    """An entry of the simulator's goal progress.

    Attributes:
        kind: the simulator's class of the goal, for instance `GoalFind`.
        description: what has to be done. Descriptions may repeat within a task.
        done: whether it was.
        optional: False for the sequence that completes the task, True for the steps that help on the way.
    """

    kind: str
    description: str
    done: bool
    optional: bool


class Variations(NamedTuple):
    """The simulator's own split of a task's variations: 50 % / 25 % / 25 %, in order."""

    train: tuple[int, ...]
    dev: tuple[int, ...]
    test: tuple[int, ...]


class Simulator:
    """One simulator in a Java process of its own, started when it is first needed.

    Args:
        heap_mb: the limit of the Java heap.
        timeout_s: how long one call may take.

    Every method may raise MissingDependencyError (no Java) when it is the first, and SimulatorError when the process
    dies, runs out of memory or does not answer; `load` then starts another.
    """

    def __init__(self, heap_mb: int = HEAP_MB, timeout_s: float = 600.0) -> None:
        self._heap_mb, self._timeout_s = heap_mb, timeout_s
        self._jvm: Jvm | None = None
        self._interface = JavaRef("")
        self._builder: WorldBuilder | None = None
        self._agent = JavaRef("")
        self._world: World | None = None
        self._actions: list[str] = []
        self._listing = False
        self._valid: tuple[str, ...] = ()
        self._last = SimulatorStep("", 0, False)
        self._gold: tuple[World, tuple[str, ...]] | None = None

    # -- the process -------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """Id of the Java process, or None where none runs."""
        return self._jvm.pid if self._jvm is not None and self._jvm.alive else None

    def close(self) -> None:
        """Ends the Java process; a later call starts another."""
        jvm, self._jvm, self._world = self._jvm, None, None
        if jvm is not None:
            jvm.close()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _running(self) -> Jvm:
        if self._jvm is None or not self._jvm.alive:
            self.close()
            self._agent = JavaRef("")  # that of another process means nothing here
            self._jvm = Jvm(self._heap_mb, self._timeout_s)
            with self._jvm.calls() as java:
                self._interface = java.new("scienceworld.runtime.pythonapi.PythonInterface")
                self._builder = WorldBuilder(java, self._interface)
        return self._jvm

    @contextmanager
    def _java(self) -> Generator[Gateway]:
        """The connection; after a failure in mid-call the world is in no known state and is given up."""
        try:
            with self._running().calls() as java:
                yield java
        except BaseException:
            self._world = None
            raise

    def _loaded(self) -> World:
        if self.pid is None or self._world is None:
            raise SimulatorError("The simulator holds no world; load a task first.")
        return self._world

    # -- an episode --------------------------------------------------------------------------------------------

    def load(self, task: str, variation: int, simplification: str = "easy") -> SimulatorStep:
        """Builds a world and looks around, as the package's `load` and `reset` do.

        Args:
            task: one of the 30 task names, for instance `find-animal`.
            variation: from 0.
            simplification: `easy`, or simplifications joined by commas, or nothing.

        Raises:
            SimulatorError: the simulator does not know the task, variation or simplification.
        """
        self._world, self._actions, self._listing = None, [], False
        if variation < 0:  # the simulator would fail on it in an unreadable way
            raise SimulatorError(f"Variation {variation} of {task!r} does not exist; variations start from 0.")
        world = World(task, variation, simplification)
        with self._java() as java:
            self._build(java, world)
            self._world = world
            return self._take(java, FIRST_ACTION)

    def step(self, action: str) -> SimulatorStep:
        """Takes one action, any string. Half a surrogate pair, which no text file holds, is read as U+FFFD."""
        self._loaded()
        action = action.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        with self._java() as java:
            if not self._listing and _command_of(action) == "objects":
                self._replay(java, listing=True)
            return self._take(java, action)

    def look(self) -> str:
        """The room, without taking a step."""
        return self._ask("freeActionLook")

    def inventory(self) -> str:
        """What the agent carries, without taking a step."""
        return self._ask("freeActionInventory")

    def task_description(self) -> str:
        """The instruction."""
        return self._ask("getTaskDescription")

    def goals(self) -> tuple[Goal, ...]:
        """The goal progress: the sequence first, then the optional steps; always the same ones for a task."""
        text = self._ask("getGoalProgressStr")
        sequence, _, optional = text.partition(_OPTIONAL_GOALS)
        return (*_parse_goals(sequence, optional=False), *_parse_goals(optional, optional=True))

    def valid_actions(self) -> tuple[str, ...]:
        """The actions that the simulator lists as valid, sorted; the same list that the package gives.

        The first list of an episode runs the episode again (see above); after that every step makes one.
        """
        self._loaded()
        if not self._listing:
            with self._java() as java:
                self._replay(java, listing=True)
        return self._valid

    def gold_path(self) -> tuple[str, ...]:
        """The simulator's own solution of the task from its start, up to the action that ends the episode.

        It may fail: the simulator does not check it. Making it takes up to a minute; the episode is run again
        afterwards and goes on as it was. The last one is kept.
        """
        world = self._loaded()
        if self._gold is None or self._gold[0] != world:
            with self._java() as java:
                routes = java.call(JavaRef, "scienceworld.goldagent.PathFinder", "precomputedExhaustivePaths")
                java.run(routes, "clear")
                java.release(routes)
                self._forget(java)
                java.call(str, self._interface, "load", *world, True)
                gold = java.lines(self._interface, "getGoldActionSequence")
                actions, listing = self._actions, self._listing
                self._gold = world, self._until_done(java, gold)
                self._actions = actions
                self._replay(java, listing=listing)
        return self._gold[1]

    # -- tasks -------------------------------------------------------------------------------------------------

    def task_names(self) -> tuple[str, ...]:
        """The names of the 30 tasks, in the simulator's order. The loaded world is lost."""
        with self._java() as java:
            self._world = None
            self._load(java, World("boil", 0, ""))
            return java.lines(self._interface, "getTaskNames")

    def variations(self, task: str) -> Variations:
        """The variations of a task, by the simulator's own split. The loaded world is lost."""
        with self._java() as java:
            self._world = None
            self._load(java, World(task, 0, ""))
            names = ("getVariationsTrain", "getVariationsDev", "getVariationsTest")
            return Variations(*(tuple(json.loads(java.text(self._interface, name))) for name in names))

    # -- inside ------------------------------------------------------------------------------------------------

    def _ask(self, method: str) -> str:
        self._loaded()
        with self._java() as java:
            return java.call(str, self._interface, method)

    def _load(self, java: Gateway, world: World) -> None:
        problem = java.call(str, self._interface, "load", *world, False)
        if problem:
            raise SimulatorError(f"{problem} Asked for {world.task!r}, variation {world.variation}.")

    def _build(self, java: Gateway, world: World) -> None:
        """Builds the world and takes hold of the object that carries out steps."""
        assert self._builder is not None
        self._forget(java)
        self._agent = self._builder.build(java, world)

    def _forget(self, java: Gateway) -> None:
        """Lets go of the last world before the next is built: half of the time of a load was copying both."""
        if self._agent.id:
            java.release(self._agent)
            self._agent = JavaRef("")
        for field in ("agentInterface", "agent", "taskMaker"):
            java.run(self._interface, f"{field}_$eq", None)

    def _take(self, java: Gateway, action: str) -> SimulatorStep:
        """One step, kept in step with the package's random numbers."""
        self._last = self._act(java, action)
        self._actions.append(action)
        if self._listing:
            self._valid = java.lines(self._interface, "getValidActionObjectCombinations")
        elif self._hive_is_open(java):
            # The bees have flown by the wrong numbers already in this step.
            self._replay(java, listing=True)
        return self._last

    def _hive_is_open(self, java: Gateway) -> bool:
        """Whether the last action opened the bees' hive, or the world was built with it open."""
        assert self._world is not None
        if _OPENED not in self._last.observation and "openContainers" not in self._world.simplification:
            return False
        universe = java.call(JavaRef, self._agent, "universe")
        find = "scienceworld.goldagent.PathFinder", "getEnvObject"
        hive = unwrapped(java, java.call(JavaRef, *find, "bee hive", universe))
        container = unwrapped(java, java.call(JavaRef, hive, "propContainer"))
        is_open = java.call(bool, container, "isOpen")
        java.release(universe, hive, container)
        return is_open

    def _replay(self, java: Gateway, *, listing: bool) -> None:
        """Runs the episode again from its start, with or without a list of valid actions after every step."""
        assert self._world is not None
        actions, self._actions = self._actions, []
        self._build(java, self._world)
        self._listing = listing
        for action in actions:
            self._take(java, action)

    def _until_done(self, java: Gateway, actions: tuple[str, ...]) -> tuple[str, ...]:
        """Plays actions from the start, and returns those that were played when the episode ended."""
        self._actions = [FIRST_ACTION]
        self._replay(java, listing=False)
        for number, action in enumerate(actions, 1):
            if self._take(java, action).done:
                return actions[:number]
        return actions

    def _act(self, java: Gateway, action: str) -> SimulatorStep:
        if _command_of(action) in _SERVER_COMMANDS:
            return self._last._replace(observation=java.call(str, self._interface, "step", action))
        # (observation,score,completed)
        observation, score, completed = java.text(self._agent, "step", action)[1:-1].rsplit(",", 2)
        return SimulatorStep(observation or _EMPTY_ANSWER, round(100 * float(score)), completed == "true")


def _command_of(action: str) -> str:
    """The action as the Python interface compares it with its commands."""
    return action.strip(_JAVA_WHITESPACE).lower()


def _parse_goals(text: str, *, optional: bool) -> Sequence[Goal]:
    return [Goal(kind, description, done == "true", optional) for done, kind, description in _GOAL_LINE.findall(text)]
