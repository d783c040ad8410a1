"""SFT: behavioural cloning on expert trajectories (paper, section 3.1, equations 3 to 5).

Flow
    expert trajectories -> conversations -> token ids and the mask of agent tokens -> negative log-likelihood of the
    agent's turns (thought, action and end-of-turn token), nothing else.

Reads   `expert/trajectories.jsonl`, the base model
Writes  `base/model` (scratch models only), `sft/model`, `sft/metrics.jsonl`

Differences from the paper: none in the loss. The paper's experts carry GPT-4's rationales; ours are rule-made.
A trajectory over `max_length` tokens is left out and counted (`too_long`), never cut.

Metrics: loss, learning rate, epoch, by step; tokens and examples in `sft/stage.json`.

Example
    eto-agent sft --config configs/demo.yaml
"""

from __future__ import annotations

from pathlib import Path

from eto_agent.chat import ChatEncoder
from eto_agent.console import say
from eto_agent.lab import Lab
from eto_agent.models import SCRATCH_PREFIX, create_scratch, load_tokenizer
from eto_agent.trainers import fit_sft

__all__ = ["base_model", "sft"]


def base_model(lab: Lab) -> Path | str:
    """The model that training starts from: the one named, or a scratch model made now from the experts' texts."""
    config = lab.config.model
    if not config.name.startswith(SCRATCH_PREFIX):
        return config.name
    experts = lab.run.output("expert", "trajectories.jsonl", "expert")
    stage = lab.run.stage(
        "base", {"model": config, "experts": experts, "chat": lab.config.chat, "seed": lab.config.seed}
    )
    if not stage.done:
        texts = [message["content"] for each in lab.experts() for message in lab.messages(each)]
        create_scratch(
            config.name.removeprefix(SCRATCH_PREFIX),
            texts,
            stage.path("model"),
            seed=lab.config.seed,
            vocab_size=config.vocab_size,
            tokenizer=config.tokenizer,
        )
        stage.finish(["model"])
    return stage.path("model")


def sft(lab: Lab) -> Path:
    """Trains the base model on the experts; returns the folder of the trained model."""
    base = base_model(lab)
    experts = lab.run.output("expert", "trajectories.jsonl", "expert")
    stage = lab.run.stage(
        "sft",
        {
            "base": base,
            "experts": experts,
            "settings": lab.config.sft,
            "chat": lab.config.chat,
            "seed": lab.config.seed,
        },
    )
    if not stage.done:
        encoder = ChatEncoder(load_tokenizer(base))
        examples = [encoder.encode(lab.messages(trajectory)) for trajectory in lab.experts()]
        say(f"SFT on {len(examples)} expert trajectories")
        facts = fit_sft(base, examples, stage.path("model"), lab.config.sft, lab.config.seed)
        stage.finish(["model"], **facts)
    return stage.path("model")
