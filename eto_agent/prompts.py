"""`Prompts`: the token ids of conversations that grow by a turn at a time; only what is new is rendered and encoded."""

from __future__ import annotations

from collections.abc import Sequence

from eto_agent.chat import ChatEncoder, Message

__all__ = ["Prompts"]


class Prompts:
    """Remembers each conversation's messages and ids until it is forgotten."""

    def __init__(self, encoder: ChatEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, tuple[list[Message], list[int]]] = {}

    def ids(self, key: str, messages: Sequence[Message]) -> list[int]:
        """The ids of a conversation that ends with a user turn, generation prompt included.

        Args:
            key: the conversation's name.
            messages: all of it; where it does not go on from what was known under that name, all is encoded.

        Raises:
            TemplateError: the template cannot render the conversation as it is.
        """
        before, ids = self._known.get(key, ([], []))
        whole = list(messages)
        known = len(before)
        if known and len(whole) >= known and whole[:known] == before:
            ids = self._encoder.extend(ids, whole[known:])
        else:
            ids = self._encoder.prompt_ids(whole)
        self._known[key] = (whole, ids)
        return list(ids)

    def forget(self, key: str) -> None:
        """Drops a conversation that has ended."""
        self._known.pop(key, None)
