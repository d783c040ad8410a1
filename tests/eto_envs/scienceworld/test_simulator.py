"""The simulator says what it says in the package, byte for byte, whatever was asked of it before."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from typing import Any

import pytest

from eto_envs.errors import SimulatorError
from eto_envs.scienceworld.simulator import Simulator
from eto_envs.scienceworld.tasks import STEP_LIMITS
from tests.eto_envs.scienceworld.package_interface import PackageInterface, play

HOSTILE = (
    *("", "   ", "\n", "look\naround", "look around\n", "\tlook around\t", "LOOK AROUND", "look around\u00a0", "\x00"),
    *("é ü", "🔬 look", "\ud83d\udd2c", "漢字", "\u2028", "\r\n", "\\n", "\\", "a,b,c)", "(x,0.5,true)", "%s%n", "$1"),
    *("help", "HELP ", "objects", " Objects\n", "task", "0", "1", "7", "99", "-1", "3.5", "1e999", "wait", "wait1"),
    *(
        "open door",
        "pick up",
        "focus on",
        "pour air into air",
        "move agent to inventory",
        "examine agent",
        "read agent",
    ),
    *("x" * 100_000, "look around " * 5_000, "open door to kitchen " * 200),
)
BEES = ["wait1", "teleport to greenhouse", "open bee hive"]


# -- recordings ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_recorded_line_is_reproduced(simulator: Simulator, recordings: list[dict[str, Any]]) -> None:
    lines = 0
    for recorded in recordings:
        for episode in recorded["episodes"]:
            first = simulator.load(recorded["task"], recorded["variation"])
            assert first.observation == recorded["look"]
            assert "Task Description:\n" + simulator.task_description() == recorded["task_description"]
            for step in episode["steps"]:
                seen = simulator.step(step["action"])
                assert (seen.observation, seen.score, seen.done) == (step["observation"], step["score"], step["done"])
                lines += 1
    assert lines == 1035


def test_goals_are_those_of_the_recorded_progress(simulator: Simulator, recordings: list[dict[str, Any]]) -> None:
    for recorded in recordings:
        episode = min(recorded["episodes"], key=lambda episode: len(episode["steps"]))
        simulator.load(recorded["task"], recorded["variation"])
        names = [(goal.kind, goal.description) for goal in simulator.goals()]
        for step in episode["steps"]:
            simulator.step(step["action"])
        goals = simulator.goals()
        assert [(goal.kind, goal.description) for goal in goals] == names
        entries = [line.split("\t") for line in episode["goal_progress"].splitlines() if "\t" in line]
        assert [[str(g.done).lower(), g.kind, g.description] for g in goals] == [
            [done, kind.strip(), description] for _, done, kind, description in entries
        ]
        assert not goals[0].optional
        assert goals[-1].optional


# -- against the package's own sequence of calls ------------------------------------------------------------------


def assert_same_episode(
    simulator: Simulator, package: PackageInterface, task: str, variation: int, actions: list[str | None], seed: int
) -> None:
    """Plays one episode on both; None picks a valid action. The course is the package's, which lists them each time."""
    generator = random.Random(seed)
    assert tuple(simulator.load(task, variation)) == package.reset(task, variation)
    for given in actions:
        action = generator.choice(package.valid) if given is None else given
        expected = package.step(action.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
        assert tuple(simulator.step(action)) == expected, (task, variation, action)
    assert simulator.valid_actions() == package.valid
    assert tuple(goal.done for goal in simulator.goals()) == tuple(
        line.split("\t")[1] == "true" for line in package.goal_progress().splitlines() if "\t" in line
    )


@pytest.mark.slow
@pytest.mark.parametrize("task", STEP_LIMITS)
def test_a_random_episode_is_the_packages(simulator: Simulator, package: PackageInterface, task: str) -> None:
    assert_same_episode(simulator, package, task, 2, [None] * 15, seed=7)


@pytest.mark.parametrize("task", ["mendelian-genetics-unknown-plant", "find-animal", "power-component"])
def test_an_episode_with_open_hive_is_the_packages(simulator: Simulator, package: PackageInterface, task: str) -> None:
    assert_same_episode(simulator, package, task, 1, [*BEES, *[None] * 12, "objects", None, None], seed=8)


def test_any_string_is_answered_as_in_the_package(simulator: Simulator, package: PackageInterface) -> None:
    shuffled = random.Random(9).sample(HOSTILE, len(HOSTILE))
    assert_same_episode(simulator, package, "boil", 3, [*shuffled, "\ud83d look"], seed=9)


def test_half_a_surrogate_pair_is_read_as_the_replacement_character(simulator: Simulator) -> None:
    simulator.load("boil", 0)
    assert simulator.step("\ud83d") == simulator.step("\ufffd")


# -- the same again -----------------------------------------------------------------------------------------------


def test_the_same_task_gives_the_same_bytes_after_fifty_others_and_elsewhere(simulator: Simulator) -> None:
    actions = [*BEES, "wait", "wait", "look around", "go to outside", "look around", "inventory"]
    first = play(simulator, "grow-fruit", 5, actions)
    assert play(simulator, "grow-fruit", 5, actions) == first
    for number in range(50):
        kind = list(STEP_LIMITS)[number % len(STEP_LIMITS)]
        play(simulator, kind, number // len(STEP_LIMITS), ["look around", "wait1"])
    assert play(simulator, "grow-fruit", 5, actions) == first
    code = (
        "import sys; from eto_envs.scienceworld.simulator import Simulator\n"
        "with Simulator() as simulator:\n"
        "    print([tuple(simulator.load('grow-fruit', 5)), *(tuple(simulator.step(a)) for a in sys.argv[1:])])"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", code, *actions], capture_output=True, text=True, check=True, timeout=120
    )
    assert elsewhere.stdout.strip() == str(first)


@pytest.mark.parametrize("hive", [[], BEES], ids=["hive closed", "hive open"])
def test_asking_does_not_change_the_course(simulator: Simulator, hive: list[str]) -> None:
    actions = [*hive, "look around", "wait", "look around", "objects", "wait", "look around"]
    undisturbed = play(simulator, "mendelian-genetics-known-plant", 4, actions)
    asked = [tuple(simulator.load("mendelian-genetics-known-plant", 4))]
    for number, action in enumerate(actions):
        asked.append(tuple(simulator.step(action)))
        simulator.look(), simulator.inventory(), simulator.goals(), simulator.task_description()
        if number % 2:
            simulator.valid_actions()
    assert asked == undisturbed


def test_valid_actions_do_not_depend_on_when_they_are_asked_for(simulator: Simulator) -> None:
    actions = ["look around", "wait1", "pick up thermometer"]
    simulator.load("use-thermometer", 3)
    always = [simulator.valid_actions()]
    for action in actions:
        simulator.step(action)
        always.append(simulator.valid_actions())
    play(simulator, "use-thermometer", 3, actions)
    assert simulator.valid_actions() == always[-1]
    assert list(always[-1]) == sorted(always[-1])


# -- gold paths ---------------------------------------------------------------------------------------------------


def test_a_gold_path_solves_the_task_and_leaves_the_episode_alone(simulator: Simulator) -> None:
    before = play(simulator, "find-animal", 0, ["look around"])
    gold = simulator.gold_path()
    assert simulator.step("look around").observation == before[-1][0]
    played = play(simulator, "find-animal", 0, list(gold))
    assert played[-1][1:] == (100, True)
    assert not any(step[2] for step in played[:-1])


def test_a_gold_path_is_that_of_a_fresh_process(simulator: Simulator, package: PackageInterface) -> None:
    simulator.load("boil", 2)
    simulator.gold_path()
    simulator.load("chemistry-mix-paint-tertiary-color", 5)
    fresh = PackageInterface()
    expected = fresh.first_gold_path("chemistry-mix-paint-tertiary-color", 5)
    fresh.jvm.close()
    gold = simulator.gold_path()
    assert gold == expected[: len(gold)]
    assert set(expected[len(gold) :]) <= {"wait1", "look around"}  # what the package does after the end


# -- tasks --------------------------------------------------------------------------------------------------------


def test_there_are_thirty_tasks_with_disjoint_splits(simulator: Simulator) -> None:
    assert sorted(simulator.task_names()) == list(STEP_LIMITS)
    boil = simulator.variations("boil")
    assert (len(boil.train), len(boil.dev), len(boil.test)) == (14, 7, 9)
    assert sorted(boil.train + boil.dev + boil.test) == list(range(30))


@pytest.mark.parametrize(
    ("task", "variation", "simplification", "words"),
    [
        ("find-unicorn", 0, "easy", "Unknown task"),
        ("boil", 3000, "easy", "exceeds the total number of variations"),
        ("boil", -1, "easy", "does not exist"),
        ("boil", 0, "hardest", "Unknown simplification"),
    ],
)
def test_what_does_not_exist_is_an_error(
    simulator: Simulator, task: str, variation: int, simplification: str, words: str
) -> None:
    with pytest.raises(SimulatorError, match=words) as caught:
        simulator.load(task, variation, simplification)
    assert "\n" not in str(caught.value)
    with pytest.raises(SimulatorError, match="load a task first"):
        simulator.step("look around")
    process = simulator.pid
    assert simulator.load("boil", 0).score == 0
    assert simulator.pid == process


# -- failures -----------------------------------------------------------------------------------------------------


def test_after_its_process_was_killed_load_starts_another() -> None:
    with Simulator() as simulator:
        first = simulator.load("boil", 0)
        assert simulator.pid is not None
        os.kill(simulator.pid, signal.SIGKILL)
        with pytest.raises(SimulatorError):
            simulator.step("look around")
        with pytest.raises(SimulatorError, match="load a task first"):
            simulator.look()
        assert simulator.load("boil", 0) == first


def test_a_heap_that_is_too_small_is_an_error() -> None:
    with Simulator(heap_mb=12) as simulator, pytest.raises(SimulatorError, match="out of memory with a heap of 12 MB"):
        simulator.load("grow-fruit", 0)


def test_nothing_runs_before_it_is_needed_or_after_close() -> None:
    simulator = Simulator()
    assert simulator.pid is None
    simulator.load("boil", 0)
    assert simulator.pid is not None
    simulator.close()
    simulator.close()
    assert simulator.pid is None
