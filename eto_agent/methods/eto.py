"""ETO: exploration-based trajectory optimisation (paper, section 3.2 and algorithm 1; appendix C for single steps).

Flow
    policy = SFT agent
    repeat I times:
        explore    the policy acts once on every training task that has an expert
        pair       expert and explored trajectory of a task: higher reward = chosen, ties discarded
        train      DPO on whole trajectories (equation 11); the reference is the policy of this iteration's start

    Level `step` (equation 13): before every step t of an expert, its first t - 1 actions are replayed and the policy
    acts from there to the end. The final rewards decide between the expert's turn t and the policy's; a pair is these
    two turns alone, after the same beginning. Level `mixture`: the pairs of both levels together. Level `careful-step`:
    `step` with a lower learning rate and a higher beta, the paper's second row of steps in table 4. Each of
    `eto.levels` is trained by itself from the SFT agent.

Reads   `expert/trajectories.jsonl`, `sft/model`
Writes  `eto-I/explore/trajectories.jsonl`, `eto-I/pairs/chosen.jsonl`, `rejected.jsonl` and `audit.json`,
        `eto-I/dpo/model` and `metrics.jsonl`. The other levels write to `eto-step-I`, `eto-mixture-I` and
        `eto-careful-step-I`; episodes from the middle of an expert are in `explore/steps.jsonl`.

Differences from the paper: none by default. `eto.settings=release` stands for what the released code does otherwise:
rejected sides are trimmed to five turns more than the chosen ones (not on ALFWorld), and from the second iteration on
beta is 0.5 and the learning rate 5e-7. It fills `trim_rejected`, `later_beta` and `later_learning_rate` where they are
not set, nothing else: the release's learning rate of SFT, 2e-5, is `sft.learning_rate`'s to say. At level `step` the
paper does not say what becomes of two turns with the same action; they are dropped and counted here, for the
environment sees no difference. It explores from every step; `max_starts` limits that. Log-probabilities are summed over
the agent's tokens of the whole trajectory; observations are context only, and so are the expert's turns before a single
step.

Metrics: loss, accuracy of the implicit reward, its margin, and the shifts of chosen and rejected log-probabilities from
the reference. Watch both shifts: the rejected side can run away long before rewards move. The paper found single steps
less stable: they want a lower learning rate and a higher beta (level `careful-step`).

Example
    eto-agent run --config configs/demo.yaml --eto.iterations 2
    eto-agent run --config configs/locked_door.yaml --eto.levels trajectory step mixture --out runs/levels
    eto-agent run --config benchmarks/methods/table4.yaml
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from eto_agent.config.schema import LEVELS, Level
from eto_agent.data.pairs import build_pairs, build_step_pairs, merged
from eto_agent.run_folder import StageError
from eto_agent.session import Session
from eto_agent.stages.preferences import expert_start_states, train_on_pairs, write_pairs
from eto_agent.training.fit import DpoSettings
from eto_envs.trajectory import read_trajectories

__all__ = ["dpo", "eto", "explore", "name_of", "pairs", "policy_before"]

_WHOLE, _STEPS = "trajectories.jsonl", "steps.jsonl"
_FILES: dict[Level, tuple[str, ...]] = {
    "trajectory": (_WHOLE,),
    "step": (_STEPS,),
    "mixture": (_WHOLE, _STEPS),
    "careful-step": (_STEPS,),
}
"""What each level explores."""


def eto(session: Session, sft_model: Path, level: Level = "trajectory") -> list[Path]:
    """Runs all iterations of a level; returns the model of each."""
    models: list[Path] = []
    policy = sft_model
    for iteration in range(1, session.config.eto.iterations + 1):
        explore(session, policy, iteration, level)
        pairs(session, iteration, level)
        policy = dpo(session, policy, iteration, level)
        models.append(policy)
    return models


def name_of(iteration: int, level: Level) -> str:
    """The folder of an iteration, and its policy in tables."""
    return f"eto-{iteration}" if level == "trajectory" else f"eto-{level}-{iteration}"


def policy_before(session: Session, iteration: int, level: Level = "trajectory") -> Path:
    """The model that an iteration starts from: the SFT agent, or what the iteration before made of it.

    Raises:
        StageError: it has not been trained yet, or the iteration is below 1.
    """
    if iteration < 1:
        raise StageError(f"Unknown iteration {iteration}; iterations count from 1.")
    if iteration == 1:
        return session.folder.output("sft", "model", "sft")
    return session.folder.output(f"{name_of(iteration - 1, level)}/dpo", "model", _command("dpo", iteration - 1, level))


def explore(session: Session, policy: Path, iteration: int, level: Level = "trajectory") -> Path:
    """Lets the policy act once on every task with an expert, or from the steps of experts; returns the last file."""
    stage = session.folder.stage(f"{name_of(iteration, level)}/explore", _explore_inputs(session, policy, level))
    files = _FILES[level]
    if not stage.done:
        left = [file for file in files if iteration > 1 or not _taken_over(session, policy, level, file)]
        name = name_of(iteration - 1, level) if iteration > 1 else "sft"
        acting = session.policy(policy, name) if left else None
        for file in left:
            assert acting is not None
            starts = (
                expert_start_states(session, session.config.eto.protocol, session.config.eto.max_starts)
                if file == _STEPS
                else None
            )
            title = f"explore {iteration}" if starts is None else f"explore steps {iteration}"
            session.play(title, session.contrasted_tasks, acting, stage.path(file), start_states=starts)
        stage.finish(files)
    return stage.path(files[-1])


def _explore_inputs(session: Session, policy: Path, level: Level) -> dict[str, Any]:
    config = session.config
    inputs: dict[str, Any] = {
        "policy": policy,
        "tasks": session.contrasted_tasks.hash,
        "generation": config.generation,
        "chat": config.chat,
        "settings": config.env.settings,
        "seed": config.seed,
    }
    if level != "trajectory":
        inputs["experts"] = session.folder.output("expert", "trajectories.jsonl", "expert")
        inputs["starts"] = [config.eto.max_starts, config.eto.protocol]
    return inputs


def _taken_over(session: Session, policy: Path, level: Level, file: str) -> bool:
    """Every level begins with the SFT agent, which would do the same again: what another level has made is copied."""
    for other in LEVELS:
        source = session.folder.path / name_of(1, other) / "explore"
        if other != level and file in _FILES[other] and (source / "stage.json").exists():
            session.folder.stage(
                f"{name_of(1, other)}/explore", _explore_inputs(session, policy, other)
            )  # refuses other inputs
            target = session.folder.path / name_of(1, level) / "explore" / file
            partial = target.with_name(f"{file}.partial")
            shutil.copyfile(source / file, partial)
            partial.replace(target)
            return True
    return False


def pairs(session: Session, iteration: int, level: Level = "trajectory") -> Path:
    """Builds the preference pairs of an iteration; returns the file of chosen trajectories."""
    name, config = name_of(iteration, level), session.config.eto
    command = _command("explore", iteration, level)
    explored = {file: session.folder.output(f"{name}/explore", file, command) for file in _FILES[level]}
    inputs: dict[str, Any] = {"experts": session.folder.output("expert", "trajectories.jsonl", "expert"), **explored}
    stage = session.folder.stage(f"{name}/pairs", {**inputs, "protocol": config.protocol, "trim": config.trim_rejected})
    if not stage.done:
        experts = session.experts()
        builds = []
        if _WHOLE in explored:
            episodes = read_trajectories(explored[_WHOLE], strict=True)
            builds.append(build_pairs(experts, episodes, protocol=config.protocol, trim_rejected=config.trim_rejected))
        if _STEPS in explored:
            episodes = read_trajectories(explored[_STEPS], strict=True)
            builds.append(build_step_pairs(experts, episodes, protocol=config.protocol))
        built = [pair for each, _ in builds for pair in each]
        write_pairs(stage, f"Pairs of {name}", built, merged([audit for _, audit in builds]))
    return stage.path("chosen.jsonl")


def dpo(session: Session, policy: Path, iteration: int, level: Level = "trajectory") -> Path:
    """Trains the policy on the pairs of an iteration; returns the folder of the trained model."""
    seed = session.config.seed + iteration
    command = _command("pairs", iteration, level)
    return train_on_pairs(
        session, name_of(iteration, level), policy, _settings(session, iteration, level), seed, command=command
    )


def _settings(session: Session, iteration: int, level: Level = "trajectory") -> DpoSettings:
    config = session.config.eto
    settings = config.dpo
    if level == "careful-step":
        return replace(settings, beta=config.careful_beta, learning_rate=config.careful_learning_rate)
    if iteration > 1 and config.later_beta is not None:
        settings = replace(settings, beta=config.later_beta)
    if iteration > 1 and config.later_learning_rate is not None:
        settings = replace(settings, learning_rate=config.later_learning_rate)
    return settings


def _command(stage: str, iteration: int, level: Level) -> str:
    """The command that does a stage, for messages."""
    return f"{stage} --iteration {iteration}" + ("" if level == "trajectory" else f" --level {level}")
