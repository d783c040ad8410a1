"""The commands of docs/leaderboard.md run as they stand, in order, and leave what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from eto_agent.cli import main

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "leaderboard.md").read_text(encoding="utf-8")


def test_the_commands_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    commands = [shlex.split(line) for block in blocks for line in block.splitlines()]
    assert [command[:3] for command in commands][1:] == [
        ["eto-agent", "leaderboard", each] for each in ("add", "verify", "build")
    ]
    for command in commands:
        assert command[0] == "eto-agent"
        assert main(command[1:]) == 0, command
    files = re.findall(r"`(leaderboard/[^`]*\.json)`", PAGE)
    assert files
    for named in files:
        assert (tmp_path / named).is_file()
    assert (tmp_path / "site" / "lockeddoor.html").is_file()


def test_what_the_page_names_exists() -> None:
    targets = re.findall(r"\]\((\.\./[^)]*)\)", PAGE)
    assert targets
    for target in targets:
        assert (ROOT / "docs" / target).is_file(), target
    assert (ROOT / "benchmarks" / "leaderboard" / "make_baselines").is_file()
