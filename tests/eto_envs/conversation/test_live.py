"""From `gymnasium.make` to prompts and actions, with a loop of one's own."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import gymnasium
import pytest

import eto_envs
from eto_envs import Conversation, React, Trajectory, Window
from eto_envs.errors import EpisodeError, EtoEnvError, UnknownNameError
from eto_envs.recording import oracle, record_episode, text_env

DOOR = "eto/LockedDoor-v0"

LOOP = """
import sys

import gymnasium

import eto_envs

env_id, style, form = sys.argv[1:]
env = eto_envs.Conversation(gymnasium.make(env_id, disable_env_checker=True), style=style)
observation, info = env.reset(seed=0)
plan = iter(env.unwrapped.oracle_actions())
while env.trajectory.outcome is None:
    messages = eto_envs.messages(env)
    assert [set(each) for each in messages] == [{"role", "content"}] * len(messages)
    assert any(info["goal"] in each["content"] for each in messages), messages
    assert messages[-1]["role"] == "user" and observation in messages[-1]["content"]
    reply = form.format(action=next(plan))
    assert eto_envs.parse_reply(env, reply) == eto_envs.parse_reply(env_id, reply, style)
    observation, reward, terminated, truncated, info = env.step(reply)
assert env.trajectory.final_reward == reward == 1.0, env.trajectory.outcome
assert "torch" not in sys.modules and "transformers" not in sys.modules
env.close()
"""
FORMS = {"react": "Thought: so be it\nAction: {action}", "window": "<think>so</think><action>{action}</action>"}


@pytest.mark.parametrize(
    ("env_id", "style"),
    [
        (DOOR, "react"), (DOOR, "window"),
        ("eto/WebShop-v0", "react"), ("eto/WebShop-v0", "window"),
        ("eto/ALFWorld-v0", "react"), ("eto/ALFWorld-v0", "window"),
        ("eto/ScienceWorld-v0", "react"),
    ],
)  # fmt: skip
def test_a_loop_of_ones_own_needs_no_torch(env_id: str, style: str) -> None:
    """The goal is in the messages of every world, and the last one holds what was seen last."""
    command = [sys.executable, "-c", LOOP, env_id, style, FORMS[style]]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr


def talking(style: str = "react", **settings: object) -> Conversation:
    env = Conversation(gymnasium.make(DOOR, disable_env_checker=True, **settings), style)  # type: ignore[arg-type]
    env.reset(options={"task": "one-key/0"})
    return env


def test_the_messages_are_those_of_the_record() -> None:
    env = talking()
    for action in ("look", "dance"):
        env.step(f"Thought: hm\nAction: {action}")
    record = Trajectory.from_json(env.trajectory.to_json())
    assert eto_envs.messages(record) == env.messages == eto_envs.messages(env)
    assert [each["role"] for each in env.messages] == ["user", "assistant"] * 3 + ["user"]
    assert env.messages[1]["content"] == "OK"
    assert eto_envs.messages(env, React(instruction=""))[0]["content"] == env.messages[2]["content"]
    assert len(eto_envs.messages(env, Window(history=1))) == 1
    assert record.env == DOOR
    assert [turn.action for turn in record.turns] == [None, "look", "dance"]
    assert [turn.valid for turn in record.turns] == [True, True, False]


def test_an_example_stands_before_the_task() -> None:
    inner = gymnasium.make(DOOR, disable_env_checker=True)
    example = record_episode(inner, oracle(text_env(inner)), task="one-key/1")
    env = talking()
    shown = eto_envs.messages(env, React(example=example))
    assert len(shown) == len(env.messages) + 2 * (len(example.turns) - 1)
    assert shown[-1] == env.messages[-1]
    assert shown[3] == {"role": "assistant", "content": example.turns[1].text}


def test_a_record_of_an_episode_that_has_ended_ends_with_its_last_reply() -> None:
    env = talking()
    for action in env.unwrapped.oracle_actions():  # type: ignore[attr-defined]
        env.step(f"Action: {action}")
    assert env.messages[-1] == {"role": "assistant", "content": env.trajectory.turns[-1].text}
    with pytest.raises(EpisodeError, match="has ended"):
        env.step("Action: look")


@pytest.mark.parametrize(("reward_mode", "rewards"), [("final", [0, 0, 0, 0, 0.4]), ("delta", [0, 0, 0.2, 0.2, 0])])
def test_a_reply_without_an_action_costs_a_step_and_changes_nothing(reward_mode: str, rewards: list[float]) -> None:
    env = talking(max_steps=5, reward_mode=reward_mode)
    base = text_env(env)
    plan = base.oracle_actions()
    given = [env.step(f"Action: {action}")[1] for action in plan[:4]]
    before = base.snapshot()
    observation, reward, terminated, truncated, info = env.step("I do not know.")
    assert observation == "Invalid format. The input must contains 'Action: '"
    assert (terminated, truncated, info["valid_action"], info["outcome"], info["steps"]) == (
        False, True, False, "step_limit", 5,
    )  # fmt: skip
    assert base.snapshot() == before
    assert [*given, reward] == pytest.approx(rewards)
    assert env.trajectory.outcome == "step_limit"
    assert env.trajectory.final_reward == pytest.approx(sum(rewards))


def test_a_step_of_the_world_can_use_up_the_replies() -> None:
    env = talking(max_steps=2)
    assert env.step("hm")[2:4] == (False, False)
    assert env.step("Action: look")[2:4] == (False, True)
    assert env.trajectory.outcome == "step_limit"


def test_a_prefix_is_part_of_the_conversation() -> None:
    env = talking()
    plan = text_env(env).oracle_actions()
    env.reset(options={"task": "one-key/0", "prefix": plan[:2]})
    said = [each["content"] for each in env.messages if each["role"] == "assistant"]
    assert said == ["OK", *(f"Action: {action}" for action in plan[:2])]
    assert env.step(f"Action: {plan[2]}")[4]["steps"] == 3


def test_wrong_use_is_told_in_one_line() -> None:
    bare = gymnasium.make(DOOR, disable_env_checker=True)
    with pytest.raises(EpisodeError, match=r"wrap it in eto_envs\.Conversation\(env\)"):
        eto_envs.messages(bare)
    with pytest.raises(EpisodeError, match="call reset"):
        _ = Conversation(bare).messages
    with pytest.raises(UnknownNameError, match="Unknown style 'chat'; expected one of react, window"):
        Conversation(bare, "chat")
    with pytest.raises(UnknownNameError, match="no environment of this suite"):
        Conversation(gymnasium.make("CartPole-v1"))  # type: ignore[arg-type]
    env = talking()
    text_env(env).step("look")
    with pytest.raises(EpisodeError, match="changed beneath the conversation"):
        env.step("Action: look")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("eto/Nowhere-v0", "Unknown environment 'eto/Nowhere-v0'"),
        ("CartPole-v1", "is no environment of this suite; expected a subclass of eto_envs.TextEnv"),
        ("no_such_module:Nowhere-v0", "there is no module 'no_such_module'"),
        ("json:Nowhere-v0", "Unknown environment 'json:Nowhere-v0'"),
        (":Nowhere-v0", "names no module before a colon"),
    ],
)
def test_the_words_of_what_does_not_exist(name: str, told: str) -> None:
    with pytest.raises(EtoEnvError) as raised:
        eto_envs.conversation_format(name)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_words_by_any_name_of_an_environment() -> None:
    words = eto_envs.conversation_format(DOOR)
    assert eto_envs.conversation_format("lockeddoor") is words
    assert eto_envs.conversation_format(f"eto_envs:{DOOR}") is words
    assert eto_envs.conversation_format("eto_envs.toy.locked_door:LockedDoorEnv") is words


def test_a_conversation_can_be_made_again_from_its_spec() -> None:
    spec = Conversation(gymnasium.make(DOOR, disable_env_checker=True), Window(history=3)).spec
    assert spec is not None
    made = gymnasium.make(pickle.loads(pickle.dumps(spec)))
    made.reset(seed=1)
    assert isinstance(made, Conversation)
    assert made.style == Window(history=3)


OUTSIDE = """
import gymnasium
from eto_envs import ConversationFormat
from eto_envs.toy.locked_door import LockedDoorEnv

class QuietEnv(LockedDoorEnv):
    conversation = ConversationFormat("Leave.")

gymnasium.register("Quiet-v0", entry_point="quiet_world:QuietEnv", order_enforce=False)
"""


def test_the_module_of_an_id_is_imported_before_anything_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quiet_world.py").write_text(OUTSIDE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    try:
        assert eto_envs.conversation_format("quiet_world:Quiet-v0").instruction == "Leave."
        assert eto_envs.parse_reply("quiet_world:Quiet-v0", "Action: look") == "look"
    finally:
        gymnasium.registry.pop("Quiet-v0", None)
        sys.modules.pop("quiet_world", None)
