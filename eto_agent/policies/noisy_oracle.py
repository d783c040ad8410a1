"""Slips: mistakes that the oracle makes before it goes on, so that imitation sees what follows a mistake.

A recorded solution never goes wrong. An agent that imitates it has no example of what to do after an action that does
not work, and its first mistake leads to where no demonstration was. An expert with slips tries, before a step drawn by
chance, something that an agent may well try too and that does not work there; then it goes on with its plan. A slip
changes nothing in the world, so the plan stays right. Slips are context, never imitated (role `prefix`): what is
learned is the step after. Noise put into the demonstrator for this reason is DART (Laskey and others, 2017, arXiv
1703.09327), where it changes the state as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from eto_agent.policies import Conversation, OraclePolicy, Reply
from eto_envs.alfworld.instruction import UnknownInstruction, read_instruction
from eto_envs.trajectory import Trajectory

__all__ = ["SLIPS", "NoisyOracle"]


@dataclass
class NoisyOracle(OraclePolicy):
    """An oracle that slips.

    Args:
        chance: of a slip before a step, in [0, 1).
        slips: trajectory so far -> actions that do not work there, unless one is the next step of the plan.
        seed: of the slips; those of an episode depend on its task, not on other episodes.
    """

    chance: float = 0.0
    slips: Callable[[Trajectory], Sequence[str]] | None = None
    seed: int = 0

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        return [self._slip(each) or self._reply(each) for each in conversations]

    def _slip(self, conversation: Conversation) -> Reply | None:
        trajectory, following = conversation.trajectory, self.next_action(conversation)
        dice = self._dice(trajectory, len(trajectory.turns))
        if self.slips is None or following is None or dice.random() >= self.chance:
            return None
        choices = [action for action in self.slips(trajectory) if action != following]
        return self.saying(trajectory, dice.choice(choices)) if choices else None

    def _dice(self, trajectory: Trajectory, turn: int) -> Random:
        return Random(f"{self.seed} {trajectory.task} {turn}")

    def with_context(self, trajectory: Trajectory) -> Trajectory:
        """An episode of this oracle, with its slips as context."""
        turns = list(trajectory.turns)
        for number, turn in enumerate(trajectory.turns[1:], 1):
            if self.slips is None or turn.valid or self._dice(trajectory, number).random() >= self.chance:
                continue
            if turn.action in self.slips(replace(trajectory, turns=trajectory.turns[:number])):
                turns[number] = replace(turn, role="prefix")
        return replace(trajectory, turns=turns)


def _alfworld(trajectory: Trajectory) -> list[str]:
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


def _locked_door(trajectory: Trajectory) -> list[str]:
    """Before the key is in the hand: using it, or taking it out of what stands here."""
    key = re.search(r"Only the (.+) opens it", trajectory.goal)
    texts = [turn.observation for turn in trajectory.turns]
    looks = [text for text in texts if text.startswith("You are in")]
    if key is None or not looks or any(text.endswith(f" {key[1]}.") for text in texts):  # seen, so it may be taken
        return []
    containers = re.findall(r"(\w+ \w+) \((?:closed|open)", looks[-1])
    return [f"unlock door with {key[1]}", *(f"take {key[1]} from {each}" for each in containers)]


SLIPS: dict[str, Callable[[Trajectory], Sequence[str]]] = {
    "eto/ALFWorld-v0": _alfworld,
    "eto/LockedDoor-v0": _locked_door,
}
"""Environment id -> what does not work at a point of an episode."""
