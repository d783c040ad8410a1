"""Best-of-N: several samples of the SFT agent for each evaluation task, of which the best counts (paper, section 4.1).

Flow
    SFT agent at temperature 1 -> N episodes of every evaluation task -> proof that they differ -> for each task the
    best reward. Nothing is trained: the row says what the agent can reach, given N attempts and a judge.

Reads   `sft/model`, `expert/trajectories.jsonl` for the example
Writes  `evaluate/best-of-N/SPLIT.samples.jsonl` (every episode), `SPLIT.jsonl` (the best of each task), `results.json`

Differences from the paper: none. Each scoring protocol chooses its own best episodes; `SPLIT.jsonl` holds those of
`strict`, among equals those that `paper` prefers, then the first.

Metrics: those of `evaluate`. `steps` and `tokens` are what a task cost, all its samples together; `broken`,
`invalid_actions` and `format_errors` are over all samples. Further `samples` for each task, and the proof:
`differing`, the share of tasks whose samples do not all say the same, and `distinct`, the mean number of distinct
action sequences of a task.

Example
    eto-agent best-of-n --config configs/locked_door.yaml --best-of-n.samples 10
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from eto_agent.config.checks import SettingError
from eto_agent.config.schema import BaseConfig
from eto_agent.data.selection import by_task, diversity
from eto_agent.evaluation.scoring import SCORING_PROTOCOLS, score
from eto_agent.evaluation.summary import summarise
from eto_agent.fields import NotNegative
from eto_agent.methods.method import Figures, Method, Product
from eto_agent.run_folder import StageError, write_text
from eto_agent.session import Session
from eto_agent.stages.evaluation import check_some_sound, check_some_tasks, example_for, example_input, figures_of
from eto_agent.stages.imitation import sft_model
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory, write_trajectories

__all__ = ["BEST_OF_N", "BestOfNConfig"]


@dataclass(frozen=True)
class BestOfNConfig:
    """Best-of-N: the SFT agent samples every evaluation task several times, and the best reward counts."""

    samples: int = 10
    """Episodes for each task."""
    temperature: NotNegative[float] = 1.0
    """Sampling temperature; has to be above 0."""


def run(session: Session, config: BestOfNConfig) -> Iterator[tuple[str, Figures]]:
    """Samples every evaluation task; the figures have the shape of `evaluate`'s.

    Raises:
        StageError: the samples do not differ, or all of them died of an error.
    """
    check_some_tasks(session)
    samples, temperature = config.samples, config.temperature
    model = sft_model(session)
    [product] = products(config)
    inputs = session.acting_inputs(session.eval_tasks) | {"policy": model, "best_of_n": config}
    stage = session.folder.stage(f"evaluate/{product.name}", inputs | example_input(session))
    if not stage.done:
        results: dict[str, Any] = {}
        example, policy = example_for(session), session.policy(model, "sft", temperature=temperature)
        for split, tasks in session.eval_tasks.items():
            out = stage.path(f"{split}.samples.jsonl")
            title = f"best of {samples} on {split}"
            sampled = session.play(title, tasks, policy, out, samples=samples, example=example)
            check_some_sound(sampled, out)
            write_trajectories(stage.path(f"{split}.jsonl"), _best(sampled, ("strict", "paper")))
            results[split] = _figures(session, tasks, sampled, samples)
        _prove(results, temperature)
        write_text(stage.path("results.json"), json.dumps(results, indent=1))
        files = [f"{split}{kind}.jsonl" for split in session.eval_tasks for kind in ("", ".samples")]
        stage.finish(["results.json", *files])
    yield product.name, json.loads(stage.path("results.json").read_text())


def _best(sampled: Sequence[Trajectory], protocols: Sequence[str]) -> list[Trajectory]:
    """The best episode of each task: by the first protocol, then by the next; the first of equals."""
    return [
        max(group, key=lambda each: [score(each, protocol) for protocol in protocols])
        for group in by_task(sampled).values()
    ]


def _figures(session: Session, tasks: TaskSet, sampled: Sequence[Trajectory], samples: int) -> dict[str, Any]:
    """Scores of the best episodes, costs and conduct of all, and how much the samples differ."""
    everything = summarise(sampled)
    best = figures_of(session, tasks, _best(sampled, ("strict", "paper")))
    for protocol in SCORING_PROTOCOLS:
        best["protocols"][protocol] = summarise(_best(sampled, (protocol,)))["protocols"][protocol]
    for key in ("intervals", "conduct_by_type", "efficiency"):
        del best[key]  # they would be of the best samples only
    attempts = everything["episodes"] / best["episodes"]
    found = diversity(sampled)
    return best | {
        "broken": everything["broken"],
        "steps": everything["steps"] * attempts,
        "tokens": everything["tokens"] * attempts,
        "invalid_actions": everything["invalid_actions"],
        "format_errors": everything["format_errors"],
        "samples": samples,
        "differing": round(found.differing, 6),
        "distinct": round(found.distinct, 6),
    }


def _prove(results: dict[str, Any], temperature: float) -> None:
    if not any(figures["differing"] for figures in results.values()):
        raise StageError(
            f"Best-of-N sampled at temperature {temperature:g}, but in no task do two samples differ: "
            "it would be an evaluation of one episode; raise best_of_n.temperature, or look at the model."
        )


def check(config: BestOfNConfig, _: BaseConfig) -> None:
    """Refuses samples of which the best is the only one."""
    samples, temperature = config.samples, config.temperature
    if samples < 2 or temperature <= 0:
        raise SettingError(
            f"Best-of-N with {samples} samples at temperature {temperature:g} is one greedy episode; "
            "set best_of_n.samples to 2 or more (the paper: 10) and best_of_n.temperature above 0 (the paper: 1)."
        )


def products(config: BestOfNConfig) -> list[Product]:
    """`best-of-N`."""
    return [Product(f"best-of-{config.samples}", "best-of-n", command="best-of-n")]


BEST_OF_N = Method(
    name="best-of-n",
    help="Best-of-N after SFT: the best of several samples.",
    settings=BestOfNConfig,
    run=run,
    products=products,
    check=check,
)
