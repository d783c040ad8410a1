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

from eto_agent.lab import Lab
from eto_agent.models import SCRATCH_PREFIX
from eto_agent.stages import first_model, imitate

__all__ = ["base_model", "sft"]


def base_model(lab: Lab) -> Path | str:
    """The model that training starts from: the one named, or a scratch model made now from the experts' texts."""
    name = lab.config.model.name
    if not name.startswith(SCRATCH_PREFIX):
        return name
    return first_model(lab, "base", lab.run.output("expert", "trajectories.jsonl", "expert"))


def sft(lab: Lab) -> Path:
    """Trains the base model on the experts; returns the folder of the trained model."""
    experts = lab.run.output("expert", "trajectories.jsonl", "expert")
    return imitate(lab, "sft", base_model(lab), {"experts": experts}, lab.config.seed)
