"""ETO's stages, where the whole line (`test_pipeline.py`) does not come by."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.config.schema import EnvConfig, ExpertConfig, GenerationConfig, ModelConfig
from eto_agent.methods.catalogue import RunConfig
from eto_agent.methods.eto import EtoConfig, Iteration, build, explore, train
from eto_agent.methods.sft import sft
from eto_agent.run_folder import StageError, file_hash
from eto_agent.session import Session
from eto_agent.stages.experts import expert
from eto_agent.training.fit import DpoSettings, TrainSettings
from eto_envs.trajectory import read_trajectories
from tests.eto_agent.toy_runs import products_of

FIRST = Iteration("trajectory", 1)


@pytest.fixture
def config(tmp_path: Path) -> RunConfig:
    return RunConfig(
        out=tmp_path / "run",
        env=EnvConfig("eto/LockedDoor-v0", {"max_steps": 6}, train_per_type=2, num_envs=2, num_workers=1),
        model=ModelConfig("scratch:tiny", 400),
        expert=ExpertConfig(min_reward=0.0),
        sft=TrainSettings(epochs=1, batch_size=4, learning_rate=1e-3),
        eto=EtoConfig(iterations=1, dpo=DpoSettings(epochs=1, batch_size=4, learning_rate=1e-3)),
        generation=GenerationConfig(max_new_tokens=12),
    )


def test_the_chosen_side_is_the_better_one_and_training_moves_towards_it(config: RunConfig) -> None:
    config = replace(config, env=replace(config.env, settings={}), expert=ExpertConfig())
    config = replace(config, eto=EtoConfig(iterations=1, dpo=replace(config.eto.dpo, epochs=3)))
    with Session(config) as session:
        expert(session)
        before = sft(session)
        explore(session, config.eto, FIRST)
        folder = build(session, config.eto, FIRST).parent
        model = train(session, config.eto, FIRST)
        again = train(session, config.eto, FIRST)
    chosen = list(read_trajectories(folder / "chosen.jsonl", strict=True))
    rejected = list(read_trajectories(folder / "rejected.jsonl", strict=True))
    audit = json.loads((folder / "audit.json").read_text())
    assert len(chosen) == len(rejected) == audit["win"] + audit["lose"] > 0
    assert [each.task for each in chosen] == [each.task for each in rejected]
    for better, worse in zip(chosen, rejected, strict=True):
        assert (better.final_reward or 0) > (worse.final_reward or 0)
    assert again == model
    assert file_hash(model) != file_hash(before)
    rows = [json.loads(line) for line in (folder.parent / "dpo" / "metrics.jsonl").read_text().splitlines()]
    assert rows[-1]["chosen_shift"] > rows[-1]["rejected_shift"]


def test_where_every_pair_is_a_tie_the_policy_stays_as_it_is(config: RunConfig) -> None:
    """An untrained agent scores nothing in one step; neither did the expert whose file is its own exploration."""
    config = replace(config, env=replace(config.env, settings={"max_steps": 1}))
    with Session(config) as session:
        expert(session)
        sft(session)
        own = explore(session, config.eto, FIRST)
    with Session(
        replace(config, out=config.out.with_name("again"), expert=replace(config.expert, file=own))
    ) as session:
        expert(session)
        before = sft(session)
        [after] = products_of(session, "eto").values()
        record = json.loads((session.folder.path / "eto-1" / "dpo" / "stage.json").read_text())
    assert file_hash(after) == file_hash(before)
    assert record["facts"] == {"pairs": 0}


@pytest.mark.parametrize(("iteration", "told"), [(0, "count from 1"), (1, "eto-agent sft"), (3, "dpo --iteration 2")])
def test_an_iteration_needs_the_policy_before_it(config: RunConfig, iteration: int, told: str) -> None:
    with Session(config) as session, pytest.raises(StageError, match=told):
        Iteration("trajectory", iteration).model_before(session)


def test_tasks_without_an_expert_are_not_explored(config: RunConfig) -> None:
    with Session(replace(config, env=replace(config.env, expert_per_type=1))) as session:
        demonstrated = [each.task for each in read_trajectories(expert(session))]
        sft(session)
        explored = [each.task for each in read_trajectories(explore(session, config.eto, FIRST))]
    assert sorted(explored) == sorted(demonstrated) == ["one-key/0", "three-keys/0", "two-keys/0"]


def test_fewer_tasks_may_be_explored_than_there_are_experts(config: RunConfig) -> None:
    with Session(replace(config, env=replace(config.env, explore_per_type=1))) as session:
        demonstrated = [each.task for each in read_trajectories(expert(session))]
        sft(session)
        explored = [each.task for each in read_trajectories(explore(session, config.eto, FIRST))]
    types = len(session.train_tasks) // 2
    assert (len(demonstrated), len(explored)) == (2 * types, types)
    assert set(explored) < set(demonstrated)
