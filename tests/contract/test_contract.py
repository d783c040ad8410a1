"""The contract of the suite, on every registered id. A new environment is covered as soon as it is registered."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import pytest
from gymnasium.utils.env_checker import check_env

from eto_envs import ENV_IDS, TextEnv, check_text_env
from eto_envs.errors import EpisodeError, PrefixError, UnknownNameError
from eto_envs.recording import text_env

ROOT = Path(__file__).parents[2]
INFO_KEYS = [
    "task",
    "goal",
    "split",
    "steps",
    "score",
    "progress",
    "subgoals",
    "success",
    "valid_action",
    "outcome",
    "versions",
]
MANIFESTS = {
    "eto/LockedDoor-v0": (
        "generated",
        {"train": "7388ef64e8b26ded", "seen": "c218d68403b37e82", "unseen": "3fcfed8bc3b3ccd7"},
    ),
    "eto/ScienceWorld-v0": (
        "paper",
        {"train": "1bde0c327f2b7398", "seen": "cb6fb0e0366b1705", "unseen": "6373b7890b89c7ee"},
    ),
    "eto/WebShop-v0": (
        "mini/human/products",
        {"train": "344b0cbbfe87af32", "dev": "e755ae61d44a58f3", "test": "3e820ec179c00643"},
    ),
    "eto/ALFWorld-v0": (
        "put/mini",
        {"train": "2209254032feb888", "seen": "d281b545ceac382c", "unseen": "ae6db730499ec9c6"},
    ),
}
"""The default manifest of each id, and the hashes of its splits; a change is a change of the tasks."""

OVERLAPS = {"eto/ScienceWorld-v0": {("train", "seen"): 54}}
"""Tasks in two splits of the default manifest, where there are any: the authors' lists share 54."""

PLAY = """
import json, sys
import gymnasium, eto_envs
env = gymnasium.make(sys.argv[1], disable_env_checker=True)
episodes = []
for line in sys.stdin:
    job = json.loads(line)
    observation, info = env.reset(options={"task": job["task"]})
    episode = [(observation, info)]
    for action in job["actions"]:
        observation, *rest = env.step(action)
        episode.append((observation, *rest))
    episodes.append(episode)
env.close()
print(json.dumps(episodes))
"""


def new(env_id: str, **settings: Any) -> TextEnv:
    return text_env(gymnasium.make(env_id, disable_env_checker=True, **settings))


@pytest.fixture(scope="module", params=ENV_IDS)
def env(request: pytest.FixtureRequest) -> Iterator[TextEnv]:
    made = new(request.param)
    yield made
    made.close()


def id_of(env: TextEnv) -> str:
    assert env.spec is not None
    return env.spec.id


def one_task_of_each_type(env: TextEnv) -> list[str]:
    return list({task.type: task.id for task in reversed(env.tasks)}.values())


def shortest_task(env: TextEnv) -> str:
    """The first of the tasks with the lowest step limit."""
    return min(env.tasks, key=lambda task: task.max_steps).id


def plan(env: TextEnv, task: str) -> list[str]:
    env.reset(options={"task": task})
    return env.oracle_actions()


def walk(env: TextEnv, task: str, actions: list[str]) -> list[tuple[Any, ...]]:
    """Everything that an episode shows."""
    return [env.reset(options={"task": task}), *(env.step(action) for action in actions)]


def test_the_suites_own_checker(env: TextEnv) -> None:
    check_text_env(env)


def test_gymnasiums_checker(env: TextEnv) -> None:
    check_env(new(id_of(env)), skip_render_check=True)


@pytest.mark.parametrize("mode", ["sync", "async", "async, unshared"])
def test_vector_environments_carry_the_texts(env: TextEnv, mode: str) -> None:
    kind, *unshared = mode.split(", ")
    kwargs = {"vector_kwargs": {"shared_memory": False}} if unshared else {}
    vector = gymnasium.make_vec(id_of(env), num_envs=2, vectorization_mode=kind, **kwargs)
    observations, infos = vector.reset(seed=[5, 6])
    for index in range(2):
        observation, info = env.reset(seed=5 + index)
        assert (observations[index], infos["goal"][index]) == (observation, info["goal"])
    actions = ("look around", "no such thing: é 漢 🔬")
    after = vector.step(actions)
    for index in range(2):
        env.reset(seed=5 + index)
        observation, reward, *_ = env.step(actions[index])
        assert (after[0][index], after[1][index]) == (observation, reward)
    vector.close()


