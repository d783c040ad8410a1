"""PPO in a run: its files, its metrics, killed and called again."""

from __future__ import annotations

import dataclasses
import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.methods.catalogue import RunConfig, load_config
from eto_agent.models import load_tokenizer
from eto_agent.online.episodes import sampled_episode
from eto_agent.online.settings import PpoConfig
from eto_agent.pipeline import model_of, run_method
from eto_agent.run_folder import file_hash
from eto_agent.session import Session
from eto_agent.training.job import TrainingError
from eto_envs.trajectory import read_trajectories
from tests.eto_agent.forks import eto_agent, finished
from tests.eto_agent.toy_runs import products_of

CONFIG = """
env: {id: eto/LockedDoor-v0, settings: {max_steps: 5}, train_per_type: 2, num_envs: 4, num_workers: 1}
expert: {min_reward: 0}
model: {name: "scratch:tiny", vocab_size: 400}
chat: {instruction: ""}
methods: [ppo]
sft: {epochs: 4, batch_size: 4, learning_rate: 3.0e-3, max_length: 2048}
ppo: {updates: 3, tasks: 4, samples: 2, epochs: 2, minibatch: 4, micro_batch: 2, learning_rate: 1.0e-3, device: cpu}
generation: {max_new_tokens: 12}
evaluate: {splits: [seen], per_type: 1}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "config.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    code, out, err = finished("run", "--config", str(config), "--out", str(folder))
    assert code == 0, err
    assert "│ ppo " in out
    return folder


def rows(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "ppo" / "metrics.jsonl").read_text().splitlines()]


def test_what_a_run_leaves(whole: Path) -> None:
    assert sorted(each.name for each in (whole / "ppo").iterdir()) == [
        "metrics.jsonl",
        "model",
        "rollouts",
        "stage.json",
    ]
    table = rows(whole)
    assert [row["update"] for row in table] == [1, 2, 3]
    for row in table:
        episodes = list(read_trajectories(whole / "ppo" / "rollouts" / f"{int(row['update']):04}.jsonl", strict=True))
        assert row["episodes"] + row["silent"] + row["too_long"] == len(episodes) == 8
        assert len({each.task for each in episodes}) == 4
        assert row["reward"] == pytest.approx(sum(each.final_reward or 0.0 for each in episodes) / 8)
        assert {each.policy for each in episodes} == {f"ppo-{int(row['update']) - 1}"}
        assert row["turns_left_out"] == 0
    assert table[0]["kl"] == 0.0 < min(table[1]["kl"], table[2]["kl"])
    facts = json.loads((whole / "ppo" / "model" / "training.json").read_text())
    assert facts["updates"] == 3
    assert facts["episodes"] == sum(row["episodes"] for row in table)
    assert file_hash(whole / "ppo" / "model") != file_hash(whole / "sft" / "model")


def test_updates_and_samples_differ(whole: Path) -> None:
    """Every update samples anew, and so does every episode of a task."""
    said: set[tuple[str, ...]] = set()
    for update in (1, 2, 3):
        for each in read_trajectories(whole / "ppo" / "rollouts" / f"{update:04}.jsonl"):
            said.add(tuple(turn.text for turn in each.turns[1:]))
    assert len(said) == 24


def test_training_sees_what_generation_saw(config: Path, whole: Path) -> None:
    """Log-probabilities kept while sampling equal those that the trainer computes, within 1e-4 in float32."""
    from eto_agent.online.learner import Learner

    assert all(row["generation_gap"] < 1e-4 for row in rows(whole))
    run = dataclasses.replace(load_config(config), out=whole)
    learner = Learner(whole / "sft" / "model", run.ppo, 0)
    encoder = ChatEncoder(load_tokenizer(whole / "sft" / "model"))
    compared = 0
    with Session(run) as session:
        for trajectory in read_trajectories(whole / "ppo" / "rollouts" / "0001.jsonl"):
            episode = sampled_episode(trajectory, session.messages(trajectory), encoder, 0.0)
            assert episode is not None
            kept = [each for turn in episode.log_probs for each in turn]
            assert learner.score([episode])[0].log_probs.tolist() == pytest.approx(kept, abs=1e-4)
            compared += len(kept)
    assert compared > 100


KILLED_AT = ("rollouts/0001.jsonl", "states/0001.partial", "states/0001", "rollouts/0003.jsonl", "states/0003", "model")


@pytest.mark.slow
def test_killed_again_and_again_it_ends_the_same(config: Path, whole: Path, tmp_path: Path) -> None:
    """`kill -9` as soon as each of these is there; the same weights and metrics, bit for bit, in the end."""
    folder = tmp_path / "run"
    arguments = ("ppo", "--config", str(config), "--out", str(folder))
    for stage in ("expert", "sft"):
        assert finished(stage, *arguments[1:])[0] == 0
    for name in KILLED_AT:
        ended = eto_agent(*arguments).end_killed((folder / "ppo" / name).exists)
        assert ended.code in (0, -signal.SIGKILL), ended.err
    code, out, err = finished(*arguments)
    assert code == 0, err
    assert "ppo" in out
    for made in ("ppo/model", "ppo/metrics.jsonl"):
        assert file_hash(folder / made) == file_hash(whole / made), made
    assert not (folder / "ppo" / "states").exists()


def test_killed_in_the_middle_of_an_update(config: Path, whole: Path, tmp_path: Path) -> None:
    """Stopped after a row of metrics was written and before its state was: the update is done again, the same."""
    from eto_agent.online.learner import Learner

    class Stop(Exception):
        pass

    run = dataclasses.replace(load_config(config), out=tmp_path / "run")
    shutil.copytree(whole / "sft", run.out / "sft")
    saved: list[str] = []

    def save(self: Any, folder: Path, notes: Any, original: Any = Learner.save) -> Path:
        saved.append(folder.name)
        if folder.name == "0002" and saved.count("0002") == 1:
            (folder.parent / "0002.partial").mkdir()
            raise Stop
        return original(self, folder, notes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Learner, "save", save)
        with Session(run) as session, pytest.raises(Stop):
            products_of(session, "ppo")
        assert len(rows(tmp_path / "run")) == 2
        with Session(run) as session:
            [made] = products_of(session, "ppo").values()
    assert saved == ["0001", "0002", "0002", "0003"]
    assert file_hash(made) == file_hash(whole / "ppo" / "model")
    assert rows(tmp_path / "run") == rows(whole)
    with Session(run) as session:
        assert model_of(session, "ppo") == made


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (PpoConfig(updates=0), r"ppo\.updates=0 has to be positive"),
        (PpoConfig(gamma=1.5), r"ppo\.gamma=1\.5 has to lie between 0 and 1"),
        (PpoConfig(kl_weight=-1), r"ppo\.kl_weight=-1 must not be negative"),
    ],
)
def test_settings_that_cannot_work(tmp_path: Path, settings: PpoConfig, told: str) -> None:
    run = dataclasses.replace(load_config_of_toy(), out=tmp_path / "run", ppo=settings)
    with Session(run) as session, pytest.raises(TrainingError, match=told):
        run_method(session, "ppo")
    assert not (tmp_path / "run" / "ppo").exists()


def load_config_of_toy() -> RunConfig:
    config = RunConfig()
    return dataclasses.replace(config, env=dataclasses.replace(config.env, id="eto/LockedDoor-v0"))


def test_episodes_that_are_too_long_are_told(config: Path, whole: Path, tmp_path: Path) -> None:
    run = load_config(config)
    run = dataclasses.replace(run, out=tmp_path / "run", ppo=dataclasses.replace(run.ppo, max_length=10))
    shutil.copytree(whole / "sft", run.out / "sft")
    with Session(run) as session, pytest.raises(TrainingError, match=r"8 are longer than ppo\.max_length=10"):
        products_of(session, "ppo")
