"""IPR: iterative step-level process refinement (Xiong et al., arXiv 2406.11176): step rewards by rollouts.

Flow
    policy = SFT agent
    repeat I times:
        explore    before every step t of an expert, its first t - 1 actions are replayed and the policy acts to the end
        score      reward of a step = mean final reward of N rollouts (temperature 1) of the SFT agent, which stays
                   frozen, from the state after it; of the step that ends an episode: the final reward itself
        pair       whole trajectories (from t = 1) by final reward; the rests of two trajectories from t > 1 on, after
                   the same beginning, where final reward and step reward prefer the same side
        train      DPO on all pairs plus the negative log-likelihood of their chosen sides

Reads   `expert/trajectories.jsonl`, `sft/model`
Writes  `ipr-I/explore/steps.jsonl`, `ipr-I/score/expert.jsonl`, `agent.jsonl` (rollouts) and `rewards.json`,
        `ipr-I/pairs/chosen.jsonl`, `rejected.jsonl` and `audit.json`, `ipr-I/dpo/model` and `metrics.jsonl`

Differences from the paper: only the steps that can make a pair are scored, those whose actions and final rewards
differ; the others could not change the result. Two turns with the same action are no pair, and are counted. What an
expert's record has as context, such as its mistakes, is context here, too. One threshold for step rewards (0.01), none
for final rewards. `ipr.max_starts` explores from the start of the task and some of the expert's later steps only, and
`ipr.trim_rejected` cuts long failures, as ETO's does; the defaults take every step and keep failures whole. The paper
adds up three losses, each the mean over its own set; here one DPO loss is the mean over trajectory pairs and step pairs
together, and the likelihood is of the chosen sides of both, by token. The reference is the policy at the start of an
iteration.

Metrics: as ETO's; the audit also counts pairs on which step rewards and final rewards disagree.

Example
    eto-agent run --config configs/locked_door.yaml --methods ipr --out runs/ipr
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from eto_agent.data.pairs import PreferencePair, build_pairs, build_step_pairs, merged
from eto_agent.evaluation.scoring import score
from eto_agent.fields import NotNegative, Positive
from eto_agent.methods.method import Method, Product, iterated
from eto_agent.policies import Policy
from eto_agent.rollout.start_states import StartState
from eto_agent.run_folder import write_text
from eto_agent.session import Session
from eto_agent.stages.imitation import sft_model
from eto_agent.stages.preferences import expert_start_states, train_dpo, write_pairs
from eto_agent.training.job import DpoSettings
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

__all__ = ["IPR", "IprConfig", "IprDpoSettings"]


REVISION = 1
"""Counts changes of this method that give other results with the same settings; done stages are then refused."""


@dataclass(frozen=True)
class IprDpoSettings(DpoSettings):
    """Contrastive training of IPR: the paper adds the likelihood of the chosen side."""

    sft_weight: NotNegative[float] = 1.0
    """Weight of an added negative log-likelihood of the chosen side, by token."""


@dataclass(frozen=True)
class IprConfig:
    """Iterative step-level process refinement."""

    iterations: Positive[int] = 1
    """Iterations of explore, score, pair, train."""
    samples: Positive[int] = 5
    """Rollouts of the SFT agent from a state; their mean final reward is the reward of the step before it."""
    temperature: NotNegative[float] = 1.0
    """Temperature of these rollouts."""
    min_gap: float = 0.01
    """Step rewards have to differ by more than this, the same way as final rewards, to make a pair."""
    max_starts: Positive[int | None] = None
    """Explore from the start of a task, and at most this many of its expert's later steps, 1 or more; none: all."""
    trim_rejected: NotNegative[int | None] = None
    """Rejected sides keep at most this many agent turns more than chosen sides; none keeps all."""
    protocol: Literal["paper", "strict"] = "paper"
    """Which score decides."""
    dpo: IprDpoSettings = field(default_factory=IprDpoSettings)
    """Contrastive training."""


class _Step(NamedTuple):
    """One side of a pair: its trajectory, and how many turns lie before the state after the step in question."""

    trajectory: Trajectory
    turns: int

    @property
    def key(self) -> tuple[str, int]:
        return self.trajectory.task, self.turns

    @property
    def ends(self) -> bool:
        return self.turns >= len(self.trajectory.turns) - 1


def run(session: Session, config: IprConfig) -> Iterator[tuple[str, Path]]:
    """All iterations."""
    scorer = model = sft_model(session)
    for product in products(config):
        number = product.iteration
        explored = _explore(session, config, model, number)
        rewards = _score(session, config, scorer, explored, number)
        chosen, rejected = _pairs(session, config, explored, rewards, number)
        seed = session.config.seed + number
        model = train_dpo(session, f"ipr-{number}/dpo", model, chosen, rejected, config.dpo, seed)
        yield product.name, model


def _explore(session: Session, config: IprConfig, model: Path, iteration: int) -> Path:
    """Lets the policy act from every step of the experts; returns the episodes' file."""
    inputs = {**_common(session), "policy": model, "starts": [config.max_starts, config.protocol]}
    stage = session.folder.stage(f"ipr-{iteration}/explore", inputs, REVISION)
    if not stage.done:
        states = expert_start_states(session, config.protocol, config.max_starts, beginning=True)
        policy = session.policy(model, f"ipr-{iteration - 1}" if iteration > 1 else "sft")
        out = stage.path("steps.jsonl")
        session.play(f"explore steps {iteration}", session.explored_tasks, policy, out, start_states=states)
        stage.finish(["steps.jsonl"])
    return stage.path("steps.jsonl")


