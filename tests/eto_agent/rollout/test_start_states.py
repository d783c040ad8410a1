"""Exploration from the middle of recorded episodes: what it costs, what is recorded, what goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.policies import Conversation, OraclePolicy, RandomPolicy, Reply
from eto_agent.rollout.exploration import Environments, explore
from eto_agent.rollout.start_states import StartState, spread, start_states_along
from eto_agent.worlds.locked_door import LOCKED_DOOR
from eto_envs.conversation import react_messages
from eto_envs.errors import UnknownNameError
from eto_envs.trajectory import Trajectory, Turn, read_trajectories
from tests.eto_agent.rollout.test_exploration import ROOT, UNRULY, WORDS, Saying, some, world

COUNTING = "counting:test/Counting-v0"


def experts(running: Environments, tmp_path: Path, count: int = 2) -> list[Trajectory]:
    return explore(some(count), OraclePolicy(LOCKED_DOOR.rationale), running, tmp_path / "experts.jsonl")


def every_start(records: Sequence[Trajectory]) -> list[StartState]:
    return [start for record in records for start in start_states_along(record)]


def test_the_record_is_the_expert_s_turns_and_then_the_agent_s(tmp_path: Path) -> None:
    with world() as running:
        [expert] = experts(running, tmp_path, 1)
        starts = start_states_along(expert)
        played = explore(some(1), OraclePolicy(), running, tmp_path / "t.jsonl", start_states=starts, samples=2)
    count = len(expert.turns) - 1
    assert [each.meta for each in played] == [{"sample": k, "start": t} for t in range(count) for k in range(2)]
    for each in played:
        t = each.meta["start"]
        assert [turn.role for turn in each.turns] == ["task", *["prefix"] * t, *["agent"] * (count - t)]
        assert [replace(turn, role="agent") for turn in each.turns[1 : t + 1]] == expert.turns[1 : t + 1]
        assert (each.turns[0], each.subgoals, each.actions) == (expert.turns[0], expert.subgoals, expert.actions)
        assert (each.outcome, each.final_reward, each.split) == ("solved", 1.0, "generated/seen")
        theirs, ours = (react_messages(record, WORDS) for record in (expert, each))
        context = len(theirs) - 2 * (count - t) + 1
        assert [m["content"] for m in ours[:context]] == [m["content"] for m in theirs[:context]]
        assert [m["trained"] for m in ours if m["role"] == "assistant"][1:] == [False] * t + [True] * (count - t)


def test_all_starts_of_an_episode_cost_its_length_in_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment counts: n - 1 steps to prepare n starts, then only what the agent does."""
    monkeypatch.syspath_prepend(str(UNRULY))
    log = tmp_path / "steps"
    with world(2, COUNTING, log=str(log)) as running:
        [expert] = experts(running, tmp_path, 1)
        log.unlink()
        policy = Saying("Action: look")
        with_limit = replace(running, env_kwargs={"max_steps": len(expert.turns) + 1})
        played = explore(some(1), policy, with_limit, tmp_path / "t.jsonl", start_states=start_states_along(expert))
    n = len(expert.turns) - 1
    own = sum(turn.role == "agent" for each in played for turn in each.turns)
    assert own == sum(n + 2 - t for t in range(n))
    assert len(log.read_text().splitlines()) == (n - 1) + own
    assert [action for action in log.read_text().splitlines() if action != "look"] == expert.actions[:-1]


