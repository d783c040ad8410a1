"""Made-up episodes and quick settings for the tests of training."""

from __future__ import annotations

import json
from pathlib import Path

from eto_agent.training.fit import DpoSettings, TrainSettings
from eto_envs.conversation import ConversationFormat, Message, react_messages
from eto_envs.trajectory import Trajectory, Turn

WORDS = ConversationFormat("")
PLACES = ("kitchen", "hall", "cellar", "garden", "attic")
FAST = TrainSettings(epochs=2, batch_size=4, learning_rate=3e-3, max_length=512, device="cpu", save_steps=2)
FAST_DPO = DpoSettings(epochs=2, batch_size=4, learning_rate=1e-3, max_length=512, device="cpu", save_steps=2)


def episode(number: int, *, right: bool = True) -> Trajectory:
    """A made-up episode of two to four agent turns; every third begins with a teacher-forced turn."""
    place = PLACES[number % 5]
    trajectory = Trajectory("eto/Any-v0", f"find/{number}", "find", "train")
    trajectory.turns = [Turn("task", f"Find the lamp number {number}.", f"You are in the {place}.")]
    if number % 3 == 0:
        trajectory.turns.append(Turn("prefix", "Action: look", f"A {place}.", action="look"))
    for step in range(2 + number % 3):
        action = f"search {place} {step}" if right else f"wait in {PLACES[(number + step) % 5]}"
        trajectory.turns.append(Turn("agent", f"Thought: step {step}.\nAction: {action}", f"You see a {place} {step}."))
    return trajectory


def messages(trajectory: Trajectory) -> list[Message]:
    return react_messages(trajectory, WORDS)


def rows(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
