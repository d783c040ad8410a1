"""LockedDoor.

Failures
    wrong_object     Another key was taken or tried than the one that the goal names.
    never_found      A `find` subgoal was never done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eto_agent.worlds.evidence import arguments, never_found
from eto_agent.worlds.world import World, type_before_slash
from eto_envs.trajectory import Trajectory

__all__ = ["LOCKED_DOOR"]


def rationale(trajectory: Trajectory, action: str) -> str:
    """The thought before an action of a LockedDoor solution."""
    match = re.search(r"door in the (\w+)\. Only the (.+) opens it", trajectory.goal)
    room, key = match.groups() if match else ("", "")
    held = any((turn.action or "").startswith(f"take {key} ") for turn in trajectory.turns)
    if action.startswith("go "):
        return f"I have the {key}; the door is in the {room}." if held else f"I need the {key} first."
    if action.startswith("open "):
        return f"The {key} may be inside."
    if action.startswith("take "):
        return f"There is the {key}."
    return f"I am at the door with the {key}."


def mistakes(trajectory: Trajectory) -> list[str]:
    """Before the key is in the hand: using it, or taking it out of what stands here."""
    key = re.search(r"Only the (.+) opens it", trajectory.goal)
    texts = [turn.observation for turn in trajectory.turns]
    looks = [text for text in texts if text.startswith("You are in")]
    if key is None or not looks or any(text.endswith(f" {key[1]}.") for text in texts):  # seen, so it may be taken
        return []
    containers = re.findall(r"(\w+ \w+) \((?:closed|open)", looks[-1])
    return [f"unlock door with {key[1]}", *(f"take {key[1]} from {each}" for each in containers)]


def failures(trajectory: Trajectory) -> Iterator[str]:
    """Labels of a lost episode."""
    yield from never_found(trajectory)
    wanted = {name.removeprefix("take the ") for name in trajectory.subgoals if name.startswith("take the ")}
    used = arguments(trajectory, r"take (.+) from ") | arguments(trajectory, r"unlock door with (.+)$")
    if wanted and used - wanted:
        yield "wrong_object"


LOCKED_DOOR = World(
    "eto/LockedDoor-v0",
    rationale=rationale,
    mistakes=mistakes,
    failures=failures,
    failure_meanings={"wrong_object": "took or tried the wrong key", "never_found": "never found the key"},
    type_of=type_before_slash,
)
