"""Made-up episodes of the worlds, for tests of labels and scores."""

from __future__ import annotations

from collections.abc import Sequence

from eto_envs.trajectory import Trajectory, Turn

ALFWORLD = ("find an apple", "take a knife", "slice it", "take an apple", "put it in/on the fridge")
WEBSHOP = ("type", "attribute: red", "option: xl", "price: at most 40.00")


def acted(
    action: str | None,
    observation: str = "Ok.",
    done: Sequence[int] = (),
    *,
    of: int = 5,
    valid: bool = True,
    score: float = 0.0,
) -> Turn:
    flags = [index in done for index in range(of)]
    return Turn("agent", "", observation, action=action, valid=valid, score=score, subgoals=flags)


def episode(
    world: str, outcome: str, *turns: Turn, subgoals: Sequence[str] = ALFWORLD, task: str = "kind/0"
) -> Trajectory:
    return Trajectory(
        f"eto/{world}-v0", task, "kind", "m/s", turns=[Turn("task", "Do it.", "A room."), *turns],
        subgoals=list(subgoals), outcome=outcome, final_reward=float(outcome == "solved"),
    )  # fmt: skip


FOUND = acted("go to shelf 1", done=[0])
