"""ScienceWorld.

Failures
    wrong_focus      The episode ended with a negative score by a `focus on` (also where a number then chose among
                     several things of that name).
    never_found      The goal asks for a focus, and nothing was ever focused on: trajectories do not say what was seen.

Waiting for a process and watching it (`wait`, `wait1`, `use thermometer`) is no loop.

Ids of imported files. In the ETO release (Yifan-Song793/ETO, commit a2fc5da) an id is `TYPE_VARIATION` with TYPE the
position among the 30 types in the order of their old names. In AgentTraj-L (AgentGym) `sciworld_N` counts variations,
type by type in the simulator's own order: of 200 records, 199 are of the first types, 0 to 1,095, where the count is
borne out. The other is not of the task that it would name, so further ids are kept as they are.

The paper's released code counts the best score of an episode, sets it back at a reply without an action, and takes
every end by the simulator for a success.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from eto_agent.worlds.world import PaperResults, PaperScoring, World, type_before_slash
from eto_envs.scienceworld.tasks import load_manifest
from eto_envs.trajectory import Trajectory

__all__ = ["SCIENCEWORLD"]


def rationale(trajectory: Trajectory, action: str) -> str:
    """The thought before an action of a ScienceWorld gold path."""
    verb, _, rest = action.partition(" ")
    if action.startswith(("go to ", "teleport to ")):
        return f"{_aim(trajectory)} Next: the {action.partition(' to ')[2]}."
    if action == "look around":
        return f"{_aim(trajectory)} What is here?"
    if verb == "focus":
        return f"The {rest.removeprefix('on ')} fits the task."
    if action.startswith("pick up "):
        return f"I take the {action.removeprefix('pick up ')} with me."
    if verb == "move":
        thing, _, place = rest.partition(" to ")
        return f"The {thing} goes to the {place}."
    if verb.startswith("wait"):
        return "I give it time."
    return f"{_aim(trajectory)} Next I {action}."


def _aim(trajectory: Trajectory) -> str:
    """What the agent is after: first the thing that the task asks for, later the place where it belongs."""
    goal = trajectory.goal.partition("Your task is to ")[2] or trajectory.goal
    place = re.search(r"move it to (the .+?)\.", goal)
    if place and any((turn.action or "").startswith("focus on") for turn in trajectory.turns):
        return f"It belongs in {place[1]}."
    return f"I have to {goal.partition('.')[0]}."


def skip(action: str) -> bool:
    """Opening doors changes nothing where they are open from the start (simplification `easy`)."""
    return action.startswith("open door to ")


def failures(trajectory: Trajectory) -> Iterator[str]:
    """Labels of a lost episode."""
    turns = trajectory.turns[1:]
    commands = [turn.action.strip().lower() for turn in turns if turn.action is not None]
    while commands and commands[-1].isdecimal():  # the answer to "which of these do you mean?"
        commands.pop()
    fatal = trajectory.outcome == "failed" and bool(turns) and turns[-1].score < 0
    if fatal and commands and commands[-1].startswith("focus"):
        yield "wrong_focus"
    asked = any(name.startswith("focus on ") for name in trajectory.subgoals)
    if asked and not any(turn.observation.startswith("You focus on ") for turn in turns):
        yield "never_found"


_RELEASED_ORDER = (
    "boil", "change-the-state-of-matter-of", "freeze", "melt", "measure-melting-point-known-substance",
    "measure-melting-point-unknown-substance", "use-thermometer", "power-component",
    "power-component-renewable-vs-nonrenewable-energy", "test-conductivity",
    "test-conductivity-of-unknown-substances", "find-animal", "find-living-thing", "find-non-living-thing",
    "find-plant", "grow-fruit", "grow-plant", "chemistry-mix", "chemistry-mix-paint-secondary-color",
    "chemistry-mix-paint-tertiary-color", "lifespan-longest-lived", "lifespan-longest-lived-then-shortest-lived",
    "lifespan-shortest-lived", "identify-life-stages-1", "identify-life-stages-2", "inclined-plane-determine-angle",
    "inclined-plane-friction-named-surfaces", "inclined-plane-friction-unnamed-surfaces",
    "mendelian-genetics-known-plant", "mendelian-genetics-unknown-plant",
)  # fmt: skip
"""Position in the ETO release's ids -> task type."""

_AGENTGYM_ORDER = (
    *("boil", "melt", "freeze", "change-the-state-of-matter-of", "use-thermometer"),
    "measure-melting-point-known-substance",
)
"""The task types that AgentGym counts, in order, as far as recordings of it bear the count out."""


def task_of(record: Mapping[str, Any], id_key: str) -> str:
    """The task that a record of the ETO release or AgentGym is of."""
    given = str(record.get(id_key, ""))
    name, _, number = given.partition("_")
    if not number.isdecimal():
        return given
    if name == "sciworld":
        return _agentgym_tasks().get(int(number), given)
    if name.isdecimal() and int(name) < len(_RELEASED_ORDER):
        return f"{_RELEASED_ORDER[int(name)]}/{int(number)}"
    return given


@lru_cache(maxsize=1)
def _agentgym_tasks() -> Mapping[int, str]:
    manifest = load_manifest("official")
    variations = Counter(task.type for split in manifest.values() for task in split)  # it holds all of them
    tasks = [f"{kind}/{number}" for kind in _AGENTGYM_ORDER for number in range(variations[kind])]
    return dict(enumerate(tasks))


def paper_scores(trajectory: Trajectory) -> list[float]:
    """The score after each turn, in [0, 1], as the paper's released code counts it."""
    scores = [0.0]
    for turn in trajectory.turns[1:]:
        worth = min(1.0, max(0.0, turn.score / trajectory.max_score))
        scores.append(0.0 if turn.action is None else max(scores[-1], worth))
    return scores


PAPER_VALUES = {
    "2": {
        "gpt-4": (64.8, 64.4),
        "gpt-3.5": (16.5, 13.0),
        "base": (3.8, 3.1),
        "sft": (67.4, 53.0),
        "best-of-n": (70.2, 57.6),
        "rft": (71.6, 54.3),
        "ppo": (59.4, 51.7),
        "eto": (73.8, 65.0),
    },
    "3": {
        "sft llama-2-13b": (68.1, 57.6),
        "eto llama-2-13b": (71.4, 68.6),
        "sft mistral-7b": (63.8, 52.2),
        "eto mistral-7b": (68.5, 62.5),
    },
    "7": {
        "gpt-4": (58.3, 59.7),
        "gpt-3.5": (7.2, 4.7),
        "base": (0.0, 0.0),
        "sft": (70.6, 73.5),
        "best-of-n": (70.6, 73.5),
        "rft": (73.2, 71.1),
        "ppo": (68.5, 70.5),
        "eto": (80.3, 78.2),
    },
}


SCIENCEWORLD = World(
    "eto/ScienceWorld-v0",
    rationale=rationale,
    skip=skip,
    failures=failures,
    failure_meanings={"wrong_focus": "focused on the wrong thing", "never_found": "never found the object"},
    watching=("wait", "use thermometer"),
    task_of=task_of,
    type_of=type_before_slash,
    paper_scoring=PaperScoring(
        paper_scores,
        lambda trajectory: trajectory.outcome in ("solved", "failed"),
        "the best score of the episode, set back by a reply without an action; success whenever the simulator ends "
        "the episode, which it also does on failure",
    ),
    paper=PaperResults({"seen": "paper/seen", "unseen": "paper/unseen"}, PAPER_VALUES),
)
