"""Houses of LockedDoor: generated from a task's id alone, the same on every machine.

Every choice is read from a SHA-256 hash of the seed and a label, so no random generator's version matters.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["DIRECTIONS", "House", "build_house"]

T = TypeVar("T")

DIRECTIONS = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}
ROOMS = ("hall", "kitchen", "library", "cellar", "studio", "pantry", "bedroom", "workshop")
UNSEEN_ROOMS = ("attic", "garage", "laundry", "observatory", "chapel", "greenhouse", "vault", "balcony")
COLOURS = ("red", "blue", "green", "brass", "silver", "black")
CONTAINERS = ("box", "chest", "drawer", "cabinet", "basket")


@dataclass(frozen=True, slots=True)
class House:
    """One house.

    Attributes:
        exits: room -> direction -> neighbouring room.
        containers: container -> room it stands in.
        keys: key -> container that holds it at the start.
        key: the one that opens the door.
        start: the room the agent starts in; door_room: the room with the locked door.
    """

    exits: dict[str, dict[str, str]]
    containers: dict[str, str]
    keys: dict[str, str]
    key: str
    start: str
    door_room: str

    def route(self, origin: str, target: str) -> list[str]:
        """Directions of a shortest way from one room to another."""
        queue: deque[tuple[str, tuple[str, ...]]] = deque([(origin, ())])
        seen = {origin}
        while queue:
            room, way = queue.popleft()
            if room == target:
                return list(way)
            for direction, neighbour in self.exits[room].items():
                if neighbour not in seen:
                    seen.add(neighbour)
                    queue.append((neighbour, (*way, direction)))
        raise AssertionError(f"No way from {origin} to {target}: houses are connected by construction.")


class _Dice:
    """Choices that depend on a seed and on how many were made before, and on nothing else."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, 0

    def pick(self, options: Sequence[T]) -> T:
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}#{self._count}".encode()).digest()
        return options[int.from_bytes(digest[:8], "big") % len(options)]

    def draw(self, options: Sequence[T], count: int) -> list[T]:
        left = list(options)
        return [left.pop(left.index(self.pick(left))) for _ in range(count)]


def build_house(seed: str, *, rooms: int, keys: int, unseen: bool) -> House:
    """Builds the house of a seed.

    Args:
        seed: any string; the same string gives the same house everywhere.
        rooms: number of rooms, 2 to 8.
        keys: number of keys, 1 to 6; one fits the door.
        unseen: whether room names come from the list kept for the unseen split.
    """
    dice = _Dice(seed)
    names = dice.draw(UNSEEN_ROOMS if unseen else ROOMS, rooms)
    place = {(0, 0): names[0]}
    exits: dict[str, dict[str, str]] = {name: {} for name in names}
    for name in names[1:]:
        free = [
            ((x + dx, y + dy), direction, room)
            for (x, y), room in place.items()
            for direction, (dx, dy) in DIRECTIONS.items()
            if (x + dx, y + dy) not in place
        ]
        spot, direction, neighbour = dice.pick(free)
        place[spot] = name
        exits[neighbour][direction] = name
        exits[name][_opposite(direction)] = neighbour
    colours = dice.draw(COLOURS, keys)
    kinds = dice.draw([f"{colour} {kind}" for colour in COLOURS for kind in CONTAINERS], max(rooms, keys))
    containers = {kind: names[position % rooms] for position, kind in enumerate(kinds)}
    holders = dice.draw(kinds, keys)
    return House(
        exits={name: {d: exits[name][d] for d in DIRECTIONS if d in exits[name]} for name in names},
        containers=containers,
        keys={f"{colour} key": holder for colour, holder in zip(colours, holders, strict=True)},
        key=f"{colours[0]} key",
        start=dice.pick(names),
        door_room=dice.pick(names),
    )


def _opposite(direction: str) -> str:
    dx, dy = DIRECTIONS[direction]
    return next(name for name, offset in DIRECTIONS.items() if offset == (-dx, -dy))
