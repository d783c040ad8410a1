"""`OraclePolicy`: the environment's own solution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eto_agent.policies.base import Conversation, Needs, Reply
from eto_envs.trajectory import Trajectory

__all__ = ["OraclePolicy"]


@dataclass
class OraclePolicy:
    """Follows the environment's own solution, with a rule-made rationale before each action.

    Args:
        rationale: trajectory so far, action -> the thought; None writes the bare action.
        skip: trajectory so far, action -> whether to leave the action out (for steps that change nothing).
    """

    rationale: Callable[[Trajectory, str], str] | None = None
    skip: Callable[[str], bool] | None = None
    name: str = "oracle"
    needs: Needs = "oracle"

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        return [self._reply(conversation) for conversation in conversations]

    def _reply(self, conversation: Conversation) -> Reply:
        action = self.next_action(conversation)
        return Reply(None, stop="plan") if action is None else self.saying(conversation.trajectory, action)

    def next_action(self, conversation: Conversation) -> str | None:
        """The first step of the plan that is not taken yet; other actions between the steps are passed over."""
        plan = [action for action in conversation.plan if self.skip is None or not self.skip(action)]
        taken = 0
        for turn in conversation.trajectory.turns:
            taken += turn.role == "agent" and taken < len(plan) and turn.action == plan[taken]
        return plan[taken] if taken < len(plan) else None

    def saying(self, trajectory: Trajectory, action: str) -> Reply:
        """An action, after its rationale where there are any."""
        if self.rationale is None:
            return Reply(f"Action: {action}")
        return Reply(f"Thought: {self.rationale(trajectory, action)}\nAction: {action}")

    def forget(self, key: str) -> None:
        pass
