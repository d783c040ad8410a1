"""The pages in `docs/`: their files and commands run as they stand, or a table says why not."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from eto_agent.methods.catalogue import load_config
from tests.eto_agent.forks import Fork, in_folder

ROOT = Path(__file__).parents[1]
PAGES = ("use_your_own_loop", "add_an_environment", "add_a_policy", "add_a_method", "reproduce_the_paper")
TESTED_ELSEWHERE = {"leaderboard": "tests/eto_agent/leaderboard/test_docs.py"}
NOT_RUN = {
    "network": "tests/eto_envs/*/test_*download*.py download from servers of their own",
    "needs the released file": "tests/eto_agent/formats/test_replay.py verifies WebShop episodes of another release",
    "8 GPUs": "the configurations are loaded below, and run at toy scale as the page's last commands",
}
"""What the comment behind a command begins with that is not run here, and why; all other commands run."""


def blocks(page: str) -> list[tuple[str, str]]:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    return [line for language, text in blocks(page) if language == "bash" for line in text.splitlines() if line.strip()]


def is_run(command: str) -> bool:
    return not command.partition("# ")[2].startswith(tuple(NOT_RUN))


def test_every_command_runs_or_has_a_reason() -> None:
    """No page and no block is overlooked, and every reason is some command's."""
    assert {page.stem for page in (ROOT / "docs").glob("*.md")} == {*PAGES, *TESTED_ELSEWHERE}
    assert all((ROOT / file).is_file() for file in TESTED_ELSEWHERE.values())
    for page in PAGES:
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        assert sum(line.lstrip().startswith("```") for line in text.splitlines()) == 2 * len(blocks(page)), page
        assert {language for language, _ in blocks(page)} <= {"bash", "python", "toml"}
        assert all(
            command.split()[0] in {"python", "eto-agent", "eto-envs"} for command in commands(page) if is_run(command)
        )
    reasons = [command.partition("# ")[2] for page in PAGES for command in commands(page) if not is_run(command)]
    assert [start for start in NOT_RUN if not any(reason.startswith(start) for reason in reasons)] == []


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
    run = [command for command in commands(page) if is_run(command)]
    assert run
    for command in run:
        words = shlex.split(command, comments=True)
        call = python if words[0] == "python" else in_folder
        ended = Fork(call, tmp_path, words).end()
        assert ended.code == 0, (command, ended.err)


def python(folder: Path, line: Sequence[str]) -> int:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), "."])}
    return subprocess.run([sys.executable, *line[1:]], cwd=folder, env=environment, check=False).returncode


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