@pytest.mark.parametrize(("num_envs", "workers"), [(1, 1), (3, 2), (8, None)])
def test_the_number_of_environments_does_not_change_a_byte(tmp_path: Path, num_envs: int, workers: int | None) -> None:
    files: list[Path] = []
    for name, shape in (("some", (num_envs, workers)), ("two", (2, 1))):
        (tmp_path / name).mkdir()
        with world(shape[0], workers=shape[1], max_steps=12) as running:
            starts = every_start(experts(running, tmp_path / name, 3))
            files.append(tmp_path / f"{name}.jsonl")
            explore(some(3), RandomPolicy(3), running, files[-1], start_states=starts, samples=2)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_what_is_there_is_not_run_again(tmp_path: Path) -> None:
    out = tmp_path / "t.jsonl"
    with world() as running:
        starts = every_start(experts(running, tmp_path))
        first = explore(some(2), RandomPolicy(1), running, out, start_states=starts)
        whole = out.read_bytes()
        lines = whole.splitlines(keepends=True)
        out.write_bytes(b"".join(lines[-1:] + lines[:3]))
        told: list[tuple[str, int]] = []
        again = explore(
            some(2), RandomPolicy(1), running, out, start_states=starts,
            on_episode=lambda each, *_: told.append((each.task, each.meta["start"])),
        )  # fmt: skip
    assert again == first
    assert out.read_bytes() == whole
    assert sorted(told) == sorted((each.task, each.meta["start"]) for each in first[3:-1])


KILLED = """
import sys, time
from pathlib import Path
from tests.eto_agent.rollout.test_start_states import RandomPolicy, every_start, experts, explore, some, world

class Slow(RandomPolicy):
    def act(self, conversations):
        time.sleep(0.02)
        return super().act(conversations)

with world() as running:
    starts = every_start(experts(running, Path(sys.argv[1]).parent, 8))
    explore(some(8), Slow(0), running, Path(sys.argv[1]), start_states=starts)
"""


def test_killed_in_the_middle_it_goes_on_to_the_same_file(tmp_path: Path) -> None:
    out, whole = tmp_path / "killed.jsonl", tmp_path / "whole.jsonl"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(out)], env={**os.environ, "PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + 60
    while not (out.exists() and out.read_bytes().count(b"\n") >= 5) and time.monotonic() < deadline:
        time.sleep(0.005)  # waiting for the file, not for a duration
    process.send_signal(signal.SIGKILL)
    process.wait()
    with world() as running:
        starts = every_start(experts(running, tmp_path, 8))
        assert 5 <= out.read_bytes().count(b"\n") < len(starts)
        explore(some(8), RandomPolicy(0), running, out, start_states=starts)
        explore(some(8), RandomPolicy(0), running, whole, start_states=starts)
    assert out.read_bytes() == whole.read_bytes()


def test_an_episode_that_takes_another_course_than_recorded_is_an_error(tmp_path: Path) -> None:
    with world() as running:
        first, second = experts(running, tmp_path)
        first.turns[2] = replace(first.turns[2], observation="You are on the moon.")
        starts = every_start([first, second])
        played = explore(some(2), OraclePolicy(), running, tmp_path / "t.jsonl", start_states=starts)
    of_first = [each for each in played if each.task == first.task]
    assert [each.outcome for each in of_first[:3]] == ["solved", "solved", "error"]
    assert len(of_first) == len(every_start([first]))
    for each in of_first[2:]:
        assert (each.outcome, each.final_reward) == ("error", None)
        assert each.error is not None
        assert "You are on the moon." in each.error
        assert "\n" not in each.error
    of_second = [each.outcome for each in played if each.task == second.task]
    assert of_second == ["solved"] * len(every_start([second]))
    assert list(read_trajectories(tmp_path / "t.jsonl", strict=True)) == played


def test_another_beginning_of_the_task_is_an_error(tmp_path: Path) -> None:
    with world() as running:
        [expert] = experts(running, tmp_path, 1)
        expert.turns[0] = replace(expert.turns[0], observation="Elsewhere.")
        [played] = explore(some(1), OraclePolicy(), running, tmp_path / "t.jsonl", start_states=[StartState(expert, 0)])
    assert (played.outcome, "Elsewhere." in str(played.error)) == ("error", True)


def test_there_is_no_start_behind_the_end(tmp_path: Path) -> None:
    with world() as running:
        [expert] = experts(running, tmp_path, 1)
        end = len(expert.turns) - 1
        [played] = explore(
            some(1), OraclePolicy(), running, tmp_path / "t.jsonl", start_states=[StartState(expert, end)]
        )
    assert played.outcome == "error"
    assert f"Turn {end - 1} ('leave through door') of {end} before the start ends the episode" in str(played.error)


def test_turns_without_an_action_are_replayed_and_cost_their_steps(tmp_path: Path) -> None:
    class Wavering(OraclePolicy):
        def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
            replies = super().act(conversations)
            mute = [len(each.trajectory.turns) == 2 for each in conversations]
            return [Reply("Hm.") if silent else reply for silent, reply in zip(mute, replies, strict=True)]

    with world(max_steps=6) as running:
        [record] = explore(some(1), Wavering(), running, tmp_path / "record.jsonl")
        played = explore(
            some(1),
            Saying("Action: look"),
            running,
            tmp_path / "t.jsonl",
            start_states=[StartState(record, t) for t in (1, 3, 5)],
        )
    assert record.turns[2].action is None
    for each in played:
        t = each.meta["start"]
        assert [turn.text for turn in each.turns[1 : t + 1]] == [turn.text for turn in record.turns[1 : t + 1]]
        assert (len(each.turns) - 1, each.outcome) == (6, "step_limit")
    said = [message["content"] for message in react_messages(played[1], WORDS) if message["role"] == "assistant"]
    assert said[1:4] == [record.turns[1].text, "Hm.", record.turns[3].text]


def test_where_the_worker_dies_on_the_way_all_starts_are_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(UNRULY))
    with world(2, "unruly:test/Unruly-v0", folder=str(tmp_path)) as running:
        first, second = experts(running, tmp_path)
        first.turns[1] = replace(first.turns[1], action="die always")
        played = explore(
            some(2), OraclePolicy(), running, tmp_path / "t.jsonl",
            start_states=[StartState(first, 0), StartState(first, 1), StartState(second, 1)],
        )  # fmt: skip
    assert [each.outcome for each in played] == ["error", "error", "solved"]
    assert "was killed by signal 9" in str(played[0].error)


