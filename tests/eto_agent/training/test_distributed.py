"""Two processes on CPU train what one trains."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eto_agent.chat.encoder import Encoded
from eto_agent.methods.catalogue import load_config
from eto_agent.models import load
from eto_agent.session import Session
from eto_agent.training.fit import DpoSettings, LoraSettings, Pair, TrainingError, TrainSettings, fit_dpo, fit_sft
from eto_agent.training.sampler import LengthGroupedSampler
from tests.eto_agent.trainings import FAST, FAST_DPO, rows

ROOT = Path(__file__).parents[3]


def launch(*command: str, processes: int = 2, kind: str = "--multi_gpu") -> subprocess.CompletedProcess[str]:
    """`accelerate launch`; its `--cpu` would start a single process, `--multi_gpu` starts them without a GPU too."""
    launcher = [sys.executable, "-m", "accelerate.commands.launch", kind, "--num_processes", str(processes)]
    launcher += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run([*launcher, *command], capture_output=True, text=True, check=False, env=environment)


SCRIPT = """
import pickle, sys, torch
from pathlib import Path
from eto_agent.training.distributed import processes
from eto_agent.training.fit import fit_dpo, fit_sft

if __name__ == "__main__":
    torch.set_num_threads(1)
    base, data, folder = sys.argv[1:]
    assert processes() == 2
    for name, (kind, examples, settings) in pickle.loads(Path(data).read_bytes()).items():
        fit = fit_sft if kind == "sft" else fit_dpo
        facts = fit(base, examples, Path(folder) / name / "model", settings, 7)
        assert fit(base, examples, Path(folder) / name / "model", settings, 7) == facts
