"""The figures of an evaluation, against sums by hand."""

from __future__ import annotations

import pytest

from eto_agent.evaluation.summary import summarise
from eto_envs.trajectory import Trajectory, Turn


def episode(kind: str, reward: float | None, outcome: str, *turns: Turn) -> Trajectory:
    return Trajectory(
        "eto/LockedDoor-v0", f"{kind}/0", kind, "m/s", turns=[Turn("task", "", ""), *turns], outcome=outcome,
        final_reward=reward,
    )  # fmt: skip


GOOD = Turn("agent", "Action: a", "", action="a", meta={"token_ids": [1, 2, 3, 4]})
UNKNOWN = Turn("agent", "Action: b", "", action="b", valid=False, meta={"token_ids": [1, 2]})
NO_ACTION = Turn("agent", "Hm.", "", action=None, valid=False)


def test_by_hand() -> None:
    figures = summarise(
        [
            episode("x", 1.0, "solved", GOOD),
            episode("x", 0.5, "step_limit", GOOD, UNKNOWN),
            episode("y", 0.0, "failed", NO_ACTION),
            episode("y", None, "error", GOOD, GOOD),
        ]
    )
    assert (figures["episodes"], figures["broken"]) == (3, 1)
    assert figures["protocols"]["strict"]["reward"][0] == 0.5
    assert figures["protocols"]["strict"]["success"][0] == pytest.approx(1 / 3, abs=1e-6)
    assert figures["protocols"]["strict"]["by_type"]["x"]["reward"][0] == 0.75
    assert figures["protocols"]["strict"]["by_type"]["y"]["reward"] == [0.0, 0.0, 0.793451, 1]
    assert figures["steps"] == pytest.approx(4 / 3)
    assert (figures["invalid_actions"], figures["format_errors"]) == (0.25, 0.25)
    assert figures["tokens"] == pytest.approx(10 / 3)
    assert figures["outcomes"] == {"error": 1, "failed": 1, "solved": 1, "step_limit": 1}


def test_where_every_episode_died_there_is_no_mean() -> None:
    with pytest.raises(ValueError, match="no finished episode"):
        summarise([episode("x", None, "error")])


def test_conduct_has_intervals_and_goes_by_type() -> None:
    figures = summarise(
        [
            episode("x", 1.0, "solved", GOOD),
            episode("x", 0.5, "step_limit", GOOD, UNKNOWN, NO_ACTION),
            episode("y", 0.0, "failed", UNKNOWN, UNKNOWN),
        ]
    )
    assert {key: ends[0] for key, ends in figures["intervals"].items()} == {
        key: pytest.approx(figures[key], abs=1e-6) for key in ("steps", "invalid_actions", "format_errors", "tokens")
    }
    assert all(low <= mean <= high and count == 3 for mean, low, high, count in figures["intervals"].values())
    assert figures["conduct_by_type"]["x"] == {
        "steps": 2.0, "invalid_actions": 0.25, "format_errors": 0.25, "tokens": 5.0,
    }  # fmt: skip
    assert figures["conduct_by_type"]["y"]["invalid_actions"] == 1.0


def test_one_episode_has_no_interval_of_its_conduct() -> None:
    assert summarise([episode("x", 1.0, "solved", GOOD)])["intervals"] == {}
