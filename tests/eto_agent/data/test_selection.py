"""Choosing among episodes of one task, on made-up episodes whose answer is plain."""

from __future__ import annotations

import pytest

from eto_agent.data.selection import best_against_worse, diversity, harvest
from eto_envs.trajectory import Trajectory, Turn


def played(task: str, actions: str, reward: float, *, thought: str = "", outcome: str = "failed") -> Trajectory:
    """An episode with one action a letter."""
    turns = [Turn("task", "goal", "start")]
    turns += [Turn("agent", f"{thought}Action: {each}", "", action=each) for each in actions]
    return Trajectory("eto/Any-v0", task, "kind", "train", turns=turns, outcome=outcome, final_reward=reward)


def broken(task: str) -> Trajectory:
    return Trajectory("eto/Any-v0", task, "kind", "train", outcome="error", error="died")


def test_samples_that_say_the_same_do_not_differ() -> None:
    same = [played("a", "xy", 0.0), played("a", "xy", 0.0), played("b", "x", 0.0), played("b", "x", 0.0)]
    assert diversity(same).differing == 0
    found = diversity([*same, played("a", "x", 0.0), broken("b"), played("c", "x", 1.0)])
    assert (found.tasks, found.differing, found.distinct) == (2, 0.5, 1.5)


def test_other_thoughts_differ_though_the_actions_are_the_same() -> None:
    found = diversity([played("a", "x", 0.0), played("a", "x", 0.0, thought="Hm. ")])
    assert (found.differing, found.distinct) == (1.0, 1.0)


def test_no_task_is_no_diversity() -> None:
    assert diversity([]).differing == 0


def test_a_harvest_is_good_new_and_counted() -> None:
    expert = [played("a", "xy", 1.0)]
    sampled = [
        played("a", "xy", 1.0, thought="My own thought. "),  # what the expert did
        played("a", "xzy", 1.0),
        played("a", "xzy", 1.0),  # once is enough
        played("b", "xy", 1.0),  # another task
        played("b", "x", 0.9),
        broken("b"),
    ]
    found = harvest(sampled, expert)
    assert [(each.task, each.actions) for each in found.kept] == [("a", ["x", "z", "y"]), ("b", ["x", "y"])]
    assert found.facts() == {"sampled": 6, "broken": 1, "successful": 4, "duplicates": 2, "kept": 2}
    assert len(harvest(sampled, expert, threshold=0.9).kept) == 3


def test_the_best_is_paired_with_the_worst_first() -> None:
    long, short = played("a", "xyz", 0.8), played("a", "xy", 0.8)
    middle, low, again, worst = (
        played("a", "q", 0.5),
        played("a", "r", 0.1),
        played("a", "r", 0.1),
        played("a", "s", 0),
    )
    found = best_against_worse([long, middle, short, low, again, worst], max_pairs=2)
    assert [pair.chosen for pair in found.pairs] == [short, short]
    assert [pair.rejected for pair in found.pairs] == [worst, low]
    assert [(pair.chosen_reward, pair.rejected_reward) for pair in found.pairs] == [(0.8, 0.0), (0.8, 0.1)]
    assert len(best_against_worse([long, middle, short, low, again, worst], max_pairs=9).pairs) == 3


def test_ties_make_no_pair_and_errors_none_either() -> None:
    found = best_against_worse([played("a", "x", 1.0), played("a", "y", 1.0), broken("b"), played("b", "x", 1.0)])
    assert (found.pairs, found.tasks, found.alike, found.broken) == ([], 2, 2, 1)


@pytest.mark.parametrize("protocol", ["paper", "strict"])
def test_the_protocol_decides_in_scienceworld(protocol: str) -> None:
    """The best score seen in the episode against the score at its end."""
    fell = played("a", "xy", 0.0)
    fell.env, fell.max_score, fell.turns[1].score = "eto/ScienceWorld-v0", 100.0, 60.0
    stayed = played("a", "z", 0.5)
    stayed.env, stayed.max_score, stayed.turns[1].score = "eto/ScienceWorld-v0", 100.0, 50.0
    [pair] = best_against_worse([fell, stayed], protocol=protocol).pairs
    assert pair.chosen is (fell if protocol == "paper" else stayed)
