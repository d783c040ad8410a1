"""Self-play: learning from one's own episodes, without any expert trajectory (paper, section 4.5 and table 5).

Flow
    explore    the base model acts several times on every training task, at temperature 1
    rft        good episodes, no two alike -> SFT of the base model
    eto        pairs between episodes of one task -> DPO of the base model
    rft+eto    the agent of `rft` explores -> pairs between its episodes -> DPO of that agent
    Contrast repeats I times; from the second time on, its newest model explores.

Pairs: the best episode of a task (highest reward, among equals the fewest actions) against its worst ones, at most
`max_pairs` of them; equal rewards make no pair.

Reads   nothing but the base model
Writes  `self-play/explore/trajectories.jsonl`, `self-play/base/model` (scratch models only),
        `self-play/VARIANT/` with `collect`, `sft`, and for each iteration `I/explore`, `I/pairs`, `I/dpo`

Differences from the paper: it does not say how many samples it takes, nor which pairs it forms. With `first=random` the
first episodes are those of a random choice among admissible actions, replies without thoughts: a model from scratch
cannot act, and there is no expert to learn it from. The report of such a run compares with the random policy.

Metrics: those of SFT and of DPO. `collect` counts `sampled`, `broken`, `successful`, `duplicates`, `kept`; `pairs`
counts `tasks`, `alike` (tasks whose rewards are all equal), `broken` and `pairs`.

Example
    eto-agent self-play --config configs/locked_door.yaml --self-play.first random
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from eto_agent.config.checks import SettingError, check_samples
from eto_agent.config.schema import BaseConfig
from eto_agent.console import say
from eto_agent.data.selection import best_against_worse, harvest
from eto_agent.fields import NotNegative, Positive
from eto_agent.methods.method import Method, Product
from eto_agent.models import SCRATCH_PREFIX
from eto_agent.run_folder import Stage, StageError
from eto_agent.session import Session
from eto_agent.stages.imitation import first_model, train_sft
from eto_agent.stages.preferences import train_dpo
from eto_agent.stages.sampling import sample
from eto_agent.training.job import DpoSettings
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

__all__ = ["SELF_PLAY", "SelfPlayConfig"]

Variant = Literal["rft", "eto", "rft+eto"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)


@dataclass(frozen=True)
class SelfPlayConfig:
    """Self-play: learning without expert trajectories."""

    variants: tuple[Variant, ...] = VARIANTS
    """What to learn by: fine-tuning on good episodes, contrast between episodes, or one after the other."""
    first: Literal["base", "random"] = "base"
    """Who explores first: the base model, or a random choice of admissible actions (a scratch model cannot act)."""
    samples: Positive[int] = 4
    """Episodes for each training task and exploration."""
    temperature: NotNegative[float] = 1.0
    """Sampling temperature of the models."""
    threshold: float = 1.0
    """Episodes of at least this reward are good."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which score decides."""
    max_pairs: Positive[int] = 3
    """At most this many pairs for each task: its best episode against the worst ones."""
    iterations: Positive[int] = 1
    """Iterations of contrast; from the second on, the newest model explores."""
    dpo: DpoSettings = field(default_factory=DpoSettings)
    """Contrastive training."""


def run(session: Session, config: SelfPlayConfig) -> Iterator[tuple[str, Path]]:
    """All variants.

    Raises:
        StageError: no episode is good enough.
    """
    first = None if config.first == "random" else session.config.model.name
    explored = _explore(session, config, "self-play/explore", first, 0)
    base = first_model(session, "self-play/base", explored)
    for variant in config.variants:
        if variant == "eto":
            yield from _contrast(session, config, variant, base, explored)
            continue
        collected = _collect(session, config, explored)
        imitator = train_sft(session, "self-play/rft/sft", base, {"collected": collected}, session.config.seed)
        if variant == "rft":
            yield _name(variant), imitator
        else:
            yield from _contrast(session, config, variant, imitator, None)


def _name(variant: str, iteration: int = 1) -> str:
    """What the agent of a variant is called: `self-play-rft`, `self-play-eto`, `self-play-eto-2`, ..."""
    return f"self-play-{variant}" if iteration == 1 else f"self-play-{variant}-{iteration}"


def _explore(session: Session, config: SelfPlayConfig, stage_name: str, model: Path | str | None, round_: int) -> Path:
    name = "random" if model is None else "self-play"
    return sample(
        session, stage_name, model, name, samples=config.samples, temperature=config.temperature, round_=round_
    )


