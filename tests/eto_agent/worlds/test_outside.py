"""An environment that lives outside the package, in one file, used from the command line as a user would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium
import pytest

import eto_envs
from eto_agent.formats.records import FORMATS, to_record
from eto_envs.trajectory import Trajectory, read_trajectories

ROOT = Path(__file__).parents[3]
ENV = '''
"""A tower with a bell on some floor."""
import gymnasium

from eto_envs import Manifest, Subgoal, Task, TextEnv, WorldStep

FLOORS = {"train": range(1, 5), "test": range(2, 4)}


class TowerEnv(TextEnv):
    def __init__(self, split="train", **settings):
        splits = {
            name: [Task(f"{name}/{floor}", "tower", 6, {"floor": floor}) for floor in floors]
            for name, floors in FLOORS.items()
        }
        super().__init__(Manifest("built", splits), split, **settings)

    def _start(self, task):
        self.bell, self.floor, self.rung = task.data["floor"], 0, False
        return WorldStep("You stand on floor 0.")

    def _apply(self, action):
        move = {"go up": 1, "go down": -1}.get(action)
        if move is not None:
            self.floor += move
            return WorldStep(f"You stand on floor {self.floor}.", self.score)
        if action == "ring bell":
            self.rung = self.floor == self.bell
            return WorldStep("Ding." if self.rung else "Nobody hears it.", self.score, True, self.rung)
        return WorldStep("That does nothing.", self.score, valid=False)

    @property
    def score(self):
        return 1.0 if self.rung else 0.5 if self.floor == self.bell else 0.0

    def _goal(self):
        return f"Ring the bell on floor {self.bell}."

    def _subgoals(self):
        return (Subgoal("climb", self.floor == self.bell), Subgoal("ring", self.rung))

    def _admissible_actions(self):
        return ["go up", "go down", "ring bell"]

    def _oracle_actions(self):
        missing = self.bell - self.floor
        return ["go up" if missing > 0 else "go down"] * abs(missing) + ["ring bell"]


gymnasium.register("Tower-v0", entry_point="my_world:TowerEnv", order_enforce=False)
'''
WORLD = """
from eto_agent.worlds import World


def failures(trajectory):
    if trajectory.outcome == "failed":
        yield "wrong_floor"


