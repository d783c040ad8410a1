"""The style `window`: a prompt of bounded length for every step, and replies in tags."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eto_envs.conversation import ANSWER_FORMAT, ConversationFormat, Window
from eto_envs.errors import UnknownNameError
from eto_envs.trajectory import Trajectory, Turn

WORDS = ConversationFormat(f"You play.\n\n{ANSWER_FORMAT}", goal_in_task=False)
END = """Answer with what you think, then with one action, in this format:
<think>what you think</think>
<action>one action</action>"""


def episode(steps: int) -> Trajectory:
    trajectory = Trajectory("eto/Any-v0", "find/1", "find", "train")
    trajectory.turns = [Turn("task", "Find the key.", "Room 0.")]
    trajectory.turns += [Turn("agent", f"said {n}", f"Room {n}.", action=f"go {n}") for n in range(1, steps + 1)]
    return trajectory


def prompt(trajectory: Trajectory, style: Window = Window(), admissible: tuple[str, ...] = ()) -> str:  # noqa: B008
    [message] = style.messages(trajectory, WORDS, admissible)
    assert message["role"] == "user"
    return message["content"]


def test_the_first_step() -> None:
    assert prompt(episode(0), admissible=("go 1", "look")) == (
        "You play.\n\nYour task:\nFind the key.\n\nStep 1. You see:\nRoom 0.\n\n"
        f"Possible actions:\n- go 1\n- look\n\n{END}"
    )


def test_a_later_step_shows_the_last_observations_with_the_actions_that_followed() -> None:
    assert prompt(episode(4)) == (
        "You play.\n\nYour task:\nFind the key.\n\nYou have taken 4 steps. The last 2:\n"
        "[3] You saw: Room 2.\n[3] You did: go 3\n[4] You saw: Room 3.\n[4] You did: go 4\n\n"
        f"Step 5. You see:\nRoom 4.\n\n{END}"
    )
    assert "You have taken 1 step.\n[1] You saw: Room 0.\n[1] You did: go 1\n" in prompt(episode(1))
    assert "taken" not in prompt(episode(4), Window(history=0))
    assert prompt(episode(4), Window(instruction="")).startswith("Your task:")


def test_the_prompt_does_not_grow_with_the_episode() -> None:
    assert len(prompt(episode(8))) == len(prompt(episode(3)))


def test_a_reply_without_an_action_is_told() -> None:
    trajectory = episode(1)
    trajectory.record_unparsed("hm", Window().format_error(WORDS))
    assert "[2] You did: nothing; your reply held no action" in prompt(trajectory)
    assert "Step 3. You see:\nYour reply held no action. It needs <think>" in prompt(trajectory)


def test_an_episode_that_has_ended_ends_with_its_last_reply() -> None:
    ended = dataclasses.replace(episode(3), outcome="solved")
    asked, said = Window().messages(ended, WORDS)
    assert asked["content"] == prompt(episode(2))
    assert (said["role"], said["content"], said["trained"]) == ("assistant", "said 3", True)


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        ("<think>I need it.</think><action>take key</action>", "take key"),
        ("<think>\nI\nneed it\n</think>\n<action>\ntake key\n</action> done", "take key"),
        ("<action>a</action><think>b</think><action>c</action>", "a"),
        ("<action>take key</action>", None),
        ("<think>I need it.</think> take key", None),
        ("<think>I need it.</think><action>take key", None),
        ("<think>I need it.</think><action> </action>", None),
        ("<think>我要钥匙</think><action>take key</action>", None),
        ("Thought: x\nAction: take key", None),
    ],
)
def test_parse(reply: str, action: str | None) -> None:
    assert Window().parse(reply, WORDS) == action


@given(st.text())
def test_parse_never_fails(reply: str) -> None:
    action = Window().parse(reply, WORDS)
    assert action is None or ("<action>" in reply and action == action.strip() != "")


def test_a_negative_history_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Unusable history -1; expected a whole number from 0"):
        Window(history=-1)
