"""Presets of a configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from eto_agent.cli import main
from eto_agent.methods.catalogue import load_config
from eto_envs.errors import EtoEnvError

FILE = """
env: {id: eto/LockedDoor-v0, num_envs: 4, settings: {max_steps: 9, simplification: none}}
sft: {epochs: 7, batch_size: 5}
presets:
  gpu: {model: {name: "scratch:small"}, sft: {epochs: 1}}
  other: {env: {settings: {max_steps: 3}}, sft: {epochs: 2}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(FILE)
    return path


def test_a_preset_changes_what_it_names_and_nothing_else(file: Path) -> None:
    plain, gpu = load_config(file), load_config(file, ["gpu"])
    assert (plain.sft.epochs, plain.sft.batch_size, plain.model.name) == (7, 5, "scratch:demo")
    assert (gpu.sft.epochs, gpu.sft.batch_size, gpu.model.name) == (1, 5, "scratch:small")
    assert gpu.env == plain.env


def test_later_presets_win_and_settings_of_a_world_are_replaced_whole(file: Path) -> None:
    both = load_config(file, ["gpu", "other"])
    assert (both.sft.epochs, both.model.name, both.env.num_envs) == (2, "scratch:small", 4)
    assert both.env.settings == {"max_steps": 3}


@pytest.mark.parametrize(
    ("presets", "told"),
    [
        ("presets: {gpu: {sft: {epochs: 1}}}", "Unknown preset 'gpuu'"),
        ("sft: {epochs: 1}", "Unknown preset 'gpuu'"),
        ("presets: [gpu]", "names with keys"),
        ("presets: {gpuu: 3}", "names with keys"),
        ("presets: {gpuu: {sft: {epochz: 1}}}", "sft.epochz"),
    ],
)
def test_what_is_wrong_is_told(presets: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(presets)
    with pytest.raises(EtoEnvError, match=told):
        load_config(path, ["gpuu"])


def test_the_command_takes_presets(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sft", "--config", str(file), "--preset", "nothing"]) == 2
    assert "Unknown preset 'nothing'" in capsys.readouterr().err
    assert main(["sft", "--preset", "gpu"]) == 2
    assert "--preset gpu needs the file" in capsys.readouterr().err
    env = ["--env.settings", "max_steps=9", "--env.train-per-type", "1", "--env.num-workers", "1"]
    arguments = ["--config", str(file), "--preset", "other", "--out", str(tmp_path / "run"), *env]
    assert main(["expert", *arguments, "--expert.min-reward", "0"]) == 0
    assert "epochs: 2" in (tmp_path / "run" / "config.yaml").read_text()
