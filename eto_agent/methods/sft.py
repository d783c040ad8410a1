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

from eto_agent.session import Session
from eto_agent.stages.imitation import base_model, train_sft

__all__ = ["sft"]


def sft(session: Session) -> Path:
    """Trains the base model on the experts; returns the folder of the trained model."""
    experts = session.experts_file
    return train_sft(session, "sft", base_model(session), {"experts": experts}, session.config.seed)
