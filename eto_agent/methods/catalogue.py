"""Which methods there are, and what follows from them: the configuration type, and whose work a policy or a stage is.

A method outside the package is named `MODULE:NAME`, where MODULE is imported and holds a `Method` called NAME; an
installed package may also announce it under the entry point group `eto_agent.methods`, then its NAME is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, make_dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import tyro

from eto_agent.config.loading import read_config, typed_config
from eto_agent.config.schema import BaseConfig
from eto_agent.methods.best_of_n import BEST_OF_N
from eto_agent.methods.eef import EEF
from eto_agent.methods.eto import ETO
from eto_agent.methods.ipr import IPR
from eto_agent.methods.method import Method, Product
from eto_agent.methods.ppo import PPO
from eto_agent.methods.rft import RFT
from eto_agent.methods.self_play import SELF_PLAY
from eto_envs.errors import EtoEnvError, UnknownNameError
from eto_envs.plugins import import_module_of

__all__ = [
    "METHODS",
    "Place",
    "RunConfig",
    "announced",
    "config_type",
    "load_config",
    "method_of",
    "methods_in",
    "methods_named",
    "place_of_policy",
    "place_of_stage",
]

METHODS: tuple[Method[Any], ...] = (ETO, BEST_OF_N, RFT, PPO, IPR, EEF, SELF_PLAY)
"""The methods of the suite, in the order of help and tables."""


@lru_cache
def announced() -> tuple[Method[Any], ...]:
    """The methods that installed packages announce."""
    return tuple(each.load() for each in entry_points(group="eto_agent.methods"))


def method_of(name: str) -> Method[Any]:
    """The method of a name.

    Raises:
        UnknownNameError: there is none.
    """
    for each in METHODS:
        if each.name == name:
            return each
    module, _, plain = name.rpartition(":")
    if module:
        found = [each for each in vars(import_module_of(name)).values() if isinstance(each, Method)]
    else:
        found = [*METHODS, *announced()]
    for each in found:
        if each.name == plain:
            return each
    where = f"in module {module}" if module else ""
    raise UnknownNameError.of("method", plain, [each.name for each in found] or ["MODULE:NAME"], where=where)


@lru_cache
def config_type(methods: tuple[Method[Any], ...]) -> type[BaseConfig]:
    """The configuration type of runs that know these methods: `BaseConfig` and a section for each."""
    names = ", ".join(each.name for each in methods)
    named = Annotated[
        tuple[str, ...],
        tyro.conf.arg(help=f"Methods to run, in this order: {names}, or MODULE:NAME for one of your own."),
    ]
    return make_dataclass(
        "RunConfig",
        [
            ("methods", named, field(default=("eto",))),
            *((each.section, each.settings, field(default_factory=each.settings)) for each in methods),
        ],
        bases=(BaseConfig,),
        frozen=True,
        namespace={"known_methods": methods, "__doc__": "The configuration of a run."},
    )


if TYPE_CHECKING:
    RunConfig = BaseConfig
else:
    RunConfig = config_type(METHODS)
    """The configuration of a run with the methods of the suite."""


def methods_in(config: BaseConfig | Mapping[str, Any]) -> list[Method[Any]]:
    """The methods of a run in their order, then the others of the suite; those that cannot be found are left out.

    Args:
        config: a configuration, or the keys of a run folder's `config.yaml`.
    """
    names = config.methods if isinstance(config, BaseConfig) else config.get("methods") or ()
    found: list[Method[Any]] = []
    for name in names:
        try:
            found.append(method_of(name))
        except EtoEnvError:  # a file that is not here any more: its policies have no rows
            continue
    return list(dict.fromkeys([*found, *METHODS, *announced()]))


def methods_named(names: Iterable[str]) -> tuple[Method[Any], ...]:
    """The methods of the suite, those that installed packages announce, and the outside ones among the names.

    Raises:
        UnknownNameError: no such outside method.
    """
    outside = [method_of(name) for name in names if ":" in name]
    return tuple(dict.fromkeys([*METHODS, *announced(), *outside]))


def load_config(path: Path, presets: Sequence[str] = ()) -> RunConfig:
    """Reads a configuration from YAML, with some of its presets laid over it.

    Raises:
        DataError: there is no such file, or it is not a YAML mapping.
        UnknownNameError: an unknown key, preset or method, or a value of the wrong type.
    """
    keys = read_config(path, presets)
    return typed_config(keys, config_type(methods_named(keys.get("methods") or ())), path)


class Place(NamedTuple):
    """Whose work a policy or a stage is; its first four fields sort as tables and reports do."""

    rank: int
    row: int
    iteration: int
    part: int
    product: Product
    method: Method[Any]


def place_of_policy(name: str, config: BaseConfig | Mapping[str, Any]) -> Place | None:
    """The place of a policy in a run; None where no method makes it.

    Args:
        name: of the policy.
        config: a configuration, or the keys of a run folder's `config.yaml`.
    """
    return next((place for place in _places(name, config) if place.product.name == name), None)


def place_of_stage(name: str, config: BaseConfig | Mapping[str, Any]) -> Place | None:
    """The place of a stage in a run; None where no method makes it. Arguments as for `place_of_policy`."""
    for place in _places(name, config):
        if name in place.product.stages:
            return place._replace(part=place.product.stages.index(name))
    return None


def _places(name: str, config: BaseConfig | Mapping[str, Any]) -> Iterator[Place]:
    """The places of all products, as far as the number in a name."""
    number = max(map(int, re.findall(r"\d{1,9}", name)), default=1)
    for rank, method in enumerate(methods_in(config)):
        rows = method.rows
        for product in method.every_product(config, number):
            yield Place(rank, rows.index(product.row), product.iteration, len(product.stages), product, method)
