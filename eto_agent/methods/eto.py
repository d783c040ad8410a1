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
rejected sides are trimmed to five turns more than the chosen ones (but for one world), and from the second iteration on
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from eto_agent.command import Command
from eto_agent.data.pairs import build_pairs, build_step_pairs, merged
from eto_agent.fields import NotNegative, Positive
from eto_agent.methods.method import Method, Product
from eto_agent.run_folder import StageError
from eto_agent.session import Session
from eto_agent.stages.imitation import sft_model
from eto_agent.stages.preferences import expert_start_states, train_dpo, write_pairs
from eto_agent.training.job import DpoSettings
from eto_agent.worlds import world_of
from eto_envs.trajectory import read_trajectories

__all__ = ["ETO", "EtoConfig", "Iteration", "Level"]

Level = Literal["trajectory", "step", "mixture", "careful-step"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""What ETO contrasts: whole trajectories, single turns, both; or single turns, with settings of their own."""

_WHOLE, _STEPS = "trajectories.jsonl", "steps.jsonl"
_FILES: dict[Level, tuple[str, ...]] = {
    "trajectory": (_WHOLE,),
    "step": (_STEPS,),
    "mixture": (_WHOLE, _STEPS),
    "careful-step": (_STEPS,),
}
"""What each level explores."""


@dataclass(frozen=True)
class EtoConfig:
    """Exploration-based trajectory optimisation."""

    iterations: Positive[int] = 2
    """Iterations of explore, pair, train."""
    dpo: DpoSettings = field(default_factory=DpoSettings)
    """Contrastive training."""
    levels: tuple[Level, ...] = ("trajectory",)
    """What is contrasted: whole trajectories, single steps, or both (each level named is trained by itself).
    Level careful-step is step with the two keys below in place of those of eto.dpo, in every iteration."""
    careful_beta: Positive[float] = 0.5
    """Beta of level careful-step (the paper's second row of steps: 0.5)."""
    careful_learning_rate: Positive[float] = 1e-7
    """Learning rate of level careful-step (the paper: a tenth of the other's, 1e-7)."""
    protocol: Literal["paper", "strict"] = "paper"
    """Which score decides a pair."""
    settings: Literal["paper", "release"] = "paper"
    """Release sets those of the next three keys that are none to what the paper's authors released."""
    trim_rejected: NotNegative[int | None] = None
    """Keep at most this many turns more on the rejected side (release: 5, but all in one world); none keeps all."""
    later_beta: Positive[float | None] = None
    """Beta from the second iteration on (release: 0.5); none keeps eto.dpo.beta."""
    later_learning_rate: Positive[float | None] = None
    """Learning rate from the second iteration on (release: 5e-7); none keeps eto.dpo.learning_rate."""
    max_starts: Positive[int | None] = None
    """Levels with steps: explore from at most this many steps of an expert, evenly spread; none takes all."""

    def filled(self, env: str) -> EtoConfig:
        """With the keys that `settings` stands for; those that are set stay."""
        if self.settings == "paper":
            return self
        trim = world_of(env).trim_rejected
        return replace(
            self,
            trim_rejected=trim if self.trim_rejected is None else self.trim_rejected,
            later_beta=0.5 if self.later_beta is None else self.later_beta,
            later_learning_rate=5e-7 if self.later_learning_rate is None else self.later_learning_rate,
        )


@dataclass(frozen=True)
class Iteration:
    """One iteration of a level."""

    level: Level
    number: int

    @property
    def row(self) -> str:
        """The row of tables, and the beginning of its folders' names."""
        return "eto" if self.level == "trajectory" else f"eto-{self.level}"

    @property
    def name(self) -> str:
        """Its folder, and its policy in tables."""
        return f"{self.row}-{self.number}"

    def command(self, stage: str) -> str:
        """The command that does one of its stages, for messages."""
        return f"{stage} --iteration {self.number}" + ("" if self.level == "trajectory" else f" --level {self.level}")

    def model_before(self, session: Session) -> Path:
        """The model that it starts from: the SFT agent, or what the iteration before made of it.

        Raises:
            StageError: it has not been trained yet, or the number is below 1.
        """
        if self.number < 1:
            raise StageError(f"Unknown iteration {self.number}; iterations count from 1.")
        if self.number == 1:
            return sft_model(session)
        before = replace(self, number=self.number - 1)
        return session.folder.output(f"{before.name}/dpo", "model", before.command("dpo"))


def run(session: Session, config: EtoConfig) -> Iterator[tuple[str, Path]]:
    """All iterations of every level, each from the SFT agent on."""
    for level in config.levels:
        for number in range(1, config.iterations + 1):
            iteration = Iteration(level, number)
            explore(session, config, iteration)
            build(session, config, iteration)
            yield iteration.name, train(session, config, iteration)


def explore(session: Session, config: EtoConfig, iteration: Iteration) -> Path:
    """Lets the policy act once on every task with an expert, or from the steps of experts; returns the last file."""
    model, level = iteration.model_before(session), iteration.level
    stage = session.folder.stage(f"{iteration.name}/explore", _explore_inputs(session, config, model, level))
    files = _FILES[level]
    if not stage.done:
        first = iteration.number == 1
        left = [file for file in files if not (first and _reused(session, config, model, level, file))]
        name = "sft" if first else replace(iteration, number=iteration.number - 1).name
        policy = session.policy(model, name) if left else None
        for file in left:
            assert policy is not None
            states = expert_start_states(session, config.protocol, config.max_starts) if file == _STEPS else None
            title = f"explore {iteration.number}" if states is None else f"explore steps {iteration.number}"
            session.play(title, session.contrasted_tasks, policy, stage.path(file), start_states=states)
        stage.finish(files)
    return stage.path(files[-1])


def _explore_inputs(session: Session, config: EtoConfig, model: Path, level: Level) -> dict[str, Any]:
    inputs = {"policy": model, **session.acting_inputs(session.contrasted_tasks)}
    if level != "trajectory":
        inputs["experts"] = session.experts_file
        inputs["starts"] = [config.max_starts, config.protocol]
    return inputs


def _reused(session: Session, config: EtoConfig, model: Path, level: Level, file: str) -> bool:
    """Every level begins with the SFT agent, which would do the same again: what another level has made is copied."""
    for other in LEVELS:
        name = f"{Iteration(other, 1).name}/explore"
        source = session.folder.path / name
        if other != level and file in _FILES[other] and (source / "stage.json").exists():
            session.folder.stage(name, _explore_inputs(session, config, model, other))  # refuses other inputs
            target = session.folder.path / Iteration(level, 1).name / "explore" / file
            partial = target.with_name(f"{file}.partial")
            shutil.copyfile(source / file, partial)
            partial.replace(target)
            return True
    return False


def build(session: Session, config: EtoConfig, iteration: Iteration) -> Path:
    """Builds the preference pairs of an iteration; returns the file of chosen trajectories."""
    name, command = iteration.name, iteration.command("explore")
    explored = {file: session.folder.output(f"{name}/explore", file, command) for file in _FILES[iteration.level]}
    inputs: dict[str, Any] = {"experts": session.experts_file, **explored}
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
        pairs = [pair for each, _ in builds for pair in each]
        write_pairs(stage, f"Pairs of {name}", pairs, merged([audit for _, audit in builds]))
    return stage.path("chosen.jsonl")


def train(session: Session, config: EtoConfig, iteration: Iteration) -> Path:
    """Trains the policy on the pairs of an iteration; returns the folder of the trained model."""
    name, command, model = iteration.name, iteration.command("pairs"), iteration.model_before(session)
    chosen, rejected = (session.folder.output(f"{name}/pairs", f"{side}.jsonl", command) for side in _SIDES)
    seed = session.config.seed + iteration.number
    settings = _settings(config, iteration)
    return train_dpo(session, f"{name}/dpo", model, chosen, rejected, settings, seed)


_SIDES = ("chosen", "rejected")


def _settings(config: EtoConfig, iteration: Iteration) -> DpoSettings:
    settings = config.dpo
    if iteration.level == "careful-step":
        return replace(settings, beta=config.careful_beta, learning_rate=config.careful_learning_rate)
    if iteration.number > 1 and config.later_beta is not None:
        settings = replace(settings, beta=config.later_beta)
    if iteration.number > 1 and config.later_learning_rate is not None:
        settings = replace(settings, learning_rate=config.later_learning_rate)
    return settings


def products(config: EtoConfig) -> list[Product]:
    """The iterations of every level."""
    iterations = [Iteration(level, number + 1) for level in config.levels for number in range(config.iterations)]
    return [
        Product(
            each.name,
            each.row,
            each.number,
            tuple(f"{each.name}/{part}" for part in ("explore", "pairs", "dpo")),
            each.command("dpo"),
        )
        for each in iterations
    ]


@dataclass(frozen=True)
class _Flags:
    """What the stages of an iteration take."""

    iteration: int = 1
    """Which iteration of ETO, from 1."""
    level: Level = "trajectory"
    """What is contrasted."""


def _stage_command(help: str, stage: Callable[[Session, EtoConfig, Iteration], Path]) -> Command:
    def do(session: Session, flags: _Flags) -> None:
        print(stage(session, ETO.of(session.config), Iteration(flags.level, flags.iteration)))

    return Command(help, do, _Flags)


ETO = Method(
    name="eto",
    help="ETO after SFT: all iterations, evaluated.",
    settings=EtoConfig,
    run=run,
    products=products,
    resolve=EtoConfig.filled,
    choices={"levels": LEVELS},
    commands={
        "explore": _stage_command(
            "Let the agent act on the training tasks, or from every step of the experts.", explore
        ),
        "pairs": _stage_command("Pair expert and explored trajectories.", build),
        "dpo": _stage_command("Train on the pairs of an iteration.", train),
    },
)
