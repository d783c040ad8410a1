"""How an episode of LockedDoor reads to a language model."""

from __future__ import annotations

from eto_envs.conversation.format import ANSWER_FORMAT, ConversationFormat

__all__ = ["CONVERSATION"]

CONVERSATION = ConversationFormat(
    f"""You are in a house and have to leave it through its locked door. Each round you see what your last action \
did, and choose the next one.

Actions:
look: describe the room
inventory: list the keys you hold
go DIRECTION: walk north, east, south or west
open CONTAINER: open a container in the room
take KEY from CONTAINER: take a key out of an open container
unlock door with KEY: try a key; a wrong one breaks in the lock
leave through door: leave the house

{ANSWER_FORMAT}""",
)
