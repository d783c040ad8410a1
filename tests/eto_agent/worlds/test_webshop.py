"""WebShop's thoughts, labels and ids."""

from __future__ import annotations

import json
import re
from pathlib import Path

import gymnasium
import pytest

import eto_envs  # noqa: F401  # registers the ids
from eto_agent.evaluation.failures import failure_labels
from eto_agent.worlds.webshop import rationale, task_of
from eto_envs.recording import blank_trajectory, text_env
from eto_envs.trajectory import Trajectory, Turn
from tests.eto_agent.episodes import WEBSHOP, acted, episode


def test_the_thoughts_of_a_purchase_name_what_is_chosen() -> None:
    trajectory = Trajectory("eto/WebShop-v0", "human/0", "garden", "mini/human/products/train")
    trajectory.turns = [Turn("task", "", "WebShop [SEP] Instruction: [SEP] a red lamp [SEP] Search")]
    assert rationale(trajectory, "search[red lamp]") == "I search for what the customer asks for."
    results = "Back to Search [SEP] Page 1 (Total results: 1) [SEP] B0ABCDEF12 [SEP] Brass Lamp [SEP] $12.5"
    trajectory.turns.append(Turn("agent", "", results, "search[red lamp]"))
    assert rationale(trajectory, "click[b0abcdef12]") == "B0ABCDEF12 looks right: Brass Lamp."
    assert rationale(trajectory, "click[next >]").endswith("I turn the page.")
    assert rationale(trajectory, "click[red]") == "The customer wants red, so I choose it."


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
    thought = rationale(trajectory, click)
    assert thought.startswith(f"{asin} looks right")
    assert "customer wants" not in thought


@pytest.mark.parametrize(
    ("done", "labels"),
    [
        ([0, 1, 3], {"missing_options"}),
        ([0, 2, 3], {"wrong_object", "never_found"}),
        ([1, 2], {"wrong_object", "never_found", "over_budget"}),
    ],
)
def test_a_purchase_is_judged_by_its_parts(done: list[int], labels: set[str]) -> None:
    bought = acted("click[Buy Now]", done=done, of=4)
    assert failure_labels(episode("WebShop", "failed", bought, subgoals=WEBSHOP)) == labels


def test_nothing_bought_is_no_wrong_purchase() -> None:
    opened = acted("click[B01]", done=[0, 1], of=4)
    assert failure_labels(episode("WebShop", "step_limit", opened, subgoals=WEBSHOP)) == {"out_of_steps"}
    assert failure_labels(episode("WebShop", "gave_up", subgoals=WEBSHOP)) == {"gave_up", "never_found"}


def test_agenttraj_s_shopping_goals_are_ours_but_for_the_price_cap(shared_dir: Path) -> None:
    def without_cap(text: str) -> str:
        return re.sub(r", and price lower than.*", "", text).strip()

    goals = (shared_dir / "transcripts" / "webshop" / "goals_synthetic_1k.jsonl").read_text().splitlines()
    for line in (shared_dir / "data" / "webshop" / "agenttraj_l_60.jsonl").read_text().split("\n")[:-1]:
        record = json.loads(line)
        kind, _, number = task_of(record, "item_id").partition("/")
        assert kind == "synthetic"
        told = record["conversations"][2]["value"].split("[SEP]")[2]
        assert without_cap(told) == without_cap(json.loads(goals[int(number)])["instruction_text"])


@pytest.mark.parametrize(
    ("given", "task"), [(12, "human/12"), ("webshop_12", "synthetic/12"), ("human/3", "human/3"), ("", "")]
)
def test_ids(given: object, task: str) -> None:
    assert task_of({"id": given}, "id") == task
