"""Token ids of prompts that grow turn by turn; only what is new is rendered and encoded."""

from __future__ import annotations

from collections.abc import Sequence

from eto_agent.chat.encoder import ChatEncoder
from eto_envs.conversation import Message

__all__ = ["GrowingPrompts"]


class GrowingPrompts:
    """Remembers each conversation's messages and ids until it is forgotten."""

    def __init__(self, encoder: ChatEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, tuple[list[Message], list[int]]] = {}

    def ids(self, key: str, messages: Sequence[Message]) -> list[int]:
        """The ids of one conversation; see `all`."""
        return self.all([(key, messages)])[0]

    def all(self, conversations: Sequence[tuple[str, Sequence[Message]]]) -> list[list[int]]:
        """The ids of conversations that end with a user turn, generation prompt included.

        Args:
            conversations: each its name and all of it; where it does not go on from what was known under that name,
                all is encoded.

        Raises:
            TemplateError: the template cannot render a conversation as it is.
        """
        growing: list[tuple[str, list[Message], list[int], list[Message]]] = []
        for key, messages in conversations:
            before, ids = self._known.get(key, ([], []))
            whole, known = list(messages), len(before)
            if known and len(whole) >= known and whole[:known] == before:
                growing.append((key, whole, ids, whole[known:]))
            else:
                self._known[key] = (whole, self._encoder.prompt_ids(whole))
        longer = self._encoder.extend_all([(ids, added) for _, _, ids, added in growing])
        for (key, whole, _, _), ids in zip(growing, longer, strict=True):
            self._known[key] = (whole, ids)
        return [list(self._known[key][1]) for key, _ in conversations]

    def forget(self, key: str) -> None:
        """Drops a conversation that has ended."""
        self._known.pop(key, None)
