"""Run folders: refused when they do not fit, and a stage is done when all of it is there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from eto_agent.run_folder import ConfigChangedError, RunFolder, Stage, StageError, file_hash, write_text

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Part:
    depth: int = 3
    save_steps: int = 100


@dataclass(frozen=True)
class Levels:
    levels: tuple[str, ...] = ("trajectory",)


@dataclass(frozen=True)
class Config:
    out: Path = Path("x")
    seed: int = 0
    num_envs: int = 8
    methods: tuple[str, ...] = ("eto",)
    part: Part = field(default_factory=Part)
    eto: Levels = field(default_factory=Levels)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    RunFolder(tmp_path / "run", Config()).close()
    return tmp_path / "run"


@pytest.mark.parametrize(
    "config", [Config(), Config(out=Path("y")), Config(num_envs=2), Config(part=Part(save_steps=7))]
)
def test_the_same_configuration_continues_whatever_its_speed(folder: Path, config: Config) -> None:
    with RunFolder(folder, config) as run:
        assert run.path == folder


def test_a_changed_configuration_is_refused_and_every_changed_key_named(folder: Path) -> None:
    before = (folder / "config.yaml").read_text()
    with pytest.raises(ConfigChangedError) as caught:
        RunFolder(folder, Config(seed=1, part=Part(depth=4)))
    assert "part.depth (3 -> 4), seed (0 -> 1)" in str(caught.value)
    assert (folder / "config.yaml").read_text() == before
    RunFolder(folder, Config()).close()  # the refusal let go of the folder


def test_methods_and_levels_may_be_added(folder: Path) -> None:
    growing = ("methods", "eto.levels")
    more = Config(methods=("ppo", "eto"), eto=Levels(("step",)), num_envs=2)
    with pytest.raises(ConfigChangedError, match=r"eto\.levels"):
        RunFolder(folder, more)
    RunFolder(folder, more, growing=growing).close()
    grown = yaml.safe_load((folder / "config.yaml").read_text())
    assert grown["methods"] == ["eto", "ppo"]
    assert grown["eto"]["levels"] == ["trajectory", "step"]
    assert grown["num_envs"] == 8
    RunFolder(folder, Config(), growing=growing).close()
    assert yaml.safe_load((folder / "config.yaml").read_text()) == grown


def test_two_processes_cannot_hold_a_run(folder: Path) -> None:
    with RunFolder(folder, Config()), pytest.raises(StageError, match="in use by another process"):
        RunFolder(folder, Config())


def test_a_killed_process_lets_go_of_its_run(folder: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.eto_agent.test_run_folder import Config, RunFolder\n"
        "run = RunFolder(Path(sys.argv[1]), Config()); print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(StageError):
        RunFolder(folder, Config())
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    RunFolder(folder, Config()).close()


def made(folder: Path, **inputs: object) -> Stage:
    with RunFolder(folder, Config()) as run:
        return run.stage("train", inputs)


def test_a_finished_stage_is_not_done_again(folder: Path) -> None:
    stage = made(folder, seed=1)
    assert not stage.done
    stage.path("model").mkdir()
    stage.path("model").joinpath("weights").write_text("w")
    stage.finish(["model"], steps=3)
    again = made(folder, seed=1)
    assert (again.done, again.facts) == (True, {"steps": 3})
    assert not stage.path("inputs.json").exists()
    record = json.loads(stage.path("stage.json").read_text())
    assert record["outputs"] == {"model": file_hash(stage.path("model"))}


def test_a_finished_stage_of_other_inputs_is_refused(folder: Path) -> None:
    made(folder, seed=1, model="a").finish([])
    with pytest.raises(StageError, match=r"other inputs \(seed\); remove that folder"):
        made(folder, seed=2, model="a")


def test_what_is_left_where_the_end_came_right_after_the_record_is_cleared(folder: Path) -> None:
    made(folder).finish([])
    note = made(folder).path("inputs.json")
    note.write_text("{}")
    assert made(folder).done
    assert not note.exists()


def test_unfinished_work_of_other_inputs_is_cleared_and_of_the_same_inputs_kept(folder: Path) -> None:
    made(folder, seed=1).path("half").write_text("half done")
    assert made(folder, seed=1).path("half").exists()
    assert not made(folder, seed=2).path("half").exists()


def test_how_fast_it_goes_is_no_input(folder: Path) -> None:
    made(folder, part=Part(save_steps=1)).finish([])
    assert made(folder, part=Part(save_steps=2)).done
    with pytest.raises(StageError, match=r"\(part\)"):
        made(folder, part=Part(depth=9))


def test_an_input_file_counts_by_its_content(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a").write_text("1")
    made(folder, data=data).finish([])
    assert made(folder, data=data).done
    (data / "a").write_text("2")
    with pytest.raises(StageError, match=r"\(data\)"):
        made(folder, data=data)


def test_what_is_not_there_names_the_command_that_makes_it(folder: Path) -> None:
    with RunFolder(folder, Config()) as run, pytest.raises(StageError, match="run: eto-agent sft"):
        run.output("train", "model", "sft")


def test_a_folder_s_hash_sees_names_and_contents(tmp_path: Path) -> None:
    hashes = set()
    for name, files in enumerate(({"a": "1", "b": "2"}, {"a": "2", "b": "1"}, {"a": "1", "c": "2"}, {"a": "12"})):
        folder = tmp_path / str(name)
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text)
        hashes.add(file_hash(folder))
    assert len(hashes) == 4


def test_a_text_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "text"
    write_text(path, "before")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "\ud800")
    assert path.read_text() == "before"
