"""Preference pairs: who is chosen, what is dropped, and an audit whose numbers add up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eto_agent.data.pairs import build_pairs
from eto_envs.trajectory import Trajectory, Turn


def played(task: str, reward: float | None, turns: int = 2, outcome: str | None = "failed") -> Trajectory:
    steps = [Turn("agent", f"Action: a{i}", "", action=f"a{i}", score=100 * (reward or 0)) for i in range(turns)]
    return Trajectory(
        "eto/LockedDoor-v0", task, "t", "m/train", turns=[Turn("task", "Do it.", ""), *steps],
        outcome=outcome, final_reward=reward,
    )  # fmt: skip


def test_the_higher_reward_is_chosen_and_ties_are_dropped() -> None:
    expert = [played("win", 0.5), played("tie", 1.0), played("lose", 1.0), played("both fail", 0.0)]
    agent = [played("win", 0.75), played("tie", 1.0), played("lose", 0.25), played("both fail", 0.0)]
    pairs, audit = build_pairs(expert, agent)
    assert [(pair.task, pair.winner) for pair in pairs] == [("win", "agent"), ("lose", "expert")]
    assert [(pair.chosen, pair.rejected) for pair in pairs] == [(agent[0], expert[0]), (expert[2], agent[2])]
    assert [(pair.chosen_reward, pair.rejected_reward) for pair in pairs] == [(0.75, 0.5), (1.0, 0.25)]
    assert (audit.explored, audit.win, audit.tie, audit.lose, audit.pairs) == (4, 1, 2, 1, 2)
    assert (audit.mean_reward_expert, audit.mean_reward_agent) == (0.625, 0.5)


@pytest.mark.parametrize(
    ("trajectory", "reason"),
    [
        (played("a", None, outcome="error"), "episode died of an error"),
        (played("a", None, outcome=None), "episode unfinished"),
        (played("a", 0.0, turns=0), "no agent turn"),
        (played("stranger", 0.0), "no expert trajectory"),
    ],
)
def test_what_says_nothing_is_dropped_and_counted(trajectory: Trajectory, reason: str) -> None:
    """An error is not a reward of 0: it would make a pair."""
    pairs, audit = build_pairs([played("a", 1.0)], [trajectory])
    assert pairs == []
    assert (audit.explored, audit.dropped, audit.pairs) == (1, {reason: 1}, 0)


def test_of_several_experts_the_best_counts() -> None:
    experts = [played("a", 0.5), played("a", 1.0), played("a", 0.75)]
    [pair] = build_pairs(experts, [played("a", 0.9)])[0]
    assert pair.chosen is experts[1]


def test_several_explorations_of_a_task_each_make_a_pair() -> None:
    pairs, audit = build_pairs([played("a", 1.0)], [played("a", 0.5), played("a", 0.0), played("a", 1.0)])
    assert [pair.rejected_reward for pair in pairs] == [0.5, 0.0]
    assert (audit.explored, audit.tie, audit.lose) == (3, 1, 2)


@pytest.mark.parametrize(("protocol", "winner"), [("paper", "agent"), ("strict", "expert")])
def test_the_protocol_decides(protocol: str, winner: str) -> None:
    """Half way up, then a fatal mistake: the paper counts the best score of the episode."""
    turns = [Turn("task", "", ""), *(Turn("agent", "", "", action="a", score=score) for score in (75.0, -100.0))]
    agent = Trajectory(
        "eto/ScienceWorld-v0", "a", "t", "m/train", turns=turns, outcome="failed", final_reward=0.0, max_score=100.0
    )
    expert = played("a", 0.5)
    [pair] = build_pairs([expert], [agent], protocol=protocol)[0]
    assert pair.winner == winner


def lengths(pairs: Sequence[object]) -> list[tuple[int, int]]:
    return [tuple(len(side.turns) - 1 for side in (pair.chosen, pair.rejected)) for pair in pairs]  # type: ignore[attr-defined]


def test_the_release_s_option_trims_the_rejected_side() -> None:
    expert, agent = [played("a", 1.0, 3), played("b", 1.0, 3)], [played("a", 0.0, 20), played("b", 0.0, 8)]
    whole, untrimmed = build_pairs(expert, agent)
    pairs, audit = build_pairs(expert, agent, trim_rejected=5)
    assert (lengths(whole), untrimmed.trimmed) == ([(3, 20), (3, 8)], 0)
    assert (lengths(pairs), audit.trimmed) == ([(3, 8), (3, 8)], 1)
    assert pairs[0].rejected.turns[-1].role == "agent"
    assert untrimmed.mean_length_gap == -11.0
    assert audit.mean_length_gap == -5.0
    assert len(agent[0].turns) == 21
