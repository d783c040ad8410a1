"""Trainings repeat bit for bit, and survive being killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from eto_agent.chat.encoder import Encoded
from eto_agent.run_folder import file_hash
from eto_agent.training.fit import LoraSettings, Pair, TrainingError, fit_dpo, fit_sft
from tests.eto_agent.forks import Fork
from tests.eto_agent.trainings import FAST, FAST_DPO, rows

# Repeating and resuming


def train_sft(base: Path, data: Any, out: Path, **more: Any) -> dict[str, Any]:
    return fit_sft(base, data, out, FAST, 7, **more)


def train_dpo(base: Path, data: Any, out: Path, **more: Any) -> dict[str, Any]:
    return fit_dpo(base, data, out, FAST_DPO, 7, **more)


def train_lora(base: Path, data: Any, out: Path, **more: Any) -> dict[str, Any]:
    return fit_dpo(base, data, out, replace(FAST_DPO, lora=LoraSettings(r=4)), 7, **more)


TRAININGS: dict[str, Callable[..., dict[str, Any]]] = {"sft": train_sft, "dpo": train_dpo, "lora": train_lora}


@pytest.fixture(scope="module", params=TRAININGS)
def whole(
    request: pytest.FixtureRequest,
    base: Path,
    examples: list[Encoded],
    pairs: list[Pair],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Callable[..., dict[str, Any]], Any, Path, dict[str, Any]]:
    """An uninterrupted training: how, on what, where, and what it returned."""
    run, data = TRAININGS[request.param], examples if request.param == "sft" else pairs
    out = tmp_path_factory.mktemp(request.param) / "model"
    return run, data, out, run(base, data, out)


def assert_same(ours: Path, theirs: Path) -> None:
    assert sorted(each.name for each in ours.parent.iterdir()) == ["metrics.jsonl", "model"]  # nothing is left over
    assert file_hash(ours.parent) == file_hash(theirs.parent)


class Stop(Exception):
    pass


def test_the_same_again_and_from_any_step(base: Path, whole: Any, tmp_path: Path) -> None:
    """The same bytes: run again, and stopped after every single step on the way."""
    run, data, out, facts = whole
    again = tmp_path / "again" / "model"
    assert run(base, data, again) == facts
    assert_same(again, out)

    stopped = tmp_path / "stopped" / "model"
    calls: list[int] = []

    def stop(step: int, steps: int, row: Any) -> None:
        if step not in calls:
            calls.append(step)
            raise Stop

    for _ in range(facts["steps"]):
        with pytest.raises(Stop):
            run(base, data, stopped, on_step=stop)
        assert not stopped.exists()
    assert run(base, data, stopped, on_step=stop) == facts
    assert calls == list(range(1, facts["steps"] + 1))
    assert_same(stopped, out)


def die_training(base: Path, data: list[Encoded], out: Path, fatal_step: int, fatal_save: int) -> None:
    """Trains, and kills its own process in a step or in the middle of a file."""
    torch.set_num_threads(1)
    original, saved = torch.save, [0]

    def save(*args: Any, **kwargs: Any) -> None:
        saved[0] += 1
        if saved[0] == fatal_save:
            Path(args[1]).write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        original(*args, **kwargs)

    def step(number: int, *_: Any) -> None:
        if number == fatal_step:
            os.kill(os.getpid(), signal.SIGKILL)

    torch.save = save
    train_sft(base, data, out, on_step=step)


@pytest.mark.parametrize(("fatal_step", "fatal_save"), [(5, 0), (0, 5)], ids=["in a step", "in a checkpoint"])
def test_killed_and_called_again(
    base: Path, examples: list[Encoded], tmp_path: Path, fatal_step: int, fatal_save: int
) -> None:
    """kill -9 in the second epoch, or while the second checkpoint is half written: the same bytes in the end."""
    out = tmp_path / "killed" / "model"
    ended = Fork(die_training, base, examples, out, fatal_step, fatal_save).end()
    assert ended.code == -signal.SIGKILL, ended.err
    assert ended.out == ""
    checkpoints = sorted(each.name for each in (out.parent / "model.checkpoints").glob("checkpoint-*"))
    assert checkpoints == ["checkpoint-2", "checkpoint-4"]
    assert not out.exists()

    resumed: list[int] = []
    train_sft(base, examples, out, on_step=lambda step, *_: resumed.append(step))
    assert resumed[0] == (5 if fatal_step else 3)
    whole = tmp_path / "whole" / "model"
    train_sft(base, examples, whole)
    assert_same(out, whole)


def test_stopped_between_the_last_step_and_the_model(
    base: Path, whole: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All steps are done and in a checkpoint, but the folder is not written: nothing is trained again."""
    from eto_agent.training import trl_trainers

    def stop(*_: Any, **__: Any) -> None:
        raise Stop

    run, data, out, facts = whole
    with monkeypatch.context() as patch:
        patch.setattr(trl_trainers, "save_whole", stop)
        with pytest.raises(Stop):
            run(base, data, tmp_path / "late" / "model")
    steps: list[int] = []
    assert run(base, data, tmp_path / "late" / "model", on_step=lambda step, *_: steps.append(step)) == facts
    assert steps == []
    assert_same(tmp_path / "late" / "model", out)


def test_a_finished_training_is_not_run_again(base: Path, whole: Any, capfd: pytest.CaptureFixture[str]) -> None:
    run, data, out, facts = whole
    before = file_hash(out.parent)
    assert run(base, data, out, on_step=lambda *_: pytest.fail("it ran")) == facts
    assert file_hash(out.parent) == before
    with pytest.raises(TrainingError, match="is of another training"):
        run(base, data[:-1], out)
    assert capfd.readouterr() == ("", "")


def test_checkpoints_of_another_training_are_refused(base: Path, examples: list[Encoded], tmp_path: Path) -> None:
    def stop(*_: Any) -> None:
        raise Stop

    with pytest.raises(Stop):
        train_sft(base, examples, tmp_path / "model", on_step=stop)
    with pytest.raises(TrainingError, match=r"model\.checkpoints.* is of another training"):
        fit_sft(base, examples, tmp_path / "model", FAST, 8)


def test_metrics_and_facts(base: Path, whole: Any, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run, data, out, facts = whole
    table = rows(out.parent)
    assert [row["step"] for row in table] == list(range(1, facts["steps"] + 1))
    assert table[-1]["epoch"] == 2.0
    last = [row["loss"] for row in table[len(table) // 2 :]]
    assert facts["loss"] == pytest.approx(sum(last) / len(last))
    assert json.loads((out / "training.json").read_text()).items() >= facts.items()
    names = {"step", "epoch", "loss", "learning_rate", "grad_norm", "entropy", "token_accuracy"}
    shifts = {"accuracy", "margin", "chosen_shift", "rejected_shift", "chosen_log_prob", "rejected_log_prob"}
    assert set(table[0]) == (names if run is train_sft else names | shifts)
    assert not {"optimizer.pt", "training_args.bin"} & {each.name for each in out.iterdir()}
    assert not list(out.glob("adapter*"))
    run(base, data, tmp_path / "model")
    assert capfd.readouterr() == ("", "")