@pytest.mark.parametrize(
    ("count", "most", "numbers"),
    [(4, None, [0, 1, 2, 3]), (4, 9, [0, 1, 2, 3]), (10, 4, [1, 3, 6, 8]), (7, 1, [3]), (0, 3, [])],
)
def test_fewer_starts_are_evenly_spread(count: int, most: int | None, numbers: list[int]) -> None:
    assert spread(count, most) == numbers


def test_wrong_use(tmp_path: Path) -> None:
    out = tmp_path / "t.jsonl"
    policy: Any = OraclePolicy()
    with world() as running:
        first, second = experts(running, tmp_path)
        with pytest.raises(UnknownNameError, match=f"Unknown task {second.task!r} of a start"):
            explore(some(1), policy, running, out, start_states=[StartState(second, 0)])
        with pytest.raises(UnknownNameError, match="after the same number of turns"):
            explore(some(1), policy, running, out, start_states=[StartState(first, 1), StartState(first, 1)])
    assert not out.exists()


def test_the_start_of_the_task_may_come_beside_the_others() -> None:
    """The expert a b c d e, in which a and c were slips."""
    turns = [Turn("prefix" if action in "ac" else "agent", action, "Seen.", action=action) for action in "abcde"]
    record = Trajectory("eto/Any-v0", "x", "t", "m/train", turns=[Turn("task", "Do.", "Here."), *turns])
    assert [start.turns for start in start_states_along(record)] == [1, 3, 4]
    assert [start.turns for start in start_states_along(record, beginning=True)] == [0, 1, 3, 4]
    assert [start.turns for start in start_states_along(record, 1, beginning=True)] == [0, 3]
    record.turns[1].role = "agent"
    assert [start.turns for start in start_states_along(record, 4, beginning=True)] == [0, 1, 3, 4]
