"""The pages in `docs/`: their files and commands run as they stand; of what needs GPUs, the configurations load."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from eto_agent.methods.catalogue import load_config

ROOT = Path(__file__).parents[1]
PAGES = ("add_an_environment", "add_a_policy", "add_a_method", "reproduce_the_paper")
ELSEWHERE = re.compile(r"# (8 GPUs|network|needs )")
"""Marks a command that is not run here."""
PROGRAMS = {
    "python": [sys.executable],
    "eto-envs": [sys.executable, "-m", "eto_envs"],
    "eto-agent": [sys.executable, "-m", "eto_agent"],
}


def blocks(page: str) -> list[tuple[str, str]]:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    return [line for language, text in blocks(page) if language == "bash" for line in text.splitlines() if line.strip()]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_page_works_from_top_to_bottom(page: str, tmp_path: Path) -> None:
    """A block of Python is a file, named in its first line; commands run beside them, in order."""
    for language, text in blocks(page):
        if language == "python":
            name = re.match(r"# (\w+\.py)\n", text)
            assert name is not None, text
            (tmp_path / name[1]).write_text(text, encoding="utf-8")
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    run = [command for command in commands(page) if not ELSEWHERE.search(command)]
    assert run
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), "."]), "OMP_NUM_THREADS": "1"}
    for command in run:
        program, *arguments = shlex.split(command, comments=True)
        result = subprocess.run(
            [*PROGRAMS[program], *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500
        )
        assert result.returncode == 0, (command, result.stderr)


def test_what_is_launched_elsewhere_at_least_loads() -> None:
    launched = [command for command in commands("reproduce_the_paper") if "8 GPUs" in command]
    assert len(launched) == 3
    for command in launched:
        words = shlex.split(command, comments=True)
        files = [ROOT / words[words.index(flag) + 1] for flag in ("--config_file", "--config")]
        assert all(file.is_file() for file in files)
        assert load_config(files[1]).methods == ("eto",)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_only_files_that_exist(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    made = {"eto_agent/methods/shorter.py"}
    for name in set(re.findall(r"`((?:eto_envs|eto_agent|benchmarks|tests|configs)/[\w/.]+)`", text)) - made:
        assert (ROOT / name).exists(), name


def test_the_readme_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert f"docs/{page.name}" in readme
