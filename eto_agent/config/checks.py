"""`check_config`: settings that cannot work are refused before any work starts; the message names key and value."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar, get_type_hints

from eto_agent.config.schema import BaseConfig, trainings
from eto_agent.fields import NOT_NEGATIVE, POSITIVE
from eto_agent.policies.vllm import check_vllm
from eto_agent.training.job import check_training
from eto_agent.training.trackers import check_trackers, trackers_of
from eto_agent.worlds import WORLDS, world_of
from eto_envs.errors import DataError, EtoEnvError, UnknownNameError
from eto_envs.making import full_id

__all__ = ["SettingError", "check_config", "check_method", "check_samples", "resolved"]

Config = TypeVar("Config", bound=BaseConfig)


class SettingError(EtoEnvError):
    """A setting, or two together, that cannot work."""


def check_config(config: BaseConfig) -> None:
    """Refuses what cannot work, whatever the tasks are.

    Raises:
        EtoEnvError: the first that is found.
    """
    for key, value, bound in _bounded(config):
        if bound == POSITIVE and value is not None and value <= 0:
            raise SettingError(f"{key}={value} has to be positive.")
        if bound == NOT_NEGATIVE and value is not None and value < 0:
            raise SettingError(f"{key}={value} must not be negative.")
    for section, settings in trainings(config):
        check_training(settings, f"{section}.")
    for name in config.methods:
        check_method(name, config)
    if config.expert.mistakes and world_of(config.env.id).mistakes is None:
        known = sorted(each.env for each in WORLDS if each.mistakes is not None)
        own = "One of your own needs a World with mistakes in its module." if ":" in config.env.id else ""
        raise UnknownNameError.of("environment with mistakes (expert.mistakes)", config.env.id, known, own)
    if not 0 <= config.expert.mistakes < 1:
        raise SettingError(f"expert.mistakes={config.expert.mistakes} has to be 0 or more, and less than 1.")
    if not 0 <= config.expert.break_off <= 1:
        raise SettingError(f"expert.break_off={config.expert.break_off} has to lie between 0 and 1.")
    check_trackers(trackers_of(config))
    if config.generation.engine == "vllm":
        check_vllm()
    if config.expert.file is not None and not config.expert.file.is_file():
        raise DataError(f"No expert trajectories at {str(config.expert.file)!r} (expert.file).")


def check_method(name: str, config: BaseConfig) -> None:
    """Refuses what one method cannot work with.

    Args:
        name: of the method; with or without its module.
        config: the configuration, of a type that knows the method.

    Raises:
        EtoEnvError: no such method, or settings of it that cannot work; the message names keys and values.
    """
    plain = name.rpartition(":")[2]
    for method in config.known_methods:
        if method.name == plain:
            method.check(method.of(config), config)
            return
    raise UnknownNameError.of("method", name, [*(each.name for each in config.known_methods), "MODULE:NAME"])


def resolved(config: Config) -> Config:
    """The configuration with the environment's full id, and with what methods fill in for that environment.

    Raises:
        UnknownNameError: no environment has the name.
    """
    env = replace(config.env, id=full_id(config.env.id))
    filled = {each.section: each.resolve(each.of(config), env.id) for each in config.known_methods}
    return replace(config, env=env, **filled)


def check_samples(samples: int, temperature: float) -> None:
    """Refuses samples that would all be equal.

    Raises:
        SettingError: several at temperature 0.
    """
    if samples > 1 and temperature <= 0:
        raise SettingError(
            f"{samples} samples at temperature {temperature:g}: greedy samples of a task are all equal; "
            "set the temperature above 0 (the paper: 1), or take one sample."
        )


def _bounded(tree: Any, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    """Keys and values of a configuration with the bound of their type (see `fields.py`)."""
    hints = get_type_hints(type(tree), include_extras=True)
    for each in dataclasses.fields(tree):
        value = getattr(tree, each.name)
        if dataclasses.is_dataclass(value):
            yield from _bounded(value, f"{prefix}{each.name}.")
        else:
            for bound in getattr(hints[each.name], "__metadata__", ()):
                if bound in (POSITIVE, NOT_NEGATIVE):
                    yield f"{prefix}{each.name}", value, bound
