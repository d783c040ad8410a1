"""How an episode of ScienceWorld reads to a language model."""

from __future__ import annotations

from eto_envs.conversation.format import ANSWER_FORMAT, ConversationFormat

__all__ = ["CONVERSATION"]

CONVERSATION = ConversationFormat(
    f"""You do scientific experiments in a simulated house. Its places are: hallway, kitchen, living room, \
bedroom, bathroom, art studio, workshop, greenhouse, foundry, outside. Doors and containers are open already, and you \
can teleport between places. Each round you see what your last action did, and choose the next one.

Actions:
open OBJ, close OBJ: open or close a container
activate OBJ, deactivate OBJ: switch a device on or off
connect OBJ to OBJ, disconnect OBJ: wire electrical parts, where the task is about electricity
use OBJ [on OBJ]: use a device or a tool
look around: describe the place
look at OBJ: describe an object (also: examine OBJ)
look in OBJ: list what a container holds
read OBJ: read a note or a book
move OBJ to OBJ: put an object into or onto another
pick up OBJ: take an object into the inventory
put down OBJ: drop an object from the inventory
pour OBJ into OBJ: pour a liquid into a container
dunk OBJ into OBJ: dip a container into a liquid
mix OBJ: mix what a container holds
teleport to LOC: be in a place at once
go to LOC: walk to the next place
eat OBJ: eat something
flush OBJ: flush a toilet
focus on OBJ: say which object the task is about; a wrong one fails the task
inventory: list what you carry
task: repeat the task
wait: let 10 rounds pass
wait1: let one round pass

{ANSWER_FORMAT}""",
)
