"""Visits: the states along paths, how many steps they cost, and episodes that go on from them."""

from __future__ import annotations

from pathlib import Path

import gymnasium
import pytest

from eto_envs.errors import EpisodeError, UnknownNameError, WorkerError
from eto_envs.pool import EnvPool, Visits
from eto_envs.pool.visits import steps_of, visit
from eto_envs.recording import text_env
from tests.eto_envs.pools import DOOR, TASK, MakePool, alone, kill, returned, solution, start, step

COUNTING = "counting:test/Counting-v0"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "worlds"))
    return tmp_path / "steps"


def taken(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


@pytest.mark.parametrize("world", [DOOR, "eto/WebShop-v0", "eto/ALFWorld-v0", "eto/ScienceWorld-v0"])
def test_every_state_along_a_solution_can_be_gone_on_from(world: str) -> None:
    env, other = (gymnasium.make(world, split="train", disable_env_checker=True) for _ in range(2))
    task = text_env(env).tasks[0].id
    env.reset(options={"task": task})
    plan = text_env(env).oracle_actions()[:3]
    visits = visit(env, task, [plan[:length] for length in range(len(plan))])
    assert [visits.states[at].info["steps"] for at in visits.reached] == list(range(len(plan)))
    for length in range(len(plan)):
        snapshot = visits.along(length)[-1].snapshot
        assert snapshot is not None
        text_env(other).restore(snapshot)
        found = [other.step(action) for action in plan[length:]]
        env.reset(options={"task": task, "prefix": plan[:length]})
        assert found == [env.step(action) for action in plan[length:]]
    env.close()
    other.close()


def test_the_states_of_a_path_are_what_its_steps_return() -> None:
    plan = solution()
    env = gymnasium.make(DOOR)
    visits = visit(env, TASK, [plan, [], plan[:2]])
    path = visits.along(0)
    assert [(each.observation, each.reward, each.ended, False, each.info) for each in path] == alone(plan)
    assert [each.action for each in path] == ["", *plan]
    assert path[-1].ended
    assert [len(visits.along(number)) for number in range(3)] == [len(plan) + 1, 1, 3]
    assert [each.snapshot is not None for each in path] == [True, False, True, *[False] * (len(plan) - 3), True]


def test_n_starts_cost_n_steps(log: Path) -> None:
    """And so do branches: only what leaves the common path is taken beside it."""
    plan = solution()
    count = len(plan) - 1
    env = gymnasium.make(COUNTING, log=str(log))
    starts = [plan[:length] for length in range(count + 1)]
    visit(env, TASK, starts)
    assert taken(log) == plan[:count]
    assert steps_of(starts) == count
    log.unlink()
    branches = [[*plan[:length], "look"] for length in range(count + 1)]
    visits = visit(env, TASK, [*starts, *branches])
    assert len(taken(log)) == 2 * count + 1 == steps_of([*starts, *branches])
    assert len(visits.states) == 2 * count + 2


def test_a_world_that_cannot_keep_its_state_replays_where_paths_part(log: Path) -> None:
    plan = solution()
    env = gymnasium.make(COUNTING, log=str(log), keeps_state=False)
    visit(env, TASK, [plan[:length] for length in range(4)])
    assert taken(log) == plan[:3]
    log.unlink()
    visits = visit(env, TASK, [plan[:3], [*plan[:2], "look"]])
    assert taken(log) == [*plan[:3], *plan[:2], "look"]
    assert visits.along(1)[-1].observation == alone([*plan[:2], "look"])[-1][0]


def test_a_path_beyond_the_end_gets_to_the_end() -> None:
    plan = solution()
    visits = visit(gymnasium.make(DOOR), TASK, [[*plan, "look"]])
    assert (visits.along(0)[-1].action, visits.along(0)[-1].ended) == (plan[-1], True)


def test_states_move_between_workers(make_pool: MakePool) -> None:
    plan = solution()
    pool = make_pool(2, num_workers=2)
    pool.visit(0, TASK, [plan[:2]])
    visits: Visits = pool.receive().value
    snapshot = visits.along(0)[-1].snapshot
    assert snapshot is not None
    with pytest.raises(EpisodeError, match="no episode"):
        pool.step(0, "look")
    pool.restore(1, snapshot)
    result = pool.receive()
    assert (result.kind, result.observation, result.info) == ("restore", *(alone(plan[:2])[-1][i] for i in (0, 4)))
    assert [returned(step(pool, action, 1)) for action in plan[2:]] == alone(plan)[3:]


def test_an_episode_from_a_state_survives_its_worker(make_pool: MakePool) -> None:
    plan = solution()
    pool = make_pool(1)
    pool.visit(0, TASK, [plan[:2]])
    pool.restore(0, pool.receive().value.along(0)[-1].snapshot)
    pool.receive()
    step(pool, plan[2])
    kill(pool)
    result = step(pool, plan[3])
    assert (returned(result), result.restarts) == (alone(plan)[4], 1)


def test_a_worker_that_dies_over_a_visit_is_replaced(make_pool: MakePool) -> None:
    plan = solution()
    pool = make_pool(1, max_restarts=1)
    pool.visit(0, TASK, [[*plan[:2], "die once", *plan[2:4]]])
    result = pool.receive()
    assert (len(result.value.along(0)), result.restarts) == (6, 1)
    pool.visit(0, TASK, [["die always"]])
    result = pool.receive()
    assert isinstance(result.error, WorkerError)
    assert start(pool).error is None


def test_wrong_use(make_pool: MakePool) -> None:
    pool = make_pool(1)
    pool.visit(0, "no/such", [[]])
    with pytest.raises(UnknownNameError, match="no/such"):
        pool.receive()
    pool.visit(0, TASK, [[]])
    with pytest.raises(EpisodeError, match="has not answered its visit"):
        pool.visit(0, TASK, [[]])
    pool.receive()


def test_the_count_of_steps_is_of_distinct_beginnings() -> None:
    assert steps_of([]) == steps_of([[]]) == 0
    assert steps_of([["a"], ["a", "b"], ["a", "b"], ["b"]]) == 3


def test_a_snapshot_of_another_world_is_refused() -> None:
    with EnvPool(DOOR, 1) as pool:
        env = text_env(gymnasium.make("eto/WebShop-v0"))
        env.reset(seed=0)
        pool.restore(0, env.snapshot())
        with pytest.raises(UnknownNameError, match="The snapshot is of WebShopEnv"):
            pool.receive()
