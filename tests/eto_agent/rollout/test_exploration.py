"""Exploration in real worker processes: order, resumption, format errors, broken episodes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium
import pytest

import eto_envs  # noqa: F401  # registers the ids
from eto_agent.policies import Conversation, OraclePolicy, Policy, RandomPolicy, Reply
from eto_agent.rollout.exploration import Environments, explore
from eto_envs.conversation.live import conversation_format
from eto_envs.pool import EnvPool
from eto_envs.recording import text_env
from eto_envs.tasks import Task, TaskSet
from eto_envs.trajectory import Trajectory

ROOT = Path(__file__).parents[3]
UNRULY = ROOT / "tests" / "eto_envs" / "worlds"
ENV_ID = "eto/LockedDoor-v0"
WORDS = conversation_format(ENV_ID)
TASKS = text_env(gymnasium.make(ENV_ID)).manifest["seen"]


@contextmanager
def world(
    num_envs: int = 3, env_id: str = ENV_ID, workers: int | None = None, **settings: Any
) -> Iterator[Environments]:
    with EnvPool(env_id, num_envs, num_workers=workers, max_restarts=0, **settings) as pool:
        yield Environments(pool, env_id, WORDS, settings)


@dataclass
class Saying:
    """Says the same in every turn."""

    text: str
    name: str = "saying"
    needs: Any = ""

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        return [Reply(self.text) for _ in conversations]

    def forget(self, key: str) -> None:
        pass


def some(count: int) -> TaskSet:
    return TaskSet("generated/seen", TASKS[:count])


def test_every_task_once_in_its_order(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with world() as running:
        played = explore(
            some(7), OraclePolicy(), running, tmp_path / "t.jsonl",
            on_episode=lambda each, done, total: told.append((each.task, done, total)),
        )  # fmt: skip
    assert [each.task for each in played] == list(some(7).ids)
    assert all((each.outcome, each.final_reward, each.split) == ("solved", 1.0, "generated/seen") for each in played)
    assert [done for _, done, _ in told] == list(range(1, 8))
    assert {task for task, _, _ in told} == set(some(7).ids)


def test_samples_are_told_apart(tmp_path: Path) -> None:
    with world() as running:
        played = explore(some(2), RandomPolicy(1), running, tmp_path / "t.jsonl", samples=3)
    assert [(each.task, each.meta["sample"]) for each in played] == [(id, n) for id in some(2).ids for n in range(3)]
    assert len({tuple(each.actions) for each in played}) == 6


@pytest.mark.parametrize(("num_envs", "workers"), [(1, 1), (3, 2), (8, None)])
def test_the_number_of_environments_does_not_change_a_byte(tmp_path: Path, num_envs: int, workers: int | None) -> None:
    files = []
    for name, shape in (("some", (num_envs, workers)), ("two", (2, 1))):
        files.append(tmp_path / f"{name}.jsonl")
        with world(shape[0], workers=shape[1]) as running:
            explore(some(9), RandomPolicy(3), running, files[-1])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_finished_file_is_not_explored_again(tmp_path: Path) -> None:
    out = tmp_path / "t.jsonl"
    with world() as running:
        first = explore(some(4), RandomPolicy(0), running, out)
        before = out.stat().st_mtime_ns
        assert explore(some(4), Saying("never asked"), running, out) == first
    assert out.stat().st_mtime_ns == before


def test_episodes_in_the_order_of_their_end_are_put_in_the_order_of_the_tasks(tmp_path: Path) -> None:
    """What a process leaves behind that is killed after its last episode."""
    out = tmp_path / "t.jsonl"
    with world() as running:
        explore(some(4), RandomPolicy(0), running, out)
        whole = out.read_bytes()
        lines = whole.splitlines(keepends=True)
        out.write_bytes(b"".join(reversed(lines)))
        explore(some(4), Saying("never asked"), running, out)
        assert out.read_bytes() == whole
        # And one that was killed twice: in the middle of the second line, then again.
        out.write_bytes(b"".join([lines[0], lines[1][:-40], b"\n", *lines[1:]]))
        with pytest.warns(UserWarning, match="line 2"):
            explore(some(4), Saying("never asked"), running, out)
    assert out.read_bytes() == whole


def test_a_damaged_last_line_costs_that_episode_only(tmp_path: Path) -> None:
    out = tmp_path / "t.jsonl"
    with world() as running:
        explore(some(5), RandomPolicy(0), running, out)
        whole = out.read_bytes()
        out.write_bytes(whole[:-40])
        again: list[str] = []
        with pytest.warns(UserWarning, match="line 5"):
            explore(some(5), RandomPolicy(0), running, out, on_episode=lambda each, *_: again.append(each.task))
    assert again == [some(5).ids[-1]]
    assert out.read_bytes() == whole


KILLED = """
import sys, time
from pathlib import Path
from tests.eto_agent.rollout.test_exploration import RandomPolicy, explore, some, world

class Slow(RandomPolicy):
    def act(self, conversations):
        time.sleep(0.02)
        return super().act(conversations)

with world() as running:
    explore(some(40), Slow(0), running, Path(sys.argv[1]))
