"""An oracle that makes mistakes before it goes on, so that imitation sees what follows a mistake.

A recorded solution never goes wrong. An agent that imitates it has no example of what to do after an action that does
not work, and its first mistake leads to where no demonstration was. Before a step drawn by chance this oracle tries
something that an agent may well try too and that does not work there; then it goes on with its plan. What does not work
comes from the `World`. A mistake changes nothing in the environment, so the plan stays right. Mistakes are context,
never imitated (role `prefix`): what is learned is the step after. Noise put into the demonstrator for this reason is
DART (Laskey and others, 2017, arXiv 1703.09327), where it changes the state as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from eto_agent.policies import Conversation, OraclePolicy, Reply
from eto_envs.trajectory import Trajectory

__all__ = ["NoisyOracle"]


@dataclass
class NoisyOracle(OraclePolicy):
    """An oracle that makes mistakes.

    Args:
        chance: of a mistake before a step, in [0, 1).
        mistakes: trajectory so far -> actions that do not work there, unless one is the next step of the plan.
        seed: of the mistakes; those of an episode depend on its task, not on other episodes.
    """

    chance: float = 0.0
    mistakes: Callable[[Trajectory], Sequence[str]] | None = None
    seed: int = 0

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        return [self._mistake(each) or self._reply(each) for each in conversations]

    def _mistake(self, conversation: Conversation) -> Reply | None:
        trajectory, following = conversation.trajectory, self.next_action(conversation)
        dice = self._dice(trajectory, len(trajectory.turns))
        if self.mistakes is None or following is None or dice.random() >= self.chance:
            return None
        choices = [action for action in self.mistakes(trajectory) if action != following]
        return self.saying(trajectory, dice.choice(choices)) if choices else None

    def _dice(self, trajectory: Trajectory, turn: int) -> Random:
        return Random(f"{self.seed} {trajectory.task} {turn}")

    def with_context(self, trajectory: Trajectory) -> Trajectory:
        """An episode of this oracle, with its mistakes as context."""
        turns = list(trajectory.turns)
        for number, turn in enumerate(trajectory.turns[1:], 1):
            if self.mistakes is None or turn.valid or self._dice(trajectory, number).random() >= self.chance:
                continue
            if turn.action in self.mistakes(replace(trajectory, turns=trajectory.turns[:number])):
                turns[number] = replace(turn, role="prefix")
        return replace(trajectory, turns=turns)
