"""Every command and every line of Python in the README runs as it stands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
ELSEWHERE = (
    *("scripts/demo", "scripts/test", "pip install", "eto-agent import", "eto-agent export"),
    *("eto-agent evaluate", "eto-agent annotate", "eto-agent run"),
    *("eto-agent compare", "eto-agent tables", "eto-agent figures"),
    *("eto-envs download webshop", "eto-envs serve webshop", "eto-envs download alfworld"),
)
"""Commands that install, fetch, wait for people or run for minutes; they have tests of their own."""

ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}


@pytest.mark.parametrize("code", [text for language, text in BLOCKS if language == "python"])
def test_the_python_runs(code: str, tmp_path: Path) -> None:
    script = tmp_path / "readme.py"
    script.write_text(code, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, script], env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "solved" in result.stdout


COMMANDS = [
    line.split("#")[0].strip()
    for language, text in BLOCKS
    if language == "bash"
    for line in text.splitlines()
    if line.strip()
]


def test_the_commands_run_in_order(tmp_path: Path) -> None:
    run = [command for command in COMMANDS if not command.startswith(ELSEWHERE)]
    assert len(run) >= 4
    for command in run:
        name, *arguments = command.split()
        assert name == "eto-envs"
        result = subprocess.run(
            [sys.executable, "-m", "eto_envs", *arguments],
            cwd=tmp_path,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert result.returncode == 0, (command, result.stderr)
    assert (tmp_path / "oracle.html").stat().st_size > 1000


@pytest.mark.parametrize("name", ["scripts/demo", "scripts/test"])
def test_the_scripts_named_first_exist(name: str) -> None:
    assert COMMANDS[:2] == ["scripts/demo", "scripts/test"]
    assert os.access(ROOT / name, os.X_OK)
    bash = shutil.which("bash")
    assert bash is not None
    assert subprocess.run([bash, "-n", str(ROOT / name)], check=False).returncode == 0


def test_every_file_of_the_tree_exists() -> None:
    [tree] = [text for language, text in BLOCKS if language == ""]
    package = ""
    for line in tree.splitlines():
        if not line.startswith(" "):
            package = line.split()[0]
            assert (ROOT / package).is_dir(), package
        else:
            for name in re.findall(r"[\w/]+\.py|\b\w+/(?=\s)", line):
                assert list((ROOT / package).rglob(Path(name).name)), f"{package}{name}"
