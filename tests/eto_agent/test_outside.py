"""A method and a policy that live outside the package, a file each, used from the command line as a user would."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eto_agent.cli import main

ROOT = Path(__file__).parents[2]
TOY = (
    "--env.id", "lockeddoor", "--env.types", "one-key", "--env.settings", "max_steps=5", "--env.train-per-type", "2",
    "--env.num-envs", "2", "--env.num-workers", "1", "--model.name", "scratch:tiny", "--model.vocab-size", "300",
    "--sft.epochs", "1", "--sft.batch-size", "2", "--sft.max-length", "2048", "--generation.max-new-tokens", "4",
    "--evaluate.splits", "seen", "--evaluate.per-type", "2",
)  # fmt: skip
METHOD = '''
"""Twice: plain SFT of the base model, once or more often."""
from dataclasses import dataclass

from eto_agent.methods import Method, iterated
from eto_agent.stages.imitation import base_model, train_sft


@dataclass(frozen=True)
class TwiceConfig:
    """Imitation, once more."""

    iterations: int = 2
    """How often."""


def run(session, config):
    for product in products(config):
        files = {"experts": session.experts_file}
        yield product.name, train_sft(session, product.stages[-1], base_model(session), files, product.iteration)


def products(config):
    return iterated("twice", config.iterations, ["sft"])


TWICE = Method(name="twice", help="Imitates once more.", settings=TwiceConfig, run=run, products=products)
'''
POLICY = '''
"""Looks, whatever happens."""
from eto_agent.policies import Reply


class Looking:
    name, needs = "looking", ""

    def __init__(self, session):
        self.seed = session.config.seed

    def act(self, conversations):
        return [Reply(f"Thought: {self.seed}\\nAction: look") for _ in conversations]

    def forget(self, key):
        pass
'''


def as_installed(folder: Path, *arguments: str) -> str:
    """What the command prints in a process of its own, which has not the current folder on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder / "site")]), "COLUMNS": "120"}
    code = "import sys; from eto_agent.cli import main; sys.exit(main())"
    command = [sys.executable, "-P", "-c", code, *arguments]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


class Shell:
    """The command in this process, in a folder of its own."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capture = folder, capture
        patch.chdir(folder)
        patch.setattr(sys, "path", list(sys.path))

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.py").write_text(text, encoding="utf-8")
        self.forget(name)

    def forget(self, name: str) -> None:
        sys.modules.pop(name, None)
        importlib.invalidate_caches()

    def said(self, *arguments: str) -> str:
        code = main(arguments)
        out, err = self._capture.readouterr()
        assert code == 0, err
        return out

    def refused(self, *arguments: str) -> str:
        code = main(arguments)
        _, err = self._capture.readouterr()
        assert (code, err.count("\n")) == (2, 1), err
        return err


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    shell = Shell(tmp_path, monkeypatch, capsys)
    yield shell
    for name in ("mine", "views", "broken"):
        shell.forget(name)


@pytest.mark.slow
def test_a_method_of_one_s_own_is_a_method_everywhere(shell: Shell) -> None:
    shell.write("mine", METHOD)
    told = as_installed(shell.folder, "mine:twice", "--help")
    assert "Imitates once more." in told
    assert re.search(r"--twice\.iterations INT\s+│\s+│ +How often\.", told)
    names = ("eto", "mine:twice", "--eto.iterations", "1")
    whole = as_installed(shell.folder, "run", *TOY, "--out", "run", "--methods", *names)
    assert re.findall(r"│ ([\w-]+) +│", whole) == ["random", "sft", "eto-1", "twice-1", "twice-2"]
    gains = shell.said("tables", "run", "--table", "gains")
    for name in ("twice-1", "twice-2"):
        assert re.search(rf"^\| {name} \| sft \| 1 \|", gains, re.MULTILINE)
    assert re.search(r"^\| twice +\|", shell.said("tables", "run", "--table", "2"), re.MULTILINE)
    page = shell.folder / shell.said("report", "--config", "run/config.yaml").strip()
    text = page.read_text(encoding="utf-8")
    assert text.index("eto-1/dpo") < text.index("twice-1/sft") < text.index("twice-2/sft")
    assert "twice-2 − sft" in text


@pytest.mark.slow
def test_its_command_joins_a_run_that_is_there(shell: Shell) -> None:
    """Continued without naming it again, the run still knows it; where its file is gone, the rest is still shown."""
    shell.write("mine", METHOD)
    run = (*TOY, "--best-of-n.samples", "2", "--out", "run")
    shell.said("run", *run, "--methods", "best-of-n")
    assert "twice-1" in shell.said("mine:twice", *run, "--twice.iterations", "1")
    assert "mine:twice" in (shell.folder / "run" / "config.yaml").read_text()
    assert "twice-1" in shell.said("evaluate", "--config", "run/config.yaml", "--policy", "twice-1")
    assert "made with another configuration: twice.iterations (1 -> 3)" in shell.refused(
        "mine:twice", *run, "--twice.iterations", "3"
    )
    (shell.folder / "mine.py").unlink()
    shell.forget("mine")
    shell.said("report", *run)
    assert "best-of-2" in shell.said("tables", "run", "--table", "gains")


def test_a_package_announces_its_method(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "mine-1.0.dist-info").mkdir(parents=True)
    (site / "mine.py").write_text(METHOD, encoding="utf-8")
    (site / "mine-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (site / "mine-1.0.dist-info" / "entry_points.txt").write_text("[eto_agent.methods]\ntwice = mine:TWICE\n")
    assert re.search(r"^  twice +Imitates once more\.$", as_installed(tmp_path, "--help"), re.MULTILINE)
    assert "--twice.iterations" in as_installed(tmp_path, "run", "--help")


@pytest.mark.slow
def test_a_policy_of_one_s_own_is_evaluated(shell: Shell) -> None:
    shell.write("views", POLICY)
    flags = ("--policy", "views:Looking", *TOY, "--seed", "7", "--out", "run")
    assert "views-Looking" in as_installed(shell.folder, "evaluate", *flags)
    episodes = (shell.folder / "run" / "evaluate" / "views-Looking" / "seen.jsonl").read_text()
    assert episodes.count('"text":"Thought: 7\\nAction: look"') == 10
    shell.write("views", POLICY.replace("look", "inventory"))
    assert "made from other inputs (code)" in shell.refused("evaluate", *flags)


def test_what_is_not_there_is_told_in_one_line(shell: Shell) -> None:
    shell.write("mine", METHOD)
    shell.write("broken", "import nothing_of_the_kind\n")
    run = ("run", *TOY, "--out", "run", "--methods")
    assert "Unknown method 'thrice' in module mine" in shell.refused("mine:thrice", *TOY)
    for name, told in (
        ("mine:thrice", "Unknown method 'thrice' in module mine; expected one of twice"),
        ("none:twice", "Module 'none' of 'none:twice' cannot be imported"),
        ("broken:twice", "No module named 'nothing_of_the_kind'"),
        ("thrice", "Unknown method 'thrice'"),
    ):
        assert told in shell.refused(*run, name)
    assert not (shell.folder / "run").exists()
    for name, told in (
        ("mine:Looking", "Unknown policy 'Looking' in module mine"),
        ("none:Looking", "Module 'none' of 'none:Looking' cannot be imported"),
    ):
        assert told in shell.refused("evaluate", *TOY, "--out", "run", "--policy", name)
    assert not (shell.folder / "run" / "evaluate").exists()
