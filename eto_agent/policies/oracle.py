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
        plan = [action for action in conversation.plan if self.skip is None or not self.skip(action)]
        taken = sum(turn.role == "agent" for turn in conversation.trajectory.turns)
        if taken >= len(plan):
            return Reply(None, stop="plan")
        action = plan[taken]
        if self.rationale is None:
            return Reply(f"Action: {action}")
        return Reply(f"Thought: {self.rationale(conversation.trajectory, action)}\nAction: {action}")

    def forget(self, key: str) -> None:
        pass
