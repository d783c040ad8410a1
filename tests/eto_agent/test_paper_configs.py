"""The configurations of the paper hold the paper's numbers, and can be launched as their heads say."""

from __future__ import annotations

import re
from pathlib import Path

import gymnasium
import pytest
import yaml

import eto_envs  # noqa: F401  # registers the ids
from eto_agent.methods.catalogue import load_config

FOLDER = Path(__file__).parents[2] / "benchmarks" / "methods" / "paper"
MODELS = {"llama2_7b": "Llama-2-7b-chat", "llama2_13b": "Llama-2-13b-chat", "mistral_7b": "Mistral-7B"}
WORLDS = {  # section 4.1: id, beta of DPO, iterations; evaluation splits
    "webshop": ("eto/WebShop-v0", 0.1, 2, ("test",)),
    "scienceworld": ("eto/ScienceWorld-v0", 0.1, 2, ("seen", "unseen")),
    "alfworld": ("eto/ALFWorld-v0", 0.5, 1, ("seen", "unseen")),
}


def test_every_model_on_every_world() -> None:
    assert {each.stem for each in FOLDER.glob("*.yaml")} == {"fsdp", *(f"{m}_{w}" for m in MODELS for w in WORLDS)}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("world", WORLDS)
def test_the_numbers_are_the_papers(model: str, world: str) -> None:
    file = FOLDER / f"{model}_{world}.yaml"
    config = load_config(file)
    env_id, beta, iterations, splits = WORLDS[world]
    assert (config.env.id, config.eto.dpo.beta, config.eto.iterations) == (env_id, beta, iterations)
    assert config.evaluate.splits == splits
    assert MODELS[model] in config.model.name
    sft, dpo = config.sft, config.eto.dpo
    assert (sft.batch_size, sft.learning_rate, sft.epochs, sft.scheduler, sft.warmup) == (64, 1e-5, 3, "cosine", 0.03)
    assert (dpo.batch_size, dpo.learning_rate, dpo.epochs) == (32, 1e-6, 3)
    assert (dpo.scheduler, dpo.warmup, dpo.sft_weight) == ("constant_with_warmup", 0.1, 0.0)
    assert sft.max_length == dpo.max_length == 4096
    assert (sft.lora.r, dpo.lora.r) == (0, 0)
    assert (config.generation.temperature, config.generation.max_new_tokens) == (0.0, 512)
    assert (config.chat.example, config.chat.instruction) == (True, None)
    assert (config.eto.protocol, config.evaluate.protocol, config.eto.trim_rejected) == ("paper", "paper", None)
    assert config.env.train_per_type is config.evaluate.per_type is None
    known = gymnasium.spec(env_id)
    assert known.entry_point is not None


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*_*.yaml")), ids=lambda file: file.stem)
def test_the_head_says_how_it_is_launched_and_that_it_was_not(file: Path) -> None:
    text = file.read_text()
    launched = re.search(r"^#   accelerate launch --config_file (\S+) -m eto_agent run --config (\S+)$", text, re.M)
    assert launched is not None
    root = FOLDER.parents[2]
    assert (root / launched[1], root / launched[2]) == (FOLDER / "fsdp.yaml", file)
    assert "# Not run by us" in text


def test_the_processes_divide_the_batches() -> None:
    processes = yaml.safe_load((FOLDER / "fsdp.yaml").read_text())["num_processes"]
    for file in FOLDER.glob("*_*.yaml"):
        config = load_config(file)
        for settings in (config.sft, config.eto.dpo):
            assert settings.batch_size % (settings.gradient_accumulation * processes) == 0
