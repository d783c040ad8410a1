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

from pathlib import Path

from eto_agent.config.checks import check_method
from eto_agent.console import say
from eto_agent.data.selection import best_against_worse, harvest
from eto_agent.run_folder import Stage, StageError
from eto_agent.session import Session
from eto_agent.stages.imitation import first_model, train_sft
from eto_agent.stages.preferences import train_dpo
from eto_agent.stages.sampling import sample
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

__all__ = ["self_play", "self_play_name"]


def self_play(session: Session) -> dict[str, Path]:
    """Runs the variants; returns the models, by name: `self-play-rft`, `self-play-eto`, `self-play-rft+eto`, ...

    Raises:
        SettingError: a scratch model is to explore. StageError: no episode is good enough.
    """
    check_method("self-play", session.config)
    config = session.config.self_play
    explored = _explore(
        session, "self-play/explore", None if config.first == "random" else session.config.model.name, 0
    )
    base = first_model(session, "self-play/base", explored)
    models: dict[str, Path] = {}
    for variant in config.variants:
        if variant == "eto":
            models |= _contrast(session, variant, base, explored)
            continue
        collected = _collect(session, explored)
        imitator = train_sft(session, "self-play/rft/sft", base, {"collected": collected}, session.config.seed)
        models |= {"self-play-rft": imitator} if variant == "rft" else _contrast(session, variant, imitator, None)
    return models


def self_play_name(variant: str, iteration: int = 1) -> str:
    """What the agent of a variant is called: `self-play-rft`, `self-play-eto`, `self-play-eto-2`, ..."""
    return f"self-play-{variant}" if iteration == 1 else f"self-play-{variant}-{iteration}"


def _explore(session: Session, stage_name: str, policy: Path | str | None, round_: int) -> Path:
    config = session.config.self_play
    name = "random" if policy is None else "self-play"
    return sample(
        session, stage_name, policy, name, samples=config.samples, temperature=config.temperature, round_=round_
    )


def _collect(session: Session, explored: Path) -> Path:
    """Good episodes, no two alike; both variants with `rft` learn from them."""
    config = session.config.self_play
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


def _contrast(session: Session, variant: str, policy: Path | str, explored: Path | None) -> dict[str, Path]:
    """Explores (unless that was done already), pairs and trains, `iterations` times; name -> model."""
    config = session.config.self_play
    models: dict[str, Path] = {}
    for iteration in range(1, config.iterations + 1):
        place = f"self-play/{variant}/{iteration}"
        episodes = explored or _explore(session, f"{place}/explore", policy, iteration)
        pairs = _pairs(session, f"{place}/pairs", episodes)
        chosen, rejected = pairs.path("chosen.jsonl"), pairs.path("rejected.jsonl")
        policy = train_dpo(
            session, f"{place}/dpo", policy, chosen, rejected, config.dpo, session.config.seed + iteration
        )
        models[self_play_name(variant, iteration)] = policy
        explored = None
    return models


def _pairs(session: Session, stage_name: str, explored: Path) -> Stage:
    config = session.config.self_play
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
