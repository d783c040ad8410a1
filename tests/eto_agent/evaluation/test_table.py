"""`eto-agent evaluate` by flags alone: what it prints, what it keeps, and that it goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eto_agent.cli import main
from eto_envs.trajectory import read_trajectories, write_trajectories

FLAGS = ["--env.id", "lockeddoor", "--evaluate.per-type", "3", "--env.num-workers", "1"]


def test_a_policy_by_flags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ["evaluate", *FLAGS, "--split", "unseen", "--policy", "random", "--out", str(tmp_path / "run")]
    assert main(run) == 0
    told = capsys.readouterr().out
    folder = tmp_path / "run" / "evaluate" / "random"
    figures = json.loads((folder / "results.json").read_text())["unseen"]
    assert "random on unseen: generated/unseen[:3 a type], hash" in told
    for head in ("reward, paper", "reward, strict", "success, paper", "success, strict", "steps", "invalid"):
        assert head in told
    for kind in ("all", "one-key", "two-keys", "three-keys"):
        assert f"│ {kind}" in told
    assert f"steps {figures['steps']:.1f} [" in told
    assert "efficiency" in told
    assert figures["efficiency"]["strict"][3] == 9
    assert len(list(read_trajectories(folder / "unseen.jsonl"))) == 9


def test_an_interrupted_evaluation_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    run = ["evaluate", *FLAGS, "--split", "seen", "--policy", "random", "--out"]
    assert main([*run, str(tmp_path / "whole")]) == 0
    assert main([*run, str(tmp_path / "cut")]) == 0
    whole, cut = (tmp_path / name / "evaluate" / "random" for name in ("whole", "cut"))
    kept = list(read_trajectories(cut / "seen.jsonl"))[:4]
    kept[0].meta["kept"] = True  # what is there already is not played again
    write_trajectories(cut / "seen.jsonl", kept)
    (cut / "stage.json").unlink()
    assert main([*run, str(tmp_path / "cut")]) == 0
    again = list(read_trajectories(cut / "seen.jsonl"))
    assert again[0].meta.pop("kept")
    assert again == list(read_trajectories(whole / "seen.jsonl"))
    assert (cut / "results.json").read_bytes() == (whole / "results.json").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--split", "test"], "Unknown split 'test'"),
        (["--policy", "nobody"], "Unknown policy 'nobody'"),
        (["--env.id", "chess"], "Unknown environment 'chess'"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *FLAGS, *arguments, "--out", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
