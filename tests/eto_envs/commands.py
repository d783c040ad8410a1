"""The command `eto-envs` as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "eto_envs"]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent / "worlds"), os.environ.get("PYTHONPATH", "")]),
    "PYTHONWARNINGS": "default",
    "TERM": "xterm",
    "COLUMNS": "100",
}


def run(folder: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=ENVIRONMENT, input=typed, capture_output=True, text=True, timeout=120
    )


def done(folder: Path, *arguments: str, typed: str = "") -> str:
    """Standard output of a command that must go well."""
    process = run(folder, *arguments, typed=typed)
    assert process.returncode == 0, process.stderr
    return process.stdout
