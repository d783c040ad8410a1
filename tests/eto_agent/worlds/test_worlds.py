"""Worlds: found by id, inside the package and outside of it; what all of them have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gymnasium
import pytest

from eto_agent.tables.paper import _paper
from eto_agent.worlds import WORLDS, World, world_of, world_of_record
from eto_envs.conversation.live import conversation_format
from eto_envs.errors import PluginError
from eto_envs.recording import blank_trajectory, text_env
from eto_envs.registration import ENV_IDS
from eto_envs.trajectory import Trajectory

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
        world = world_of(env_id)
        assert world.rationale is not None
        for action in base.oracle_actions():
            if world.skip is not None and world.skip(action):
                continue
            thought = world.rationale(trajectory, action)
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


def test_every_environment_of_the_suite_has_a_world() -> None:
    assert {each.env for each in WORLDS} == set(ENV_IDS)
    for each in WORLDS:
        assert world_of(each.env) is world_of(f"eto_envs:{each.env}") is world_of_record(each.env) is each
        assert each.name == each.env.removeprefix("eto/").removesuffix("-v0")


def test_what_nothing_is_known_of_is_a_plain_world() -> None:
    plain = world_of("pack/Other-v3")
    assert plain == World("pack/Other-v3")
    assert (plain.name, World("mine:Other-v3").name, World("mine:Other").name) == ("Other", "Other", "mine:Other")
    assert plain.task_of({"id": 3}, "id") == "3"
    assert (plain.type_of("a/3"), plain.trim_rejected) == ("", 5)
    assert tuple(plain.failures(Trajectory("pack/Other-v3", "a", "a", "s"))) == ()


def test_the_paper_s_values_are_of_rows_that_its_tables_have() -> None:
    tables = {
        number: [" ".join(filter(None, (row["kind"], row.get("model")))) for row in table["rows"]]
        for number, table in _paper()["tables"].items()
    }
    found = [each.paper for each in WORLDS if each.paper is not None]
    assert len(found) == 3
    for paper in found:
        for number, values in paper.values.items():
            assert set(values) <= set(tables[number])
            assert {len(each) for each in values.values()} == {len(paper.splits)}


OUTSIDE = """
from eto_agent.worlds import World
OTHER = World("towers/Spire-v0", label="a spire")
TOWER = World("Tower-v0", label="a tower")
"""


def test_a_module_may_hold_the_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "towers_outside.py").write_text(OUTSIDE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    try:
        assert world_of("towers_outside:Tower-v0").name == "a tower"
        assert world_of_record("towers_outside:towers/Spire-v0").name == "a spire"
        assert world_of("towers_outside:Hut-v0") == World("towers_outside:Hut-v0")
    finally:
        sys.modules.pop("towers_outside", None)


def test_a_record_is_read_where_its_module_is_gone() -> None:
    with pytest.raises(PluginError, match="there is no module 'gone_for_good'"):
        world_of("gone_for_good:Tower-v0")
    assert world_of_record("gone_for_good:Tower-v0") == World("gone_for_good:Tower-v0")


def test_a_world_needs_no_torch() -> None:
    """Modules outside the package import `World`, and every worker process imports them."""
    code = "import sys, eto_agent.worlds; assert not {'torch', 'transformers', 'trl', 'pydantic'} & set(sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
