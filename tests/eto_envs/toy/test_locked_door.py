"""`eto/LockedDoor-v0`: every task can be solved, from wherever the agent is, and nothing makes it stumble."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eto_envs.errors import UnknownNameError
from eto_envs.toy.house import COLOURS, DIRECTIONS, ROOMS, UNSEEN_ROOMS, build_house
from eto_envs.toy.locked_door import LockedDoorEnv

SPLITS = {"train": 240, "seen": 60, "unseen": 60}
TASKS = [(split, task) for split in SPLITS for task in LockedDoorEnv(split).tasks.ids]


def test_there_are_as_many_tasks_as_the_docstring_says() -> None:
    manifest = LockedDoorEnv().manifest
    assert {split: len(tasks) for split, tasks in manifest.items()} == SPLITS
    assert manifest.overlaps() == {}
    assert manifest["train"].hash == "7388ef64e8b26ded"


def test_every_task_is_solved_by_the_oracle() -> None:
    for split, task in TASKS:
        env = LockedDoorEnv(split)
        _, info = env.reset(options={"task": task})
        plan = env.oracle_actions()
        assert len(plan) < env.step_limit
        for action in plan:
            assert info["outcome"] is None
            _, reward, terminated, _, info = env.step(action)
            assert info["valid_action"], action
        assert (reward, terminated, info["outcome"], info["progress"]) == (1.0, True, "solved", 1.0), task
        assert all(done for _, done in info["subgoals"])
        assert env.oracle_actions() == []


def test_the_explorer_solves_every_task_and_looks_for_the_key_first() -> None:
    longer = 0
    for split, task in TASKS:
        env = LockedDoorEnv(split, expert="explorer")
        _, info = env.reset(options={"task": task})
        plan = env.oracle_actions()
        assert env.oracle_from == "start"
        for action in plan:
            *_, info = env.step(action)
            assert info["valid_action"], (task, action)
        assert (info["success"], info["steps"]) == (True, len(plan)), task
        env = LockedDoorEnv(split)
        env.reset(options={"task": task})
        longer += len(plan) > len(env.oracle_actions())
        assert len(plan) >= len(env.oracle_actions())
    assert longer > len(TASKS) // 4


@given(task=st.sampled_from(TASKS))
def test_the_explorer_opens_all_that_it_comes_by_until_it_has_the_key(task: tuple[str, str]) -> None:
    """What it does can be told from what was shown: it never leaves a room in which something is still closed."""
    env = LockedDoorEnv(task[0], expert="explorer", max_steps=100)
    _, info = env.reset(options={"task": task[1]})
    for action in env.oracle_actions():
        if action.startswith("go "):
            look, *_ = env.step("look")
            assert "(closed)" not in look or info["subgoals"][1][1], (action, look)
        *_, info = env.step(action)


def test_there_are_as_many_training_houses_as_asked_for() -> None:
    few, usual, many = (LockedDoorEnv(houses=count).manifest for count in (2, 80, 100))
    assert [len(each["train"]) for each in (few, usual, many)] == [6, 240, 300]
    assert few["train"].ids == usual["train"].ids[:6]
    assert many["train"].ids[:240] == usual["train"].ids
    assert many.overlaps() == {}
    assert {split: many[split].hash for split in ("seen", "unseen")} == {
        split: usual[split].hash for split in ("seen", "unseen")
    }


def test_there_are_as_many_evaluation_houses_as_asked_for() -> None:
    few, usual, many = (LockedDoorEnv(eval_houses=count).manifest for count in (2, 20, 300))
    for split in ("seen", "unseen"):
        assert [len(each[split]) for each in (few, usual, many)] == [6, 60, 900]
        assert many[split].ids[:60] == usual[split].ids
        assert few[split].ids == usual[split].ids[:6]
    assert many.overlaps() == LockedDoorEnv(houses=1000, eval_houses=300).manifest.overlaps() == {}
    assert many["train"].hash == usual["train"].hash


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"expert": "guesser"}, "guesser.*planner, explorer"),
        ({"houses": 0}, "0; expected 1"),
        ({"houses": "9"}, "'9'"),
        ({"eval_houses": -1}, "eval_houses -1"),
    ],
)
def test_settings_that_do_not_exist_are_told(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(UnknownNameError, match=told):
        LockedDoorEnv(**settings)


def test_every_task_is_solved_by_the_oracle_from_random_states() -> None:
    generator = np.random.default_rng(0)
    for split, task in TASKS:
        env = LockedDoorEnv(split, max_steps=100)
        _, info = env.reset(options={"task": task})
        for _ in range(int(generator.integers(1, 30))):
            harmless = [action for action in env.admissible_actions() if not action.startswith(("unlock", "leave"))]
            *_, info = env.step(harmless[int(generator.integers(len(harmless)))])
        for action in env.oracle_actions():
            *_, info = env.step(action)
        assert info["outcome"] == "solved", task


def test_the_oracle_finds_no_shorter_way_from_one_of_its_states() -> None:
    """Following a shortest plan, what is left of it is a shortest plan."""
    for split, task in TASKS[::7]:
        env = LockedDoorEnv(split)
        env.reset(options={"task": task})
        plan = env.oracle_actions()
        for done, action in enumerate(plan):
            assert len(env.oracle_actions()) == len(plan) - done
            env.step(action)


def test_random_play_never_raises_and_is_understood() -> None:
    generator = np.random.default_rng(1)
    outcomes: set[str] = set()
    for split, task in TASKS:
        env = LockedDoorEnv(split)
        _, info = env.reset(options={"task": task})
        scores = [0.0]
        while info["outcome"] is None:
            actions = env.admissible_actions()
            observation, reward, _, _, info = env.step(actions[int(generator.integers(len(actions)))])
            assert info["valid_action"]
            assert observation != "Nothing happens."
            scores.append(info["score"])
        outcomes.add(info["outcome"])
        assert reward == scores[-1]
        if info["outcome"] != "failed":
            assert all(later >= earlier for earlier, later in pairwise(scores))
    assert outcomes == {"solved", "failed", "step_limit"}


@given(st.sampled_from(TASKS), st.lists(st.text(st.characters(exclude_categories=()), max_size=30), max_size=5))
def test_any_text_gets_an_observation(where: tuple[str, str], said: list[str]) -> None:
    env = LockedDoorEnv(where[0])
    first, _ = env.reset(options={"task": where[1]})
    for text in said:
        observation, _, terminated, _, _ = env.step(text)
        assert observation
        assert not terminated
    assert env.step("look")[0] == first


@pytest.mark.parametrize(
    "action",
    ["go", "go up", "go north north", "open", "open fridge", "take", "take red key", "take x from y",
     "unlock door with ", "unlock door with red key", "take  from ", "LEAVE", "look around"],
)  # fmt: skip
def test_what_cannot_be_done_is_not_understood_and_changes_nothing(action: str) -> None:
    env = LockedDoorEnv()
    first, before = env.reset(options={"task": "two-keys/0"})
    observation, reward, _, _, info = env.step(action)
    assert (observation, reward, info["valid_action"]) == ("Nothing happens.", 0.0, False)
    assert info["subgoals"] == before["subgoals"]
    assert env.step("look")[0] == first


def test_the_wrong_key_ends_the_episode_without_a_score() -> None:
    env = LockedDoorEnv(max_steps=200, reward_mode="delta")
    failures = 0
    for task in env.tasks.of_types(["two-keys"]):
        _, info = env.reset(options={"task": task.id})
        rewards: list[float] = []
        house = env._house
        wrong = next(key for key in house.keys if key != house.key)
        container = house.keys[wrong]
        way = house.route(house.start, house.containers[container])
        back = house.route(house.containers[container], house.door_room)
        actions = [f"go {d}" for d in way] + [f"open {container}", f"take {wrong} from {container}"]
        actions += [f"go {d}" for d in back] + [f"unlock door with {wrong}"]
        for action in actions:
            observation, reward, _, _, info = env.step(action)
            rewards.append(reward)
        assert observation.startswith(f"The {wrong} breaks in the lock.")
        assert (info["outcome"], info["score"], sum(rewards)) == ("failed", 0.0, 0.0)
        assert env.oracle_actions() == []
        failures += 1
    assert failures == 80


@given(st.text(), st.integers(2, 8), st.integers(1, 6), st.booleans())
def test_houses_are_connected_and_the_same_for_the_same_seed(seed: str, rooms: int, keys: int, unseen: bool) -> None:
    house = build_house(seed, rooms=rooms, keys=keys, unseen=unseen)
    assert house == build_house(seed, rooms=rooms, keys=keys, unseen=unseen)
    assert len(house.exits) == rooms
    assert set(house.exits) <= set(UNSEEN_ROOMS if unseen else ROOMS)
    assert (len(house.keys), house.key in house.keys) == (keys, True)
    assert all(key.removesuffix(" key") in COLOURS for key in house.keys)
    for room, exits in house.exits.items():
        assert house.route(house.start, room) is not None
        for direction, neighbour in exits.items():
            assert direction in DIRECTIONS
            assert room in house.exits[neighbour].values()
    assert set(house.keys.values()) <= set(house.containers)


def test_unseen_rooms_are_other_rooms() -> None:
    assert not set(ROOMS) & set(UNSEEN_ROOMS)


def test_a_house_is_fixed_for_ever() -> None:
    """The tasks of published results: a change here is a new version of the environment."""
    observation, info = LockedDoorEnv().reset(options={"task": "two-keys/0"})
    assert observation == "You are in the studio. You see black chest (closed). Exits: north to the cellar."
    assert info["goal"] == "Leave the house through the door in the workshop. Only the blue key opens it."
