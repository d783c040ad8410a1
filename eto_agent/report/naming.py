"""The order in which policies and stages are shown, and the stages that a whole run has.

Names are enough for that: a policy is called after its method (`eto-step-2`), a stage after its method and its part
(`eto-step-2/pairs`). A method that is not known here is shown all the same; only what it still lacks cannot be told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from eto_agent.methods.eto import name_of
from eto_agent.methods.rft import rft_name
from eto_agent.methods.self_play import self_play_name

__all__ = ["expected_stages", "is_trained", "policy_key", "stage_key"]

_FIRST, _LAST = ("random", "base", "sft"), ("oracle", "openai-", "replay-")
_UNTRAINED = ("random", "oracle", "base")
_PARTS = ("explore", "score", "collect", "select", "pairs", "base", "sft", "dpo")
_BEFORE = ("expert", "annotate", "base", "sft")


def is_trained(policy: str) -> bool:
    """Whether a policy is a model that this run has trained, or such a model sampled several times."""
    return policy not in _UNTRAINED and not policy.startswith(("openai-", "replay-"))


def _method_place(name: str, methods: Sequence[str]) -> int:
    """The place of a policy's or stage's method among those of the run; behind them all where it is none of them."""
    fitting = [i for i, method in enumerate(methods) if re.match(rf"{re.escape(method.removesuffix('-n'))}\b", name)]
    return max(fitting, key=lambda i: len(methods[i]), default=len(methods))


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sorts `eto-2` before `eto-10`."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part)


def policy_key(policy: str, methods: Sequence[str]) -> tuple[Any, ...]:
    """Random, base and SFT, then the methods in the order of the run, then what was not trained here."""
    if policy in _FIRST:
        return (0, _FIRST.index(policy))
    return (2 if policy.startswith(_LAST) else 1, _method_place(policy, methods), _natural(policy))


def stage_key(name: str, methods: Sequence[str]) -> tuple[Any, ...]:
    """Experts and SFT, then the methods in the order of the run, part by part, then evaluation."""
    kind, _, rest = name.partition("/")
    if kind == "evaluate":
        return (2, *policy_key(rest, methods))
    if kind in _BEFORE:
        return (0, _BEFORE.index(kind))
    folder, _, part = name.rpartition("/")
    place = _PARTS.index(part) if part in _PARTS else len(_PARTS)
    return (1, _method_place(kind, methods), _natural(folder or name), place)


def expected_stages(config: Mapping[str, Any]) -> list[str]:
    """The stages of a whole run with this configuration, as far as its methods are known here."""
    methods = config.get("methods", ["eto"])
    imitated = not methods or any(method != "self-play" for method in methods)
    wanted = ["evaluate/random"]
    if imitated:
        wanted = ["expert", "evaluate/random", "sft", "evaluate/sft"]
    for method in methods:
        if method in _STAGES:
            wanted += _STAGES[method](config)
    return list(dict.fromkeys(wanted))


def _iterations(config: Mapping[str, Any], section: str, default: int) -> range:
    return range(1, int(config.get(section, {}).get("iterations", default)) + 1)


def _with_parts(name: str, parts: Sequence[str]) -> list[str]:
    return [*(f"{name}/{part}" for part in parts), f"evaluate/{name}"]


def _eto(config: Mapping[str, Any]) -> list[str]:
    levels = config.get("eto", {}).get("levels", ["trajectory"])
    names = [name_of(i, level) for level in levels for i in _iterations(config, "eto", 2)]
    return [stage for name in names for stage in _with_parts(name, ("explore", "pairs", "dpo"))]


def _ipr(config: Mapping[str, Any]) -> list[str]:
    names = [f"ipr-{i}" for i in _iterations(config, "ipr", 1)]
    return [stage for name in names for stage in _with_parts(name, ("explore", "score", "pairs", "dpo"))]


def _eef(config: Mapping[str, Any]) -> list[str]:
    names = [f"eef-{i}" for i in _iterations(config, "eef", 1)]
    return [stage for name in names for stage in _with_parts(name, ("explore", "select", "sft"))]


def _rft(config: Mapping[str, Any]) -> list[str]:
    stages: list[str] = []
    for i in _iterations(config, "rft", 1):
        stages += [f"rft-{i}/explore", f"rft-{i}/collect", f"rft-{i}/sft", f"evaluate/{rft_name(i)}"]
    return stages


def _self_play(config: Mapping[str, Any]) -> list[str]:
    stages = ["self-play/explore"]
    for variant in config.get("self_play", {}).get("variants", ["rft", "eto", "rft+eto"]):
        if variant != "eto":
            stages += ["self-play/rft/collect", "self-play/rft/sft"]
        if variant == "rft":
            stages.append(f"evaluate/{self_play_name(variant)}")
            continue
        for i in _iterations(config, "self_play", 1):
            place = f"self-play/{variant}/{i}"
            first = variant == "eto" and i == 1  # it learns from what was explored for all
            stages += [*([] if first else [f"{place}/explore"]), f"{place}/pairs", f"{place}/dpo"]
            stages.append(f"evaluate/{self_play_name(variant, i)}")
    return stages


_STAGES = {
    "eto": _eto,
    "best-of-n": lambda config: [f"evaluate/best-of-{config.get('best_of_n', {}).get('samples', 10)}"],
    "rft": _rft,
    "ppo": lambda config: ["ppo", "evaluate/ppo"],
    "ipr": _ipr,
    "eef": _eef,
    "self-play": _self_play,
}
"""Method -> its stages, given the configuration of a run."""
