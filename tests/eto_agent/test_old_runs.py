"""Run folders that version 0.1 made before methods were objects are still read, and go on.

`recorded/run_of_0.1.tar.xz` is such a folder without its models: LockedDoor, three training tasks, all methods, made by
the command in its `commands.txt`; `gains.md` is the table of gains as that version printed it.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
import yaml

from eto_agent.cli import main
from eto_agent.methods.catalogue import METHODS
from eto_agent.run_folder import file_hash
from eto_envs.trajectory import read_trajectories

RECORDED = Path(__file__).parent / "recorded" / "run_of_0.1.tar.xz"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with tarfile.open(RECORDED) as archive:
        archive.extractall(tmp_path, filter="data")
    monkeypatch.chdir(tmp_path)
    return Path("run_of_0.1")


def eto_agent(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_its_table_of_gains_is_the_same(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line; the variants of self-play now stand in the order of the configuration."""
    before = (run / "gains.md").read_text(encoding="utf-8").splitlines()
    now = eto_agent(capsys, "tables", str(run), "--table", "gains").splitlines()
    assert sorted(now) == sorted(before)
    assert len(now) == 49


def test_its_report_is_whole(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eto_agent(capsys, "report", "--config", str(run / "config.yaml"), "--out", str(run))
    page = (run / "report.html").read_text(encoding="utf-8")
    for method in METHODS:
        for product in method.products(method.of(yaml.safe_load((run / "config.yaml").read_text()))):
            assert product.name in page
    assert "This run is not complete" not in page


def test_its_stages_are_done(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same configuration, the same inputs: nothing is made again."""
    before = file_hash(run / "expert"), file_hash(run / "evaluate" / "random")
    given = ("--config", str(run / "config.yaml"), "--out", str(run))
    assert eto_agent(capsys, "expert", *given).strip() == str(run / "expert" / "trajectories.jsonl")
    assert "random" in eto_agent(capsys, "evaluate", *given, "--policy", "random")
    assert (file_hash(run / "expert"), file_hash(run / "evaluate" / "random")) == before


def test_its_configuration_is_compared_key_by_key(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key that has another name now counts as the same key."""
    given = ("expert", "--config", str(run / "config.yaml"), "--out", str(run))
    assert "slips" in (run / "config.yaml").read_text()
    assert main([*given, "--expert.mistakes", "0.5", "--rft.samples", "3"]) == 2
    told = capsys.readouterr().err
    assert "expert.mistakes (0.0 -> 0.5), rft.samples (2 -> 3)" in told
    assert told.count("\n") == 1


def test_its_episodes_are_read_and_compared(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(run.glob("evaluate/*/*.jsonl"))
    assert len(files) == 30
    assert all(list(read_trajectories(file, strict=True)) for file in files)
    assert "B - A" in eto_agent(capsys, "compare", str(run), str(run / "evaluate" / "eto-2"), "--policy", "eto-1")
