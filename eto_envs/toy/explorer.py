"""The explorer of LockedDoor: solves a house knowing no more than what an agent has been shown.

It goes to the nearest room that it has not seen, opens what stands there, and takes the key to the door once it has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from eto_envs.toy.house import House

__all__ = ["explore_house"]


def explore_house(house: House) -> list[str]:
    """The explorer's actions, from the start of the task to leaving the house."""
    actions: list[str] = []
    room, seen = house.start, {house.start}

    def go(is_wanted: Callable[[str], bool]) -> None:
        nonlocal room
        for direction in _way(house, room, seen, is_wanted):
            actions.append(f"go {direction}")
            room = house.exits[room][direction]
        seen.add(room)

    while True:
        for container in (name for name, place in house.containers.items() if place == room):
            actions.append(f"open {container}")
            if house.keys[house.key] == container:
                actions.append(f"take {house.key} from {container}")
                while room != house.door_room:
                    known = seen | {other for each in seen for other in house.exits[each].values()}
                    go(house.door_room.__eq__ if house.door_room in known else lambda name: name not in seen)
                return [*actions, f"unlock door with {house.key}", "leave through door"]
        go(lambda name: name not in seen)


def _way(house: House, origin: str, seen: set[str], is_wanted: Callable[[str], bool]) -> list[str]:
    """Directions to the nearest room that is wanted, through rooms that were seen; the first of equals."""
    queue: deque[tuple[str, list[str]]] = deque([(origin, [])])
    reached = {origin}
    while queue:
        room, way = queue.popleft()
        if is_wanted(room):
            return way
        for direction, neighbour in house.exits[room].items() if room in seen else ():
            if neighbour not in reached:
                reached.add(neighbour)
                queue.append((neighbour, [*way, direction]))
    raise AssertionError("A house is connected and holds the key: there is always a room left to go to.")
