"""The oracle: it wins from every state that can be won from, as fast as can be."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence

import pytest

from eto_envs.alfworld.household import Game
from eto_envs.alfworld.native import NativeEngine
from eto_envs.alfworld.oracle import Unsolvable, plan
from eto_envs.alfworld.state import State
from tests.eto_envs.alfworld.handmade import KITCHEN, STUDY, house
from tests.eto_envs.alfworld.official import Games, sliced, wander

ENGINE = NativeEngine()
SMALL = {"countertop 1": "apple 1, knife 1", "fridge 1": "apple 2", "microwave 1": "", "sinkbasin 1": "mug 1"}
LAMP = {"desk 1": "desklamp 1, pen 1", "drawer 1": "book 1", "shelf 1": "book 2"}
TASKS = [
    (SMALL, "put a apple in sinkbasin"),
    (SMALL, "put a clean mug in fridge"),
    (SMALL, "put a hot apple in countertop"),
    (SMALL, "cool some apple and put it in microwave"),
    (SMALL, "put two apple in microwave"),
    (SMALL, "put a sliced apple in sinkbasin"),
    (SMALL, "heat some sliced apple and put it in fridge"),
    (LAMP, "look at book under the desklamp"),
]


def act(game: Game, *actions: str, state: State | None = None) -> State:
    """The state after actions, all of which have to work."""
    state = game.start if state is None else state
    for action in actions:
        assert action in ENGINE.admissible(game, state), action
        state, _ = ENGINE.apply(game, state, action)
    return state


def wins_with(game: Game, state: State, actions: Sequence[str]) -> bool:
    """Whether the game is won with the last of the actions, and not before it."""
    for action in actions:
        if ENGINE.won(game, state):
            return False
        state = act(game, action, state=state)
    return ENGINE.won(game, state)


def distance(game: Game, state: State, limit: int = 12) -> int | None:
    """Steps to the goal, found by trying everything."""
    layer, seen = {state}, {state}
    for steps in range(limit + 1):
        if any(ENGINE.won(game, one) for one in layer):
            return steps
        reached = {
            ENGINE.apply(game, one, action)[0]
            for one in layer
            for action in ENGINE.admissible(game, one)
            if not action.startswith(("look", "inventory", "examine"))
        }
        layer = {one._replace(removed=state.removed) for one in reached} - seen
        seen |= layer
    return None


# -- plans known by heart ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "task", "expected"),
    [
        (KITCHEN, "put a mug in garbagecan", None),
        (KITCHEN, "put a bread in garbagecan", ["go to countertop 1", "take bread 1 from countertop 1"]),
        (KITCHEN, "put a clean mug in countertop", ["go to countertop 2", "take mug 1 from countertop 2"]),
        (KITCHEN, "heat some apple and put it in garbagecan", ["go to sinkbasin 1", "take apple 2 from sinkbasin 1"]),
        (STUDY, "look at book under the desklamp", ["go to bed 1", "take book 1 from bed 1", "go to desk 1"]),
    ],
)
def test_plans_known_by_heart(places: dict[str, str], task: str, expected: list[str] | None) -> None:
    game = house(places, task)
    if expected is None:
        with pytest.raises(Unsolvable, match=r"no plan found for 'Your task is to: put a mug in garbagecan\.'"):
            plan(game, game.start)
        return
    actions = plan(game, game.start)
    assert actions[: len(expected)] == expected
    assert wins_with(game, game.start, actions)


def test_both_dialects() -> None:
    ways = {"put": "put mug 1 in/on sinkbasin 1", "move": "move mug 1 to sinkbasin 1"}
    for dialect in ("put", "move"):
        game = house(KITCHEN, "put a mug in sinkbasin", dialect=dialect)
        assert plan(game, game.start)[-1] == ways[dialect]


# -- any state ---------------------------------------------------------------------------------------------------


def test_what_is_in_hand_is_put_down_on_the_way() -> None:
    game = house(KITCHEN, "put a cool apple in countertop")
    state = act(game, "go to countertop 2", "take mug 1 from countertop 2")
    assert plan(game, state) == [
        "go to fridge 1",
        "open fridge 1",
        "put mug 1 in/on fridge 1",
        "take apple 1 from fridge 1",
        "cool apple 1 with fridge 1",
        "go to countertop 1",
        "put apple 1 in/on countertop 1",
    ]


def test_what_was_heated_is_cooled() -> None:
    game = house(KITCHEN, "put a cool apple in fridge")
    state = act(game, "go to sinkbasin 1", "take apple 2 from sinkbasin 1", "go to microwave 1")
    state = act(game, "heat apple 2 with microwave 1", state=state)
    expected = ["go to fridge 1", "cool apple 2 with fridge 1", "open fridge 1", "put apple 2 in/on fridge 1"]
    assert plan(game, state) == expected
    opened = act(game, "go to fridge 1", "open fridge 1", state=state)
    assert plan(game, opened) == [expected[1], expected[3]]


def test_a_lamp_that_is_on_is_gone_to() -> None:
    game = house(STUDY, "look at book under the desklamp")
    state = act(game, "go to desk 1", "use desklamp 1", "go to shelf 1", "take book 2 from shelf 1")
    assert plan(game, state) == ["go to desk 1"]


def test_a_target_in_the_wrong_place_is_fetched_again() -> None:
    game = house(KITCHEN, "put a bread in countertop")
    assert plan(game, game.start) == []
    game = house(KITCHEN, "put two mug in countertop")
    state = act(game, "go to countertop 2", "take mug 1 from countertop 2", "go to countertop 1")
    state = act(game, "put mug 1 in/on countertop 1", "go to cabinet 2", "open cabinet 2", state=state)
    assert plan(game, state) == [
        "take mug 2 from cabinet 2",
        "go to countertop 1",
        "put mug 2 in/on countertop 1",
    ]


def test_a_knife_is_used_and_put_away() -> None:
    game = house(KITCHEN, "put a sliced bread in sinkbasin")
    actions = plan(game, game.start)
    assert actions[1:3] == ["take knife 1 from countertop 1", "slice bread 1 with knife 1"]
    assert wins_with(game, game.start, actions)
    cut = act(game, *actions[:3])
    assert plan(game, cut) == actions[3:]


def test_what_can_never_be_put_down_ends_all_hope() -> None:
    game = house(KITCHEN | {"shelf 1": "teddybear 1"}, "put a mug in shelf", nowhere=("teddybear",))
    assert plan(game, game.start)
    state = act(game, "go to shelf 1", "take teddybear 1 from shelf 1")
    with pytest.raises(Unsolvable):
        plan(game, state)


@pytest.mark.parametrize("task", ["put a spoon in fridge", "put a mug in sofa", "look at mug under the desklamp"])
def test_what_is_missing_is_said(task: str) -> None:
    game = house(KITCHEN, task)
    with pytest.raises(Unsolvable, match="a house made by hand"):
        plan(game, game.start)


def test_without_an_appliance_there_is_no_plan() -> None:
    places = {name: things for name, things in KITCHEN.items() if not name.startswith("microwave")}
    with pytest.raises(Unsolvable):
        plan(house(places, "put a hot apple in fridge"), house(places, "put a hot apple in fridge").start)


@pytest.mark.parametrize(("places", "task"), TASKS)
def test_no_plan_is_longer_than_needed(places: dict[str, str], task: str) -> None:
    game, rng = house(places, task), random.Random(task)
    states = [game.start, *(wander(game, rng, rng.randint(1, 25)) for _ in range(12))]
    for state in states:
        actions = plan(game, state)
        assert wins_with(game, state, actions)
        shortest = distance(game, state)
        assert shortest is not None
        slack = 2 if "sliced" in task else 0
        assert shortest <= len(actions) <= shortest + slack


# -- the official games ------------------------------------------------------------------------------------------


def test_plans_are_as_short_as_the_walkthroughs(evaluation_games: Games) -> None:
    longer = 0
    for name, game in evaluation_games.items():
        actions = plan(game, game.start)
        assert wins_with(game, game.start, actions), name
        assert len(actions) <= len(game.walkthrough) + 2, name
        longer += len(actions) - len(game.walkthrough)
    assert len(evaluation_games) == 274
    assert longer <= 0


@pytest.mark.parametrize("cut", [False, True])
def test_random_walks_end_well(evaluation_games: Games, cut: bool) -> None:
    rng, spent = random.Random(5), []
    games = [game for game in map(sliced if cut else lambda game: game, evaluation_games.values()) if game is not None]
    for game in games[:: 1 if cut else 4]:
        for steps in (3, 20, 60):
            state = wander(game, rng, rng.randint(1, steps))
            begin = time.process_time()
            try:
                actions = plan(game, state)
            except Unsolvable:
                accepted = [state.held >= 0 and accepts >> state.held & 1 for accepts in game.accepts]
                assert state.held >= 0
                assert not any(accepted)
                continue
            finally:
                spent.append(time.process_time() - begin)
            assert wins_with(game, state, actions)
    assert len(spent) > 100
    assert statistics.median(spent) < 0.05
