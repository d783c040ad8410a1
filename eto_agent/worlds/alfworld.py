"""ALFWorld.

Failures
    wrong_object     An object was taken whose kind is neither the goal's nor, where something has to be sliced, a
                     knife.
    never_found      A `find` subgoal was never done.

Ids of imported files. In the ETO release (Yifan-Song793/ETO, commit a2fc5da) the game stands in `game_file`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from eto_agent.worlds.evidence import arguments, never_found
from eto_agent.worlds.world import PaperResults, World
from eto_envs.alfworld.instruction import UnknownInstruction, read_instruction
from eto_envs.alfworld.knowledge import Knowledge, word_of
from eto_envs.alfworld.places import is_likely
from eto_envs.trajectory import Trajectory

__all__ = ["ALFWORLD"]

_TREATMENTS = {"clean": "clean", "hot": "heat", "cool": "cool"}


def rationale(trajectory: Trajectory, action: str) -> str:
    """The thought before an action of an ALFWorld oracle or explorer: the aim, then what the action does for it."""
    known = _knowledge(trajectory)
    if known is None:
        return f"I have a task to do: {trajectory.goal.strip()} I {action}."[:300]
    if action.startswith(("go to ", "open ", "examine ")):
        return _way(known, action)
    verb, _, rest = action.partition(" ")
    thing, place, *_ = (*re.split(r" (?:from|in/on|to|with) ", rest), "")
    task = known.instruction
    if verb == "take":
        knife = " to slice with" if word_of(thing) != task.thing else ""
        return f"I need {_wanted(known)}{knife}; here is {thing}, so I take it."
    if verb in _TREATMENTS.values():
        quality = next(quality for quality, name in _TREATMENTS.items() if name == verb)
        return f"The {task.thing} has to be {quality}; I have {thing}, so I {verb} it with the {place}."
    if verb == "slice":
        return f"The {task.thing} has to be sliced; I have the {place}, so I cut {thing} with it."
    if verb in ("put", "move"):
        if word_of(thing) == task.thing and word_of(place) == task.target:
            return f"The {task.thing} belongs in the {task.target}; I put {thing} into or onto the {place}."
        return f"I need my hands free for {_wanted(known)}; I put the {thing} down."
    if verb == "use":
        return f"I want to look at the {task.thing} under the {task.target}; I switch on the {thing}."
    other = {"inventory": "check what I hold", "look": "look around"}.get(action, action)
    return f"I need {_wanted(known)}; I {other}."


def _knowledge(trajectory: Trajectory) -> Knowledge | None:
    """What the episode has shown so far; None where the task is of no known form."""
    first = trajectory.turns[0]
    texts = (first.observation, f"{first.observation}\n\n{first.text}")
    for text in texts:
        try:
            known = Knowledge.from_first(text)
        except UnknownInstruction:
            continue
        for turn in trajectory.turns[1:]:
            known.learn(turn.action or "", turn.observation)
        return known
    return None


def _wanted(known: Knowledge) -> str:
    """The object of the task: "a mug", or "another mug" once one lies where it belongs."""
    task = known.instruction
    homes = [things for place, things in known.contents.items() if word_of(place) == task.target]
    if task.count > 1 and any(word_of(thing) == task.thing for things in homes for thing in things):
        return f"another {task.thing}"
    return f"{'an' if task.thing[0] in 'aeiou' else 'a'} {task.thing}"


def _way(known: Knowledge, action: str) -> str:
    """The thought before going to a receptacle, opening it or looking into it."""
    task, verb = known.instruction, action.partition(" ")[0]
    place = action.removeprefix("go to " if verb == "go" else f"{verb} ")
    step = {"go": f"I go to the {place}", "open": f"I open the {place}"}.get(verb, f"I look at the {place}")
    held = known.held
    if held is None or word_of(held) != task.thing:
        if held is not None and task.thing not in map(word_of, known.contents.get(place, [task.thing])):
            return f"I need my hands free for {_wanted(known)}; I put the {held} away. {step}."
        sliced = "sliced" in task.qualities and held is None and not any(known.qualities.values())
        return _search(known, task.thing, place, step, " and a knife" if sliced else "")
    made = known.qualities.get(held, ())
    for quality, verb in _TREATMENTS.items():
        if quality in task.qualities and quality not in made:
            return f"The {task.thing} has to be {quality}; I have {held} and {verb} it next. {step}."
    if not task.light:
        state = f"{held} is {' and '.join(sorted(made))} now" if made else f"I have {held}"
        return f"The {task.thing} belongs in the {task.target}; {state}. {step}."
    return _search(known, task.target, place, step, f" to look at the {task.thing}")


def _search(known: Knowledge, word: str, place: str, step: str, why: str) -> str:
    """The thought while something is looked for: where it was seen, or where it may be."""
    wanted = _wanted(known) if word == known.instruction.thing else f"a {word}"
    there = next((thing for thing in known.contents.get(place, ()) if word_of(thing) == word), None)
    if there is not None:
        return f"I need {wanted}{why}; I have seen {there} at the {place}. {step}."
    if place in known.closed:
        return f"I need to find {wanted}{why}; the {place} is closed and may hide one. {step}."
    reason = "is a likely place" if is_likely(word, place) else "is a place where I have not looked yet"
    return f"I need to find {wanted}{why}; the {place} {reason}. {step}."


def mistakes(trajectory: Trajectory) -> list[str]:
    """Taking what the task asks for where it is not, and going where one is."""
    try:
        first = trajectory.turns[0]
        task = read_instruction(f"{first.observation}\n\n{first.text}")
    except UnknownInstruction:
        return []
    seen = [turn for turn in trajectory.turns[1:] if turn.valid]
    moves = [str(turn.action) for turn in seen if str(turn.action).startswith("go to ")]
    if not moves:
        return []
    here = moves[-1].removeprefix("go to ")
    absent = not _holds(trajectory) and f" {task.thing} " not in seen[-1].observation
    takes = [f"take {task.thing} {number} from {here}" for number in (1, 1, 2)] if absent else []
    return [*takes, f"go to {here}"]


def _holds(trajectory: Trajectory) -> bool:
    """Whether the last thing picked up is still in the hand."""
    done = [turn.observation for turn in trajectory.turns[1:]]
    return sum(text.startswith("You pick up") for text in done) > sum(
        text.startswith(("You put", "You move")) for text in done
    )


def failures(trajectory: Trajectory) -> Iterator[str]:
    """Labels of a lost episode."""
    yield from never_found(trajectory)
    wanted = {match[1] for name in trajectory.subgoals if (match := re.match(r"take (?:an?|another) (\w+)$", name))}
    if any(name.startswith("slice it") for name in trajectory.subgoals):
        wanted |= {"knife", "butterknife"}
    if wanted and arguments(trajectory, r"take (\w+) \d+ from ") - wanted:
        yield "wrong_object"


_GAME = re.compile(r"(?:^|/)(train|valid_seen|valid_unseen|valid_train)/([^/]+)/(trial_[^/]+|game-\d+)")


def task_of(record: Mapping[str, Any], id_key: str) -> str:
    """The task that a record of the ETO release or AgentGym is of."""
    given = str(record.get(id_key, ""))
    game = _GAME.search(str(record.get("game_file", given)))
    return "/".join(game.groups()) if game else given


def type_of(task: str) -> str:
    """The type that a game's path names, or ""."""
    parts = task.split("/")
    return parts[1].partition("-")[0] if len(parts) == 3 else ""


_RESULTS = {
    "gpt-4": (42.9, 38.1),
    "gpt-3.5": (7.9, 10.5),
    "base": (0.0, 0.0),
    "sft": (60.0, 67.2),
    "best-of-n": (62.1, 69.4),
    "rft": (62.9, 66.4),
    "ppo": (22.1, 29.1),
    "eto": (68.6, 72.4),
}
PAPER_VALUES = {"2": _RESULTS, "7": _RESULTS}  # the reward of an episode is its success


ALFWORLD = World(
    "eto/ALFWorld-v0",
    rationale=rationale,
    mistakes=mistakes,
    failures=failures,
    failure_meanings={"wrong_object": "took the wrong object", "never_found": "never found the object"},
    task_of=task_of,
    type_of=type_of,
    trim_rejected=None,
    paper=PaperResults({"seen": "put/paper/seen", "unseen": "put/paper/unseen"}, PAPER_VALUES),
)
