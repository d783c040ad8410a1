"""Policies that are known by name: those of the package that need no model, and those of other modules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from eto_agent.policies.base import Policy
from eto_agent.policies.openai import ENDPOINT_PREFIX
from eto_agent.policies.oracle import OraclePolicy
from eto_agent.policies.random import RandomPolicy
from eto_envs.errors import UnknownNameError
from eto_envs.plugins import import_module_of

__all__ = ["NAMED", "code_of", "is_outside", "outside_policy"]

NAMED: dict[str, Callable[[Any], Policy]] = {
    "random": lambda session: RandomPolicy(session.config.seed),
    "oracle": lambda session: OraclePolicy(),
}
"""Name -> the policy of a session."""


def is_outside(name: object) -> bool:
    """Whether a name is `MODULE:NAME`: neither an endpoint's model nor a path."""
    return isinstance(name, str) and ":" in name and not name.startswith(ENDPOINT_PREFIX) and not Path(name).exists()


def outside_policy(name: str) -> Callable[[Any], Policy]:
    """What makes the policy `MODULE:NAME`: a class or function called NAME that takes the `Session`.

    Raises:
        PluginError: the module cannot be imported. UnknownNameError: it holds nothing of that name that can be called.
    """
    module, plain = import_module_of(name), name.rpartition(":")[2]
    make = getattr(module, plain, None)
    if not callable(make):
        own = [key for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
        raise UnknownNameError.of("policy", plain, own or ["none"], where=f"in module {module.__name__}")
    return cast(Callable[[Any], Policy], make)


def code_of(name: str) -> Path | str:
    """What a stage that plays `MODULE:NAME` depends on: the file of the module, where it has one."""
    file = getattr(import_module_of(name), "__file__", None)
    return Path(file) if file else name
