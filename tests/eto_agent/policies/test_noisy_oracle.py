"""Mistakes of the oracle: they change nothing, are put right by the plan, and are never imitated."""

from __future__ import annotations

from pathlib import Path

import pytest

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.config.schema import EnvConfig, ExpertConfig
from eto_agent.methods.catalogue import RunConfig
from eto_agent.models import create_scratch, load_tokenizer
from eto_agent.rollout.start_states import start_states_along
from eto_agent.session import Session
from eto_agent.stages.experts import expert
from eto_envs.conversation import react_messages
from eto_envs.conversation.live import conversation_format
from eto_envs.errors import UnknownNameError
from eto_envs.trajectory import Trajectory, read_trajectories

WORLDS = {
    "eto/LockedDoor-v0": {},
    "eto/ALFWorld-v0": {"games": "mini:40", "process_observation": "paper", "expert": "explorer"},
}


def experts(folder: Path, env_id: str, slips: float, *, seed: int = 0, rationales: bool = True) -> list[Trajectory]:
    env = EnvConfig(id=env_id, settings=WORLDS[env_id], train_per_type=6, num_envs=3, num_workers=1)
    config = RunConfig(out=folder, seed=seed, env=env, expert=ExpertConfig(mistakes=slips, rationales=rationales))
    with Session(config) as session:
        return list(read_trajectories(expert(session), strict=True))


@pytest.mark.parametrize("env_id", WORLDS)
def test_experts_slip_and_solve_their_tasks_all_the_same(env_id: str, tmp_path: Path) -> None:
    plain, slipped = experts(tmp_path / "a", env_id, 0.0), experts(tmp_path / "b", env_id, 0.4)
    assert [each.task for each in slipped] == [each.task for each in plain]
    assert all(each.final_reward == 1.0 for each in slipped)
    slips = [turn for each in slipped for turn in each.turns if turn.role == "prefix"]
    assert len(slips) >= 10
    assert not any(turn.valid or turn.reward for turn in slips)
    for before, after in zip(plain, slipped, strict=True):
        done = [turn for turn in after.turns[1:] if turn.role == "agent"]
        assert [turn.action for turn in done] == before.actions
        assert [turn.observation for turn in done] == [turn.observation for turn in before.turns[1:]]


@pytest.mark.parametrize("env_id", WORLDS)
def test_slips_are_read_and_never_imitated(env_id: str, tmp_path: Path) -> None:
    found = experts(tmp_path / "a", env_id, 0.4)
    words = conversation_format(env_id)
    messages = [react_messages(each, words, instruction="") for each in found]
    create_scratch(
        "tiny", [message["content"] for each in messages for message in each], tmp_path / "m", seed=0, vocab_size=400
    )
    tokenizer = load_tokenizer(tmp_path / "m")
    encoder = ChatEncoder(tokenizer)
    for each, said in zip(found, messages, strict=True):
        encoded = encoder.encode(said)
        kept = tokenizer.decode([one for one, on in zip(encoded.input_ids, encoded.mask, strict=True) if on])
        whole = tokenizer.decode(encoded.input_ids)
        for turn in each.turns[1:]:
            assert str(turn.action) in whole
        taught = [str(turn.action) for turn in each.turns[1:] if turn.role == "agent"]
        assert kept.count("Action: ") == len(taught)
        assert all(action in kept for action in taught)


def test_the_same_seed_slips_alike_and_another_one_does_not(tmp_path: Path) -> None:
    same = [experts(tmp_path / name, "eto/LockedDoor-v0", 0.4, seed=seed) for name, seed in (("a", 1), ("b", 1))]
    other = experts(tmp_path / "c", "eto/LockedDoor-v0", 0.4, seed=2)
    assert [each.actions for each in same[0]] == [each.actions for each in same[1]] != [each.actions for each in other]


def test_nobody_is_asked_to_slip_again(tmp_path: Path) -> None:
    for each in experts(tmp_path / "a", "eto/LockedDoor-v0", 0.4):
        starts = start_states_along(each)
        assert [each.turns[1 + start.turns].role for start in starts] == ["agent"] * len(starts)
        assert len(starts) == sum(turn.role == "agent" for turn in each.turns)


def test_without_rationales_replies_are_bare_actions(tmp_path: Path) -> None:
    for each in experts(tmp_path / "a", "eto/LockedDoor-v0", 0.0, rationales=False):
        assert [turn.text for turn in each.turns[1:]] == [f"Action: {action}" for action in each.actions]


def test_worlds_without_slips_are_named(tmp_path: Path) -> None:
    env = EnvConfig(id="eto/WebShop-v0", train_per_type=1, num_envs=1, num_workers=1)
    with pytest.raises(UnknownNameError, match="eto/ALFWorld-v0, eto/LockedDoor-v0"):
        Session(RunConfig(out=tmp_path / "run", env=env, expert=ExpertConfig(mistakes=0.1)))
    assert not (tmp_path / "run").exists()
