"""Progress: plain lines where nobody watches, a bar on a terminal, and the figures in both."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from eto_agent.console import EpisodeProgress, TrainingProgress, say_row
from eto_agent.evaluation.stats import mean_interval
from eto_envs.trajectory import Trajectory, Turn

ROOT = Path(__file__).parents[2]


def episode(reward: float | None, tokens: int = 0) -> Trajectory:
    turn = Turn("agent", "", "", meta={"token_ids": list(range(tokens))} if tokens else {})
    return Trajectory("e", "t", "k", "s", turns=[turn], final_reward=reward)


def test_without_a_terminal_the_end_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with EpisodeProgress("sft on seen") as progress:
        for done, reward in enumerate((1.0, 0.0, None, 0.5), 5):  # four were done before
            progress.update(episode(reward, 10), done, 8)
    out, err = capsys.readouterr()
    mean, low, high, _ = mean_interval([1.0, 0.0, 0.5])
    assert out == ""
    [line] = err.splitlines()
    assert line.startswith(f"  sft on seen: 8/8 episodes, mean reward {mean:.2f} [{low:.2f}, {high:.2f}], ")
    assert re.search(r"\d/s, \d+ tokens/s, 0 s left$", line)


def test_policies_without_tokens_and_episodes_without_reward(capsys: pytest.CaptureFixture[str]) -> None:
    with EpisodeProgress("random") as progress:
        progress.update(episode(None), 1, 1)
    line = capsys.readouterr().err
    assert "tokens" not in line
    assert "reward" not in line


def test_training_tells_its_loss(capsys: pytest.CaptureFixture[str]) -> None:
    with TrainingProgress("eto-1/dpo") as progress:
        for step in (7, 8):
            progress.update(step, 8, {"loss": 0.61234, "rejected_shift": -3.0, "grad_norm": 1.0})
    assert capsys.readouterr().err == "  eto-1/dpo: 8/8 steps, loss 0.612, rejected shift -3, 0 s left\n"


def test_nothing_is_told_of_what_is_done_already(capsys: pytest.CaptureFixture[str]) -> None:
    for progress in (EpisodeProgress("a"), TrainingProgress("b")):
        with progress:
            pass
    assert capsys.readouterr() == ("", "")


def test_a_row_tells_what_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    say_row("ppo 1/5", {"reward": 0.5, "clip_share": 0.12345, "other": 1.0}, ("reward", "kl", "clip_share"))
    assert capsys.readouterr().err == "  ppo 1/5: reward 0.5, clip share 0.123\n"


SCRIPT = """
from eto_agent.console import EpisodeProgress, TrainingProgress
from tests.eto_agent.test_console import episode
with EpisodeProgress("explore [x]") as progress:
    progress.update(episode(1.0, 5), 1, 2)
    progress.update(episode(0.0, 5), 2, 2)
with TrainingProgress("sft") as progress:
    progress.update(3, 3, {"loss": 2.5})
"""


def test_on_a_terminal_a_line_renews_itself() -> None:
    leader, follower = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen([sys.executable, "-c", SCRIPT], env=environment, stderr=follower) as process:
        os.close(follower)
        shown = b""
        while part := _read(leader):
            shown += part
    os.close(leader)
    assert process.returncode == 0, shown.decode()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert re.search(
        r"explore \[x\] .* 2/2 +episodes, mean reward 0\.50 \[\d\.\d\d, \d\.\d\d\], [\d.]+/s, \d+ tokens/s", text
    )
    assert re.search(r"sft .* 3/3 +steps, loss 2\.5, 0 s left", text)
    assert b"\x1b[?25h" in shown  # the cursor is back


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 4096)
    except OSError:  # the other side has closed
        return b""
