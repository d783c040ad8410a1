"""Configurations from YAML files.

Keys that are left out keep their defaults; unknown keys and values of the wrong type are refused before any work.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import yaml

from eto_agent.config.presets import with_presets
from eto_agent.config.schema import BaseConfig
from eto_agent.fields import with_new_names
from eto_envs.errors import DataError, UnknownNameError

__all__ = ["read_config", "typed_config"]

Config = TypeVar("Config", bound=BaseConfig)


def read_config(path: Path, presets: Sequence[str] = ()) -> dict[str, Any]:
    """The keys of a YAML file, with some of its presets laid over the rest (see `presets.py`).

    Raises:
        DataError: there is no such file, or it is not a YAML mapping.
        UnknownNameError: no such preset.
    """
    if not path.is_file():
        raise DataError(f"No configuration at {str(path)!r}; give a YAML file, for instance configs/demo.yaml.")
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"{str(path)!r} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        keys = ", ".join(each.name for each in dataclasses.fields(BaseConfig))
        raise DataError(f"{str(path)!r} holds a {type(given).__name__}; expected keys such as {keys}.")
    return with_new_names(with_presets(given, presets, repr(str(path))))


def typed_config(given: Mapping[str, Any], kind: type[Config], path: Path) -> Config:
    """A configuration of the given type from the keys of a file.

    Args:
        given: what `read_config` returned.
        kind: the configuration type, with the sections of the methods in use.
        path: the file, for messages.

    Raises:
        UnknownNameError: an unknown key, or a value of the wrong type.
    """
    from pydantic import TypeAdapter, ValidationError

    for key, allowed in _unknown_keys(given, kind):
        raise UnknownNameError.of("key", key, allowed, "See: eto-agent run --help", where=f"in {str(path)!r}")
    try:
        return TypeAdapter(kind).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UnknownNameError(f"Unusable {key} {first['input']!r} in {str(path)!r}: {first['msg']}.") from None


def _unknown_keys(given: Mapping[str, Any], kind: type, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Keys that no field answers to, each with the keys that exist beside it."""
    types = get_type_hints(kind)
    names = [each.name for each in dataclasses.fields(kind)]
    for key, value in given.items():
        if key not in names:
            yield f"{prefix}{key}", [f"{prefix}{name}" for name in names]
        elif dataclasses.is_dataclass(types[key]) and isinstance(value, dict):
            yield from _unknown_keys(value, types[key], f"{prefix}{key}.")  # type: ignore[arg-type]
