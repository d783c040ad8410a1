"""How an episode of ALFWorld reads to a language model."""

from __future__ import annotations

from eto_envs.conversation.format import ANSWER_FORMAT, ConversationFormat

__all__ = ["CONVERSATION"]

CONVERSATION = ConversationFormat(
    f"""You are a robot in a room of a house and have a household task. First you see what stands in the room, and \
the task. Each round you see what your last action did, and choose the next one. You can hold one object at a time.

Actions, where OBJ is an object and RECEP a piece of furniture or an appliance, both named with their numbers:
go to RECEP: walk there and see what is in or on it
open RECEP, close RECEP: open or close what has a door, a lid or a drawer
take OBJ from RECEP: pick up an object
put OBJ in/on RECEP: put down the object that you hold (in some houses: move OBJ to RECEP)
clean OBJ with RECEP: wash the object that you hold, at a sinkbasin
heat OBJ with RECEP: heat the object that you hold, with a microwave
cool OBJ with RECEP: cool the object that you hold, with a fridge
use OBJ: switch on a lamp that stands where you are
slice OBJ with OBJ: cut an object with a knife that you hold
examine RECEP: look again at what is in or on it
look, inventory: see where you are, and what you hold

An action that is impossible is answered "Nothing happens."; then try another one.

{ANSWER_FORMAT}""",
    format_error="Error Input. Your input must contains 'Action: '",
    goal_in_task=False,
)