"""


def test_killed_in_the_middle_it_goes_on_to_the_same_file(tmp_path: Path) -> None:
    out, whole = tmp_path / "killed.jsonl", tmp_path / "whole.jsonl"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(out)], env={**os.environ, "PYTHONPATH": str(ROOT)})
    deadline = time.monotonic() + 60
    while not (out.exists() and out.read_bytes().count(b"\n") >= 5) and time.monotonic() < deadline:
        time.sleep(0.005)  # waiting for the file, not for a duration
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 5 <= out.read_bytes().count(b"\n") < 40
    with world() as running:
        explore(some(40), RandomPolicy(0), running, out)
        explore(some(40), RandomPolicy(0), running, whole)
    assert out.read_bytes() == whole.read_bytes()


def test_a_reply_without_an_action_costs_a_step_and_is_told(tmp_path: Path) -> None:
    with world(max_steps=4) as running:
        [trajectory] = explore(some(1), Saying("I wonder."), running, tmp_path / "t.jsonl")
    assert (trajectory.outcome, trajectory.final_reward) == ("step_limit", 0.0)
    turns = trajectory.turns[1:]
    assert [(turn.action, turn.observation, turn.valid) for turn in turns] == [(None, WORDS.format_error, False)] * 4


def test_format_errors_and_actions_share_the_limit(tmp_path: Path) -> None:
    class Wavering(Saying):
        def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
            return [Reply("Hm." if len(each.trajectory.turns) % 2 else "Action: look around") for each in conversations]

    with world(max_steps=5) as running:
        [trajectory] = explore(some(1), Wavering(""), running, tmp_path / "t.jsonl")
    assert [turn.action for turn in trajectory.turns[1:]] == [None, "look around"] * 2 + [None]
    assert trajectory.outcome == "step_limit"


def test_a_policy_without_an_answer_gives_up(tmp_path: Path) -> None:
    with world() as running:
        skipping = OraclePolicy(skip=lambda action: action.startswith("leave"))
        [trajectory] = explore(some(1), skipping, running, tmp_path / "t.jsonl")
    assert (trajectory.outcome, trajectory.meta["gave_up"]) == ("gave_up", "plan")
    assert trajectory.final_reward is not None
    assert 0 < trajectory.final_reward < 1


def test_an_episode_whose_worker_dies_is_an_error_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(UNRULY))
    tasks = some(6)

    class Deadly(OraclePolicy):
        def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
            replies = super().act(conversations)
            deadly = [each.trajectory.task == tasks.ids[2] for each in conversations]
            return [Reply("Action: die always") if kill else reply for kill, reply in zip(deadly, replies, strict=True)]

    with world(2, "unruly:test/Unruly-v0", folder=str(tmp_path)) as running:
        played = explore(tasks, Deadly(), running, tmp_path / "t.jsonl")
    assert [each.outcome for each in played] == ["solved"] * 2 + ["error"] + ["solved"] * 3
    assert played[2].final_reward is None
    assert played[2].error


def test_the_policy_sees_the_conversation_and_is_told_of_the_end(tmp_path: Path) -> None:
    seen: list[str] = []
    forgotten: list[str] = []

    class Watching(OraclePolicy):
        def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
            for each in conversations:
                assert each.messages[-1]["role"] == "user"
                assert each.messages[-1]["content"].endswith(each.trajectory.turns[-1].observation)
                seen.append(each.key)
            return super().act(conversations)

        def forget(self, key: str) -> None:
            forgotten.append(key)

    with world() as running:
        played = explore(some(3), Watching(), running, tmp_path / "t.jsonl")
    keys = {f"{each.task}#0" for each in played}
    assert set(seen) == set(forgotten) == keys
    assert len(forgotten) == 3


def test_nothing_to_do_is_an_empty_file(tmp_path: Path) -> None:
    empty: list[Task] = []
    policy: Policy = RandomPolicy(0)
    with world() as running:
        played: list[Trajectory] = explore(empty, policy, running, tmp_path / "t.jsonl")
    assert played == []
    assert (tmp_path / "t.jsonl").read_bytes() == b""


FULL_DISK = """
import resource, sys
from pathlib import Path
from tests.eto_agent.rollout.test_exploration import RandomPolicy, explore, some, world

with world() as running:  # workers start before the limit is set
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
    explore(some(40), RandomPolicy(0), running, Path(sys.argv[1]))
"""


def test_a_full_disk_loses_the_episode_that_did_not_fit(tmp_path: Path) -> None:
    out, whole = tmp_path / "full.jsonl", tmp_path / "whole.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", FULL_DISK, str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "File too large" in done.stderr
    lines = out.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if line.endswith(b"\n")]
    assert len(lines) - len(kept) <= 1
    assert 3 <= len(kept) < 40
    again: list[str] = []
    with world() as running, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the half line is reported
        explore(some(40), RandomPolicy(0), running, out, on_episode=lambda each, *_: again.append(each.task))
        explore(some(40), RandomPolicy(0), running, whole)
    assert len(again) == 40 - len(kept)
    assert out.read_bytes() == whole.read_bytes()


def test_a_reply_that_takes_long_does_not_hold_the_others(tmp_path: Path) -> None:
    """The first task's reply never comes until all other episodes are over."""
    tasks = some(6)

    class Holding(OraclePolicy):
        patience_s = 0.0

        def __init__(self) -> None:
            super().__init__()
            self.held: list[Conversation] = []
            self.due: list[Conversation] = []
            self.over: list[str] = []

        @property
        def busy(self) -> bool:
            return bool(self.due or (self.held and len(self.over) == 5))

        def submit(self, conversations: Sequence[Conversation]) -> None:
            for each in conversations:
                (self.held if each.trajectory.task == tasks.ids[0] else self.due).append(each)

        def collect(self) -> list[tuple[str, Reply]]:
            ready, self.due = self.due, []
            if len(self.over) == 5:
                ready, self.held = [*ready, *self.held], []
            return [(each.key, reply) for each, reply in zip(ready, self.act(ready), strict=True)]

        def forget(self, key: str) -> None:
            self.over.append(key)

    policy = Holding()
    with world(2, workers=1) as running:
        played = explore(tasks, policy, running, tmp_path / "t.jsonl")
    assert [each.outcome for each in played] == ["solved"] * 6
    assert policy.over[-1] == f"{tasks.ids[0]}#0"
