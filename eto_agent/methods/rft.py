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

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eto_agent.config.checks import check_samples
from eto_agent.config.schema import BaseConfig
from eto_agent.console import say
from eto_agent.data.selection import harvest
from eto_agent.fields import NotNegative, Positive
from eto_agent.methods.method import Method, Product, iterated
from eto_agent.session import Session
from eto_agent.stages.imitation import base_model, sft_model, train_sft
from eto_agent.stages.sampling import sample
from eto_envs.trajectory import read_trajectories, write_trajectories

__all__ = ["RFT", "RftConfig"]


@dataclass(frozen=True)
class RftConfig:
    """Rejection sampling fine-tuning."""

    samples: Positive[int] = 4
    """Episodes for each training task."""
    temperature: NotNegative[float] = 1.0
    """Sampling temperature; 0 only with one sample."""
    threshold: float = 1.0
    """Episodes of at least this reward are learned from."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which score the threshold is for."""
    iterations: Positive[int] = 1
    """Iterations of sample, collect, train; each samples with the newest model."""


def run(session: Session, config: RftConfig) -> Iterator[tuple[str, Path]]:
    """All iterations."""
    model, name = sft_model(session), "sft"
    files = {"experts": session.experts_file}
    for product in products(config):
        number = product.iteration
        sampled = sample(
            session,
            f"rft-{number}/explore",
            model,
            name,
            samples=config.samples,
            temperature=config.temperature,
            round_=number,
        )
        files[f"kept-{number}"] = collect(session, config, number, sampled, files)
        model = train_sft(session, f"rft-{number}/sft", base_model(session), files, session.config.seed)
        name = product.name
        yield name, model


def collect(session: Session, config: RftConfig, iteration: int, sampled: Path, known: dict[str, Path]) -> Path:
    """Keeps what is good and new; returns its file.

    Args:
        session: the run.
        config: the settings.
        iteration: of the method, from 1.
        sampled: the file of episodes.
        known: what they are -> files of trajectories that are learned from anyway.
    """
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


def check(config: RftConfig, _: BaseConfig) -> None:
    """Refuses samples that would all be equal."""
    check_samples(config.samples, config.temperature)


def products(config: RftConfig) -> list[Product]:
    """`rft`, `rft-2`, ..."""
    return iterated("rft", config.iterations, ("explore", "collect", "sft"), bare_first=True)


RFT = Method(
    name="rft",
    help="RFT after SFT: learn from the agent's own successes.",
    settings=RftConfig,
    run=run,
    products=products,
    check=check,
)
