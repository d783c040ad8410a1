"""`check_config`: settings that cannot work are refused before any work starts; the message names key and value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from eto_agent.config.schema import RunConfig, trainings
from eto_agent.models import SCRATCH_PREFIX
from eto_agent.policies.noisy_oracle import SLIPS
from eto_agent.policies.vllm import check_vllm
from eto_agent.training.job import check_training
from eto_agent.training.trackers import check_trackers, trackers_of
from eto_envs.errors import DataError, EtoEnvError, UnknownNameError

__all__ = ["SettingError", "check_config", "check_method", "check_samples"]


class SettingError(EtoEnvError):
    """A setting, or two together, that cannot work."""


_POSITIVE = frozenset(
    {
        *("num_envs", "num_workers", "train_per_type", "explore_per_type", "per_type"),
        *("iterations", "samples", "max_starts", "interval", "max_pairs", "max_new_tokens", "max_length", "vocab_size"),
        *("later_learning_rate", "careful_learning_rate", "later_beta", "careful_beta", "tensor_parallel"),
    }
)
"""Names of keys, in whatever section, whose values have to be above 0. Trainings and PPO check their own, too."""

_NOT_NEGATIVE = frozenset({"expert_per_type", "temperature", "sft_weight", "warmup", "weight_decay", "trim_rejected"})


def check_config(config: RunConfig) -> None:
    """Refuses what cannot work, whatever the tasks are.

    Raises:
        EtoEnvError: the first that is found.
    """
    for key, value in _leaves(config):
        name = key.rpartition(".")[2]
        if name in _POSITIVE and value is not None and value <= 0:
            raise SettingError(f"{key}={value} has to be positive.")
        if name in _NOT_NEGATIVE and value is not None and value < 0:
            raise SettingError(f"{key}={value} must not be negative.")
    for section, settings in trainings(config):
        check_training(settings, f"{section}.")
    for method in config.methods:
        check_method(method, config)
    if config.expert.slips and config.env.id not in SLIPS:
        raise UnknownNameError.of("environment with slips (expert.slips)", config.env.id, SLIPS)
    if not 0 <= config.expert.slips < 1:
        raise SettingError(f"expert.slips={config.expert.slips} has to be 0 or more, and less than 1.")
    if not 0 <= config.expert.break_off <= 1:
        raise SettingError(f"expert.break_off={config.expert.break_off} has to lie between 0 and 1.")
    check_trackers(trackers_of(config))
    if config.generation.engine == "vllm":
        check_vllm()
    if config.expert.file is not None and not config.expert.file.is_file():
        raise DataError(f"No expert trajectories at {str(config.expert.file)!r} (expert.file).")


def check_method(method: str, config: RunConfig) -> None:
    """Refuses what one method cannot work with.

    Args:
        method: its name, or that of any other command, which asks for nothing.
        config: the configuration.

    Raises:
        EtoEnvError: the message names keys and values.
    """
    if method in _CHECKS:
        _CHECKS[method](config)


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


def _check_best_of_n(config: RunConfig) -> None:
    """Refuses samples of which the best is the only one."""
    samples, temperature = config.best_of_n.samples, config.best_of_n.temperature
    if samples < 2 or temperature <= 0:
        raise SettingError(
            f"Best-of-N with {samples} samples at temperature {temperature:g} is one greedy episode; "
            "set best_of_n.samples to 2 or more (the paper: 10) and best_of_n.temperature above 0 (the paper: 1)."
        )


def _check_self_play(config: RunConfig) -> None:
    """Refuses self-play that begins with a model that cannot act, or whose model's samples are all equal."""
    if config.self_play.first == "base" and config.model.name.startswith(SCRATCH_PREFIX):
        raise SettingError(
            f"Self-play begins with episodes of the base model, and {config.model.name!r} has random weights; "
            "use --self-play.first random, or give a trained model as --model.name."
        )
    play = config.self_play
    if play.first == "base" or "rft+eto" in play.variants or ("eto" in play.variants and play.iterations > 1):
        check_samples(play.samples, play.temperature)


_CHECKS: dict[str, Callable[[RunConfig], None]] = {
    "best-of-n": _check_best_of_n,
    "rft": lambda config: check_samples(config.rft.samples, config.rft.temperature),
    "eef": lambda config: check_samples(config.eef.samples, config.eef.temperature),
    "ppo": lambda config: config.ppo.check(),
    "self-play": _check_self_play,
}
"""Method -> what it asks of a configuration that names it."""


def _leaves(tree: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Keys and values of a configuration."""
    for each in dataclasses.fields(tree):
        value = getattr(tree, each.name)
        if dataclasses.is_dataclass(value):
            yield from _leaves(value, f"{prefix}{each.name}.")
        else:
            yield f"{prefix}{each.name}", value
