"""What each field of a recorded trajectory may hold; a line that was edited or damaged must not come to life."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from eto_envs.errors import DataError

__all__ = ["TRAJECTORY_FIELDS", "TURN_FIELDS", "check_fields"]

_LARGEST = sys.float_info.max
_ROLES = ("task", "prefix", "agent")


class Kind(NamedTuple):
    """A kind of value: how a message calls it, and whether a value is of it."""

    name: str
    fits: Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST


def _is_positive(value: object) -> bool:
    return _is_number(value) and cast(float, value) > 0


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_role(value: object) -> bool:
    return value in _ROLES


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_object_of_texts(value: object) -> bool:
    return isinstance(value, dict) and all(_is_text(each) for each in cast(dict[str, object], value).values())


def _or_null(kind: Kind) -> Kind:
    def fits(value: object) -> bool:
        return value is None or kind.fits(value)

    return Kind(f"{kind.name} or null", fits)


def _list_of(kind: Kind) -> Kind:
    def fits(value: object) -> bool:
        return isinstance(value, list) and all(kind.fits(each) for each in cast(list[object], value))

    return Kind(f"a list, each {kind.name}", fits)


_TEXT = Kind("text", _is_text)
_NUMBER = Kind("a finite number", _is_number)
_WHOLE = Kind("a whole number", _is_whole)
_FLAG = Kind("true or false", _is_flag)
_OBJECT = Kind("an object", _is_object)

TURN_FIELDS: Mapping[str, Kind] = {
    "role": Kind(f"one of {', '.join(_ROLES)}", _is_role),
    "text": _TEXT,
    "observation": _TEXT,
    "action": _or_null(_TEXT),
    "reward": _NUMBER,
    "score": _NUMBER,
    "progress": _NUMBER,
    "valid": _FLAG,
    "subgoals": _list_of(_FLAG),
    "meta": _OBJECT,
}
"""Fields of a `Turn`."""

TRAJECTORY_FIELDS: Mapping[str, Kind] = {
    "env": _TEXT,
    "task": _TEXT,
    "task_type": _TEXT,
    "split": _TEXT,
    "env_kwargs": _OBJECT,
    "turns": _list_of(_OBJECT),
    "subgoals": _list_of(_TEXT),
    "outcome": _or_null(_TEXT),
    "final_reward": _or_null(_NUMBER),
    "max_score": Kind("a number above 0", _is_positive),
    "seed": _or_null(_WHOLE),
    "policy": _TEXT,
    "error": _or_null(_TEXT),
    "versions": Kind("an object of texts", _is_object_of_texts),
    "meta": _OBJECT,
    "format": _WHOLE,
}
"""Fields of a `Trajectory`."""


def check_fields(what: str, data: Mapping[str, Any], fields: Mapping[str, Kind]) -> None:
    """Checks the fields that are there; which ones have to be there is for the dataclass to say.

    Raises:
        DataError: an unknown field, or a value of the wrong kind.
    """
    for name, value in data.items():
        if name not in fields:
            raise DataError(f"not a trajectory ({what} has an unknown field {name!r})")
        if not fields[name].fits(value):
            shown = repr(value)
            shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
            raise DataError(f"not a trajectory ({what} has {name} {shown}; expected {fields[name].name})")
