"""Reading a run's configuration, and the flags beside it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml

from eto_agent.cli import main
from eto_agent.methods.catalogue import RunConfig, load_config
from eto_agent.run_folder import RunFolder
from eto_envs.errors import EtoEnvError

CONFIGS = Path(__file__).parents[3] / "configs"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    assert load_config(written(tmp_path, "")) == RunConfig()


def test_values_take_the_types_of_their_fields(tmp_path: Path) -> None:
    text = """
    out: somewhere
    env: {types: [find-plant], settings: {simplification: easy}, train_per_type: 3}
    sft: {learning_rate: 1, lora: {r: 8, targets: [q_proj]}}
    eto: {dpo: {beta: 0.5}}
    """
    config = load_config(written(tmp_path, text))
    assert config.out == Path("somewhere")
    assert config.env.types == ("find-plant",)
    assert config.env.settings == {"simplification": "easy"}
    assert (config.sft.learning_rate, config.sft.lora.r, config.sft.lora.targets) == (1.0, 8, ("q_proj",))
    assert (config.eto.dpo.beta, config.eto.dpo.batch_size) == (0.5, 32)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_configuration_of_the_repository_can_be_read(path: Path) -> None:
    assert load_config(path) != RunConfig()


def test_a_run_folder_s_own_configuration_is_the_same_again(tmp_path: Path) -> None:
    config = dataclasses.replace(load_config(CONFIGS / "demo.yaml"), out=tmp_path / "run")
    RunFolder(tmp_path / "run", config).close()
    assert load_config(tmp_path / "run" / "config.yaml") == config


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sed: 3", ["'sed'", "seed"]),
        ("env: {type: [find-plant]}", ["'env.type'", "env.types"]),
        ("eto: {dpo: {betta: 1}}", ["'eto.dpo.betta'", "eto.dpo.beta"]),
        ("seed: many", ["seed", "'many'", "integer"]),
        ("env: {types: find-plant}", ["env.types", "'find-plant'"]),
        ("evaluate: {protocol: lenient}", ["evaluate.protocol", "'lenient'", "'paper'", "'strict'"]),
        ("env: 3", ["env", "3"]),
        ("- a", ["list", "seed"]),
        ("a: [", ["not YAML"]),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(EtoEnvError) as caught:
        load_config(written(tmp_path, text))
    message = str(caught.value)
    assert "\n" not in message
    assert all(part in message for part in told), message


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(EtoEnvError, match="No configuration at"):
        load_config(tmp_path / "nothing.yaml")


def test_help_names_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    config = yaml.safe_load(yaml.safe_dump(_plain(dataclasses.asdict(RunConfig()))))
    for key in _flat(config):
        assert f"--{key.replace('_', '-')}" in shown, key


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value


def _flat(tree: dict[str, object], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for key, value in tree.items():
        keys += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) and value else [f"{prefix}{key}"]
    return keys
