"""Each method as a command: what it needs, what it prints, and the names of what it makes."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from eto_agent.cli import main
from eto_agent.methods.catalogue import METHODS

LOCKED_DOOR = (
    "--env.id", "eto/LockedDoor-v0", "--env.types", "one-key", "--env.settings", "max_steps=4",
    "--env.train-per-type", "2", "--env.num-envs", "2", "--env.num-workers", "1", "--evaluate.per-type", "1",
    "--model.name", "scratch:tiny", "--model.vocab-size", "300", "--generation.max-new-tokens", "4",
)  # fmt: skip


def eto_agent(command: str, folder: Path, *more: str) -> int:
    return main([command, "--out", str(folder), *LOCKED_DOOR, *more])


def test_every_method_is_a_command_and_has_a_line_of_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for method in METHODS:
        for name, told in ((method.name, method.help), *((name, each.help) for name, each in method.commands.items())):
            assert [line.split(maxsplit=1) for line in lines].count([name, told]) == 1


@pytest.mark.parametrize("method", [each.name for each in METHODS if each.after_sft])
def test_a_method_before_sft_names_what_to_run(method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert eto_agent(method, tmp_path / "run") == 2
    told = capsys.readouterr().err
    assert told.endswith(f"run: eto-agent sft --out {tmp_path / 'run'} {' '.join(LOCKED_DOOR)}\n")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("rft", "run: eto-agent rft --out"),
        ("rft-2", "Stage 'rft-2/sft'"),
        ("eto-3", "run: eto-agent dpo --iteration 3 --out"),
        ("self-play-rft", "run: eto-agent self-play --out"),
        ("self-play-rft+eto-2", "Stage 'self-play/rft+eto/2/dpo'"),
        ("rft-0", "Unknown policy 'rft-0'"),
        ("rfd", "Unknown policy 'rfd'"),
        ("eto", "Unknown policy 'eto'"),
    ],
)
def test_policies_by_name(policy: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert eto_agent("evaluate", tmp_path / "run", "--policy", policy) == 2
    assert told in capsys.readouterr().err


def test_what_to_run_next_can_be_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hint repeats the file and the flags as they were given, but for what belongs to the stage."""
    file, folder = tmp_path / "my config.yaml", tmp_path / "run"
    file.write_text("env: {id: eto/LockedDoor-v0, train_per_type: 1}\nmodel: {name: 'scratch:tiny'}\n")
    given = [f"--config={file}", "--out", str(folder), "--env.num-envs", "1"]
    assert main(["dpo", *given, "--iteration", "2", "--level", "step"]) == 2
    hint = capsys.readouterr().err.partition("run: eto-agent ")[2]
    repeated = ["--config", str(file), "--out", str(folder), "--env.num-envs", "1"]
    assert shlex.split(hint) == ["dpo", "--iteration", "1", "--level", "step", *repeated]
    for stage in ("sft", "expert"):
        assert main(shlex.split(hint)) == 2
        hint = capsys.readouterr().err.partition("run: eto-agent ")[2]
        assert shlex.split(hint) == [stage, *repeated]
    assert main(shlex.split(hint)) == 0


def test_self_play_from_the_command_line_needs_nothing_before_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command, then its agent by name."""
    folder, settings = tmp_path / "run", ("--self-play.first", "random", "--self-play.variants", "eto")
    assert eto_agent("self-play", folder, *settings) == 0
    assert "self-play-eto" in capsys.readouterr().out
    assert not (folder / "expert").exists()
    assert eto_agent("evaluate", folder, *settings, "--policy", "self-play-eto") == 0
    assert "self-play-eto" in capsys.readouterr().out


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in ("run", "expert", "evaluate", "compare", "leaderboard"))
