"""The two protocols on episodes made by hand."""

from __future__ import annotations

import pytest

from eto_agent.evaluation.scoring import paper_score, score, strict_score
from eto_envs.trajectory import Trajectory, Turn


def episode(env: str, scores: list[float | None], outcome: str, final: float | None) -> Trajectory:
    """A turn a score; None stands for a reply without an action, which keeps the score before it."""
    turns, last = [Turn("task", "", "")], 0.0
    for each in scores:
        last = last if each is None else each
        turns.append(Turn("agent", "", "", action=None if each is None else "a", score=last, valid=each is not None))
    return Trajectory(env, "a/0", "a", "m/s", turns=turns, outcome=outcome, final_reward=final, max_score=100.0)


@pytest.mark.parametrize(
    ("scores", "outcome", "final", "strict", "paper"),
    [
        ([50.0, 100.0], "solved", 1.0, (1.0, True), (1.0, True)),
        ([75.0, -100.0], "failed", 0.0, (0.0, False), (0.75, True)),  # the simulator "completes" on failure too
        ([25.0, 25.0], "step_limit", 0.25, (0.25, False), (0.25, False)),
        ([50.0, None], "step_limit", 0.5, (0.5, False), (0.0, False)),  # a reply without an action sets it back
        ([50.0, None, 50.0], "step_limit", 0.5, (0.5, False), (0.5, False)),
        ([-100.0], "failed", 0.0, (0.0, False), (0.0, True)),
        ([], "step_limit", 0.0, (0.0, False), (0.0, False)),
        ([30.0], "error", None, (0.0, False), (0.3, False)),
    ],
)
def test_scienceworld(
    scores: list[float | None], outcome: str, final: float | None, strict: object, paper: object
) -> None:
    trajectory = episode("eto/ScienceWorld-v0", scores, outcome, final)
    assert strict_score(trajectory) == score(trajectory, "strict") == strict
    assert paper_score(trajectory) == score(trajectory, "paper") == paper


def test_elsewhere_the_protocols_agree() -> None:
    trajectory = episode("eto/LockedDoor-v0", [80.0, None, 20.0], "step_limit", 0.2)
    assert paper_score(trajectory) == strict_score(trajectory) == (0.2, False)
