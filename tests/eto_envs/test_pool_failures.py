"""`EnvPool` whose workers die or hang: the episode goes on, or is reported."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from eto_envs.errors import (
    DivergenceError,
    EpisodeError,
    SimulatorError,
    WorkerError,
)
from eto_envs.pool import PoolResult
from tests.eto_envs.pools import (
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


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="elsewhere the pool learns of it by its time limits")
def test_a_worker_whose_child_outlives_it_is_replaced_at_once(make_pool: MakePool, tmp_path: Path) -> None:
    pool = make_pool(1)
    start(pool)
    result = step(pool, "fork once")
    assert (returned(result), result.restarts) == (alone(["fork once"])[-1], 1)
    (tmp_path / "gate").write_text("the child may end")


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
