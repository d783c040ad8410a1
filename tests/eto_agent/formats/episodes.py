"""Made-up episodes for tests of formats: hypothesis strategies, and records as other projects write them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from eto_envs.conversation.live import conversation_format
from eto_envs.registration import ENV_IDS
from eto_envs.trajectory import Trajectory, Turn

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
"""Any text, line ends and white space at its ends included."""


@st.composite
def trajectories(draw: st.DrawFn) -> Trajectory:
    """Episodes as `explore` records them: an action is what the reply says; a format error has none."""
    env = draw(st.sampled_from(sorted(ENV_IDS)))
    form = conversation_format(env)
    turns = [Turn("task", draw(words), draw(words))]
    for number in range(draw(st.integers(0, 4))):
        text = draw(st.one_of(words, st.tuples(words, words).map(lambda parts: f"{parts[0]}\nAction: {parts[1]}")))
        action = form.parse_action(text)
        observation = form.format_error if action is None else draw(words)
        teacher = (
            number < draw(st.integers(0, 2)) and all(turn.role != "agent" for turn in turns) and action is not None
        )
        turns.append(Turn("prefix" if teacher else "agent", text, observation, action=action))
    return Trajectory(
        env,
        draw(st.sampled_from(["", "one-key/3", "8", "webshop_8", "12_0", "trial"])),
        draw(words),
        draw(words),
        turns=turns,
        outcome=draw(st.sampled_from([None, "solved", "failed", "step_limit"])),
        final_reward=draw(st.one_of(st.none(), st.floats(0, 1))),
        policy=draw(words),
    )


def held(trajectory: Trajectory) -> dict[str, Any]:
    """What a conversation can hold of an episode."""
    return {
        "env": trajectory.env,
        "task": (trajectory.task, trajectory.task_type, trajectory.split),
        "turns": [(turn.role, turn.text, turn.action, turn.observation) for turn in trajectory.turns],
        "end": (trajectory.outcome, trajectory.final_reward, trajectory.policy),
    }


ETO_ALFWORLD: dict[str, Any] = {
    "id": "alfworld_0",
    "game_file": "data/json_2.1.1/train/pick_and_place_simple-Mug-None-Shelf-1/trial_T20190101_000000_000001",
    "conversations": [
        {"from": "human", "value": "Tidy the house up."},
        {"from": "gpt", "value": "OK"},
        {"from": "human", "value": "You see a mug 1 and a shelf 1.\n\nYour task is to: put a mug in shelf."},
        {"from": "gpt", "value": "Thought: The mug is here.\nAction: take mug 1 from floor 1"},
        {"from": "human", "value": "Observation: You pick up the mug 1 from the floor 1."},
        {"from": "gpt", "value": "Thought: Now the shelf.\nAction: put mug 1 in/on shelf 1"},
    ],
}
ETO_WEBSHOP: dict[str, Any] = {
    "id": 4116,
    "reward": 0.75,
    "conversations": [
        {"from": "human", "value": "Shop."},
        {"from": "gpt", "value": "OK"},
        {"from": "human", "value": "WebShop [SEP] Instruction: [SEP] a lamp [SEP] Search"},
        {"from": "gpt", "value": "I forgot how to answer."},
        {"from": "human", "value": "Observation: Invalid format. The input must contains 'Action: '"},
        {"from": "gpt", "value": "Thought: A lamp.\nAction: search[lamp]"},
        {"from": "human", "value": "Observation:\nPage 1 [SEP] B00 [SEP] A lamp"},
        {"from": "gpt", "value": "Action: click[Buy Now]"},
        {"from": "human", "value": "Observation:\nThank you"},
    ],
}
ETO_SCIENCEWORLD: dict[str, Any] = {
    "id": "11_7",
    "conversations": [
        {"from": "human", "value": "Do science."},
        {"from": "gpt", "value": "OK"},
        {"from": "human", "value": "Your task is to find a(n) animal."},
        {"from": "gpt", "value": "Action: look around"},
        {"from": "human", "value": "Observation: A kitchen.\n\nAnd a dog."},
        {"from": "gpt", "value": "Action: focus on dog"},
    ],
}
AGENTTRAJ: dict[str, Any] = {
    "item_id": "webshop_8",
    "conversations": [
        {"from": "human", "loss": None, "value": "You are web shopping."},
        {"from": "gpt", "loss": False, "value": "Ok."},
        {"from": "human", "loss": None, "value": "Instruction: [SEP] a lamp [SEP] Search"},
        {"from": "gpt", "loss": False, "value": "Thought:\nNot mine.\n\nAction:\nsearch[lamps]"},
        {"from": "human", "loss": None, "value": "Page 1"},
        {"from": "gpt", "loss": True, "value": "Thought:\nIt is time.\n\nAction: \nclick[Buy Now]"},
    ],
    "openmanus_split": "train",
}
MESSAGES: dict[str, Any] = {
    "messages": [
        {"role": "system", "content": "You are helpful."},
        {"role": "user", "content": "Leave the house.\n\nYou are in the hall."},
        {"role": "assistant", "content": "Action: leave through door", "weight": 1},
    ],
    "source": "nowhere",
}
ROLES: dict[str, Any] = {
    "id": "alfworld_0",
    "game_file": ETO_ALFWORLD["game_file"],
    "conversations": [
        {"role": "user" if each["from"] == "human" else "assistant", "content": each["value"]}
        for each in ETO_ALFWORLD["conversations"]
    ],
}
