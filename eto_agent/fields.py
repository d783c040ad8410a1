"""Field types of configurations: how the command line reads them, which values are allowed, and former names of keys.

`config.checks` refuses a value outside its bound, whatever section it stands in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import tyro

from eto_envs.making import parse_settings

__all__ = ["NOT_NEGATIVE", "POSITIVE", "KeyValues", "NotNegative", "Positive", "with_new_names"]

KeyValues = Annotated[
    dict[str, Any],
    tyro.constructors.PrimitiveConstructorSpec(
        nargs="*",
        metavar="KEY=VALUE",
        instance_from_str=parse_settings,
        is_instance=lambda value: isinstance(value, dict),
        str_from_instance=lambda value: [f"{key}={json.dumps(each)}" for key, each in value.items()],
    ),
]
"""A dictionary of JSON values, on the command line as `KEY=VALUE ...`."""

POSITIVE, NOT_NEGATIVE = "positive", "not negative"

_Value = TypeVar("_Value")
Positive = Annotated[_Value, POSITIVE]
"""A number above 0, or None where the field takes None: `samples: Positive[int] = 4`."""
NotNegative = Annotated[_Value, NOT_NEGATIVE]
"""A number of at least 0, or None where the field takes None."""

_RENAMED = {"expert.slips": "expert.mistakes"}
"""Keys of earlier versions -> today's; files and run folders with the old ones are still read."""


def with_new_names(given: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration's keys, with those that earlier versions named otherwise under today's names."""
    renamed = dict(given)
    for old, new in _RENAMED.items():
        section, _, key = old.partition(".")
        inside = renamed.get(section)
        if isinstance(inside, Mapping) and key in inside:
            other = new.partition(".")[2]
            renamed[section] = {other if name == key else name: value for name, value in inside.items()}
    return renamed
