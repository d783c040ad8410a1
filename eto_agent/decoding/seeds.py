"""Random streams that are named, so that a reply's noise never depends on what else is sampled."""

from __future__ import annotations

import hashlib

__all__ = ["reply_seed", "request_seed"]


def reply_seed(seed: int, key: str, position: int) -> int:
    """64 bits, signed, for one reply: of the run's seed, the conversation and its place in it, nothing else."""
    digest = hashlib.sha256(f"{seed}/{key}/{position}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def request_seed(seed: int, key: str, position: int) -> int:
    """The same below 2**63 and not negative, as engines and endpoints take it."""
    return reply_seed(seed, key, position) & (2**63 - 1)
