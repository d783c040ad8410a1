"""`eto/ScienceWorld-v0`: the contract on the real simulator."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast

import gymnasium
import pytest

import eto_envs
from eto_envs.errors import EpisodeError, PrefixError, SimulatorError, UnknownNameError
from eto_envs.scienceworld.env import ScienceWorldEnv

SOLVED = "lifespan-longest-lived/93"


def made(**settings: Any) -> ScienceWorldEnv:
    env = gymnasium.make("eto/ScienceWorld-v0", disable_env_checker=True, **settings)
    return cast(ScienceWorldEnv, env.unwrapped)


@pytest.fixture(scope="module")
def env() -> Iterator[ScienceWorldEnv]:
    shared = made(manifest="official")
    yield shared
    shared.close()


@pytest.mark.slow
def test_every_recorded_line_is_reproduced(env: ScienceWorldEnv, recordings: list[dict[str, Any]]) -> None:
    env.max_steps = 1000
    for recorded in recordings:
        for episode in recorded["episodes"]:
            observation, info = env.reset(options={"task": f"{recorded['task']}/{recorded['variation']}"})
            assert observation == recorded["look"]
            assert "Task Description:\n" + info["goal"] == recorded["task_description"]
            for step in episode["steps"]:
                observation, _, terminated, truncated, info = env.step(step["action"])
                assert (observation, info["score"], terminated) == (step["observation"], step["score"], step["done"])
                assert not truncated
    env.max_steps = None


def test_nothing_starts_before_the_first_reset() -> None:
    env = made()
    assert env.java_pid is None
    env.close()


def test_the_oracle_solves_and_the_rewards_sum_to_the_score(env: ScienceWorldEnv) -> None:
    for mode in ("final", "delta"):
        env.reward_mode = mode
        _, info = env.reset(options={"task": SOLVED})
        assert (info["score"], info["progress"], info["outcome"]) == (0.0, 0.0, None)
        rewards = []
        for action in env.oracle_actions():
            _, reward, terminated, _, info = env.step(action)
            rewards.append(reward)
        assert terminated
        assert (info["score"], info["progress"], info["success"], info["outcome"]) == (100.0, 1.0, True, "solved")
        assert sum(rewards) == pytest.approx(1.0)
        with pytest.raises(EpisodeError):
            env.step("look around")
    env.reward_mode = "final"


def test_a_wrong_focus_is_final_with_minus_a_hundred(env: ScienceWorldEnv) -> None:
    env.reset(options={"task": "find-animal/0"})
    _, reward, terminated, truncated, info = env.step("focus on air")
    assert (reward, terminated, truncated) == (0.0, True, False)
    assert (info["score"], info["progress"], info["success"], info["outcome"]) == (-100.0, 0.0, False, "failed")


@pytest.mark.parametrize("task", ["lifespan-longest-lived/0", "find-plant/0", "power-component/0"])
def test_the_step_limit_is_that_of_the_type(env: ScienceWorldEnv, task: str) -> None:
    env.reset(options={"task": task})
    limit = {"lifespan-longest-lived": 10, "find-plant": 15, "power-component": 20}[task.partition("/")[0]]
    for _ in range(limit - 1):
        assert not any(env.step("look around")[2:4])
    _, _, terminated, truncated, info = env.step("look around")
    assert (terminated, truncated, info["outcome"], info["steps"]) == (False, True, "step_limit", limit)


def test_what_is_not_understood_is_answered_and_marked(env: ScienceWorldEnv) -> None:
    env.reset(options={"task": "boil/0"})
    answers = {action: env.step(action) for action in ("", "🔬", "\ud83d", "look around", "inventory", "help", "task")}
    valid = {action: answer[4]["valid_action"] for action, answer in answers.items()}
    assert [action for action, known in valid.items() if not known] == ["", "🔬", "\ud83d"]
    assert answers["🔬"][0] == "No known action matches that input."


def test_admissible_actions_do_not_change_an_episode(env: ScienceWorldEnv) -> None:
    listing = made(manifest="official", admissible_actions=True)
    actions = ["teleport to greenhouse", "open bee hive", "wait", "look around", "wait", "look around"]
    for one in (env, listing):
        one.reset(options={"task": "grow-fruit/0"})
    for action in actions:
        plain, listed = env.step(action), listing.step(action)
        assert plain[0] == listed[0]
        assert "look around" in listed[4]["admissible_actions"]
    assert tuple(env.admissible_actions()) == listed[4]["admissible_actions"]
    listing.close()


def test_prefixes_of_random_walks_equal_stepping_where_the_world_draws_at_random(env: ScienceWorldEnv) -> None:
    """Bees draw from a generator, genes too; `test_contract.py` has two hundred prefixes of solutions."""
    generator = random.Random(0)
    kinds = ("find-plant", "lifespan-shortest-lived", "use-thermometer", "mendelian-genetics-known-plant")
    for number in (*range(4), 7, 11):
        task = f"{kinds[number % len(kinds)]}/{number}"
        env.reset(options={"task": task})
        actions, seen = ["teleport to greenhouse", "open bee hive"] if number % 4 == 3 else [], []
        for length in range(10):
            if length >= len(actions):
                actions.append(generator.choice([a for a in env.admissible_actions() if "focus" not in a]))
            seen.append((actions[length], *env.step(actions[length])[:2]))
        for length in range(1, 10):
            observation, info = env.reset(options={"task": task, "prefix": actions[:length]})
            assert [tuple(step) for step in info["history"]] == seen[:length]
            assert observation == seen[length - 1][1]
        assert env.step(actions[9])[0] == seen[9][1]


def test_a_prefix_that_ends_the_episode_is_refused(env: ScienceWorldEnv) -> None:
    with pytest.raises(PrefixError, match="ended the episode"):
        env.reset(options={"task": "find-animal/0", "prefix": ["look around", "focus on air", "look around"]})


def test_snapshots_come_back_here_and_in_another_process(env: ScienceWorldEnv) -> None:
    env.reset(options={"task": "grow-fruit/0"})
    for action in ("teleport to greenhouse", "open bee hive", "wait"):
        env.step(action)
    state = env.snapshot()
    after = [env.step(action)[0] for action in ("look around", "wait", "look around")]
    env.step("teleport to kitchen")
    env.restore(state)
    assert [env.step(action)[0] for action in ("look around", "wait", "look around")] == after
    code = (
        "import sys, pickle, gymnasium, eto_envs\n"
        "env = gymnasium.make('eto/ScienceWorld-v0', manifest='official', disable_env_checker=True).unwrapped\n"
        "env.restore(pickle.loads(sys.stdin.buffer.read()))\n"
        "print(repr([env.step(action)[0] for action in ('look around', 'wait', 'look around')]))\n"
        "env.close()"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(state), capture_output=True, check=True, timeout=120
    )
    assert elsewhere.stdout.decode().strip() == repr(after)


def test_an_environment_pickles_in_the_middle_of_an_episode(env: ScienceWorldEnv) -> None:
    env.reset(options={"task": "boil/0"})
    env.step("teleport to kitchen")
    copy = pickle.loads(pickle.dumps(env))
    assert copy.step("look around")[:4] == env.step("look around")[:4]
    copy.close()


def test_close_ends_the_process_and_reset_starts_another() -> None:
    env = made(split="unseen")
    first = env.reset(seed=3)
    assert env.java_pid is not None
    env.close()
    assert env.java_pid is None
    assert env.reset(seed=3) == first
    env.close()


@pytest.mark.parametrize("task", ["power-component/0", "test-conductivity/0"])
def test_electrical_tasks_refuse_to_run_without_electricity(task: str) -> None:
    env = made(manifest="official", simplification="openDoors,noElectricalAction")
    with pytest.raises(UnknownNameError, match="leave out noElectricalAction"):
        env.reset(options={"task": task})
    assert env.java_pid is None
    env.reset(options={"task": "boil/0"})
    env.close()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"split": "dev"}, "expected one of train, seen, unseen"),
        ({"manifest": "mine"}, "expected one of paper, official, capped"),
        ({"simplification": "hard"}, "Unknown simplification 'hard'"),
        ({"max_steps": 0}, "max_steps"),
    ],
)
def test_wrong_settings_are_refused_before_anything_starts(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownNameError, match=words):
        made(**settings)


def test_an_unknown_task_is_refused(env: ScienceWorldEnv) -> None:
    with pytest.raises(UnknownNameError, match="find-animal/9999"):
        env.reset(options={"task": "find-animal/9999"})


def test_a_dead_simulator_is_an_error_and_the_next_reset_works() -> None:
    import os
    import signal

    env = made(split="unseen")
    first = env.reset(options={"task": SOLVED})
    assert env.java_pid is not None
    os.kill(env.java_pid, signal.SIGKILL)
    with pytest.raises(SimulatorError, match="exit status -9"):
        env.step("look around")
    assert env.reset(options={"task": SOLVED}) == first
    env.close()


def test_versions_name_the_simulator() -> None:
    env = made()
    assert env.versions == {"eto-envs": eto_envs.__version__, "scienceworld": "1.2.3"}
    env.close()
