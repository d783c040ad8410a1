"""The whole line on WebShop and ALFWorld as they come along, through the same configuration keys as everywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eto_envs.trajectory import Trajectory, read_trajectories
from tests.eto_agent.forks import finished

ROOT = Path(__file__).parents[2]
WEBSHOP = "env: {id: eto/WebShop-v0, types: [grocery, beauty], train_per_type: 4, num_envs: 2, num_workers: 1}"
ALFWORLD = """
env:
  id: eto/ALFWorld-v0
  settings: {process_observation: paper, expert: explorer}
  types: [pick_and_place_simple, look_at_obj_in_light]
  train_per_type: 4
  num_envs: 2
  num_workers: 1
"""
REST = """
model: {name: "scratch:tiny", vocab_size: 600}
chat: {instruction: ""}
sft: {epochs: 1, batch_size: 4, learning_rate: 3.0e-3, max_length: 6000}
eto: {iterations: 1, dpo: {epochs: 1, batch_size: 4, learning_rate: 1.0e-4, max_length: 6000}}
generation: {max_new_tokens: 8}
evaluate: {per_type: 1}
"""


def run(config: str, folder: Path) -> tuple[list[Trajectory], set[str]]:
    """Runs a configuration; returns its expert trajectories and the splits that were evaluated."""
    path, out = folder / "config.yaml", folder / "run"
    path.write_text(config, encoding="utf-8")
    code, _, err = finished("run", "--config", str(path), "--out", str(out))
    assert code == 0, err
    assert (out / "report.html").exists()
    splits = {split for each in out.rglob("results.json") for split in json.loads(each.read_text(encoding="utf-8"))}
    return list(read_trajectories(out / "expert" / "trajectories.jsonl", strict=True)), splits


def test_webshop(tmp_path: Path) -> None:
    experts, splits = run(WEBSHOP + REST, tmp_path)
    assert [each.outcome for each in experts] == ["solved"] * 8
    assert experts[0].turns[1].text.startswith("Thought: I search for what the customer asks for.\nAction: search[")
    assert experts[0].versions["tagger"] == "rules@1"
    assert splits >= {"dev", "test"}


def test_alfworld(tmp_path: Path) -> None:
    experts, splits = run(ALFWORLD + REST, tmp_path)
    assert [each.outcome for each in experts] == ["solved"] * 8
    assert experts[0].turns[0].observation.startswith("You are in the middle of a room.")
    assert not any(turn.observation.startswith("You arrive at loc") for each in experts for turn in each.turns)
    assert splits >= {"seen", "unseen"}


@pytest.mark.parametrize("name", ["webshop", "alfworld", "demo", "locked_door"])
def test_the_configurations_that_come_along_are_read(name: str) -> None:
    from eto_agent.methods.catalogue import load_config

    assert load_config(ROOT / "configs" / f"{name}.yaml").out == Path("runs") / name
