"""The order of policies and stages, and what a run of every list of methods lacks."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from eto_agent.methods.catalogue import METHODS, RunConfig
from eto_agent.methods.eto import EtoConfig
from eto_agent.methods.method import Method
from eto_agent.methods.rft import RftConfig
from eto_agent.methods.self_play import SelfPlayConfig
from eto_agent.report.naming import expected_stages, is_trained, policy_key, stage_key


def config(*methods: str, **sections: Any) -> dict[str, Any]:
    return dataclasses.asdict(RunConfig(methods=methods, **sections))  # type: ignore[arg-type]


def shuffled(names: list[str]) -> list[str]:
    return random.Random(0).sample(names, len(names))


def test_policies_stand_in_the_order_of_the_run() -> None:
    methods = ["ppo", "eto", "best-of-n", "self-play"]
    wanted = ["random", "base", "sft", "ppo", "eto-1", "eto-2", "eto-10", "eto-step-1", "best-of-4", "self-play-eto"]
    wanted += ["something-else", "openai-model", "oracle"]
    given = {"methods": methods, "best_of_n": {"samples": 4}}
    assert sorted(shuffled(wanted), key=lambda policy: policy_key(policy, given)) == wanted


def test_stages_stand_in_the_order_of_the_run() -> None:
    wanted = ["expert", "base", "sft", "rft-1/explore", "rft-1/collect", "rft-1/sft", "eto-1/explore", "eto-1/pairs"]
    wanted += ["eto-1/dpo", "eto-2/explore", "eto-step-1/explore", "self-play/explore", "self-play/eto/1/pairs"]
    wanted += ["self-play/eto/1/dpo", "evaluate/random", "evaluate/sft", "evaluate/rft", "evaluate/eto-1"]
    methods = ["rft", "eto", "self-play"]
    assert sorted(shuffled(wanted), key=lambda stage: stage_key(stage, {"methods": methods})) == wanted


def test_what_was_not_trained_here_is_told_from_what_was() -> None:
    names = ("random", "oracle", "base", "openai-gpt", "replay-x", "sft", "ppo", "best-of-4")
    assert [name for name in names if is_trained(name, {"best_of_n": {"samples": 4}})] == ["sft", "ppo", "best-of-4"]


def test_only_sft_is_expected_where_no_method_is_named() -> None:
    assert expected_stages(config()) == ["expert", "evaluate/random", "sft", "evaluate/sft"]


def test_self_play_expects_neither_experts_nor_sft() -> None:
    stages = expected_stages(config("self-play", self_play=SelfPlayConfig(variants=("eto",), iterations=2)))
    assert stages == [
        "evaluate/random",
        "self-play/explore",
        "self-play/eto/1/pairs",
        "self-play/eto/1/dpo",
        "evaluate/self-play-eto",
        "self-play/eto/2/explore",
        "self-play/eto/2/pairs",
        "self-play/eto/2/dpo",
        "evaluate/self-play-eto-2",
    ]


def test_iterations_and_levels_are_expected() -> None:
    eto, rft = EtoConfig(iterations=2, levels=("trajectory", "step")), RftConfig(iterations=2)
    stages = expected_stages(config("eto", "rft", eto=eto, rft=rft))
    evaluated = [stage for stage in stages if stage.startswith("evaluate/")]
    assert evaluated[2:] == [
        f"evaluate/{name}" for name in ("eto-1", "eto-2", "eto-step-1", "eto-step-2", "rft", "rft-2")
    ]
    assert "rft-2/collect" in stages


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_method_has_its_place(method: Method[Any]) -> None:
    """Its products and stages stand behind SFT's in their own order, and are expected of a run."""
    given = config(method.name)
    products = method.products(method.settings())
    names = [each.name for each in products]
    assert names
    assert sorted(shuffled(["sft", "oracle", *names]), key=lambda name: policy_key(name, given))[1:-1] == names
    stages = list(dict.fromkeys(stage for each in products for stage in each.stages))
    assert sorted(shuffled(stages), key=lambda stage: stage_key(stage, given)) == stages
    assert {*stages, *(f"evaluate/{name}" for name in names)} <= set(expected_stages(given))


def test_a_method_of_another_version_is_no_error() -> None:
    assert expected_stages({"methods": ["later-method"]}) == expected_stages(config())
