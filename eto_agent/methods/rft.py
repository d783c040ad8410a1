"""RFT: rejection sampling fine-tuning (paper, section 4.1; Yuan et al., arXiv 2308.01825).

Flow
    policy = SFT agent
    repeat I times:
        sample     the policy acts several times on every training task
        collect    keep episodes of at least the threshold's reward that take other actions than the expert and than
                   what was kept before
        train      SFT of the base model on the experts and all that was kept so far

Reads   `expert/trajectories.jsonl`, `sft/model`, the base model
Writes  `rft-I/explore/trajectories.jsonl`, `rft-I/collect/trajectories.jsonl`, `rft-I/sft/model` and `metrics.jsonl`

Differences from the paper: none known; it says neither how many samples it takes nor at which temperature.

Metrics: those of SFT. The stage `collect` counts `sampled`, `broken` (died of an error), `successful`, `duplicates`
and `kept`.

Example
    eto-agent rft --config configs/locked_door.yaml --rft.samples 8
"""

from __future__ import annotations

from pathlib import Path

from eto_agent.console import say
from eto_agent.data.selection import harvest
from eto_agent.session import Session
from eto_agent.stages.imitation import base_model, train_sft
from eto_agent.stages.sampling import sample
from eto_envs.trajectory import read_trajectories, write_trajectories

__all__ = ["collect", "rft", "rft_name"]


def rft(session: Session, imitator: Path) -> list[Path]:
    """Runs all iterations; returns the model of each."""
    config = session.config.rft
    experts = session.folder.output("expert", "trajectories.jsonl", "expert")
    models: list[Path] = []
    policy, name = imitator, "sft"
    files = {"experts": experts}
    for iteration in range(1, config.iterations + 1):
        sampled = sample(
            session,
            f"rft-{iteration}/explore",
            policy,
            name,
            samples=config.samples,
            temperature=config.temperature,
            round_=iteration,
        )
        files[f"kept-{iteration}"] = collect(session, iteration, sampled, files)
        policy = train_sft(session, f"rft-{iteration}/sft", base_model(session), files, session.config.seed)
        name = rft_name(iteration)
        models.append(policy)
    return models


def rft_name(iteration: int) -> str:
    """What the agent of an iteration is called: `rft`, `rft-2`, ..."""
    return "rft" if iteration == 1 else f"rft-{iteration}"


def collect(session: Session, iteration: int, sampled: Path, known: dict[str, Path]) -> Path:
    """Keeps what is good and new; returns its file.

    Args:
        session: the run.
        iteration: of the method, from 1.
        sampled: the file of episodes.
        known: what they are -> files of trajectories that are learned from anyway.
    """
    config = session.config.rft
    stage = session.folder.stage(
        f"rft-{iteration}/collect",
        {"sampled": sampled, **known, "threshold": config.threshold, "protocol": config.protocol},
    )
    if not stage.done:
        before = [each for file in known.values() for each in read_trajectories(file, strict=True)]
        found = harvest(
            read_trajectories(sampled, strict=True), before, threshold=config.threshold, protocol=config.protocol
        )
        write_trajectories(stage.path("trajectories.jsonl"), found.kept)
        stage.finish(["trajectories.jsonl"], **found.facts())
        say(f"RFT {iteration}: {found.good} of {found.sampled} episodes are good, {len(found.kept)} of them new")
    return stage.path("trajectories.jsonl")
