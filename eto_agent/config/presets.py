"""Presets: named changes that a configuration file holds for itself, under the key `presets`.

    env: {id: eto/ALFWorld-v0}
    model: {name: "scratch:demo"}
    presets:
      gpu:
        model: {name: "scratch:base"}

`--preset gpu` (or several, in order) lays them over the rest of the file; flags win over both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eto_envs.errors import DataError, UnknownNameError

__all__ = ["with_presets"]


def with_presets(given: Mapping[str, Any], names: Sequence[str], where: str) -> dict[str, Any]:
    """A file's keys with the named presets laid over them, and without the key `presets`.

    Args:
        given: what the file holds.
        names: presets, later ones over earlier ones.
        where: the file, for messages.

    Raises:
        UnknownNameError: the file has no preset of that name. DataError: its presets are not mappings.
    """
    left = {key: value for key, value in given.items() if key != "presets"}
    presets = given.get("presets", {})
    if not isinstance(presets, dict) or not all(isinstance(each, dict) for each in presets.values()):
        raise DataError(f"The presets in {where} have to be names with keys under them.")
    for name in names:
        if name not in presets:
            raise UnknownNameError.of("preset", name, presets, where=f"in {where}")
        left = _laid_over(left, presets[name])
    return left


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` wins; where both hold mappings, key by key. `env.settings` belongs to one world and is replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        deep = isinstance(old, Mapping) and isinstance(value, Mapping) and key != "settings"
        merged[key] = _laid_over(old, value) if deep else value  # type: ignore[arg-type]
    return merged
