"""What the environment makes of the engine: its arguments, and its oracle where there is no way."""

from __future__ import annotations

from typing import Any

import gymnasium
import pytest

from eto_envs.alfworld.env import ALFWorldEnv
from eto_envs.errors import UnknownNameError
from eto_envs.recording import oracle, record_episode

STUCK = "valid_unseen/pick_and_place_simple-HandTowel-None-Drawer-w13/game-0049"
"""A bathroom with a paper towel roll, which can be taken and never be put down again."""


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"engine": "fast"}, "Unknown engine 'fast'; expected one of native, textworld."),
        ({"process_observation": "eto"}, "Unknown process_observation 'eto'; expected one of raw, paper."),
        ({"expert": ["planner"]}, "Unknown expert ['planner']; expected one of planner, explorer."),
        (
            {"games": "ofical"},
            "Unknown games 'ofical' of ALFWorld; expected one of mini, mini:N, mini:N+M, official, or a",
        ),
        ({"games": ""}, "Unknown games '' of ALFWorld"),
        ({"games": ["mini"]}, "Unknown games ['mini'] of ALFWorld"),
        ({"dialect": ["put"]}, "Unknown dialect of ALFWorld ['put']"),
        ({"dialect": "go"}, "Unknown dialect of ALFWorld 'go'; expected one of put, move."),
        ({"manifest": "paper"}, "Unknown ALFWorld manifest 'paper' of embedded games; expected one of mini."),
        ({"split": "test"}, "Unknown split 'test' of manifest 'put/mini'; expected one of train, seen, unseen."),
    ],
)
def test_wrong_arguments_are_told_with_the_right_ones(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ALFWorldEnv(**settings)
    assert message in str(caught.value)


def test_who_is_stuck_gets_no_plan_and_no_error() -> None:
    env = ALFWorldEnv()
    env.reset(options={"task": STUCK})
    assert env.oracle_actions()
    for action in ("go to toilet 1", "take papertowelroll 1 from toilet 1"):
        assert env.step(action)[-1]["valid_action"], action
    assert env.oracle_actions() == []


def test_after_a_prefix_the_planner_goes_on_and_the_explorer_does_not() -> None:
    """An explorer's plan begins at the start of the task: halfway through it would be another episode's."""
    for expert, outcome in (("planner", "solved"), ("explorer", None)):
        env = gymnasium.make("eto/ALFWorld-v0", expert=expert)
        base = env.unwrapped
        assert isinstance(base, ALFWorldEnv)
        whole = record_episode(env, oracle(base), task=STUCK, policy="oracle")
        assert whole.outcome == "solved"
        rest = record_episode(env, oracle(base), task=STUCK, policy="oracle", prefix=["go to toilet 1"])
        assert rest.outcome == outcome
        assert rest.error is None
        env.close()
