"""python benchmarks/throughput/rollout.py [--configs FILE ...] [--episodes 192] [--plain 24] [--num-envs 64] [--quick]

Exploration with continuous batching against one episode at a time, in one run: the same model, tasks and machine.

* The plain side is the usual loop: `model.generate` (greedy, with its key-value cache), one conversation at a time,
  which reads the whole context again in every turn. Its environment runs in the same process, and its prompts are
  encoded turn by turn as ours are, so it pays for nothing but reading and decoding. It plays `--plain` of the tasks,
  drawn from all of them (task types differ in length), half of them before our side and half after, so that a machine
  that gets slower is seen.
* Our side is `rollout.explore`: `--num-envs` environments in `--num-workers` processes.

The model is the SFT agent of each configuration, trained now where its run folder under `--out` does not hold it (for
`--epochs` epochs, if given); or any model folder with `--model`. `--fixed N` makes every reply N tokens long on both
sides, for models that have not been trained (`--model scratch:small`).

Trajectories have to be equal. The plain side leaves near-ties to chance; where the two sides part, the logits of the
two candidates are compared, and a difference below the margin counts as a tie, any other as an error.

Exits with 1 where a goal is missed: 10 times the episodes per second, equal trajectories.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

import eto_envs
from eto_agent.decoding.generator import Completion, GenerationSettings
from eto_agent.methods.catalogue import RunConfig, load_config
from eto_agent.models import SCRATCH_PREFIX
from eto_agent.policies import TransformersPolicy
from eto_agent.rollout.exploration import Environments, explore
from eto_agent.session import Session
from eto_agent.stages.experts import expert
from eto_agent.stages.imitation import base_model, sft
from eto_envs.conversation import Message, react_messages
from eto_envs.core import TextEnv
from eto_envs.making import make_with
from eto_envs.pool import EnvPool
from eto_envs.tasks import Task
from eto_envs.trajectory import Trajectory

GOAL = 10.0
CONFIGS = ("configs/locked_door.yaml", "configs/alfworld.yaml")


@dataclass
class Side:
    """What one side took, in seconds of the wall clock by what they went to, and what came out."""

    seconds: Counter[str] = field(default_factory=Counter[str])
    wall_s: float = 0.0
    cpu_s: float = 0.0
    tokens: int = 0
    played: list[Trajectory] = field(default_factory=list[Trajectory])

    @property
    def steps(self) -> int:
        return sum(len(each.turns) - 1 for each in self.played)

    def watch(self, owner: Any, method: str, name: str) -> None:
        """Counts the time that a method of an object takes."""
        original: Callable[..., Any] = getattr(owner, method)

        def timed(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                self.seconds[name] += time.perf_counter() - begun

        setattr(owner, method, timed)

    def run(self, play: Callable[[], list[Trajectory]]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        self.played += play()
        self.wall_s += time.perf_counter() - wall
        self.cpu_s += time.process_time() - cpu


class Plain:
    """One episode at a time."""

    def __init__(self, policy: TransformersPolicy, session: Session, side: Side) -> None:
        self.policy, self.session, self.side = policy, session, side
        env = make_with(session.config.env.id, {**session.config.env.settings, "split": session.config.env.train_split})
        assert isinstance(env.unwrapped, TextEnv)
        self.env = env
        for method in ("reset", "step"):
            side.watch(self.env, method, "worlds")
        side.watch(self, "generate", "model")

    def generate(self, ids: Sequence[int]) -> list[int]:
        generator = self.policy.generator
        settings, model = generator.settings, generator.model
        given = torch.tensor([ids], device=model.device)
        ends = self.policy.encoder.end_of_turn_ids
        with torch.inference_mode():
            out = model.generate(
                given,
                attention_mask=torch.ones_like(given),
                do_sample=False,
                max_new_tokens=min(settings.max_new_tokens, generator.max_context - len(ids)),
                min_new_tokens=None if generator._end_ids else settings.max_new_tokens,
                eos_token_id=list(ends) if generator._end_ids else None,
                pad_token_id=self.policy.encoder.tokenizer.pad_token_id,
            )
        return out[0, len(ids) :].tolist()

    def play(self, task: Task) -> Trajectory:
        session, encoder = self.session, self.policy.encoder
        observation, info = self.env.reset(options={"task": task.id})
        trajectory = Trajectory(session.config.env.id, task.id, task.type, "").begin(observation, info)
        messages = react_messages(trajectory, session.words, instruction=session.config.chat.instruction, to_act=True)
        ids = encoder.prompt_ids(messages)
        limit = int(session.config.env.settings.get("max_steps") or task.max_steps)
        while trajectory.outcome is None and len(trajectory.turns) <= limit:
            written = self.generate(ids) if len(ids) < self.policy.generator.max_context else []
            self.side.tokens += len(written)
            reply = self.policy._reply(Completion(tuple(written), (), ""))
            if reply.text is None:
                break
            action = session.words.parse_action(reply.text)
            meta = {} if reply.token_ids is None else {"token_ids": list(reply.token_ids)}
            if action is None:
                observation = session.words.format_error
                trajectory.record_unparsed(reply.text, observation, **meta)
            else:
                observation, reward, _, _, info = self.env.step(action)
                trajectory.record(reply.text, action, observation, float(reward), info, **meta)
            said: Message = {"role": "assistant", "content": reply.text, "trained": True}
            if meta:
                said["token_ids"] = meta["token_ids"]
            seen: Message = {
                "role": "user",
                "content": session.words.render_observation(observation),
                "trained": False,
            }
            ids = encoder.extend(ids, [said, seen])
        return trajectory


def play_ours(policy: TransformersPolicy, session: Session, tasks: list[Task], shape: argparse.Namespace) -> Side:
    side, config = Side(), session.config
    kwargs = {**config.env.settings, "split": config.env.train_split}
    with EnvPool(config.env.id, shape.num_envs, num_workers=shape.num_workers, **kwargs) as pool:
        for index in range(shape.num_envs):  # workers start before the clock does
            pool.reset(index, task=tasks[0].id)
        while pool.pending:
            pool.receive()
        there = Environments(pool, config.env.id, session.words, config.env.settings, config.chat.instruction)
        side.watch(policy.generator, "advance", "model")
        side.watch(policy, "submit", "conversations")
        for method in ("step", "reset"):
            side.watch(pool, method, "worlds")
        side.watch(pool, "receive", "waiting")
        with tempfile.TemporaryDirectory() as folder:
            side.run(lambda: explore(tasks, policy, there, Path(folder) / "trajectories.jsonl"))
    side.tokens = policy.generator.tokens_written
    return side


def differences(
    policy: TransformersPolicy, session: Session, ours: list[Trajectory], plain: list[Trajectory]
) -> Counter[str]:
    """How many episodes are equal, part at a near-tie, or differ."""
    found: Counter[str] = Counter()
    by_task = {each.task: each for each in ours}
    for theirs in plain:
        mine = by_task[theirs.task]
        shown = [[(t.text, t.action, t.observation, t.reward) for t in each.turns] for each in (mine, theirs)]
        if shown[0] == shown[1]:
            found["equal"] += 1
            continue
        turn = next(n for n, pair in enumerate(zip(*shown, strict=False)) if pair[0] != pair[1])
        gap = _gap(policy, session, theirs, mine.turns[turn].meta["token_ids"], turn)
        found["parted at a near-tie" if gap < policy.generator.settings.tie_margin else "different"] += 1
    return found


def _gap(policy: TransformersPolicy, session: Session, theirs: Trajectory, mine: list[int], turn: int) -> float:
    """How far apart the logits of the two tokens are where the replies of a turn part, as a share of the largest."""
    their = theirs.turns[turn].meta["token_ids"]
    common = next(n for n, pair in enumerate(zip(mine, their, strict=False)) if pair[0] != pair[1])
    before = replace(theirs, turns=theirs.turns[:turn])
    messages = react_messages(before, session.words, instruction=session.config.chat.instruction, to_act=True)
    ids = [*policy.encoder.prompt_ids(messages), *mine[:common]]
    with torch.inference_mode():
        logits = policy.generator.model(torch.tensor([ids], device=policy.generator.device)).logits[0, -1].float()
    return abs(float(logits[mine[common]] - logits[their[common]])) / float(logits.abs().max())


def show(console: Console, title: str, plain: Side, ours: Side) -> float:
    ratio = (len(ours.played) / ours.wall_s) / (len(plain.played) / plain.wall_s)
    table = Table("figure", "one at a time", "continuous", "ratio", title=title, title_justify="left")
    sides = (plain, ours)
    table.add_row("episodes", *(str(len(each.played)) for each in sides))
    table.add_row("episodes/s", *(f"{len(each.played) / each.wall_s:.3f}" for each in sides), f"{ratio:.1f}")
    for name, counts in (("steps/s", [each.steps for each in sides]), ("tokens/s", [each.tokens for each in sides])):
        rates = [count / each.wall_s for count, each in zip(counts, sides, strict=True)]
        table.add_row(name, *(f"{rate:,.1f}" for rate in rates), f"{rates[1] / rates[0]:.1f}")
    table.add_row("steps an episode", *(f"{each.steps / len(each.played):.1f}" for each in sides))
    table.add_row("tokens a step", *(f"{each.tokens / each.steps:.1f}" for each in sides))
    for name in ("model", "conversations", "worlds", "waiting"):
        table.add_row(f"time: {name}", *(f"{each.seconds[name] / each.wall_s:.1%}" for each in sides))
    rest = [each.wall_s - sum(each.seconds.values()) for each in sides]
    table.add_row("time: the rest", *(f"{r / each.wall_s:.1%}" for r, each in zip(rest, sides, strict=True)))
    table.add_row("wall s, CPU s of this process", *(f"{each.wall_s:.1f}, {each.cpu_s:.1f}" for each in sides))
    console.print(table)
    return ratio


def model_of(session: Session, given: str | None) -> Path | str:
    if given is not None and not given.startswith(SCRATCH_PREFIX):
        return given
    expert(session)
    return sft(session) if given is None else base_model(session)


def compare(console: Console, config: RunConfig, arguments: argparse.Namespace) -> list[str]:
    with Session(config) as session:
        splits = [task for tasks in session.eval_tasks.values() for task in tasks]
        tasks = [*splits, *session.train_tasks][: arguments.episodes]
        generation = GenerationSettings(max_new_tokens=arguments.fixed or config.generation.max_new_tokens)
        policy = TransformersPolicy(model_of(session, arguments.model), generation, stop_strings=(session.words.stop,))
        if arguments.fixed:
            policy.generator._end_ids = frozenset()
        plain = Side()
        playing = Plain(policy, session, plain)
        playing.play(tasks[0])  # both sides are warm when the clock starts
        plain = playing.side = Side()
        playing = Plain(policy, session, plain)
        some = Random(0).sample(tasks, min(len(tasks), arguments.plain))
        plain.run(lambda: [playing.play(task) for task in some[::2]])
        ours = play_ours(policy, session, tasks, arguments)
        plain.run(lambda: [playing.play(task) for task in some[1::2]])
        generator = policy.generator
        size = sum(weight.numel() for weight in generator.model.parameters()) / 1e6
        title = f"{config.env.id}, {size:.1f} M parameters, {generator.device}, {arguments.num_envs} environments"
        ratio = show(console, title, plain, ours)
        found = differences(policy, session, ours.played, plain.played)
        console.print(
            f"{generator.passes} passes, {generator.tokens_read} tokens read, {generator.ties} near-ties; "
            f"of {len(some)} episodes: {', '.join(f'{count} {what}' for what, count in found.items())}"
        )
        if generator.device.type == "cuda":
            console.print(f"GPU memory: {torch.cuda.max_memory_allocated() / 1e9:.1f} GB")
    missed = [f"{config.env.id}: {ratio:.1f} times the episodes, not {GOAL:.0f}"] if ratio < GOAL else []
    return missed + ([f"{config.env.id}: {found['different']} episodes differ"] if found["different"] else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configs", nargs="+", default=CONFIGS)
    parser.add_argument("--model", help="a model's folder, or scratch:PRESET for one with random weights")
    parser.add_argument("--fixed", type=int, default=0, metavar="N", help="every reply has N tokens")
    parser.add_argument("--out", type=Path, default=Path("runs/throughput"))
    parser.add_argument("--epochs", type=float, help="of SFT, instead of the configuration's")
    parser.add_argument("--episodes", type=int, default=192)
    parser.add_argument("--plain", type=int, default=24, help="episodes of the plain side")
    parser.add_argument("--num-envs", type=int, default=64)
    parser.add_argument("--num-workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of torch, on both sides")
    parser.add_argument("--quick", action="store_true", help="16 episodes, 2 of them on the plain side")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.episodes, arguments.plain = 16, 2
    torch.set_num_threads(arguments.threads)
    console = Console(width=None if sys.stdout.isatty() else 110)
    load = os.getloadavg()[0]
    versions = f"eto-envs {eto_envs.__version__}, torch {torch.__version__}"
    console.print(f"{versions}, {torch.get_num_threads()} threads, load {load:.1f}")
    missed: list[str] = []
    for file in arguments.configs:
        config = load_config(Path(file))
        epochs = config.sft.epochs if arguments.epochs is None else arguments.epochs
        config = replace(config, out=arguments.out / Path(file).stem, sft=replace(config.sft, epochs=epochs))
        missed += compare(console, config, arguments)
    console.print("\n".join(f"missed: {text}" for text in missed) or "all goals met, all trajectories equal")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
