"""Score over steps and the area under it, by hand and on real episodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from eto_agent.evaluation.efficiency import efficiency, score_over_steps, step_limits
from eto_agent.evaluation.scoring import SCORING_PROTOCOLS
from eto_envs.errors import EtoEnvError
from eto_envs.trajectory import Trajectory, Turn, read_trajectories


def episode(scores: list[float | None], world: str = "ScienceWorld") -> Trajectory:
    """An episode with these raw scores after its steps; None for a reply without an action."""
    turns = [Turn("task", "", "")]
    for each in scores:
        last = turns[-1].score
        turns.append(Turn("agent", "", "", action=None if each is None else "a", score=last if each is None else each))
    return Trajectory(f"eto/{world}-v0", "t/0", "t", "m/s", turns=turns, max_score=100.0, outcome="step_limit")


@pytest.mark.parametrize(
    ("scores", "protocol", "curve"),
    [
        ([10, 50, 20], "strict", [0, 0.1, 0.5, 0.2, 0.2, 0.2]),
        ([10, 50, 20], "paper", [0, 0.1, 0.5, 0.5, 0.5, 0.5]),
        ([50, None, 60], "paper", [0, 0.5, 0, 0.6, 0.6, 0.6]),
        ([50, None, 60], "strict", [0, 0.5, 0.5, 0.6, 0.6, 0.6]),
        ([40, -100], "strict", [0, 0.4, 0, 0, 0, 0]),
        ([], "strict", [0, 0, 0, 0, 0, 0]),
        ([10, 20, 30, 40, 50, 60, 70], "strict", [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
    ],
)
def test_by_hand(scores: list[float | None], protocol: str, curve: list[float]) -> None:
    trajectory = episode(scores)
    assert score_over_steps(trajectory, 5, protocol) == pytest.approx(curve)
    assert efficiency(trajectory, 5, protocol) == pytest.approx(sum(curve[1:]) / 5)


def test_the_extremes() -> None:
    assert efficiency(episode([100]), 10) == 1
    assert efficiency(episode([0] * 9 + [100]), 10) == pytest.approx(0.1)
    assert efficiency(episode([0] * 10), 10) == 0


def test_real_episodes_end_on_their_reward(door_runs: list[Path]) -> None:
    episodes = list(read_trajectories(door_runs[0] / "evaluate" / "random" / "seen.jsonl"))
    limits = step_limits(episodes)
    assert set(limits.values()) == {25}
    for each in episodes:
        for protocol, score in SCORING_PROTOCOLS.items():
            curve = score_over_steps(each, 25, protocol)
            assert len(curve) == 26
            assert curve[-1] == pytest.approx(score(each)[0])


def test_limits_come_from_the_environment_and_its_settings() -> None:
    made = Trajectory("eto/ScienceWorld-v0", "find-animal/0", "find-animal", "paper/train[:1 a type]")
    shorter = Trajectory(
        "eto/WebShop-v0", "human/11", "garden", "mini/human/products/test", env_kwargs={"max_steps": 4}
    )
    assert set(step_limits([made]).values()) == {15}
    assert set(step_limits([shorter]).values()) == {4}
    with pytest.raises(EtoEnvError, match="Unknown task"):
        step_limits([Trajectory("eto/LockedDoor-v0", "no-key/0", "no-key", "generated/seen")])
