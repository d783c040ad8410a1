"""`eto-envs play`: through a pipe, and on a terminal."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import eto_envs
from eto_envs.trajectory import read_trajectories
from tests.eto_envs.commands import COMMAND, ENVIRONMENT, done, run

# -- playing ------------------------------------------------------------------------------------------------------


def solution(task: str) -> list[str]:
    env = eto_envs.TextEnv
    import gymnasium

    made = gymnasium.make("eto/LockedDoor-v0")
    made.reset(options={"task": task})
    assert isinstance(made.unwrapped, env)
    return made.unwrapped.oracle_actions()


def test_play_through_a_pipe(tmp_path: Path) -> None:
    plan = solution("one-key/3")
    typed = ["?", ":actions", ":goal", ":subgoals", ":oracle", ":bogus", "dance", ":undo", ":undo", ":save", *plan]
    typed += ["look", ":save mine.jsonl", ":undo", ":new two-keys/1", ":new nope", ":quit", "look"]
    shown = done(tmp_path, "play", "lockeddoor", "--task", "one-key/3", typed="\n".join(typed))
    for expected in (
        "Leave the house through the door in the pantry.",
        "  go west\n",
        "  ○ find the red key\n",
        f"   1  {plan[0]}\n",
        "Unknown command :bogus; type ? for the list.",
        "> dance\nNothing happens.\n(not understood; :actions lists what is)\n",
        "Nothing to take back.",
        "Name the file: :save FILE.jsonl",
        "✓ leave through the door\nstep 6 of 25, score 1 of 1, progress 100%\nsolved, reward 1.00\n",
        "> look\nThe episode has ended.",
        "eto/LockedDoor-v0  two-keys/1",
        "Unknown task",
    ):
        assert expected in shown
    assert shown.endswith("> :quit\nBye.\n")
    [saved] = read_trajectories(tmp_path / "mine.jsonl")
    assert (saved.outcome, saved.actions, saved.policy) == ("solved", plan, "human")


def test_undo_takes_the_end_back(tmp_path: Path) -> None:
    plan = solution("one-key/3")
    shown = done(tmp_path, "play", "lockeddoor", "--task", "one-key/3", typed="\n".join([*plan, ":undo", plan[-1]]))
    assert shown.count("solved, reward 1.00") == 2


def test_play_draws_a_task(tmp_path: Path) -> None:
    [one, two, other] = [done(tmp_path, "play", "lockeddoor", "--seed", seed, "--split", "seen") for seed in "112"]
    assert one == two != other
    assert one.endswith("\nBye.\n")  # the input was empty


def test_a_dead_simulator_ends_the_game(tmp_path: Path) -> None:
    process = run(tmp_path, "play", "brittle:test/Brittle-v0", "--task", "one-key/0", typed="look\nbreak\nlook\n")
    assert process.returncode == 2
    assert process.stderr == "eto-envs: The simulator stopped.\n"


class Terminal:
    """A command on a pseudo-terminal: what is sent is typed on it, and its screen output is read."""

    def __init__(self, folder: Path, arguments: Sequence[str]) -> None:
        code = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *COMMAND, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT, cwd=folder,
        )  # fmt: skip
        self.screen = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()  # where the test failed half-way; the command loses its terminal and ends too
        self.process.communicate(timeout=60)

    def expect(self, text: str) -> None:
        """Reads until the text appears, and forgets what came before it."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while text not in self.screen:
                assert selector.select(timeout=60), f"{text!r} did not appear in {self.screen!r}"
                piece = os.read(self.process.stdout.fileno(), 65536).decode()
                assert piece, f"the command ended before {text!r} appeared in {self.screen!r}"
                self.screen += piece
        self.screen = self.screen.partition(text)[2]

    def type(self, keys: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(keys.encode())
        self.process.stdin.flush()

    def wait(self) -> int:
        rest, _ = self.process.communicate(timeout=60)
        self.screen += rest.decode()
        return self.process.returncode


# A signal that comes between the prompt and readline's wait is only seen when that wait ends: hence the line end.
@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize("leave", ["\x03\n", "\x04", ":quit\n"], ids=["ctrl-c", "ctrl-d", "quit"])
def test_play_on_a_terminal(tmp_path: Path, leave: str) -> None:
    with Terminal(tmp_path, ["play", "lockeddoor", "--task", "one-key/3"]) as terminal:
        terminal.expect("Type an action")
        terminal.expect("> ")
        terminal.type("open br\t\n")  # Tab completes an admissible action
        terminal.expect("Inside: red key.")
        terminal.expect("✓ find the red key")
        terminal.expect("> ")
        terminal.type(":goal\n")
        terminal.expect("Leave the house")
        terminal.expect("> ")
        terminal.type(leave)
        terminal.expect("Bye.")
        assert terminal.wait() == 0
        assert "Traceback" not in terminal.screen


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_recording_on_a_terminal_renews_one_line(tmp_path: Path) -> None:
    with Terminal(tmp_path, ["record", "lockeddoor", "--tasks", "3", "--out", "e.jsonl"]) as terminal:
        terminal.expect("\r\x1b[K1/3")
        terminal.expect("\r\x1b[K3/3 three-keys/0 solved reward 1.00\r\n")
        assert terminal.wait() == 0


def test_json_values_of_settings() -> None:
    from eto_envs.making import parse_settings

    given = ["a=1", "b=true", "c=easy", 'd="5"', "e=x=y", "f=[1, 2]", "g="]
    expected = {"a": 1, "b": True, "c": "easy", "d": "5", "e": "x=y", "f": [1, 2], "g": ""}
    assert parse_settings(given) == expected
    assert json.loads(json.dumps(expected)) == expected
