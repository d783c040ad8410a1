"""How `rollout.explore` talks to a policy: conversations go in as they become ready, replies come out as they end.

A policy that can do that itself is a `StreamingPolicy`; any other is asked in batches.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from eto_agent.policies import Conversation, Policy, Reply

__all__ = ["BatchedPolicy", "ReplyStream", "StreamingPolicy", "as_stream"]

_LINGER_S = 0.02
"""The longest that a batch waits for environments that are still working, once one is ready."""


class ReplyStream(Protocol):
    """Takes conversations and gives replies, in any order."""

    @property
    def busy(self) -> bool:
        """Whether a reply is due."""
        ...

    @property
    def patience_s(self) -> float:
        """How long it pays to wait for more conversations before the next `collect`."""
        ...

    def submit(self, conversations: Sequence[Conversation]) -> None:
        """Asks for a reply to each; a conversation has one reply due at a time."""
        ...

    def collect(self) -> list[tuple[str, Reply]]:
        """Works for a moment, and returns the replies that are ready with their conversations' keys."""
        ...


@runtime_checkable
class StreamingPolicy(ReplyStream, Policy, Protocol):
    """A policy whose replies do not wait for each other."""


class BatchedPolicy:
    """A policy that answers batches, as a stream: whatever is ready makes one batch."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._waiting: list[Conversation] = []
        self._answering_s = 0.0

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    @property
    def patience_s(self) -> float:
        """No longer than an answer takes: a policy that answers at once is not made to wait."""
        return min(_LINGER_S, self._answering_s)

    def submit(self, conversations: Sequence[Conversation]) -> None:
        self._waiting += conversations

    def collect(self) -> list[tuple[str, Reply]]:
        batch, self._waiting = sorted(self._waiting, key=lambda each: each.key), []
        if not batch:
            return []
        begun = time.perf_counter()
        replies = self._policy.act(batch)
        self._answering_s = time.perf_counter() - begun
        return [(each.key, reply) for each, reply in zip(batch, replies, strict=True)]


def as_stream(policy: Policy) -> ReplyStream:
    """The policy itself if it streams, else its batches."""
    return policy if isinstance(policy, StreamingPolicy) else BatchedPolicy(policy)
