"""EEF: exploring expert failures (Lan et al., arXiv 2504.13145): what of a failed expert leads on is worth imitating.

Flow
    policy = SFT agent
    repeat I times:
        explore    the policy acts several times (temperature 1) on every training task, and from the states
                   s_l, s_2l, ... of every failed expert
        select     successes from the start of a task; and where all rollouts from s_k fail but one from the next state
                   succeeds, the expert's actions between the two are beneficial
        train      SFT from the base model on the experts that succeeded, the policy's own successes of all iterations
                   and the beneficial actions

    An example that begins in a failed expert holds its turns as context. Only the beneficial ones among them and the
    policy's own turns are trained on; the expert's other turns are masked, and so are its slips and its replies without
    an action wherever they stand.

Reads   `expert/trajectories.jsonl` and `failed.jsonl`, the base model, `sft/model`
Writes  `eef-I/explore/tasks.jsonl` and `starts.jsonl`, `eef-I/select/examples.jsonl`, `eef-I/sft/model` and
        `metrics.jsonl`

Failed experts are those below `expert.min_reward`: of the oracle, or of a given file (`expert.file`), such as another
model's attempts or the failures of an exploration. Where no expert fails, `expert.break_off` makes the oracle stop
half-way on a share of the tasks; these "experts" stop early but do nothing wrong, so they only show part of the method.

Differences from the paper: an example holds what its policy did from one state on; several successes from one state
are kept once for each sequence of actions. A rollout that died of an error counts neither as a success nor as a
failure. The number of rollouts, the distance of states and what counts as a success are settings. Where several experts
failed on a task, the best counts.

Metrics: as SFT's; `eef-I/select/stage.json` counts examples, beneficial actions, and tasks solved that the expert
failed on.

Example
    eto-agent run --config configs/locked_door.yaml --methods eef --expert.break-off 0.5 --out runs/eef
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.console import TrainingProgress, say
from eto_agent.data.pairs import best_of_each_task
from eto_agent.evaluation.scoring import score
from eto_agent.models import load_tokenizer
from eto_agent.rollout.start_states import StartState
from eto_agent.run_folder import StageError
from eto_agent.session import Session
from eto_agent.stages.imitation import base_model
from eto_agent.training.fit import fit_sft
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

__all__ = ["eef", "select"]


def eef(session: Session, sft_model: Path) -> list[Path]:
    """Runs all iterations; returns the model of each.

    Raises:
        StageError: no expert of a training task has failed.
    """
    models: list[Path] = []
    policy = sft_model
    for iteration in range(1, session.config.eef.iterations + 1):
        folder = _explore(session, policy, iteration)
        _select(session, folder, iteration)
        policy = _train(session, iteration)
        models.append(policy)
    return models


def _failed_experts(session: Session) -> list[Trajectory]:
    file = session.folder.output("expert", "failed.jsonl", "expert")
    best = best_of_each_task(read_trajectories(file, strict=True), session.config.eef.protocol)
    failed = [each for each in best.values() if each.task in session.explored_tasks]
    if not failed:
        raise StageError(
            "No expert failed, and EEF learns from those that do; give expert.file with failures among its "
            "trajectories, or let the oracle stop half-way on some tasks: --expert.break-off 0.5."
        )
    return failed


def _explore(session: Session, policy: Path, iteration: int) -> Path:
    """Rolls the policy out on every task and from the states of failed experts; returns the folder of episodes."""
    config, settings = session.config, session.config.eef
    inputs = {
        "policy": policy,
        "failed": session.folder.output("expert", "failed.jsonl", "expert"),
        "tasks": session.explored_tasks.hash,
        "rollouts": [settings.interval, settings.samples, settings.temperature, settings.protocol],
        "generation": config.generation,
        "chat": config.chat,
        "settings": config.env.settings,
        "seed": (seed := config.seed + 1000 * iteration),  # every exploration draws its own random numbers
    }
    stage = session.folder.stage(f"eef-{iteration}/explore", inputs)
    if not stage.done:
        starts = [
            StartState(expert, turns)
            for expert in _failed_experts(session)
            for turns in range(settings.interval, len(expert.turns) - 1, settings.interval)
        ]
        name = f"eef-{iteration - 1}" if iteration > 1 else "sft"
        acting = session.policy(policy, name, temperature=settings.temperature, seed=seed)
        tasks, many = session.explored_tasks, settings.samples
        session.play(f"explore {iteration}", tasks, acting, stage.path("tasks.jsonl"), samples=many)
        title = f"explore failures {iteration}"
        session.play(title, tasks, acting, stage.path("starts.jsonl"), samples=many, start_states=starts)
        stage.finish(["tasks.jsonl", "starts.jsonl"])
    return stage.folder


def _select(session: Session, explored: Path, iteration: int) -> Path:
    """Chooses the examples of an iteration; returns their file."""
    config = session.config.eef
    files = {name: explored / f"{name}.jsonl" for name in ("tasks", "starts")}
    failed = session.folder.output("expert", "failed.jsonl", "expert")
    rules = [config.interval, config.min_reward, config.protocol, "slips are context"]
    stage = session.folder.stage(f"eef-{iteration}/select", {**files, "failed": failed, "rules": rules})
    if not stage.done:
        rollouts = [each for file in files.values() for each in read_trajectories(file, strict=True)]
        experts = _failed_experts(session)
        hard = {each.task for each in experts}
        examples = select(rollouts, experts, config.interval, config.min_reward, config.protocol)
        write_trajectories(stage.path("examples.jsonl"), examples)
        beneficial = {(each.task, start) for each in examples for start in each.meta.get("beneficial", ())}
        facts = {
            "rollouts": len(rollouts),
            "errors": sum(each.outcome == "error" for each in rollouts),
            "examples": len(examples),
            "beneficial": len(beneficial),
            "failed_experts": len(hard),
            "solved_after_all": len(hard & {each.task for each in examples}),
        }
        stage.finish(["examples.jsonl"], **facts)
        say(f"EEF {iteration}: {facts}")
    return stage.path("examples.jsonl")


def select(
    rollouts: Iterable[Trajectory],
    failed: Iterable[Trajectory],
    interval: int,
    min_reward: float = 1.0,
    protocol: str = "strict",
) -> list[Trajectory]:
    """The rollouts to train on, beneficial turns of failed experts among them marked as the agent's own.

    Args:
        rollouts: from the starts of tasks and from the states of failed experts (`meta["start"]`).
        failed: these experts.
        interval: steps between two of these states.
        min_reward: final reward of a success; `protocol`: which score.

    Returns:
        Successes, each sequence of actions once. Of those that begin in an expert's state s_k, `meta["beneficial"]`
        holds the numbers of the expert's turns (from 0) that are trained on: the ones between s_j and the state after
        it, for every j before k such that all rollouts from s_j fail and one from the state after it succeeds. An
        expert's slips, and its replies without an action, are none of them.
    """
    actions = {each.task: _actions(each) for each in failed}
    won: dict[tuple[str, int], bool] = {}
    successes: dict[tuple[str, int, tuple[str | None, ...]], Trajectory] = {}
    for each in rollouts:
        if each.outcome in ("error", None):
            continue
        start = each.meta.get("start", 0)
        success = score(each, protocol)[0] >= min_reward
        won[each.task, start] = won.get((each.task, start), False) or success
        if success:
            successes.setdefault((each.task, start, tuple(turn.action for turn in each.turns)), each)
    helpful: dict[str, list[int]] = defaultdict(list)
    for (task, start), success in sorted(won.items()):
        if success and won.get((task, start - interval)) is False:
            helpful[task] += sorted(actions.get(task, set()) & set(range(start - interval, start)))
    return [_marked(each, helpful[each.task]) for each in successes.values()]


def _actions(expert: Trajectory) -> set[int]:
    """The numbers of an expert's turns, from 0, that may be imitated."""
    return {number for number, turn in enumerate(expert.turns[1:]) if turn.role == "agent" and turn.action is not None}