"""


def same(one: Path, two: Path, names: Sequence[str], beside: Sequence[str] = ()) -> None:
    ours, theirs = rows(one), rows(two)
    assert [row["step"] for row in ours] == [row["step"] for row in theirs]
    for name in names:
        assert [row[name] for row in ours] == pytest.approx([row[name] for row in theirs], abs=1e-4), name
    weights = [load(folder / "model", device="cpu")[0].state_dict() for folder in (one, two)]
    for name, weight in weights[0].items():
        torch.testing.assert_close(weight, weights[1][name], atol=2e-4, rtol=0)
    assert sorted(each.name for each in one.iterdir()) == sorted(["metrics.jsonl", "model", *beside])


@pytest.mark.slow
def test_two_processes_train_what_one_trains(
    base: Path, examples: list[Encoded], pairs: list[Pair], tmp_path: Path
) -> None:
    """Ten examples in batches of four, six pairs in batches of four: the last batch is short, or has one pair only."""
    trainings: dict[str, tuple[str, Any, TrainSettings]] = {
        "sft": ("sft", examples, FAST),
        "sft in parts": ("sft", examples, replace(FAST, gradient_accumulation=2)),
        "dpo": ("dpo", pairs[:5], FAST_DPO),
        "dpo with sft term": ("dpo", pairs, replace(FAST_DPO, sft_weight=0.5, gradient_accumulation=2)),
        "lora": ("dpo", pairs, replace(FAST_DPO, batch_size=6, lora=LoraSettings(r=4))),
    }
    (tmp_path / "data").write_bytes(pickle.dumps(trainings))
    (tmp_path / "script.py").write_text(SCRIPT)
    done = launch(str(tmp_path / "script.py"), str(base), str(tmp_path / "data"), str(tmp_path / "two"))
    assert done.returncode == 0, done.stderr
    for name, (kind, data, settings) in trainings.items():
        if kind == "sft":
            fit_sft(base, data, tmp_path / "one" / name / "model", settings, 7)
        else:
            assert isinstance(settings, DpoSettings)
            fit_dpo(base, data, tmp_path / "one" / name / "model", settings, 7)
        whole = name == "lora"  # no short batch, so TRL's means over pairs hold no blanks
        shifts = ["chosen_shift", "rejected_shift", "margin"] if whole else []
        same(tmp_path / "two" / name, tmp_path / "one" / name, ["loss", "learning_rate", *shifts])


@pytest.mark.slow
def test_a_command_with_two_processes(tmp_path: Path) -> None:
    """`eto-agent sft` under the launcher: one process leads and writes, the other takes part in the training."""
    config = ["--config", str(ROOT / "configs" / "locked_door.yaml"), "--env.train-per-type", "6", "--sft.epochs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "eto_agent"]
    one, two = (["--out", str(tmp_path / name)] for name in ("one", "two"))
    for stage, out in (("expert", one), ("expert", two), ("sft", one)):
        subprocess.run([*command, stage, *config, *out], check=True, capture_output=True, env=environment)
    both = launch("-m", "eto_agent", "sft", *config, *two)
    assert both.returncode == 0, both.stderr
    assert both.stdout.split() == [str(tmp_path / "two" / "sft" / "model")]
    same(tmp_path / "two" / "sft", tmp_path / "one" / "sft", ["loss"], beside=["stage.json"])
    stages = [json.loads((tmp_path / name / "sft" / "stage.json").read_text()) for name in ("one", "two")]
    assert stages[0]["inputs"] == stages[1]["inputs"]
    assert stages[0]["facts"]["examples"] == stages[1]["facts"]["examples"] == 18

    wrong = launch("-m", "eto_agent", "dpo", *config, *two, "--iteration", "3")
    assert wrong.returncode != 0
    assert "run: eto-agent dpo --iteration 2" in wrong.stderr


def test_processes_that_do_not_divide_the_batch(
    base: Path, examples: list[Encoded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(TrainingError, match="3 processes do not divide batch_size=4"):
        fit_sft(base, examples, tmp_path / "model", FAST)


@given(count=st.integers(1, 60), processes=st.integers(2, 4), share=st.integers(1, 3), parts=st.integers(1, 2))
def test_the_batches_of_several_processes_are_those_of_one(count: int, processes: int, share: int, parts: int) -> None:
    size = processes * share * parts
    lengths = [1 + number * 7 % 50 for number in range(count)]
    orders: list[list[int]] = []
    for dealt in ((1, 1), (processes, share)):
        sampler = LengthGroupedSampler(lengths, size, 3, dealt)
        sampler.set_epoch(1)
        orders.append(list(sampler))
        assert len(orders[-1]) == len(sampler)
    alone, together = ([order[i : i + size] for i in range(0, len(order), size)] for order in orders)
    assert [sorted(batch) for batch in alone] == [sorted(i for i in batch if i < count) for batch in together]
    held = [0] * processes  # real examples of the last batch, by process
    for place, example in enumerate(together[-1]):
        held[place // share % processes] += example < count
    assert max(held) - min(held) <= 1


def test_adapters_under_fsdp_are_refused_before_any_work(
    base: Path, examples: list[Encoded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    lora = LoraSettings(r=4)
    with pytest.raises(TrainingError, match=r"^lora\.r=4, but adapters cannot be merged under FSDP"):
        fit_sft(base, examples, tmp_path / "model", replace(FAST, lora=lora))
    config = load_config(ROOT / "configs" / "locked_door.yaml")
    config = replace(config, out=tmp_path / "run", eto=replace(config.eto, dpo=replace(config.eto.dpo, lora=lora)))
    with pytest.raises(TrainingError, match=r"set eto\.dpo\.lora\.r=0"):
        Session(config)
    assert not any(tmp_path.iterdir())
    monkeypatch.delenv("ACCELERATE_USE_FSDP")
    Session(config).__exit__()


@pytest.mark.slow
def test_the_launcher_tells_of_fsdp(tmp_path: Path) -> None:
    config = ["--config", str(ROOT / "configs" / "locked_door.yaml"), "--out", str(tmp_path / "run")]
    refused = launch("-m", "eto_agent", "run", *config, "--eto.dpo.lora.r", "4", kind="--use_fsdp")
    assert refused.returncode != 0
    assert "eto.dpo.lora.r=4, but adapters cannot be merged under FSDP" in refused.stderr
    assert not (tmp_path / "run").exists()
