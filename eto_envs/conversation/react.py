"""The style `react`: one conversation of the whole history, replies of a thought and an action (the paper's).

Instruction, `OK`, an optional example, the task, then reply and observation in turn. Thought and action are the form of
ReAct (Yao and others, 2023, arXiv 2210.03629).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eto_envs.conversation.format import ConversationFormat, Message
from eto_envs.trajectory import Trajectory, Turn

__all__ = ["React", "react_messages", "turn_messages"]


@dataclass(frozen=True)
class React:
    """The whole history as one conversation; a reply is `Thought: ...` and `Action: ...`.

    Args:
        instruction: replaces the world's; "" leaves the instruction and its `OK` out.
        example: one episode shown before the task.
    """

    instruction: str | None = None
    example: Trajectory | None = None

    @property
    def wants_admissible(self) -> bool:
        return False

    def messages(
        self, trajectory: Trajectory, words: ConversationFormat, admissible: Sequence[str] = ()
    ) -> list[Message]:
        """See `react_messages`; `admissible` is not used."""
        to_act = trajectory.outcome is None
        return react_messages(trajectory, words, instruction=self.instruction, example=self.example, to_act=to_act)

    def parse(self, reply: str, words: ConversationFormat) -> str | None:
        return words.parse_action(reply)

    def format_error(self, words: ConversationFormat) -> str:
        return words.format_error


def react_messages(
    trajectory: Trajectory,
    words: ConversationFormat,
    *,
    instruction: str | None = None,
    example: Trajectory | None = None,
    to_act: bool = False,
) -> list[Message]:
    """A trajectory as chat messages: instruction, `OK`, the example, the task, then the turns.

    Args:
        trajectory: begins with its task turn.
        words: of the trajectory's environment.
        instruction: replaces that of the format; "" leaves the instruction and its `OK` out.
        example: one in-context example (the paper: none in training, one in evaluation); never trained on.
        to_act: render the last observation too, so that the agent's next reply follows. Otherwise it is left out and
            the conversation ends with an agent turn (or with the task, where there is no turn).

    Returns:
        Messages in turn user, assistant, user, ...; `trained` only on turns of the role `agent`.
    """
    messages: list[Message] = []
    text = words.instruction if instruction is None else instruction
    if text:
        acknowledged: Message = {"role": "assistant", "content": "OK", "trained": False}
        messages += [_user(text), acknowledged]
    if example is not None:
        messages += _turns(example, words, trained=False, to_act=False)
    return messages + _turns(trajectory, words, trained=True, to_act=to_act)


def turn_messages(turn: Turn, words: ConversationFormat, *, trained: bool = True) -> list[Message]:
    """A turn as chat messages: the reply, and the observation that followed it."""
    return [_reply(turn, words, trained), _user(words.render_observation(turn.observation))]


def _turns(trajectory: Trajectory, words: ConversationFormat, *, trained: bool, to_act: bool) -> list[Message]:
    task, *turns = trajectory.turns
    messages = [_user(words.render_task(task.text, task.observation))]
    for turn in turns:
        messages += turn_messages(turn, words, trained=trained)
    return messages if to_act or not turns else messages[:-1]


def _reply(turn: Turn, words: ConversationFormat, trained: bool) -> Message:
    text = turn.text
    forced = turn.role == "prefix" and turn.action is not None
    if forced and words.parse_action(text) is None:  # a bare action
        text = f"Action: {text}"
    message: Message = {"role": "assistant", "content": text, "trained": trained and turn.role == "agent"}
    if turn.meta.get("token_ids"):
        message["token_ids"] = list(turn.meta["token_ids"])
    return message


def _user(content: str) -> Message:
    return {"role": "user", "content": content, "trained": False}