def test_the_same_task_gives_the_same_bytes(env: TextEnv) -> None:
    """Twice in one process, after other tasks, and in another process."""
    tasks = one_task_of_each_type(env)[:4]
    jobs = [{"task": task, "actions": plan(env, task)[:-1]} for task in tasks]
    first = [walk(env, **job) for job in jobs]
    again = [walk(env, **job) for job in reversed(jobs)]
    assert list(reversed(again)) == first
    process = subprocess.run(
        [sys.executable, "-c", PLAY, id_of(env)],
        input="".join(json.dumps(job) + "\n" for job in jobs),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert json.loads(process.stdout) == json.loads(json.dumps(first))


@pytest.mark.slow
@pytest.mark.parametrize("resets", [40, pytest.param(200, marks=pytest.mark.nightly)])
def test_prefix_resets_equal_stepping(env: TextEnv, resets: int) -> None:
    """Every length of prefix of one solution a type, until there were enough; the rest of the solution follows each."""
    done = 0
    while done < resets:
        for task in one_task_of_each_type(env):
            actions = plan(env, task)
            env.reset(options={"task": task})
            limit = min(env.step_limit, len(actions)) - 1
            stepped = walk(env, task, actions[: limit + 1])
            for length in range(1, min(limit, 12) + 1):
                expected = [each[0] for each in stepped[1 : length + 1]]
                options = {"task": task, "prefix": actions[:length], "expected_observations": expected}
                observation, info = env.reset(options=options)
                history, first = info.pop("history"), info.pop("first_observation")
                assert (observation, info) == (stepped[length][0], stepped[length][4])
                assert first == stepped[0][0]
                assert [tuple(each) for each in history] == [
                    (action, *after[:2]) for action, after in zip(actions, stepped[1 : length + 1], strict=False)
                ]
                assert env.step(actions[length]) == stepped[length + 1]
                done += 1
                if done == resets:
                    return


def test_an_environment_goes_on_from_its_pickle_in_another_process(env: TextEnv) -> None:
    task = shortest_task(env)
    actions = plan(env, task)
    env.reset(options={"task": task})
    env.step(actions[0])
    code = "import sys, pickle; env = pickle.load(sys.stdin.buffer); print(repr(env.step(sys.argv[1]))); env.close()"
    elsewhere = subprocess.run(
        [sys.executable, "-c", code, actions[1]],
        input=pickle.dumps(env),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert elsewhere.stdout.decode().strip() == repr(env.step(actions[1]))


def test_a_snapshot_comes_back(env: TextEnv) -> None:
    task = shortest_task(env)
    actions = plan(env, task)
    stepped = walk(env, task, actions)
    env.reset(options={"task": task})
    env.step(actions[0])
    state = pickle.loads(pickle.dumps(env.snapshot()))
    env.reset(options={"task": env.tasks[1].id})
    assert env.restore(state) == (stepped[1][0], stepped[1][4])
    assert [env.step(action) for action in actions[1:]] == stepped[2:]


@pytest.mark.parametrize("mode", ["final", "delta"])
def test_rewards_sum_to_the_final_score(env: TextEnv, mode: Any) -> None:
    made = new(id_of(env), reward_mode=mode)
    task = shortest_task(made)
    *_, last = stepped = walk(made, task, plan(made, task))
    assert last[2] or last[3]
    assert sum(each[1] for each in stepped[1:]) == pytest.approx(last[4]["score"] / made.max_score)
    made.close()


def test_info_has_the_same_keys_everywhere(env: TextEnv) -> None:
    task = shortest_task(env)
    for _, *_, info in walk(env, task, plan(env, task)):
        assert list(info) == INFO_KEYS
        assert 0.0 <= info["progress"] <= 1.0
        assert [name for name, _ in info["subgoals"]]


def test_wrong_use_is_refused(env: TextEnv) -> None:
    closed = new(id_of(env))
    with pytest.raises(EpisodeError, match=r"call reset\(\) first"):
        closed.step("look around")
    with pytest.raises(UnknownNameError, match="Unknown split 'nowhere'"):
        new(id_of(env), split="nowhere")
    for option in ({"task": "nothing/0"}, {"tasks": env.tasks[0].id}):
        with pytest.raises(UnknownNameError):
            env.reset(options=option)
    task = shortest_task(env)
    actions = plan(env, task)
    with pytest.raises(PrefixError, match="ended the episode"):
        env.reset(options={"task": task, "prefix": actions})
    walk(env, task, actions)
    with pytest.raises(EpisodeError, match="has ended"):
        env.step("look around")


def test_tasks_do_not_move(env: TextEnv) -> None:
    name, hashes = MANIFESTS[id_of(env)]
    assert (env.manifest.name, {split: tasks.hash for split, tasks in env.manifest.items()}) == (name, hashes)


def test_overlaps_between_train_and_test_are_told(env: TextEnv) -> None:
    """None is hidden: what the manifest reports is what the lists share."""
    overlaps = env.manifest.overlaps()
    for one in env.manifest:
        for other in env.manifest:
            shared = set(env.manifest[one].ids) & set(env.manifest[other].ids)
            if one < other:
                assert set(overlaps.get((one, other), overlaps.get((other, one), ()))) == shared
    assert {pair: len(ids) for pair, ids in overlaps.items()} == OVERLAPS.get(id_of(env), {})


def test_importing_starts_and_loads_nothing() -> None:
    code = (
        "import sys, os, eto_envs; heavy = {'torch', 'transformers', 'trl', 'py4j', 'scienceworld', 'eto_agent'};"
        "print(sorted(heavy & set(sys.modules)), os.listdir('/proc/self/task'), os.getpid())"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, _, rest = process.stdout.partition("] ")
    threads, pid = rest.rsplit(" ", 1)
    assert loaded == "["
    assert threads == f"['{pid.strip()}']"
