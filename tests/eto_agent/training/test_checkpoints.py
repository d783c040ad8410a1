"""What a training leaves on disk: weights as safetensors only, and nothing half written where the disk is full."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from eto_agent.chat.encoder import Encoded
from eto_agent.models import load
from eto_agent.run_folder import file_hash
from eto_agent.training.fit import LoraSettings, Pair, fit_dpo, fit_sft
from tests.eto_agent.trainings import FAST, FAST_DPO

ROOT = Path(__file__).parents[3]


class Stop(Exception):
    pass


@pytest.mark.parametrize("r", [0, 4], ids=["all weights", "adapters"])
def test_weights_are_safetensors(base: Path, examples: list[Encoded], tmp_path: Path, r: int) -> None:
    """A checkpoint also holds the trainer's own state (optimiser, schedule, random generators) in torch's format."""

    def stop(step: int, *_: object) -> None:
        if step == 3:
            raise Stop

    settings = replace(FAST, lora=LoraSettings(r=r))
    with pytest.raises(Stop):
        fit_sft(base, examples, tmp_path / "model", settings, on_step=stop)
    [checkpoint] = (tmp_path / "model.checkpoints").glob("checkpoint-*")
    weights = {"adapter_model.safetensors"} if r else {"model.safetensors"}
    state = {"optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin"}
    found = {each.name for each in checkpoint.iterdir()}
    assert {name for name in found if name.endswith(".safetensors")} == weights
    assert {name for name in found if Path(name).suffix in (".pt", ".pth", ".bin", ".pkl")} == state
    fit_sft(base, examples, tmp_path / "model", settings)
    written = {each.name for each in (tmp_path / "model").iterdir()}
    assert "model.safetensors" in written
    assert not [name for name in written if Path(name).suffix in (".pt", ".pth", ".bin", ".pkl")]


def test_adapters_change_the_linear_layers_only(base: Path, examples: list[Encoded], tmp_path: Path) -> None:
    fit_sft(base, examples, tmp_path / "model", replace(FAST, lora=LoraSettings(r=4)))
    before, after = (load(folder, device="cpu")[0].state_dict() for folder in (base, tmp_path / "model"))
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {name for name in before if "_proj" in name}


def test_the_reference_of_adapters_is_the_model_without_them(base: Path, pairs: list[Pair], tmp_path: Path) -> None:
    """Before the first step policy and reference agree, whatever the adapters are."""
    rows: list[float] = []
    settings = replace(FAST_DPO, lora=LoraSettings(r=4), epochs=1, batch_size=6)
    fit_dpo(base, pairs, tmp_path / "model", settings, on_step=lambda *told: rows.append(told[2]["loss"]))
    assert rows[0] == pytest.approx(0.693147, abs=1e-5)


FULL_DISK = """
import pickle, resource, sys
from pathlib import Path
import torch
from eto_agent.training.fit import fit_sft
from tests.eto_agent.trainings import FAST

torch.set_num_threads(1)
examples = pickle.loads(Path(sys.argv[2]).read_bytes())
largest = 2 * (Path(sys.argv[1]) / "model.safetensors").stat().st_size  # the optimiser's state is larger than that

def step(number, *_):
    if number == 3:  # checkpoint 2 is written, checkpoint 4 will not fit
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest * 0.9), int(largest * 0.9)))

fit_sft(sys.argv[1], examples, sys.argv[3], FAST, 7, on_step=step)
"""


def test_a_full_disk_stops_a_training_that_goes_on_later(base: Path, examples: list[Encoded], tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(pickle.dumps(examples))
    out = tmp_path / "full" / "model"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", FULL_DISK, str(base), str(tmp_path / "data"), str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert not out.exists()
    resumed: list[int] = []
    fit_sft(base, examples, out, FAST, 7, on_step=lambda step, *_: resumed.append(step))
    assert resumed[0] == 3
    fit_sft(base, examples, tmp_path / "whole" / "model", FAST, 7)
    assert file_hash(out.parent) == file_hash(tmp_path / "whole")
