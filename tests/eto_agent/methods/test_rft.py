"""RFT: what it collects, what it trains on, and that a killed run ends the same."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.config.checks import SettingError
from eto_agent.methods.rft import RftConfig
from eto_agent.pipeline import run_method
from eto_agent.run_folder import file_hash
from eto_agent.session import Session
from eto_envs.trajectory import Trajectory, read_trajectories
from tests.eto_agent.forks import eto_agent, finished
from tests.eto_agent.toy_runs import CONFIG, products_of

BRIEF = replace(CONFIG.sft, epochs=4, save_steps=4)
WARM = RftConfig(samples=6, temperature=1.6, threshold=0.2, iterations=2)


def read(folder: Path, name: str) -> list[Trajectory]:
    return list(read_trajectories(folder / name, strict=True))


def facts(folder: Path, stage: str) -> dict[str, int]:
    return json.loads((folder / stage / "stage.json").read_text())["facts"]


def test_only_new_successes_are_added(opened: Callable[..., Session]) -> None:
    session = opened(rft=WARM, sft=BRIEF)
    folder = session.folder.path
    models = products_of(session, "rft")
    assert models == {"rft": folder / "rft-1" / "sft" / "model", "rft-2": folder / "rft-2" / "sft" / "model"}
    known = {(each.task, tuple(each.actions)) for each in read(folder, "expert/trajectories.jsonl")}
    count = len(known)
    for iteration in (1, 2):
        explored = read(folder, f"rft-{iteration}/explore/trajectories.jsonl")
        kept = read(folder, f"rft-{iteration}/collect/trajectories.jsonl")
        good = [each for each in explored if each.actions and (each.final_reward or 0.0) >= 0.2]
        new = {(each.task, tuple(each.actions)) for each in good} - known
        assert {(each.task, tuple(each.actions)) for each in kept} == new
        assert facts(folder, f"rft-{iteration}/collect") == {
            "sampled": 18,
            "broken": 0,
            "successful": len(good),
            "duplicates": len(good) - len(kept),
            "kept": len(kept),
        }
        known |= new
        count += len(kept)
        assert facts(folder, f"rft-{iteration}/sft")["examples"] == count  # the experts and all that was kept so far
    assert count > 3
    assert [each.policy for each in explored] == ["rft"] * 18  # the newest model explores


def test_what_the_expert_did_is_not_learned_twice(opened: Callable[..., Session]) -> None:
    """At temperature 1 the agent, who knows the expert by heart, does what the expert did."""
    session = opened(rft=RftConfig(samples=2), sft=BRIEF)
    products_of(session, "rft")
    found = facts(session.folder.path, "rft-1/collect")
    assert found["duplicates"] > 0
    assert found["kept"] + found["duplicates"] == found["successful"]


def test_the_base_model_is_trained_not_the_sft_agent(opened: Callable[..., Session]) -> None:
    """With nothing new to learn from, RFT is SFT again."""
    session = opened(rft=RftConfig(samples=1, threshold=2.0))
    [model] = products_of(session, "rft").values()
    assert file_hash(model / "model.safetensors") == file_hash(
        session.folder.path / "sft" / "model" / "model.safetensors"
    )


def test_equal_samples_are_refused(opened: Callable[..., Session]) -> None:
    session = opened(rft=RftConfig(samples=4, temperature=0.0))
    with pytest.raises(SettingError, match="greedy samples of a task are all equal"):
        run_method(session, "rft")


@pytest.mark.slow
def test_killed_while_sampling_and_training_it_ends_the_same(opened: Callable[..., Session], tmp_path: Path) -> None:
    """`kill -9` as soon as each of these files is there; the command prints the same table in the end."""
    settings = replace(WARM, samples=4, iterations=1)
    for name in ("whole", "killed"):
        opened(tmp_path / name, rft=settings, sft=BRIEF).__exit__()
    outs = []
    for name, moments in {
        "whole": (),
        "killed": ("rft-1/explore/trajectories.jsonl", "rft-1/sft/model.checkpoints/checkpoint-4"),
    }.items():
        folder = tmp_path / name
        command = ("rft", "--config", str(folder / "config.yaml"), "--out", str(folder))
        for moment in moments:
            ended = eto_agent(*command).end_killed((folder / moment).exists)
            assert ended.code == -signal.SIGKILL, (moment, ended.err)
        code, out, err = finished(*command)
        assert code == 0, err
        outs.append(out)
    assert outs[0] == outs[1]
    assert "rft" in outs[0]
    for name in ("rft-1/explore/trajectories.jsonl", "rft-1/collect/trajectories.jsonl", "rft-1/sft/model"):
        assert file_hash(tmp_path / "whole" / name) == file_hash(tmp_path / "killed" / name)
