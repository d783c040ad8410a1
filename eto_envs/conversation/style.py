"""`Style`: what the shape of a prompt has to answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from eto_envs.conversation.format import ConversationFormat, Message
from eto_envs.trajectory import Trajectory

__all__ = ["Style"]


class Style(Protocol):
    """The shape of a prompt, the same for all worlds."""

    @property
    def wants_admissible(self) -> bool:
        """Whether the prompt lists the admissible actions; they are computed only then."""
        ...

    def messages(
        self, trajectory: Trajectory, words: ConversationFormat, admissible: Sequence[str] = ()
    ) -> list[Message]:
        """The messages of an episode: for the next reply while it is open, with the last reply once it has ended."""
        ...

    def parse(self, reply: str, words: ConversationFormat) -> str | None:
        """The action in a reply; None where there is none."""
        ...

    def format_error(self, words: ConversationFormat) -> str:
        """The observation after a reply without an action."""
        ...
