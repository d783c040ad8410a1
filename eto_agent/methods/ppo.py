"""PPO: the agent learns online from episodes that it plays itself (Schulman et al., 2017; the paper's baseline, eq. 6).

Flow, `ppo.updates` times, from the SFT agent on
    draw training tasks -> play them with the policy as it is, at temperature 1, in all environments at once
    -> episodes as token ids exactly as sampled, with the final score as reward at the end of the episode
    -> advantages by GAE over the turns of an episode: the value of a turn is read where its reply begins, and all
       tokens of a turn share the turn's advantage (`ppo.level=token`: every token is a step of its own)
    -> several epochs over minibatches of whole episodes: clipped surrogate, clipped value loss, tie to the SFT agent

The tie is a penalty in the loss, not in the reward: half the squared difference of the log-probabilities of a sampled
token (the estimator "k2"; its gradient is that of KL(policy || SFT agent) in expectation). The metric `kl` is the
non-negative unbiased estimate r - 1 - log r. Only tokens that the agent sampled are scored; observations are context.

Reads   `sft/model`, the training tasks
Writes  `ppo/model`, `ppo/metrics.jsonl`, `ppo/rollouts/NNNN.jsonl` (every episode), and while it runs `ppo/states/NNNN`

A run that is killed goes on from its last whole state: rollouts that were played are read, not played again, and on a
CPU it ends with the same weights bit for bit.

Differences from the paper: it names PPO as a baseline and gives no settings; all of them are ours. Replies are not cut
at `\\nObservation:` here: what was sampled is what the agent is judged by.

Metrics, a line an update: reward and success (means), turns and agent_tokens (an episode), episodes, and what was left
out (errors, silent, too_long, turns_left_out); kl; generation_gap (largest difference between log-probabilities kept
from generation and computed here: should be rounding); explained_variance of the values; and means over the optimiser
steps (passes): policy_loss, reference_loss, value_loss, entropy, approx_kl and clip_share against the policy that
played, grad_norm; stopped_early. Watch kl and entropy beside the reward.

Example
    eto-agent ppo --config configs/locked_door.yaml --ppo.updates 10
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.config.schema import BaseConfig
from eto_agent.console import say_row
from eto_agent.evaluation.scoring import score
from eto_agent.methods.method import Method, Product
from eto_agent.online.episodes import LogProbRecorder, SampledEpisode, sampled_episode
from eto_agent.online.settings import PpoConfig
from eto_agent.run_folder import Stage, keep_rows
from eto_agent.session import Session
from eto_agent.stages.imitation import sft_model
from eto_agent.training.job import TrainingError
from eto_agent.training.trackers import reporting
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory

if TYPE_CHECKING:
    from eto_agent.online.learner import Learner

__all__ = ["PPO"]


def run(session: Session, config: PpoConfig) -> Iterator[tuple[str, Path]]:
    """Trains the SFT agent online.

    Raises:
        TrainingError: an update without a usable episode, or a loss that is not finite.
    """
    model = sft_model(session)
    stage = session.folder.stage(
        "ppo", {"policy": model, "ppo": config, **session.acting_inputs(session.explored_tasks)}
    )
    if not stage.done:
        if not stage.path("model").exists():
            _train(session, config, model, stage)
        shutil.rmtree(stage.path("states"), ignore_errors=True)
        stage.finish(["model"], **json.loads((stage.path("model") / "training.json").read_text()))
    yield "ppo", stage.path("model")


def _train(session: Session, config: PpoConfig, model: Path, stage: Stage) -> None:
    """All updates, from the last whole state on; writes the model folder at the end."""
    from eto_agent.online.learner import Learner

    metrics = stage.path("metrics.jsonl")
    done, state = _last_state(stage.path("states"))
    learner = Learner(model, config, session.config.seed, state)
    keep_rows(metrics, done)
    with reporting(config.report_to, stage.folder, "ppo") as report:
        for update in range(done + 1, config.updates + 1):
            rollouts = _rollouts(session, config, model if state is None else state / "policy", stage, update)
            row = {"update": update, **_update(session, config, learner, rollouts, update)}
            with metrics.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            report(row, update)
            say_row(f"ppo {update}/{config.updates}", row, ("reward", "success", "kl", "entropy", "clip_share"))
            state = _next_state(learner, stage.path("states"), update)
    learner.networks.save_policy(stage.path("model"), _facts(metrics))


def _rollouts(session: Session, config: PpoConfig, model: Path, stage: Stage, update: int) -> list[Trajectory]:
    """The episodes of an update; those that its file holds already are not played again."""
    rng = np.random.default_rng([session.config.seed, update])
    count = min(config.tasks, len(session.explored_tasks))
    drawn = sorted(rng.choice(len(session.explored_tasks), count, replace=False).tolist())
    tasks = TaskSet(session.explored_tasks.name, [session.explored_tasks[index] for index in drawn])
    # Sampling streams are named by seed, task and sample: every update needs a seed of its own.
    sampling = {"temperature": 1.0, "seed": int(rng.integers(2**62))}
    # A stop string would cut text off that was sampled and could then not be scored.
    acting = LogProbRecorder(session.policy(model, f"ppo-{update - 1}", stop_strings=(), **sampling))
    out = stage.path("rollouts") / f"{update:04}.jsonl"
    return session.play(f"ppo {update}/{config.updates}", tasks, acting, out, samples=config.samples)


def _update(
    session: Session, config: PpoConfig, learner: Learner, rollouts: Sequence[Trajectory], update: int
) -> dict[str, float]:
    """Trains on the episodes of an update; returns its row of metrics."""
    encoder = ChatEncoder(learner.networks.tokenizer)
    sound = [each for each in rollouts if each.outcome != "error"]
    scores = [score(each, config.protocol) for each in sound]
    read = [
        sampled_episode(each, session.messages(each), encoder, reward)
        for each, (reward, _) in zip(sound, scores, strict=True)
    ]
    said = [each for each in read if each is not None]
    episodes = [each for each in said if len(each) <= config.max_length]
    if not episodes:
        raise TrainingError(
            f"Update {update} of PPO has no episode to learn from: of {len(rollouts)}, {len(rollouts) - len(sound)} "
            f"died of an error, {len(sound) - len(said)} hold no reply, and {len(said)} are longer than "
            f"ppo.max_length={config.max_length} tokens."
        )
    return {
        "reward": _mean([reward for reward, _ in scores]),
        "success": _mean([float(success) for _, success in scores]),
        "turns": _mean([len(each.spans) for each in episodes]),
        "agent_tokens": _mean([each.tokens for each in episodes]),
        "episodes": len(episodes),
        "errors": len(rollouts) - len(sound),
        "silent": len(sound) - len(said),
        "too_long": len(said) - len(episodes),
        "turns_left_out": sum(each.left_out for each in episodes),
        **learner.update(_by_length(episodes), update),
    }


def _by_length(episodes: Sequence[SampledEpisode]) -> list[SampledEpisode]:
    """Episodes of like length next to each other: the pass that scores them all has less padding."""
    return sorted(episodes, key=len)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


# States: a folder an update, the last one kept


def _last_state(folder: Path) -> tuple[int, Path | None]:
    """How many updates are done, and the state after them; a name that ends in `.partial` is not a whole one."""
    found = sorted(each for each in folder.glob("*") if each.name.isdecimal())
    return (int(found[-1].name), found[-1]) if found else (0, None)


def _next_state(learner: Learner, folder: Path, update: int) -> Path:
    state = learner.save(folder / f"{update:04}", {"update": update})
    for other in folder.iterdir():
        if other != state:
            shutil.rmtree(other)
    return state


def _facts(metrics: Path) -> dict[str, Any]:
    """What the stage's record says: totals, and the last update's figures."""
    rows = [json.loads(line) for line in metrics.read_text(encoding="utf-8").splitlines()]
    totals = {name: sum(row[name] for row in rows) for name in ("episodes", "errors", "silent", "too_long")}
    last = {name: rows[-1][name] for name in ("reward", "success", "kl", "entropy", "explained_variance")}
    return {"updates": len(rows), **totals, "largest_gap": max(row["generation_gap"] for row in rows), **last}


def check(config: PpoConfig, _: BaseConfig) -> None:
    """Refuses settings that cannot work."""
    config.check()


def products(_: PpoConfig) -> list[Product]:
    """The policy after the last update."""
    return [Product("ppo", "ppo", stages=("ppo",), command="ppo")]


PPO = Method(
    name="ppo",
    help="PPO after SFT: learn online, from episodes as they are played.",
    settings=PpoConfig,
    run=run,
    products=products,
    check=check,
)
