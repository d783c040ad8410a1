"""LockedDoor's labels."""

from __future__ import annotations

from eto_agent.evaluation.failures import failure_labels
from tests.eto_agent.episodes import acted, episode


def test_a_wrong_key() -> None:
    names = ["find the red key", "take the red key"]
    wrong = [acted("open box", done=[0], of=2), acted("Take blue key from box", done=[0], of=2)]
    assert failure_labels(episode("LockedDoor", "failed", *wrong, subgoals=names)) == {"wrong_object"}