def _marked(example: Trajectory, helpful: Sequence[int]) -> Trajectory:
    """An example whose beneficial turns are trained on: role `agent`; the rest of the prefix stays context."""
    start: int = example.meta.get("start", 0)
    mine = [number for number in helpful if number < start]
    turns = [replace(turn, role="agent") if number - 1 in mine else turn for number, turn in enumerate(example.turns)]
    meta: dict[str, Any] = {**example.meta} | ({"beneficial": mine} if mine else {})
    return replace(example, turns=turns, meta=meta)


def _train(session: Session, iteration: int) -> Path:
    """Trains the base model on experts and examples of all iterations so far; returns the folder of the model."""
    base = base_model(session)
    files = {
        f"examples {number}": session.folder.output(f"eef-{number}/select", "examples.jsonl", "run")
        for number in range(1, iteration + 1)
    }
    experts = session.folder.output("expert", "trajectories.jsonl", "expert")
    config = session.config
    inputs = {"base": base, "experts": experts, **files, "settings": config.sft, "chat": config.chat}
    stage = session.folder.stage(f"eef-{iteration}/sft", {**inputs, "seed": config.seed})
    if not stage.done:
        own = [each for file in files.values() for each in read_trajectories(file, strict=True)]
        unique: dict[tuple[str, tuple[str | None, ...]], Trajectory] = {}
        for each in [*session.experts(), *own]:
            unique.setdefault((each.task, _trained_on(each)), each)
        encoder = ChatEncoder(load_tokenizer(base))
        examples = [encoder.encode(session.messages(each)) for each in unique.values()]
        say(f"EEF {iteration}: SFT on {len(examples)} trajectories")
        with TrainingProgress(f"eef-{iteration}/sft") as progress:
            facts = fit_sft(base, examples, stage.path("model"), config.sft, config.seed, on_step=progress.update)
        stage.finish(["model"], **facts)
    return stage.path("model")


def _trained_on(example: Trajectory) -> tuple[str | None, ...]:
    """The actions, with the role of each: what makes two examples the same."""
    return tuple(f"{turn.role} {turn.action}" for turn in example.turns)