TOWER = World(
    "Tower-v0",
    label="Bell tower",
    rationale=lambda trajectory, action: f"{trajectory.goal} I {action}.",
    mistakes=lambda trajectory: ["knock", "shout"],
    failures=failures,
    failure_meanings={"wrong_floor": "rang the bell on the wrong floor"},
)
"""
ID = "my_world:Tower-v0"
TOY = (
    "--env.id", ID, "--env.num-envs", "4", "--env.num-workers", "2", "--model.name", "scratch:tiny",
    "--model.vocab-size", "300", "--sft.epochs", "8", "--sft.batch-size", "2", "--sft.learning-rate", "3e-3",
    "--sft.max-length", "1024", "--generation.max-new-tokens", "16", "--eto.iterations", "1", "--eto.dpo.epochs", "1",
    "--eto.dpo.batch-size", "4", "--eto.dpo.max-length", "1024", "--out", "run",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_world.py").write_text(ENV, encoding="utf-8")
    return tmp_path


def as_installed(folder: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which does not have the current folder on its path."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "140", "OMP_NUM_THREADS": "1"}
    code = f"import sys; from {program}.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def said(folder: Path, program: str, *arguments: str) -> str:
    result = as_installed(folder, program, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def experts(folder: Path) -> list[Trajectory]:
    return list(read_trajectories(folder / "run" / "expert" / "trajectories.jsonl", strict=True))


def test_the_environments_commands_know_it(folder: Path) -> None:
    assert "built/train  4 tasks" in said(folder, "eto_envs", "tasks", ID)
    assert f"{ID} keeps the contract." in said(folder, "eto_envs", "check", ID)
    assert "3 episodes recorded (3 solved)" in said(
        folder, "eto_envs", "record", ID, "--out", "oracle.jsonl", "--tasks", "3"
    )
    assert [each.env for each in read_trajectories(folder / "oracle.jsonl")] == [ID] * 3
    again = said(folder, "eto_envs", "record", ID, "--out", "oracle.jsonl", "--tasks", "4")
    assert "3 of 4 tasks were in oracle.jsonl already." in again
    assert "built/train" in said(folder, "eto_envs", "replay", "oracle.jsonl", "--episode", "1")
    played = subprocess.run(
        [sys.executable, "-P", "-c", "from eto_envs.cli import main; main()", "play", ID, "--task", "train/1"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, input="go up\nring bell\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Ding." in played.stdout, played.stderr
    (folder / "my_world.py").write_text(ENV.replace('* abs(missing) + ["ring bell"]', ""), encoding="utf-8")
    broken = as_installed(folder, "eto_envs", "check", ID)
    assert (broken.returncode, broken.stdout, broken.stderr.count("\n")) == (1, "", 1)
    assert "TowerEnv" in broken.stderr
    assert "oracle" in broken.stderr


@pytest.mark.slow
def test_without_a_world_it_runs_in_plain_words(folder: Path) -> None:
    """SFT and ETO to the end, in two worker processes."""
    table = said(folder, "eto_agent", "run", *TOY)
    assert re.findall(r"│ ([\w-]+) +│", table) == ["random", "sft", "eto-1"]
    found = experts(folder)
    assert [each.env for each in found] == [ID] * 4
    assert all(turn.text == f"Action: {turn.action}" for each in found for turn in each.turns[1:])
    shown = json.loads((folder / "run" / "evaluate" / "sft" / "results.json").read_text())
    assert shown["test"]["episodes"] == 2
    assert "| sft " in said(folder, "eto_agent", "tables", "run", "--table", "gains")
    # Where the module is gone, what was recorded is still read, scored and compared.
    (folder / "my_world.py").rename(folder / "moved.py")
    report = as_installed(folder, "eto_agent", "report", *TOY)
    assert (report.returncode, report.stderr.count("\n")) == (2, 1)
    assert "there is no module 'my_world'" in report.stderr
    both = ("run/evaluate/random", "run/evaluate/eto-1")
    assert "B - A" in said(folder, "eto_agent", "compare", *both, "--out", "compared")


@pytest.mark.slow
def test_what_its_world_knows_is_seen_everywhere(folder: Path) -> None:
    with (folder / "my_world.py").open("a", encoding="utf-8") as file:
        file.write(WORLD)
    run = (*TOY, "--expert.mistakes", "0.6", "--methods", "eto")
    said(folder, "eto_agent", "run", *run)
    found = experts(folder)
    turns = [turn for each in found for turn in each.turns[1:]]
    mistakes = [turn for turn in turns if turn.role == "prefix"]
    assert mistakes
    assert {turn.action for turn in mistakes} <= {"knock", "shout"}
    assert all(re.fullmatch(r"Thought: Ring the bell on floor \d\. I .+\.\nAction: .+", turn.text) for turn in turns)
    page = (folder / "run" / "report.html").read_text(encoding="utf-8")
    assert "wrong floor" in page
    assert "rang the bell on the wrong floor" in page
    assert "which is the same in this environment" in page
    table = said(folder, "eto_agent", "tables", "run", "--table", "2")
    assert "Bell tower test" in table
    assert "Bell tower test, ours: 2 tasks of built/test" in table
    assert "Bell tower: gains" in said(folder, "eto_agent", "tables", "run", "--table", "gains")
    assert "Bell tower test" in said(folder, "eto_agent", "tables", "run", "--table", "efficiency")


def test_mistakes_without_a_world_are_refused_before_a_folder_is_made(folder: Path) -> None:
    refused = as_installed(folder, "eto_agent", "expert", *TOY, "--expert.mistakes", "0.5")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert f"Unknown environment with mistakes (expert.mistakes) '{ID}'" in refused.stderr
    assert "One of your own needs a World with mistakes in its module." in refused.stderr
    assert not (folder / "run").exists()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("no_world:Tower-v0", "", "Module 'no_world' of 'no_world:Tower-v0' cannot be imported: there is no module"),
        ("my_world:Spire-v0", ENV, "Unknown environment 'my_world:Spire-v0'"),
        (ID, "import nothing_of_the_kind", "No module named 'nothing_of_the_kind' (my_world.py, line 1)"),
        (ID, "x = 1\nraise ValueError('no\\nway')", "cannot be imported: ValueError: no way (my_world.py, line 2)"),
        (ID, "def", "cannot be imported: SyntaxError"),
        ("my_world:CartPole-v1", "", "is no environment of this suite"),
    ],
)
def test_what_cannot_be_found_is_told_in_one_line(folder: Path, name: str, text: str, told: str) -> None:
    (folder / "my_world.py").write_text(text, encoding="utf-8")
    for program, *command in (("eto_envs", "tasks", name), ("eto_agent", "expert", *TOY, "--env.id", name)):
        refused = as_installed(folder, program, *command)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
        assert told in refused.stderr
    assert not (folder / "run").exists()


def test_its_records_go_out_as_conversations(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said(folder, "eto_envs", "record", ID, "--out", "oracle.jsonl", "--tasks", "1")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    try:
        [trajectory] = read_trajectories("oracle.jsonl")
        shown: list[Any] = to_record(trajectory, FORMATS["messages"])["messages"]
        assert [{"role": each["role"], "content": each["content"]} for each in shown][:3] == [
            *eto_envs.messages(trajectory)[:2],
            {"role": "user", "content": "Ring the bell on floor 1.\n\nYou stand on floor 0."},
        ]
    finally:
        sys.modules.pop("my_world", None)
        gymnasium.registry.pop("Tower-v0", None)
