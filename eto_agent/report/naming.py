"""The order in which policies and stages are shown, and the stages that a whole run has.

Both follow from the methods of the run (`methods.catalogue`). What no known method makes is shown last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from eto_agent.methods.catalogue import method_of, methods_in, place_of_policy, place_of_stage
from eto_envs.errors import EtoEnvError

__all__ = ["expected_stages", "is_trained", "policy_key", "stage_key"]

_FIRST = ("random", "base", "sft")
_ELSEWHERE = ("oracle", "openai-", "replay-")
_BEFORE = ("expert", "annotate", "base", "sft")

Config = Mapping[str, Any]
"""The keys of a run folder's `config.yaml`."""


def is_trained(policy: str, config: Config) -> bool:
    """Whether a policy is a model that this run has trained, or such a model sampled several times."""
    return policy == "sft" or place_of_policy(policy, config) is not None


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sorts `x-2` before `x-10`."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part)


def policy_key(policy: str, config: Config) -> tuple[Any, ...]:
    """Random, base and SFT, then the methods in the order of the run, then what is of no method here."""
    if policy in _FIRST:
        return (0, _FIRST.index(policy))
    place = place_of_policy(policy, config)
    if place is None:
        return (3 if policy.startswith(_ELSEWHERE) else 2, _natural(policy))
    return (1, *place[:3])


def stage_key(name: str, config: Config) -> tuple[Any, ...]:
    """Experts and SFT, then the methods in the order of the run, part by part, then evaluation."""
    kind, _, rest = name.partition("/")
    if kind == "evaluate":
        return (3, *policy_key(rest, config))
    if kind in _BEFORE:
        return (0, _BEFORE.index(kind))
    place = place_of_stage(name, config)
    if place is not None:
        return (1, *place[:4])
    owners = [rank for rank, method in enumerate(methods_in(config)) if method.name == kind]
    return (1, owners[0], -1, 0, 0) if owners else (2, _natural(name))


def expected_stages(config: Config) -> list[str]:
    """The stages of a whole run with this configuration, as far as its methods are known here."""
    names = config.get("methods", ["eto"])
    methods = []
    for name in names:
        try:
            methods.append(method_of(name))
        except EtoEnvError:  # its file is not here
            continue
    imitated = not methods or any(method.after_sft for method in methods)
    wanted = ["expert", "evaluate/random", "sft", "evaluate/sft"] if imitated else ["evaluate/random"]
    for method in methods:
        for product in method.products(method.of(config)):
            wanted += [*product.stages, f"evaluate/{product.name}"]
    return list(dict.fromkeys(wanted))
