"""`Method`: what the suite knows of a method. Every method's file ends with one; nothing else lists its names.

From it derive the command and its help, the section of the configuration, the checks, the place in a run, the rows and
the order of tables and reports, and what a gain is measured from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from eto_agent.command import Command
from eto_agent.config.schema import BaseConfig

if TYPE_CHECKING:
    from eto_agent.session import Session

__all__ = ["Figures", "Method", "Product", "Settings", "iterated"]

Settings = TypeVar("Settings")

Figures = Mapping[str, Any]
"""The results of an evaluation: split -> figures, as `stages.evaluation.evaluate` returns them."""


@dataclass(frozen=True)
class Product:
    """A policy that a method makes.

    Attributes:
        name: what it is called in tables; its evaluation lies in `evaluate/NAME`.
        row: the row of tables that it belongs to; the iterations of a method share one.
        iteration: from 1.
        stages: the stages that make it, in order; the last one holds its model. Empty where nothing is trained.
        command: the command that makes it, for messages.
        starts: what it started from: the policies that a gain may be measured against, the preferred one first.
    """

    name: str
    row: str
    iteration: int = 1
    stages: tuple[str, ...] = ()
    command: str = ""
    starts: tuple[str, ...] = ("sft",)

    @property
    def model(self) -> str:
        """The stage that holds its model, or "" where nothing is trained."""
        return self.stages[-1] if self.stages else ""


def iterated(row: str, iterations: int, parts: Sequence[str], *, bare_first: bool = False) -> list[Product]:
    """The products of a method that repeats itself: `ROW-1`, `ROW-2`, ..., made in the folders `ROW-1/PART`, ...

    Args:
        row: of the tables; also the command.
        iterations: how many.
        parts: the stages of an iteration, in order; the last one holds the model.
        bare_first: the first product is called ROW, without a number (its folder keeps it).
    """
    return [
        Product(
            row if bare_first and number == 1 else f"{row}-{number}",
            row,
            number,
            tuple(f"{row}-{number}/{part}" for part in parts),
            row,
        )
        for number in range(1, iterations + 1)
    ]


_MOST_ITERATIONS = 1000
"""Names with a higher number are nobody's."""


def _accept(settings: Any, config: BaseConfig) -> None:
    """Any settings will do."""


def _unchanged(settings: Any, env: str) -> Any:
    return settings


@dataclass(frozen=True)
class Method(Generic[Settings]):
    """A method.

    Attributes:
        name: its name and its command; with underscores, its section of the configuration.
        help: one line for the command line.
        settings: the dataclass of its section. A field called `iterations` is the number of its iterations: runs that
            differ in it go into one table of gains.
        run: carries it out; yields the name of each product with the folder of its model, which is then evaluated, or
            with figures of its own.
        products: settings -> the products of a whole run, in order.
        check: refuses settings that cannot work, before a run folder is made; it gets the whole configuration, too.
        resolve: fills in settings that depend on the environment, whose id it gets.
        after_sft: whether it starts from the SFT agent; else it needs neither experts nor SFT.
        choices: settings that list variants of the method -> all of them. A run may be continued with more of them.
        commands: further commands, by name.
    """

    name: str
    help: str
    settings: type[Settings]
    run: Callable[[Session, Settings], Iterator[tuple[str, Path | Figures]]]
    products: Callable[[Settings], Sequence[Product]]
    check: Callable[[Settings, BaseConfig], None] = _accept
    resolve: Callable[[Settings, str], Settings] = _unchanged
    after_sft: bool = True
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    commands: Mapping[str, Command] = field(default_factory=dict[str, Command])

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def section(self) -> str:
        """The key of its section in configurations."""
        return self.name.replace("-", "_")

    def of(self, config: BaseConfig | Mapping[str, Any]) -> Settings:
        """Its settings in a configuration, or in the keys of a run folder's `config.yaml`; unknown keys are ignored."""
        if isinstance(config, BaseConfig):
            return getattr(config, self.section)
        return _settings_of(self.settings, config.get(self.section) or {})

    def every_product(self, config: BaseConfig | Mapping[str, Any], iterations: int = 1) -> list[Product]:
        """The products of a run, then those that single commands may add: of other variants, and of later iterations.

        Args:
            config: as for `of`.
            iterations: how many to list at least.
        """
        settings = self.of(config)
        changes: dict[str, Any] = dict(self.choices)
        if _iterates(self.settings):
            wanted = min(iterations, _MOST_ITERATIONS)
            changes["iterations"] = max(wanted, getattr(settings, "iterations", 1))
        wider = replace(settings, **changes)  # type: ignore[type-var]
        return list(dict.fromkeys([*self.products(settings), *self.products(wider)]))

    @property
    def rows(self) -> list[str]:
        """All rows that it can have in tables, in order."""
        every = replace(self.settings(), **self.choices)  # type: ignore[type-var]
        return list(dict.fromkeys(each.row for each in self.products(every)))

    @property
    def growing_keys(self) -> frozenset[str]:
        """Keys of a configuration whose lists may grow when a run is continued."""
        return frozenset(f"{self.section}.{key}" for key in self.choices)


def _iterates(settings: type[Any]) -> bool:
    return any(each.name == "iterations" for each in fields(settings))


def _settings_of(kind: type[Settings], given: Mapping[str, Any]) -> Settings:
    return _adapter(kind).validate_python(dict(given))


@lru_cache
def _adapter(kind: type[Any]) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