def _collect(session: Session, config: SelfPlayConfig, explored: Path) -> Path:
    """Good episodes, no two alike; both variants with `rft` learn from them."""
    stage = session.folder.stage(
        "self-play/rft/collect",
        {"explored": explored, "threshold": config.threshold, "protocol": config.protocol},
    )
    if not stage.done:
        found = harvest(_read(explored), threshold=config.threshold, protocol=config.protocol)
        say(f"Self-play: {found.good} of {found.sampled} episodes are good, {len(found.kept)} of them distinct")
        if not found.kept:
            raise StageError(
                f"None of {found.sampled} episodes reaches self_play.threshold {config.threshold:g}, so nothing "
                "is there to imitate; lower it, or raise self_play.samples."
            )
        write_trajectories(stage.path("trajectories.jsonl"), found.kept)
        stage.finish(["trajectories.jsonl"], **found.facts())
    return stage.path("trajectories.jsonl")


def _contrast(
    session: Session, config: SelfPlayConfig, variant: str, model: Path | str, explored: Path | None
) -> Iterator[tuple[str, Path]]:
    """Explores (unless that was done already), pairs and trains, `iterations` times."""
    for iteration in range(1, config.iterations + 1):
        place = f"self-play/{variant}/{iteration}"
        episodes = explored or _explore(session, config, f"{place}/explore", model, iteration)
        pairs = _pairs(session, config, f"{place}/pairs", episodes)
        chosen, rejected = pairs.path("chosen.jsonl"), pairs.path("rejected.jsonl")
        seed = session.config.seed + iteration
        model = train_dpo(session, f"{place}/dpo", model, chosen, rejected, config.dpo, seed)
        yield _name(variant, iteration), model
        explored = None


def _pairs(session: Session, config: SelfPlayConfig, stage_name: str, explored: Path) -> Stage:
    stage = session.folder.stage(
        stage_name, {"explored": explored, "max_pairs": config.max_pairs, "protocol": config.protocol}
    )
    if not stage.done:
        found = best_against_worse(_read(explored), max_pairs=config.max_pairs, protocol=config.protocol)
        write_trajectories(stage.path("chosen.jsonl"), [pair.chosen for pair in found.pairs])
        write_trajectories(stage.path("rejected.jsonl"), [pair.rejected for pair in found.pairs])
        facts = {"tasks": found.tasks, "alike": found.alike, "broken": found.broken, "pairs": len(found.pairs)}
        stage.finish(["chosen.jsonl", "rejected.jsonl"], **facts)
        say(f"Self-play: {len(found.pairs)} pairs of {found.tasks} tasks; in {found.alike} all rewards are equal")
    return stage


def _read(file: Path) -> list[Trajectory]:
    return list(read_trajectories(file, strict=True))


def check(config: SelfPlayConfig, run: BaseConfig) -> None:
    """Refuses self-play that begins with a model that cannot act, or whose model's samples are all equal."""
    if config.first == "base" and run.model.name.startswith(SCRATCH_PREFIX):
        raise SettingError(
            f"Self-play begins with episodes of the base model, and {run.model.name!r} has random weights; "
            "use --self-play.first random, or give a trained model as --model.name."
        )
    if config.first == "base" or "rft+eto" in config.variants or ("eto" in config.variants and config.iterations > 1):
        check_samples(config.samples, config.temperature)


def products(config: SelfPlayConfig) -> list[Product]:
    """The agent of each variant; contrast makes one an iteration."""
    imitation = ("self-play/explore", "self-play/rft/collect", "self-play/rft/sft")
    found: list[Product] = []
    for variant in config.variants:
        if variant == "rft":
            found.append(_product(variant, 1, imitation))
            continue
        for iteration in range(1, config.iterations + 1):
            stages = [f"self-play/{variant}/{iteration}/{part}" for part in ("explore", "pairs", "dpo")]
            if iteration == 1:  # `eto` learns from what was explored for all variants
                stages = ["self-play/explore", *stages[1:]] if variant == "eto" else [*imitation, *stages]
            found.append(_product(variant, iteration, tuple(stages)))
    return found


def _product(variant: str, iteration: int, stages: tuple[str, ...]) -> Product:
    name, row = _name(variant, iteration), _name(variant)
    return Product(name, row, iteration, stages, "self-play", starts=("base", "random"))


SELF_PLAY = Method(
    name="self-play",
    help="Learn without experts, from own episodes only.",
    settings=SelfPlayConfig,
    run=run,
    products=products,
    check=check,
    after_sft=False,
    choices={"variants": VARIANTS},
)
