"""`Command`: one command of `eto-agent`. The suite's own are in `cli.py`; a method may bring more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Command", "NoFlags"]


@dataclass(frozen=True)
class NoFlags:
    """A command without flags of its own."""


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        help: its line of help.
        do: what it does. It gets a `Session` and the flags of its own; without a run folder, the flags alone.
        flags: the dataclass of these flags; field docs are the help.
        on_run: whether it works on a run folder, and so takes `--config FILE` and every key of a configuration, too.
    """

    help: str
    do: Callable[..., None]
    flags: type[Any] = NoFlags
    on_run: bool = True
