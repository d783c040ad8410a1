"""Field types of configurations that the command line reads in a way of its own."""

from __future__ import annotations

import json
from typing import Annotated, Any

import tyro

from eto_envs.making import parse_settings

__all__ = ["KeyValues"]

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