def _common(session: Session) -> dict[str, Any]:
    return {"experts": session.experts_file, **session.acting_inputs(session.explored_tasks)}


def _score(session: Session, config: IprConfig, scorer: Path, explored: Path, iteration: int) -> Path:
    """Estimates the rewards of the steps that may make pairs; returns their file."""
    inputs = {**_common(session), "scorer": scorer, "explored": explored}
    inputs["rollouts"] = [config.samples, config.temperature, config.protocol]
    stage = session.folder.stage(f"ipr-{iteration}/score", inputs)
    if not stage.done:
        episodes = _later(read_trajectories(explored, strict=True))
        candidates = build_step_pairs(session.experts(), episodes, protocol=config.protocol, rest=True)[0]
        steps = [_steps(pair) for pair in candidates]
        policy = session.policy(scorer, "sft", temperature=config.temperature)
        _reuse(session, [expert for expert, _ in steps], iteration)
        experts = _rewards(session, config, policy, [expert for expert, _ in steps], stage.path("expert.jsonl"))
        agents = _rewards(session, config, policy, [agent for _, agent in steps], stage.path("agent.jsonl"))
        rows = [
            {"task": one.trajectory.task, "start": one.turns - 1, "expert": experts[one.key], "agent": agents[two.key]}
            for one, two in steps
        ]
        write_text(stage.path("rewards.json"), json.dumps(rows, indent=1))
        stage.finish(["expert.jsonl", "agent.jsonl", "rewards.json"], steps=len(rows))
    return stage.path("rewards.json")


def _later(episodes: Any) -> list[Trajectory]:
    return [each for each in episodes if each.meta["start"] > 0]


def _steps(pair: PreferencePair) -> tuple[_Step, _Step]:
    """The expert's and the agent's step of a pair."""
    after = pair.chosen.meta["start"] + 1
    expert, agent = (pair.chosen, pair.rejected) if pair.winner == "expert" else (pair.rejected, pair.chosen)
    return _Step(expert, after), _Step(agent, after)


def _rewards(
    session: Session, config: IprConfig, scorer: Policy, steps: Sequence[_Step], out: Path
) -> dict[tuple[str, int], float | None]:
    """Task and number of turns -> mean final reward after that step; None where every rollout died of an error."""
    states = [StartState(step.trajectory, step.turns) for step in steps if not step.ends]
    title = f"rollouts of {out.stem} steps"
    rollouts = session.play(title, session.explored_tasks, scorer, out, samples=config.samples, start_states=states)
    found: dict[tuple[str, int], list[float]] = {step.key: [] for step in steps}
    for each in rollouts:
        if each.outcome != "error":
            found[each.task, each.meta["start"]].append(score(each, config.protocol)[0])
    for step in steps:
        if step.ends:
            found[step.key].append(score(step.trajectory, config.protocol)[0])
    return {key: sum(each) / len(each) if each else None for key, each in found.items()}


def _reuse(session: Session, steps: Sequence[_Step], iteration: int) -> None:
    """The scorer is frozen: what an iteration before rolled out after an expert's step would come out the same."""
    out = session.folder.path / f"ipr-{iteration}" / "score" / "expert.jsonl"
    if iteration == 1 or out.exists():
        return
    wanted = {step.key for step in steps}
    files = [session.folder.path / f"ipr-{before}" / "score" / "expert.jsonl" for before in range(1, iteration)]
    known = [each for file in files for each in read_trajectories(file, strict=True)]
    again = {(*key, each.meta["sample"]): each for each in known if (key := (each.task, each.meta["start"])) in wanted}
    write_trajectories(out, again.values())


def _pairs(session: Session, config: IprConfig, explored: Path, rewards: Path, iteration: int) -> tuple[Path, Path]:
    """Builds the pairs of an iteration; returns the files of chosen and of rejected trajectories."""
    inputs = {"experts": session.experts_file, "explored": explored, "rewards": rewards, "min_gap": config.min_gap}
    rules: dict[str, Any] = {"protocol": config.protocol, "trim_rejected": config.trim_rejected}
    stage = session.folder.stage(f"ipr-{iteration}/pairs", {**inputs, **rules}, REVISION)
    if not stage.done:
        of_step = {(row["task"], row["start"]): row for row in json.loads(rewards.read_text(encoding="utf-8"))}

        def veto(pair: PreferencePair) -> str:
            row = of_step[pair.task, pair.chosen.meta["start"]]
            if row["expert"] is None or row["agent"] is None:
                return "no step reward"
            gap = row["expert"] - row["agent"]
            agree = (gap if pair.winner == "expert" else -gap) > config.min_gap
            return "" if agree else "step rewards disagree"

        episodes = list(read_trajectories(explored, strict=True))
        whole = [each for each in episodes if each.meta["start"] == 0]
        trajectories, one = build_pairs(session.experts(), whole, **rules)
        steps, two = build_step_pairs(session.experts(), _later(episodes), rest=True, veto=veto, **rules)
        write_pairs(stage, f"Pairs of ipr-{iteration}", [*trajectories, *steps], merged([one, two]))
    return stage.path("chosen.jsonl"), stage.path("rejected.jsonl")


def products(config: IprConfig) -> list[Product]:
    """`ipr-1`, `ipr-2`, ..."""
    return iterated("ipr", config.iterations, ("explore", "score", "pairs", "dpo"))


IPR = Method(
    name="ipr",
    help="IPR after SFT: contrast steps that Monte-Carlo rollouts tell apart.",
    settings=IprConfig,
    run=run,
    products=products,
)
