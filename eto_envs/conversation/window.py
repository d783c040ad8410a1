"""The style `window`: a fresh prompt for every step, with the last few observations and the admissible actions.

The shape that GiGPO (Feng and others, 2025, arXiv 2505.10978) and the projects after it train with: the prompt does not
grow with the episode. Its texts are our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eto_envs.conversation.format import ConversationFormat, Message
from eto_envs.errors import UnknownNameError
from eto_envs.trajectory import Trajectory, Turn

__all__ = ["Window"]

_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_ACTION = re.compile(r"<action>(.*?)</action>", re.DOTALL)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
"""Those projects refuse replies that contain any of these characters."""

_REPLY_FORMAT = """Answer with what you think, then with one action, in this format:
<think>what you think</think>
<action>one action</action>"""


@dataclass(frozen=True)
class Window:
    """One user message a step; a reply is `<think>...</think><action>...</action>`.

    A reply that lacks one of the tags, or contains Chinese characters, holds no action.

    Args:
        history: how many of the last steps are shown, each with the observation before it.
        instruction: replaces the world's rules; "" leaves them out.

    Raises:
        UnknownNameError: `history` is negative.
    """

    history: int = 2
    instruction: str | None = None

    def __post_init__(self) -> None:
        if self.history < 0:
            raise UnknownNameError(f"Unusable history {self.history!r}; expected a whole number from 0.")

    @property
    def wants_admissible(self) -> bool:
        return True

    def messages(
        self, trajectory: Trajectory, words: ConversationFormat, admissible: Sequence[str] = ()
    ) -> list[Message]:
        """The prompt of the next step; of an episode that has ended, the last prompt and its reply.

        Args:
            trajectory: begins with its task turn.
            words: of the trajectory's environment.
            admissible: the actions that are listed; none leaves the list out.
        """
        turns = trajectory.turns
        ended = trajectory.outcome is not None and len(turns) > 1
        seen = turns[:-1] if ended else turns
        messages: list[Message] = [{"role": "user", "content": self._prompt(seen, words, admissible), "trained": False}]
        if ended:
            last = turns[-1]
            messages.append({"role": "assistant", "content": last.text, "trained": last.role == "agent"})
        return messages

    def parse(self, reply: str, words: ConversationFormat) -> str | None:
        found = _ACTION.search(reply)
        if found is None or _THOUGHT.search(reply) is None or _CHINESE.search(reply):
            return None
        return found[1].strip() or None

    def format_error(self, words: ConversationFormat) -> str:
        return "Your reply held no action. It needs <think>...</think> and <action>...</action>."

    def _prompt(self, turns: Sequence[Turn], words: ConversationFormat, admissible: Sequence[str]) -> str:
        rules = words.rules if self.instruction is None else self.instruction
        parts = [rules, f"Your task:\n{turns[0].text}"]
        taken = len(turns) - 1
        shown = range(max(0, taken - self.history), taken)
        if shown:
            count = "1 step" if taken == 1 else f"{taken} steps"
            lines = [f"You have taken {count}." + ("" if len(shown) == taken else f" The last {len(shown)}:")]
            for number in shown:
                lines.append(f"[{number + 1}] You saw: {turns[number].observation}")
                lines.append(f"[{number + 1}] You did: {_said(turns[number + 1])}")
            parts.append("\n".join(lines))
        parts.append(f"Step {taken + 1}. You see:\n{turns[-1].observation}")
        if admissible:
            parts.append("\n".join(["Possible actions:", *(f"- {action}" for action in admissible)]))
        return "\n\n".join(part for part in [*parts, _REPLY_FORMAT] if part)


def _said(turn: Turn) -> str:
    return "nothing; your reply held no action" if turn.action is None else turn.action
