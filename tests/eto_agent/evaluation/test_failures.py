"""Failure labels: hand-made episodes, any episode at all, and real ones of every environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eto_agent.evaluation.failures import failure_labels, failure_shares, label_meanings
from eto_agent.worlds import world_of_record
from eto_envs.making import make_env
from eto_envs.recording import record_tasks, text_env
from eto_envs.trajectory import Trajectory, Turn
from tests.eto_agent.episodes import ALFWORLD, FOUND, WEBSHOP, acted, episode


@pytest.mark.parametrize(
    ("turns", "looped"),
    [
        ([acted("look", "A room.")] * 3, True),
        ([acted("look", "A room.")] * 2, False),
        ([acted("look", "A room."), FOUND, acted("look", "A room.", [0]), acted("look", "A room.", [0])], False),
        ([acted("look", "A room."), acted("look", "Dusk."), acted("look", "A room.")], False),
        ([acted("go to bed 1", "The bed."), acted("go to desk 1", "The desk.")] * 3, True),
        (
            [
                acted("look", "A room."),
                acted("go to bed 1"),
                acted("look", "A room."),
                acted("sleep"),
                acted("look", "A room."),
            ],
            False,
        ),
        ([acted("wait", "Nothing happens.", valid=False)] * 3, True),
        ([acted(None, "Invalid format.", valid=False)] * 4, False),
    ],
)
def test_a_loop_is_three_times_the_same_without_progress(turns: list[Turn], looped: bool) -> None:
    assert ("loop" in failure_labels(episode("ALFWorld", "step_limit", *turns))) == looped


def test_conduct_counts_the_agents_own_turns_only() -> None:
    prefix = Turn("prefix", "dance", "Nothing happens.", action="dance", valid=False)
    told = failure_labels(episode("ALFWorld", "solved", prefix, FOUND))
    assert told == set()
    assert failure_labels(episode("ALFWorld", "solved", acted("dance", valid=False))) == {"invalid_action"}
    assert failure_labels(episode("ALFWorld", "solved", acted(None, valid=False))) == {"format_error"}


def test_a_broken_episode_has_no_labels_and_counts_nowhere() -> None:
    broken = episode("ALFWorld", "error", acted("dance", valid=False))
    assert failure_labels(broken) == set()
    lost = [episode("ALFWorld", "step_limit", FOUND, task=f"kind/{number}") for number in range(4)]
    dancing = episode("ALFWorld", "step_limit", FOUND, acted("dance", valid=False), task="kind/9")
    shares = failure_shares([broken, *lost, dancing, episode("ALFWorld", "solved", acted("dance", valid=False))])
    assert (shares.episodes, shares.failed, shares.broken) == (6, 5, 1)
    assert list(shares.labels) == ["out_of_steps", "invalid_action"]
    assert shares.labels["out_of_steps"].share == 1.0
    assert shares.labels["out_of_steps"].examples == ("kind/0", "kind/1", "kind/2")
    assert shares.labels["invalid_action"] == type(shares.labels["invalid_action"])(1, 0.2, ("kind/9",))


def test_without_failures_there_are_no_shares() -> None:
    assert failure_shares([]).labels == {}


NAMES = st.sampled_from([*ALFWORLD, *WEBSHOP, "focus on a plant", "take the red key", "find the red key", "odd"])
SAID = st.one_of(st.none(), st.sampled_from(["look", "wait", "0", "focus on x", "take pen 1 from bed 1", "take"]))
TURNS = st.builds(
    Turn, st.sampled_from(["agent", "prefix"]), st.just(""), st.sampled_from(["", "You focus on x."]), SAID,
    score=st.sampled_from([-100.0, 0.0, 1.0]), valid=st.booleans(), subgoals=st.lists(st.booleans(), max_size=6),
)  # fmt: skip
EPISODES = st.builds(
    lambda world, outcome, turns, names: episode(world, outcome, *turns, subgoals=names),
    st.sampled_from(["ALFWorld", "ScienceWorld", "WebShop", "LockedDoor", "Other"]),
    st.sampled_from(["solved", "failed", "step_limit", "gave_up", "error"]),
    st.lists(TURNS, max_size=8),
    st.lists(NAMES, max_size=6),
)


@given(EPISODES)
@settings(max_examples=300, deadline=None)
def test_every_failed_episode_has_a_known_label(trajectory: Trajectory) -> None:
    labels = failure_labels(trajectory)
    assert labels <= set(label_meanings(world_of_record(trajectory.env)))
    assert bool(labels) or trajectory.outcome in ("solved", "error")
    if trajectory.outcome == "solved":
        assert labels <= {"loop", "invalid_action", "format_error"}
    assert ("other" not in labels) or labels == {"other"}


REAL = {
    "locked-door": ((), "seen", 60, {"wrong_object", "never_found", "loop"}),
    "webshop": ((), "test", 60, {"wrong_object", "missing_options", "never_found"}),
    "alfworld": (("process_observation=paper",), "seen", 20, {"wrong_object", "never_found"}),
}


@pytest.mark.parametrize("name", REAL)
def test_real_episodes(name: str, tmp_path: Path) -> None:
    """The oracle solves every task and has no label; the random policy has those that its world allows."""
    settings, split, count, expected = REAL[name]
    env = make_env(name.replace("-", ""), settings, split)
    try:
        tasks = text_env(env).tasks[:count]
        solved = list(record_tasks(env, "oracle", tasks, tmp_path / "oracle.jsonl"))
        lost = failure_shares(record_tasks(env, "random", tasks, tmp_path / "random.jsonl"))
    finally:
        env.close()
    assert [failure_labels(each) for each in solved] == [frozenset()] * count
    assert {"out_of_steps", *expected} <= set(lost.labels)


@pytest.mark.slow
def test_real_episodes_of_scienceworld(tmp_path: Path) -> None:
    env = make_env("scienceworld", (), "seen")
    short = ("find-living-thing", "lifespan-longest-lived", "chemistry-mix-paint-secondary-color")
    try:
        tasks = text_env(env).tasks.of_types(short)
        solved = list(record_tasks(env, "oracle", tasks[::6], tmp_path / "oracle.jsonl"))
        lost = failure_shares(record_tasks(env, "random", tasks[::3], tmp_path / "random.jsonl"))
    finally:
        env.close()
    assert [failure_labels(each) for each in solved] == [frozenset()] * len(solved)
    assert {"out_of_steps", "wrong_focus", "never_found", "invalid_action"} <= set(lost.labels)
