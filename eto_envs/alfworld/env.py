"""`eto/ALFWorld-v0`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any, Literal, NamedTuple

from eto_envs.alfworld.collections import open_collection
from eto_envs.alfworld.conversation import CONVERSATION
from eto_envs.alfworld.explorer import explore
from eto_envs.alfworld.observations import NOTHING_HAPPENS
from eto_envs.alfworld.oracle import Unsolvable, plan
from eto_envs.alfworld.subgoals import Seen, seen_after, subgoals
from eto_envs.alfworld.worlds import ENGINES, EngineName, Moment, World
from eto_envs.core import TextEnv, WorldStep
from eto_envs.errors import EpisodeError, UnknownNameError
from eto_envs.progress import Subgoal
from eto_envs.tasks import Task

__all__ = ["EXPERTS", "OBSERVATIONS", "ALFWorldEnv"]

Observations = Literal["raw", "paper"]
OBSERVATIONS: tuple[Observations, ...] = ("raw", "paper")
Expert = Literal["planner", "explorer"]
EXPERTS: tuple[Expert, ...] = ("planner", "explorer")

_ARRIVAL = "You arrive at loc "


class _Now(NamedTuple):
    """Everything that changes. Immutable, so a snapshot is a reference."""

    moment: Moment
    seen: Seen


class ALFWorldEnv(TextEnv):
    """Household tasks: find things, clean, heat or cool them, put them where they belong.

    ## Description
    A kitchen, bedroom, bathroom or living room with receptacles, some of them closed, and things in them. Six types of
    tasks: put something somewhere; put it there clean, hot or cool; put two of a kind there; look at something under a
    lamp. Where things are has to be found out.

    ## Action Space
    Any string. Understood: `go to R`, `open R`, `close R`, `take O from R`, `put O in/on R` (dialect put) or
    `move O to R` (dialect move), `clean O with R`, `heat O with R`, `cool O with R`, `slice O with O`, `use O`,
    `examine X`, `look`, `inventory` (and `help` in dialect move), as far as the state admits them. Every character
    counts; anything else is answered `Nothing happens.`

    ## Observation Space
    Any string: the game's answer. `process_observation="raw"` leaves it as it is; `"paper"` drops the welcome line, the
    empty lines of the first observation and `You arrive at loc N.`, as the code of the ReAct and ETO papers does.

    ## Rewards
    The score is 1 when the goal holds, else 0. `reward_mode="final"` gives it once at the end.

    ## Episode End
    Terminated when the goal holds (solved). Truncated after 40 steps, the paper's limit.

    ## Information
    The keys of every environment of the suite; see `TextEnv`. The subgoals follow from the goal: find, take, clean,
    heat or cool, switch on, put; twice where there are two things. Progress is their share.

    ## Arguments
    * `games`: `mini` (default; 300 made-up games that come along), `mini:N` (with N other training games, each drawn
      when it is played: as many demonstrations and explorations as help), `mini:N+M` (and M other games in each
      evaluation split: narrower intervals), `official` (from `ALFWORLD_DATA` or after
      `eto-envs download alfworld`), or a folder or zip file in the official layout.
    * `split`, `manifest`: of `mini` train (200), seen (50), unseen (50: other rooms). Of `official` train (3,553), seen
      (140), unseen (134); `paper` and `agentgym` are other lists of them, `folder` is what there is.
    * `dialect`: `put` (data up to 2.1.2, the papers') or `move` (2.1.3); default: what the games are, `put` for `mini`.
    * `engine`: `native` (default), or `textworld`, the original (`pip install 'eto-envs[alfworld]'`). A game whose
      rules the native engine does not know is played by TextWorld, with a warning.
    * `expert`: what `oracle_actions()` gives: the `planner` knows where everything is and plans from any state (no
      actions where something in hand can never be put down again, as a paper towel roll); the `explorer` looks for
      things as a player must, from the start of the task: what there is to imitate.
    * Further arguments: see `TextEnv`.

    ## Fidelity
    TextWorld 1.7.0 with alfworld 0.4.2 (`AlfredDemangler` without shuffling). On the games of both dialects the native
    engine gives the same observations, admissible actions, scores and ends, step by step
    (`scripts/differential_alfworld`). Differences from alfworld's own environment:

    * Its expert, its step limit of 50 and its shuffled names are left out.
    * A game is its path, not its position in a list.

    ## References
    Shridhar, Yuan, Côté, Bisk, Trischler, Hausknecht: ALFWorld: Aligning Text and Embodied Environments for Interactive
    Learning. ICLR 2021. https://github.com/alfworld/alfworld. Step limit and observations: Song et al.: Trial and
    Error: Exploration-Based Trajectory Optimization for LLM Agents. ACL 2024.

    ## Version History
    * v0: first version.
    """

    conversation = CONVERSATION

    def __init__(
        self,
        split: str = "train",
        *,
        games: str = "mini",
        manifest: str | None = None,
        dialect: str | None = None,
        engine: EngineName = "native",
        process_observation: Observations = "raw",
        expert: Expert = "planner",
        **settings: Any,
    ) -> None:
        _require("engine", engine, ENGINES)
        _require("process_observation", process_observation, OBSERVATIONS)
        _require("expert", expert, EXPERTS)
        self.games = open_collection(games, dialect)
        super().__init__(self.games.manifest(manifest), split, **settings)
        self.engine: EngineName = engine
        self.process_observation: Observations = process_observation
        self.expert: Expert = expert
        self._world = World(engine)
        self._loaded = ""
        self._now: _Now | None = None

    # -- the world ---------------------------------------------------------------------------------------------

    def _start(self, task: Task) -> WorldStep:
        self._load(task)
        self._now = _Now(self._world.start(), Seen())
        return WorldStep(self._shown(self._now.moment.observation, first=True))

    def _apply(self, action: str) -> WorldStep:
        before, game = self._present, self._world.game
        moment, seen = self._world.apply(before.moment, action), before.seen
        if game is not None and before.moment.state is not None and moment.state is not None:
            seen = seen_after(game, before.moment.state, action, moment.state, seen)
        self._now = _Now(moment, seen)
        valid = moment.observation != NOTHING_HAPPENS
        return WorldStep(self._shown(moment.observation), float(moment.won), moment.won, moment.won, valid)

    def _load(self, task: Task) -> None:
        if self._loaded != task.id:
            self._loaded = ""
            self._world.load(self.games, task.id)
            self._loaded = task.id

    @property
    def _present(self) -> _Now:
        if self._now is None:
            raise EpisodeError(f"{type(self).__name__} has no episode; call reset() first.")
        return self._now

    def _shown(self, observation: str, *, first: bool = False) -> str:
        if self.process_observation == "raw":
            return observation
        if first:
            return "\n".join(observation.split("\n\n")[1:])
        return observation.partition(". ")[2] if observation.startswith(_ARRIVAL) else observation

    def _goal(self) -> str:
        return self._world.instruction

    def _subgoals(self) -> tuple[Subgoal, ...]:
        moment, seen = self._present
        if self._world.game is None or moment.state is None:
            return (Subgoal("win", moment.won),)
        return subgoals(self._world.game, moment.state, seen)

    def _admissible_actions(self) -> Sequence[str]:
        return self._world.admissible(self._present.moment)

    @property
    def oracle_from(self) -> Literal["state", "start"]:
        """The planner begins in the current state; the explorer, and the solution in a file, at the start."""
        from_file = self._world.game is None and self._world.played_by == "textworld"
        return "start" if from_file or self.expert == "explorer" else "state"

    def _oracle_actions(self) -> Sequence[str]:
        game, state = self._world.game, self._present.moment.state
        if game is None or state is None:
            return self._world.walkthrough
        if self.expert == "explorer":
            return explore(game, self.step_limit)
        try:
            return plan(game, state)
        except Unsolvable:  # where an agent got itself stuck is no error
            return []

    def _capture(self) -> _Now:
        return self._present

    def _reinstate(self, task: Task, world: _Now) -> None:
        self._load(task)
        self._now = world

    def _shut_down(self) -> None:
        self._world.close()
        self._loaded, self._now = "", None

    @property
    def settings(self) -> dict[str, Any]:
        return {"games": self.games.name, "engine": self.engine, "process_observation": self.process_observation}

    @property
    def versions(self) -> dict[str, str]:
        named = {"games": self.games.name, "engine": self._world.played_by}
        if self._world.played_by == "textworld":
            named |= {name: metadata.version(name) for name in ("textworld", "alfworld")}
        return {**super().versions, **named}


def _require(name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise UnknownNameError.of(name, value, allowed)
