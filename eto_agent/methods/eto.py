"""ETO: exploration-based trajectory optimisation (paper, section 3.2 and algorithm 1).

Flow
    policy = SFT agent
    repeat I times:
        explore    the policy acts once on every training task
        pair       expert and explored trajectory of a task: higher reward = chosen, ties discarded
        train      DPO on whole trajectories (equation 11); the reference is the policy of this iteration's start

Reads   `expert/trajectories.jsonl`, `sft/model`
Writes  `eto-I/explore/trajectories.jsonl`, `eto-I/pairs/pairs.jsonl` and `audit.json`, `eto-I/dpo/model` and
        `metrics.jsonl`

Differences from the paper: none by default. `trim_rejected=5` is an option of the released code.
Log-probabilities are summed over the agent's tokens of the whole trajectory; observations are context only.

Metrics: loss, accuracy of the implicit reward, its margin, and the shifts of chosen and rejected log-probabilities from
the reference. Watch both shifts: the rejected side can run away long before rewards move.

Example
    eto-agent run --config configs/demo.yaml --eto.iterations 2
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

from eto_agent.chat import ChatEncoder
from eto_agent.console import say
from eto_agent.lab import Lab
from eto_agent.models import load_tokenizer
from eto_agent.pairs import build_pairs
from eto_agent.runs import StageError, write_text
from eto_agent.trainers import Pair, fit_dpo
from eto_envs.trajectory import read_trajectories, write_trajectories

__all__ = ["dpo", "eto", "explore", "pairs", "policy_before"]


def eto(lab: Lab, sft_model: Path) -> list[Path]:
    """Runs all iterations; returns the model of each."""
    models: list[Path] = []
    policy = sft_model
    for iteration in range(1, lab.config.eto.iterations + 1):
        explore(lab, policy, iteration)
        pairs(lab, iteration)
        policy = dpo(lab, policy, iteration)
        models.append(policy)
    return models


def policy_before(lab: Lab, iteration: int) -> Path:
    """The model that an iteration starts from: the SFT agent, or what the iteration before made of it.

    Raises:
        StageError: it has not been trained yet, or the iteration is below 1.
    """
    if iteration < 1:
        raise StageError(f"Unknown iteration {iteration}; iterations count from 1.")
    if iteration == 1:
        return lab.run.output("sft", "model", "sft")
    return lab.run.output(f"eto-{iteration - 1}/dpo", "model", f"dpo --iteration {iteration - 1}")


def explore(lab: Lab, policy: Path, iteration: int) -> Path:
    """Lets the policy act once on every training task; returns the trajectories' file."""
    stage = lab.run.stage(
        f"eto-{iteration}/explore",
        {
            "policy": policy,
            "tasks": lab.train_tasks.hash,
            "generation": lab.config.generation,
            "chat": lab.config.chat,
            "settings": lab.config.env.settings,
            "seed": lab.config.seed,
        },
    )
    if not stage.done:
        acting = lab.policy(policy, f"eto-{iteration - 1}" if iteration > 1 else "sft")
        lab.explore(f"explore {iteration}", lab.train_tasks, acting, stage.path("trajectories.jsonl"))
        stage.finish(["trajectories.jsonl"])
    return stage.path("trajectories.jsonl")


def pairs(lab: Lab, iteration: int) -> Path:
    """Builds the preference pairs of an iteration; returns the file of chosen trajectories."""
    explored = lab.run.output(f"eto-{iteration}/explore", "trajectories.jsonl", "explore")
    experts = lab.run.output("expert", "trajectories.jsonl", "expert")
    config = lab.config.eto
    stage = lab.run.stage(
        f"eto-{iteration}/pairs",
        {"experts": experts, "explored": explored, "protocol": config.protocol, "trim": config.trim_rejected},
    )
    if not stage.done:
        built, audit = build_pairs(
            lab.experts(),
            read_trajectories(explored, strict=True),
            protocol=config.protocol,
            trim_rejected=config.trim_rejected,
        )
        write_trajectories(stage.path("chosen.jsonl"), [pair.chosen for pair in built])
        write_trajectories(stage.path("rejected.jsonl"), [pair.rejected for pair in built])
        write_text(stage.path("audit.json"), json.dumps(asdict(audit), indent=1))
        stage.finish(["chosen.jsonl", "rejected.jsonl", "audit.json"], **asdict(audit))
        say(f"Pairs {iteration}: agent won {audit.win}, tied {audit.tie}, lost {audit.lose}, dropped {audit.dropped}")
    return stage.path("chosen.jsonl")


def dpo(lab: Lab, policy: Path, iteration: int) -> Path:
    """Trains the policy on the pairs of an iteration; returns the folder of the trained model."""
    chosen = lab.run.output(f"eto-{iteration}/pairs", "chosen.jsonl", "pairs")
    rejected = lab.run.output(f"eto-{iteration}/pairs", "rejected.jsonl", "pairs")
    stage = lab.run.stage(
        f"eto-{iteration}/dpo",
        {
            "policy": policy,
            "chosen": chosen,
            "rejected": rejected,
            "settings": lab.config.eto.dpo,
            "chat": lab.config.chat,
            "seed": lab.config.seed,
        },
    )
    if not stage.done:
        encoder = ChatEncoder(load_tokenizer(policy))
        both = zip(read_trajectories(chosen, strict=True), read_trajectories(rejected, strict=True), strict=True)
        encoded = [
            Pair(encoder.encode(lab.messages(better)), encoder.encode(lab.messages(worse))) for better, worse in both
        ]
        say(f"DPO {iteration} on {len(encoded)} pairs")
        if encoded:
            facts = fit_dpo(policy, encoded, stage.path("model"), lab.config.eto.dpo, lab.config.seed + iteration)
        else:
            facts = _unchanged(policy, stage.path("model"))
        stage.finish(["model"], **facts)
    return stage.path("model")


def _unchanged(policy: Path, model: Path) -> dict[str, int]:
    """Every pair was a tie: nothing to learn from, the policy stays as it is."""
    partial = model.with_name(model.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(policy, partial)
    partial.replace(model)
    return {"pairs": 0}
