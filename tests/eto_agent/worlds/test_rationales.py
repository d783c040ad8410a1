"""Rule-made thoughts: one line, from what was seen, never an action in disguise."""

from __future__ import annotations

import gymnasium
import pytest

import eto_envs  # noqa: F401  # registers the ids
from eto_agent.rationales import RATIONALES, SKIPS, webshop_rationale
from eto_envs.conversation.live import conversation_format
from eto_envs.recording import blank_trajectory, text_env
from eto_envs.trajectory import Trajectory, Turn

TASKS = {
    "eto/LockedDoor-v0": [f"one-key/{i}" for i in range(10)],
    "eto/ScienceWorld-v0": ["find-animal/100", "find-plant/0", "lifespan-longest-lived/0", "boil/1", "freeze/0"],
    "eto/WebShop-v0": ["human/0", "human/17", "human/99"],
}


@pytest.mark.parametrize("env_id", sorted(TASKS))
def test_a_thought_before_every_action_of_a_solution(env_id: str) -> None:
    env = gymnasium.make(env_id, disable_env_checker=True)
    base = text_env(env)
    for name in TASKS.get(env_id, base.tasks.ids[:6]):
        observation, info = env.reset(options={"task": name})
        trajectory = blank_trajectory(env, base.task, "train").begin(observation, info)
        skip = SKIPS.get(env_id, lambda action: False)
        for action in base.oracle_actions():
            if skip(action):
                continue
            thought = RATIONALES[env_id](trajectory, action)
            assert thought.strip() == thought
            assert 5 < len(thought) < 300
            assert "\n" not in thought
            reply = f"Thought: {thought}\nAction: {action}"
            assert conversation_format(env_id).parse_action(reply) == action
            observation, reward, terminated, truncated, info = env.step(action)
            trajectory.record(reply, action, observation, float(reward), info)
            if terminated or truncated:
                break
    env.close()


def test_the_thoughts_of_a_purchase_name_what_is_chosen() -> None:
    trajectory = Trajectory("eto/WebShop-v0", "human/0", "garden", "mini/human/products/train")
    trajectory.turns = [Turn("task", "", "WebShop [SEP] Instruction: [SEP] a red lamp [SEP] Search")]
    assert webshop_rationale(trajectory, "search[red lamp]") == "I search for what the customer asks for."
    results = "Back to Search [SEP] Page 1 (Total results: 1) [SEP] B0ABCDEF12 [SEP] Brass Lamp [SEP] $12.5"
    trajectory.turns.append(Turn("agent", "", results, "search[red lamp]"))
    assert webshop_rationale(trajectory, "click[b0abcdef12]") == "B0ABCDEF12 looks right: Brass Lamp."
    assert webshop_rationale(trajectory, "click[next >]").endswith("I turn the page.")
    assert webshop_rationale(trajectory, "click[red]") == "The customer wants red, so I choose it."


@pytest.mark.parametrize("mode", ["text", "text_rich", "html"])
def test_a_product_is_named_by_its_title_in_every_mode(mode: str) -> None:
    env = gymnasium.make("eto/WebShop-v0", observation_mode=mode, disable_env_checker=True)
    base = text_env(env)
    observation, info = env.reset(options={"task": "human/0"})
    trajectory = blank_trajectory(env, base.task, "train").begin(observation, info)
    search, click = base.oracle_actions()[:2]
    observation, reward, _, _, info = env.step(search)
    trajectory.record("", search, observation, float(reward), info)
    asin = click.removeprefix("click[").removesuffix("]").upper()
    thought = webshop_rationale(trajectory, click)
    assert thought.startswith(f"{asin} looks right")
    assert "customer wants" not in thought
