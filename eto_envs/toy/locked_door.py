"""`eto/LockedDoor-v0`: find the right key, unlock the door, leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, count, islice
from typing import Any, Literal, NamedTuple, get_args

from eto_envs.core import TextEnv, WorldStep
from eto_envs.errors import UnknownNameError
from eto_envs.progress import Subgoal, completed_share
from eto_envs.tasks import Manifest, Task
from eto_envs.toy.conversation import CONVERSATION
from eto_envs.toy.explorer import explore_house
from eto_envs.toy.house import House, build_house

__all__ = ["LockedDoorEnv"]

Expert = Literal["planner", "explorer"]

_TYPES = {"one-key": (3, 1), "two-keys": (4, 2), "three-keys": (5, 3)}
"""Task type -> number of rooms, number of keys."""
_HOUSES, _EVAL_HOUSES = 80, 20
_SPLITS = {"train": 0, "seen": 80, "unseen": 100}
"""Split -> number of its first house; those beyond the usual ones are numbered from `_FURTHER` on."""
_FURTHER = {"train": 120, "seen": 1_000_000, "unseen": 2_000_000}
_MOST_HOUSES = 100_000
_MAX_STEPS = 25


class _State(NamedTuple):
    """Everything that changes. Immutable, so a snapshot is a reference."""

    room: str
    opened: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    reached_door: bool = False
    unlocked: bool = False
    left: bool = False
    jammed: bool = False


class LockedDoorEnv(TextEnv):
    """Leave a house through a locked door.

    ## Description
    A house of three to five rooms. Containers hold keys of different colours; one of them opens the door. The wrong key
    breaks in the lock and ends the episode. Everything is generated from the task's id.

    ## Action Space
    Any string. Understood: `look`, `inventory`, `go DIRECTION`, `open CONTAINER`, `take KEY from CONTAINER`,
    `unlock door with KEY`, `leave through door`.

    ## Observation Space
    Any string: what the agent sees after the action.

    ## Rewards
    The score is the share of subgoals done (find the key, take it, bring it to the door, unlock, leave), 0 after the
    wrong key. `reward_mode="final"` gives it once at the end, `"delta"` gives its changes.

    ## Episode End
    Terminated when the agent has left (solved) or broke a key (failed); truncated after 25 steps.

    ## Information
    The keys of every environment of the suite; see `TextEnv`.

    ## Arguments
    * `split`: `train` (240 tasks), `seen` (60 tasks, the same rooms) or `unseen` (60 tasks, other rooms).
    * `houses`, `eval_houses`: training tasks of each of the three types (default 80), and tasks of each type in `seen`
      and in `unseen` (default 20); as many as one likes.
    * `expert`: what `oracle_actions()` gives: the `planner` (default) knows where everything is and plans from any
      state in which the right key can still be used; the `explorer` looks for the key as a player must, from the start
      of the task: what there is to imitate.
    * Further arguments: see `TextEnv`.

    ## Fidelity
    Made for this suite; there is no upstream.

    ## Version History
    * v0: first version.
    """

    conversation = CONVERSATION

    def __init__(
        self,
        split: str = "train",
        *,
        houses: int = _HOUSES,
        eval_houses: int = _EVAL_HOUSES,
        expert: Expert = "planner",
        **settings: Any,
    ) -> None:
        if expert not in get_args(Expert):
            raise UnknownNameError.of("expert", expert, get_args(Expert))
        for name, number in {"houses": houses, "eval_houses": eval_houses}.items():
            if not isinstance(number, int) or not 1 <= number <= _MOST_HOUSES:  # pyright: ignore[reportUnnecessaryIsInstance]
                raise UnknownNameError(f"Unknown number of {name} {number!r}; expected 1 to {_MOST_HOUSES:,}.")
        super().__init__(_manifest(houses, eval_houses), split, **settings)
        self.expert: Expert = expert
        self._house = build_house("", rooms=2, keys=1, unseen=False)
        self._state = _State(self._house.start)

    def _start(self, task: Task) -> WorldStep:
        self._house = _house_of(task)
        self._state = _State(self._house.start)
        return WorldStep(self._look())

    def _apply(self, action: str) -> WorldStep:
        observation, valid = self._carry_out(action.strip().lower())
        if self._state.room == self._house.door_room and self._house.key in self._state.held:
            self._state = self._state._replace(reached_door=True)
        done = self._state.left or self._state.jammed
        score = 0.0 if self._state.jammed else completed_share(self._subgoals())
        return WorldStep(observation, score, done, self._state.left, valid)

    def _carry_out(self, action: str) -> tuple[str, bool]:
        """Changes the state; returns the observation and whether the action was understood."""
        words = action.split(" ")
        if action == "look":
            return self._look(), True
        if action == "inventory":
            return f"You hold {_listed(sorted(self._state.held))}.", True
        if words[0] == "go" and len(words) == 2:
            return self._go(words[1])
        if words[0] == "open":
            return self._open(action.removeprefix("open "))
        if words[0] == "take" and " from " in action:
            key, _, container = action.removeprefix("take ").partition(" from ")
            return self._take(key, container)
        if action.startswith("unlock door with "):
            return self._unlock(action.removeprefix("unlock door with "))
        if action == "leave through door":
            return self._leave()
        return "Nothing happens.", False

    def _go(self, direction: str) -> tuple[str, bool]:
        room = self._house.exits[self._state.room].get(direction)
        if room is None:
            return "Nothing happens.", False
        self._state = self._state._replace(room=room)
        return self._look(), True

    def _open(self, container: str) -> tuple[str, bool]:
        if self._house.containers.get(container) != self._state.room:
            return "Nothing happens.", False
        if container in self._state.opened:
            return f"The {container} is already open.", True
        self._state = self._state._replace(opened=self._state.opened | {container})
        return f"You open the {container}. Inside: {_listed(self._inside(container))}.", True

    def _take(self, key: str, container: str) -> tuple[str, bool]:
        here = self._house.containers.get(container) == self._state.room and container in self._state.opened
        if not here or key not in self._inside(container):
            return "Nothing happens.", False
        self._state = self._state._replace(held=self._state.held | {key})
        return f"You take the {key}.", True

    def _unlock(self, key: str) -> tuple[str, bool]:
        if self._state.room != self._house.door_room or key not in self._state.held:
            return "Nothing happens.", False
        if key != self._house.key:
            self._state = self._state._replace(jammed=True)
            return f"The {key} breaks in the lock. The door will not open any more.", True
        self._state = self._state._replace(unlocked=True)
        return "The door is unlocked.", True

    def _leave(self) -> tuple[str, bool]:
        if self._state.room != self._house.door_room:
            return "Nothing happens.", False
        if not self._state.unlocked:
            return "The door is locked.", True
        self._state = self._state._replace(left=True)
        return "You leave the house.", True

    def _look(self) -> str:
        room = self._state.room
        containers = [self._described(name) for name, place in self._house.containers.items() if place == room]
        exits = ", ".join(f"{direction} to the {other}" for direction, other in self._house.exits[room].items())
        door = ""
        if room == self._house.door_room:
            door = f" There is {'an unlocked' if self._state.unlocked else 'a locked'} door."
        return f"You are in the {room}. You see {_listed(containers)}.{door} Exits: {exits}."

    def _described(self, container: str) -> str:
        if container not in self._state.opened:
            return f"{container} (closed)"
        return f"{container} (open, with {_listed(self._inside(container))})"

    def _inside(self, container: str) -> list[str]:
        return [key for key, place in self._house.keys.items() if place == container and key not in self._state.held]

    def _goal(self) -> str:
        house = self._house
        return f"Leave the house through the door in the {house.door_room}. Only the {house.key} opens it."

    def _subgoals(self) -> tuple[Subgoal, ...]:
        house, state = self._house, self._state
        taken = house.key in state.held
        return (
            Subgoal(f"find the {house.key}", taken or house.keys[house.key] in state.opened),
            Subgoal(f"take the {house.key}", taken),
            Subgoal(f"bring it to the {house.door_room}", state.reached_door),
            Subgoal("unlock the door", state.unlocked),
            Subgoal("leave through the door", state.left),
        )

    def _admissible_actions(self) -> Sequence[str]:
        state, house = self._state, self._house
        here = [name for name, place in house.containers.items() if place == state.room]
        actions = ["look", "inventory", *(f"go {direction}" for direction in house.exits[state.room])]
        actions += [f"open {name}" for name in here if name not in state.opened]
        actions += [f"take {key} from {name}" for name in here if name in state.opened for key in self._inside(name)]
        if state.room == house.door_room:
            actions += [f"unlock door with {key}" for key in sorted(state.held)]
            actions += ["leave through door"]
        return actions

    @property
    def oracle_from(self) -> Literal["state", "start"]:
        """The planner begins in the current state, the explorer at the start."""
        return "start" if self.expert == "explorer" else "state"

    def _oracle_actions(self) -> Sequence[str]:
        state, house = self._state, self._house
        if self.expert == "explorer":
            return explore_house(house)
        if state.left or state.jammed:
            return []
        plan: list[str] = []
        room = state.room
        if house.key not in state.held:
            container = house.keys[house.key]
            plan += [f"go {direction}" for direction in house.route(room, house.containers[container])]
            plan += [f"open {container}"] if container not in state.opened else []
            plan += [f"take {house.key} from {container}"]
            room = house.containers[container]
        plan += [f"go {direction}" for direction in house.route(room, house.door_room)]
        plan += [f"unlock door with {house.key}"] if not state.unlocked else []
        return [*plan, "leave through door"]

    def _capture(self) -> Any:
        return self._state

    def _reinstate(self, task: Task, world: Any) -> None:
        self._house, self._state = _house_of(task), world


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "nothing"


@lru_cache(maxsize=512)
def _house(task_id: str, rooms: int, keys: int, unseen: bool) -> House:
    return build_house(task_id, rooms=rooms, keys=keys, unseen=unseen)


def _house_of(task: Task) -> House:
    return _house(task.id, task.data["rooms"], task.data["keys"], task.data["unseen"])


@lru_cache(maxsize=4)
def _manifest(houses: int, eval_houses: int) -> Manifest:
    """`houses` times 3 tasks for training, `eval_houses` times 3 in the same rooms and in others; types take turns."""
    return Manifest(
        "generated",
        {
            split: [
                Task(f"{kind}/{number}", kind, _MAX_STEPS, {"rooms": rooms, "keys": keys, "unseen": split == "unseen"})
                for number in _numbers(split, houses if split == "train" else eval_houses)
                for kind, (rooms, keys) in _TYPES.items()
            ]
            for split in _SPLITS
        },
    )


def _numbers(split: str, houses: int) -> Iterator[int]:
    usual = _HOUSES if split == "train" else _EVAL_HOUSES
    return islice(chain(range(_SPLITS[split], _SPLITS[split] + usual), count(_FURTHER[split])), houses)
