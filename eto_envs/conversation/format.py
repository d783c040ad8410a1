"""`ConversationFormat`: how one world is put into words for a language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

__all__ = ["ANSWER_FORMAT", "PLAIN_INSTRUCTION", "ChatMessage", "ConversationFormat", "Message"]

ANSWER_FORMAT = """Answer every observation in this format:
Thought: <what you think>
Action: <one action>"""
"""The last paragraph of every instruction of the suite."""

PLAIN_INSTRUCTION = f"""You act in a world of text and have a task. First you see the task and where you are. Each \
round you see what your last action did, and choose the next one.

{ANSWER_FORMAT}"""
"""The instruction of a world that brings none."""


class ChatMessage(TypedDict):
    """One chat message, as chat templates and endpoints take it."""

    role: Literal["user", "assistant"]
    content: str


class Message(ChatMessage):
    """A chat message that training can read.

    `trained` marks what the agent itself said. `token_ids` are the ids of the reply as sampled.
    """

    trained: bool
    token_ids: NotRequired[list[int]]


@dataclass(frozen=True, slots=True)
class ConversationFormat:
    """The words of one world (paper, section 2 and appendix E).

    Attributes:
        instruction: the text of the first user turn; "" for none, then the conversation starts with the task.
        observation_prefix: what stands before every observation.
        format_error: the observation after a reply without an action.
        goal_in_task: whether the task turn states the goal. False where the first observation states it.
        observation_in_task: whether the first observation stands in the task turn, after the goal.
        stop: a string that ends a reply when it appears (it and what follows are dropped).
    """

    instruction: str = PLAIN_INSTRUCTION
    observation_prefix: str = "Observation: "
    format_error: str = "Invalid format. The input must contains 'Action: '"
    goal_in_task: bool = True
    observation_in_task: bool = True
    stop: str = "\nObservation:"

    @property
    def rules(self) -> str:
        """The instruction without `ANSWER_FORMAT`, for styles that ask for replies of another form."""
        return self.instruction.removesuffix(ANSWER_FORMAT).rstrip()

    def parse_action(self, reply: str) -> str | None:
        """The action in a reply: all that follows the first `Action:`, stripped; None where there is none."""
        _, marker, action = reply.partition("Action:")
        return action.strip() if marker else None

    def render_observation(self, observation: str) -> str:
        """An observation as the content of a user turn."""
        if observation == self.format_error:  # on one line in every world
            return f"Observation: {observation}"
        return f"{self.observation_prefix}{observation}"

    def render_task(self, goal: str, observation: str) -> str:
        """The content of the task turn: the goal and the first observation, as far as the format wants them."""
        parts = (goal if self.goal_in_task else "", observation if self.observation_in_task else "")
        return "\n\n".join(part for part in parts if part)
