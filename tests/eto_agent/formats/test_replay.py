"""Imported episodes replayed: what is the same, what differs, and what the world says they are worth."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path

import gymnasium
import pytest

import eto_envs  # noqa: F401  # registers the ids
from eto_agent.formats.records import FORMATS, from_record, to_record
from eto_agent.formats.replay import replay
from eto_envs.core import TextEnv
from eto_envs.recording import oracle, record_episode, text_env
from eto_envs.trajectory import Trajectory


@pytest.fixture(scope="module")
def env() -> Iterator[TextEnv]:
    made = gymnasium.make("eto/LockedDoor-v0")
    yield text_env(made)
    made.close()


@pytest.fixture
def solved(env: TextEnv) -> Trajectory:
    """An oracle's episode, through a file of conversations."""
    recorded = record_episode(env, oracle(env), task=env.tasks[0].id)
    return from_record(json.loads(json.dumps(to_record(recorded, FORMATS["sharegpt"]))))


def test_the_same_episode(env: TextEnv, solved: Trajectory) -> None:
    [verdict] = replay([solved], env)
    assert (verdict.status, verdict.differing, verdict.surplus, verdict.reward_differs) == ("same", (), 0, False)
    played = verdict.trajectory
    assert (played.outcome, played.final_reward, played.split) == ("solved", 1.0, "generated/train")
    assert [turn.text for turn in played.turns] == [turn.text for turn in solved.turns]
    assert played.turns[-1].score == 1.0


def test_another_world_is_shown_with_both_texts(env: TextEnv, solved: Trajectory) -> None:
    seen = solved.turns[2].observation
    solved.turns[2].observation = "A dragon."
    solved.final_reward = 0.5
    [verdict] = replay([solved], env)
    assert (verdict.status, verdict.differing) == ("diverged", (2,))
    assert (verdict.expected, verdict.observed) == ("A dragon.", seen)
    assert verdict.reward_differs
    assert verdict.trajectory.turns[2].observation == seen


def test_what_comes_after_the_end_is_left_out(env: TextEnv, solved: Trajectory) -> None:
    solved.turns += [solved.turns[-1], solved.turns[-1]]
    [verdict] = replay([solved], env)
    assert (verdict.status, verdict.surplus, verdict.trajectory.outcome) == ("same", 2, "solved")


def test_a_reply_without_action_is_kept_and_not_played(env: TextEnv, solved: Trajectory) -> None:
    record = to_record(solved, FORMATS["sharegpt"])
    error = "Observation: Invalid format. The input must contains 'Action: '"
    record["conversations"][3:3] = [{"from": "gpt", "value": "Well."}, {"from": "human", "value": error}]
    [verdict] = replay([from_record(record)], env)
    assert (verdict.status, verdict.trajectory.outcome) == ("same", "solved")
    assert (verdict.trajectory.turns[1].text, verdict.trajectory.turns[1].valid) == ("Well.", False)


def test_an_episode_that_stops_early_is_worth_what_it_reached(env: TextEnv, solved: Trajectory) -> None:
    del solved.turns[-1]
    [verdict] = replay([solved], env)
    assert (verdict.trajectory.outcome, verdict.trajectory.final_reward) == ("gave_up", 0.8)


def test_an_unknown_task(env: TextEnv, solved: Trajectory) -> None:
    solved.task = "one-key/1000000"
    [verdict] = replay([solved], env)
    assert (verdict.status, verdict.trajectory) == ("unknown task", solved)


def test_real_shopping_reaches_full_reward_in_our_shop(
    shared_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the price cap, which the original draws anew in every process, is the same word for word."""
    folder = tmp_path / "webshop" / "1k"
    folder.mkdir(parents=True)
    for name in ("items_shuffle_1000.json", "items_ins_v2_1000.json", "items_human_ins.json"):
        (folder / name).symlink_to(shared_dir / "data" / "webshop" / name)
    monkeypatch.setenv("ETO_ENVS_DATA", str(tmp_path))
    lines = (shared_dir / "data" / "webshop" / "agenttraj_l_60.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    env = gymnasium.make("eto/WebShop-v0", catalogue="1k", goals="synthetic", manifest="original")
    verdicts = list(replay([from_record(json.loads(line), "webshop") for line in lines], text_env(env)))
    env.close()
    assert [verdict.trajectory.final_reward for verdict in verdicts] == [1.0] * 60
    same = [verdict for verdict in verdicts if verdict.status == "same"]
    assert len(same) == 19
    for verdict in verdicts:
        assert without_cap(verdict.expected) == without_cap(verdict.observed)


def without_cap(text: str) -> str:
    return re.sub(r"price lower than [\d.]+ dollars", "", text)


@pytest.mark.slow
def test_real_demonstrations_solve_our_scienceworld(shared_dir: Path) -> None:
    """They were made on an older simulator that describes rooms in other words; the actions still do it."""
    packed = shared_dir / "data" / "scienceworld" / "agenttraj_l_200.jsonl.xz"
    lines = lzma.decompress(packed.read_bytes()).decode().split("\n")
    demonstrations = [from_record(json.loads(line), "scienceworld") for line in lines[:60:15]]
    env = gymnasium.make("eto/ScienceWorld-v0", manifest="official", simplification="easy")
    verdicts = list(replay(demonstrations, text_env(env)))
    env.close()
    assert [verdict.trajectory.final_reward for verdict in verdicts] == [1.0] * 4
    assert {verdict.status for verdict in verdicts} == {"diverged"}
    assert all(len(verdict.differing) < len(verdict.trajectory.turns) / 3 for verdict in verdicts)
    assert all(0 in verdict.differing for verdict in verdicts)  # the first room
