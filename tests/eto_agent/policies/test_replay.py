"""Replayed episodes: word for word, by task and sample."""

from __future__ import annotations

from pathlib import Path

import gymnasium

import eto_envs  # noqa: F401  # registers the ids
from eto_agent.policies import Conversation, RandomPolicy, ReplayPolicy, Reply
from eto_agent.rollout.exploration import Environments, explore
from eto_envs.conversation.live import conversation_format
from eto_envs.pool import EnvPool
from eto_envs.recording import text_env
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory, Turn

ENV_ID = "eto/LockedDoor-v0"
TASKS = TaskSet("generated/seen", text_env(gymnasium.make(ENV_ID)).manifest["seen"][:3])


def recorded(*turns: Turn, task: str = "a", **meta: int) -> Trajectory:
    return Trajectory(ENV_ID, task, "a", "m/s", turns=[Turn("task", "Leave.", ""), *turns], meta=meta)


def said(policy: ReplayPolicy, now: Trajectory) -> Reply:
    return policy.act([Conversation(f"{now.task}#0", [], now)])[0]


LOOK = Turn("agent", "Thought: Hm.\nAction: look", "", action="look", meta={"token_ids": [4, 5], "stop": "end"})
NONSENSE = Turn("agent", "Hm.", "", action=None)
FORCED = Turn("prefix", "go north", "", action="go north")


def test_turn_by_turn_with_ids_and_with_replies_that_hold_no_action() -> None:
    policy = ReplayPolicy([recorded(FORCED, LOOK, NONSENSE)])
    now = recorded()
    told: list[Reply] = []
    for turn in (FORCED, LOOK, NONSENSE, LOOK):
        told.append(said(policy, now))
        now.turns.append(turn)
    assert told == [
        Reply("Action: go north"),
        Reply("Thought: Hm.\nAction: look", (4, 5)),
        Reply("Hm."),
        Reply(None, stop="recording"),
    ]


def test_recordings_are_found_by_task_and_sample() -> None:
    sampled = [recorded(Turn("agent", f"Action: {n}", "", action=str(n)), sample=n) for n in range(2)]
    policy = ReplayPolicy([*sampled, recorded(LOOK, task="b")])
    assert said(policy, recorded(sample=1)).text == "Action: 1"
    assert said(policy, recorded(sample=2)).text is None
    assert said(policy, recorded(task="b", sample=7)).text == LOOK.text
    assert said(policy, recorded(task="c")).stop == "recording"


def test_a_replayed_exploration_is_the_recorded_one(tmp_path: Path) -> None:
    with EnvPool(ENV_ID, 2, max_steps=6) as pool:
        there = Environments(pool, ENV_ID, conversation_format(ENV_ID), {"max_steps": 6})
        first = explore(TASKS, RandomPolicy(1), there, tmp_path / "a.jsonl", samples=2)
        again = explore(TASKS, ReplayPolicy(first, "random"), there, tmp_path / "b.jsonl", samples=2)
    assert again == first
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
