"""`RandomPolicy`: a uniform choice among what the world admits; the floor of every table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from eto_agent.policies.base import Conversation, Needs, Reply

__all__ = ["RandomPolicy"]


@dataclass
class RandomPolicy:
    """A uniform choice among the admissible actions; a task's choices depend on seed and key only."""

    seed: int = 0
    name: str = "random"
    needs: Needs = "admissible"
    _streams: dict[str, np.random.Generator] = field(default_factory=dict[str, np.random.Generator])

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        replies: list[Reply] = []
        for conversation in conversations:
            stream = self._streams.get(conversation.key) or self._stream(conversation.key)
            actions = conversation.admissible
            action = actions[int(stream.integers(len(actions)))] if actions else ""
            replies.append(Reply(f"Action: {action}"))
        return replies

    def _stream(self, key: str) -> np.random.Generator:
        digest = hashlib.sha256(f"{self.seed}/{key}".encode()).digest()
        self._streams[key] = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        return self._streams[key]

    def forget(self, key: str) -> None:
        self._streams.pop(key, None)
