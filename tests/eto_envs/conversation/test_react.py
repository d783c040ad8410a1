"""The style `react`: what a record reads like, and which of its turns are trained on."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eto_envs.conversation import ConversationFormat, Message, React, react_messages
from eto_envs.trajectory import Trajectory, Turn

BARE = ConversationFormat("")


def episode(*turns: tuple[str, str], goal: str = "Boil water.", first: str = "You are in the kitchen.") -> Trajectory:
    trajectory = Trajectory("eto/Any-v0", "boil/1", "boil", "train")
    trajectory.turns = [Turn("task", goal, first), *(Turn("agent", text, seen) for text, seen in turns)]
    return trajectory


def shown(messages: list[Message]) -> list[tuple[str, str, bool]]:
    return [(message["role"], message["content"], message["trained"]) for message in messages]


def test_messages() -> None:
    trajectory = episode(("Action: look", "A room."), ("Action: wait", "Time."))
    trajectory.turns.insert(1, Turn("prefix", "open door", "Open.", action="open door"))
    example = episode(("Action: go", "Gone."), goal="Go.", first="Here.")
    words = ConversationFormat("Play.")
    whole = [
        ("user", "Play.", False),
        ("assistant", "OK", False),
        ("user", "Go.\n\nHere.", False),
        ("assistant", "Action: go", False),
        ("user", "Boil water.\n\nYou are in the kitchen.", False),
        ("assistant", "Action: open door", False),
        ("user", "Observation: Open.", False),
        ("assistant", "Action: look", True),
        ("user", "Observation: A room.", False),
        ("assistant", "Action: wait", True),
    ]
    following = ("user", "Observation: Time.", False)
    assert shown(react_messages(trajectory, words, example=example)) == whole
    assert shown(react_messages(trajectory, words, instruction="", to_act=True)) == [*whole[4:], following]
    assert shown(react_messages(episode(), words, instruction="")) == [whole[4]]
    assert shown(React("", example).messages(trajectory, words)) == [*whole[2:], following]
    ended = dataclasses.replace(trajectory, outcome="solved")
    assert shown(React("Win.").messages(ended, words)) == [("user", "Win.", False), whole[1], *whole[4:]]


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        ("Thought: x\nAction: look around", "look around"),
        ("Action:look", "look"),
        ("Action: a\nAction: b\n", "a\nAction: b"),
        ("Action:", ""),
        ("Thought: no", None),
        ("action: look", None),
    ],
)
def test_parse_action(reply: str, action: str | None) -> None:
    assert BARE.parse_action(reply) == React().parse(reply, BARE) == action


@given(st.text())
def test_parse_action_never_fails(reply: str) -> None:
    action = BARE.parse_action(reply)
    assert (action is None) == ("Action:" not in reply)
    assert action is None or action == action.strip()


def test_observations() -> None:
    web = ConversationFormat("", observation_prefix="Observation:\n", observation_in_task=False)
    assert web.render_observation("A page") == "Observation:\nA page"
    assert web.render_observation(web.format_error) == "Observation: Invalid format. The input must contains 'Action: '"
    assert web.render_task("Buy.", "A page") == "Buy."
