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
    policy's own turns are trained on; the expert's other turns are masked, and so are its mistakes and its replies
    without an action wherever they stand.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from eto_agent.config.checks import check_samples
from eto_agent.config.schema import BaseConfig
from eto_agent.console import say
from eto_agent.data.pairs import best_of_each_task
from eto_agent.evaluation.scoring import score
from eto_agent.fields import NotNegative, Positive
from eto_agent.methods.method import Method, Product, iterated
from eto_agent.rollout.start_states import StartState
from eto_agent.run_folder import StageError
from eto_agent.session import Session
from eto_agent.stages.imitation import base_model, sft_model, train_sft
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

__all__ = ["EEF", "EefConfig", "select"]


REVISION = 1
"""Counts changes of this method that give other results with the same settings; done stages are then refused."""


@dataclass(frozen=True)
class EefConfig:
    """Exploring expert failures; trains with the settings of `sft`."""

    iterations: Positive[int] = 1
    """Iterations of explore, select, train."""
    interval: Positive[int] = 2
    """Steps of a failed expert between two states that are explored from."""
    samples: Positive[int] = 4
    """Rollouts from every state and every training task."""
    temperature: NotNegative[float] = 1.0
    """Temperature of the rollouts."""
    min_reward: float = 1.0
    """Final reward that counts as a success."""
    protocol: Literal["paper", "strict"] = "strict"
    """Which score decides."""


def run(session: Session, config: EefConfig) -> Iterator[tuple[str, Path]]:
    """All iterations.

    Raises:
        StageError: no expert of a training task has failed.
    """
    model, name = sft_model(session), "sft"
    selected: dict[str, Path] = {}
    for product in products(config):
        number = product.iteration
        explored = _explore(session, config, model, name, number)
        selected[f"examples {number}"] = _select(session, config, explored, number)
        model, name = _train(session, selected, number), product.name
        yield name, model


def _failed_experts(session: Session, config: EefConfig) -> list[Trajectory]:
    file = session.folder.output("expert", "failed.jsonl", "expert")
    best = best_of_each_task(read_trajectories(file, strict=True), config.protocol)
    failed = [each for each in best.values() if each.task in session.explored_tasks]
    if not failed:
        raise StageError(
            "No expert failed, and EEF learns from those that do; give expert.file with failures among its "
            "trajectories, or let the oracle stop half-way on some tasks: --expert.break-off 0.5."
        )
    return failed


def _explore(session: Session, config: EefConfig, model: Path, name: str, iteration: int) -> Path:
    """Rolls the policy out on every task and from the states of failed experts; returns the folder of episodes."""
    seed = session.config.seed + 1000 * iteration  # every exploration draws its own random numbers
    inputs = {
        "policy": model,
        "failed": session.folder.output("expert", "failed.jsonl", "expert"),
        "rollouts": [config.interval, config.samples, config.temperature, config.protocol],
        **session.acting_inputs(session.explored_tasks, seed=seed),
    }
    stage = session.folder.stage(f"eef-{iteration}/explore", inputs)
    if not stage.done:
        states = [
            StartState(expert, turns)
            for expert in _failed_experts(session, config)
            for turns in range(config.interval, len(expert.turns) - 1, config.interval)
        ]
        policy = session.policy(model, name, temperature=config.temperature, seed=seed)
        tasks, many = session.explored_tasks, config.samples
        session.play(f"explore {iteration}", tasks, policy, stage.path("tasks.jsonl"), samples=many)
        title, out = f"explore failures {iteration}", stage.path("starts.jsonl")
        session.play(title, tasks, policy, out, samples=many, start_states=states)
        stage.finish(["tasks.jsonl", "starts.jsonl"])
    return stage.folder


def _select(session: Session, config: EefConfig, explored: Path, iteration: int) -> Path:
    """Chooses the examples of an iteration; returns their file."""
    files = {name: explored / f"{name}.jsonl" for name in ("tasks", "starts")}
    failed = session.folder.output("expert", "failed.jsonl", "expert")
    rules = [config.interval, config.min_reward, config.protocol]
    inputs = {**files, "failed": failed, "rules": rules}
    stage = session.folder.stage(f"eef-{iteration}/select", inputs, REVISION)
    if not stage.done:
        rollouts = [each for file in files.values() for each in read_trajectories(file, strict=True)]
        experts = _failed_experts(session, config)
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
        expert's mistakes, and its replies without an action, are none of them.
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


def _train(session: Session, selected: Mapping[str, Path], iteration: int) -> Path:
    """Trains the base model on experts and examples of all iterations so far; returns the folder of the model."""
    files = {"experts": session.experts_file, **selected}
    return train_sft(session, f"eef-{iteration}/sft", base_model(session), files, session.config.seed, keep=_each_once)


def _each_once(trajectories: Iterable[Trajectory]) -> list[Trajectory]:
    """Examples that show the same actions in the same roles are one example."""
    unique: dict[tuple[str, tuple[str, ...]], Trajectory] = {}
    for each in trajectories:
        unique.setdefault((each.task, tuple(f"{turn.role} {turn.action}" for turn in each.turns)), each)
    return list(unique.values())


def products(config: EefConfig) -> list[Product]:
    """`eef-1`, `eef-2`, ..."""
    return iterated("eef", config.iterations, ("explore", "select", "sft"))


def check(config: EefConfig, _: BaseConfig) -> None:
    """Refuses samples that would all be equal."""
    check_samples(config.samples, config.temperature)


EEF = Method(
    name="eef",
    help="EEF after SFT: learn from what was good in failed experts.",
    settings=EefConfig,
    run=run,
    products=products,
    check=check,
)
