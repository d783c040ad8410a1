"""python benchmarks/throughput/decoding.py --config FILE --out FOLDER [--talks 32] [--turns 30] [--rounds 3] [...]

Our decoder, with and without packing and guesses, against the two plain routes of Transformers, on the same recorded
conversations. The model is the SFT agent of the configuration, trained now where `--out` does not hold it. It plays
`--talks` and `--warm` tasks; the first are then decoded again by every engine. Each engine is given the recorded
prompts, turn by turn, and decodes greedily as many tokens as were recorded, so all do equal work; replies that equal
the record are counted. The engines take turns, forwards and backwards, and each round compares them with the first.

ours         `Generator`: `--at-once` conversations, each goes on as soon as its reply ends
no guesses   the same with `draft_tokens=0`
no packing   the same with padded batches, one for rows that decode and others for rows that read (`Padded`, below)
neither      both left out
paged        continuous batching of Transformers, one manager for all turns. It finds whole pages of earlier turns again
             by their hash, so it does keep a cache. It masks the attention of every token to all conversations, draws
             samples from one stream for all, and computes no tie again: its replies may depend on the batch.
generate     `generate` with one left-padded cache kept from turn to turn; all conversations take a turn together

`x` is the time as a multiple of ours. `ours` starts with guesses that have seen the replies of `--warm` conversations,
and with an earlier conversation whose beginning the others share, as in a long exploration. Measured on two idle cores,
torch 2.13.0, transformers 5.23.0, float32; every reply of every variant equals the record.

|            | ladder, one thread          ||||       | SmolLM2-135M, two threads   ||||         |
| variant    | tokens/s | x wall | x CPU | passes | fed    | tokens/s | x wall | x CPU | passes | fed   |
| ---------- | -------: | -----: | ----: | -----: | -----: | -------: | -----: | ----: | -----: | ----: |
| ours       |    5,708 |   1.00 |  1.00 |    201 | 13,624 |       78 |   1.00 |  1.00 |     68 | 4,556 |
| no guesses |    3,492 |   1.63 |  1.64 |    546 | 11,865 |       53 |   1.47 |  1.41 |    199 | 4,411 |
| no packing |    4,502 |   1.27 |  1.27 |    383 | 21,138 |       64 |   1.23 |  1.27 |     99 | 5,452 |
| neither    |    3,059 |   1.87 |  1.87 |    638 | 22,875 |       40 |   1.94 |  1.77 |    237 | 4,743 |
| paged      |    1,997 |   2.86 |  2.87 |    605 | 16,903 |       28 |   2.75 |  2.83 |    205 | 4,696 |
| generate   |    2,541 |   2.25 |  2.25 |    630 | 20,774 |       28 |   2.77 |  2.07 |    198 | 9,640 |

Ladder: `benchmarks/methods/ladder.yaml` with 700 training tasks a type (0.9 M parameters, SFT on 4,189 experts),
ALFWorld, 32 conversations, 673 turns, 16 at once, median of 2 rounds. SmolLM2-135M-Instruct after one SFT epoch on 36
experts, ALFWorld, 8 conversations of 6 turns, all at once, one round.

Packing alone is worth 1.23 to 1.27 on both models, guesses 1.41 to 1.64, the two together 1.8 to 1.9.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import torch
import transformers
from rich.console import Console
from rich.table import Table

from eto_agent.decoding.drafts import Drafts
from eto_agent.decoding.generator import GenerationSettings, Generator
from eto_agent.decoding.kv_cache import SlotCache
from eto_agent.decoding.packing import Piece
from eto_agent.methods.catalogue import load_config
from eto_agent.policies import TransformersPolicy
from eto_agent.session import Session
from eto_agent.stages.experts import expert
from eto_agent.stages.imitation import sft
from eto_envs.conversation import react_messages
from eto_envs.tasks import TaskSet


@dataclass
class Talk:
    """A recorded conversation: the prompt of each turn, and the reply to it, as token ids."""

    key: str
    prompts: list[list[int]] = field(default_factory=list[list[int]])
    replies: list[list[int]] = field(default_factory=list[list[int]])


class Streaming(ABC):
    """An engine that conversations join and leave at any time."""

    def begin(self) -> None: ...  # noqa: B027  # most engines have nothing to prepare

    @abstractmethod
    def submit(self, talk: Talk, turn: int) -> None: ...

    @abstractmethod
    def collect(self) -> list[tuple[str, list[int]]]: ...

    def forget(self, key: str) -> None: ...  # noqa: B027  # nor to drop

    def play(self, talks: Sequence[Talk], at_once: int) -> dict[tuple[str, int], list[int]]:
        todo, talking = deque(talks), dict[str, tuple[Talk, int]]()
        found: dict[tuple[str, int], list[int]] = {}
        while todo or talking:
            while todo and len(talking) < at_once:
                talk = todo.popleft()
                talking[talk.key] = talk, 0
                self.submit(talk, 0)
            for key, ids in self.collect():
                talk, turn = talking[key]
                found[key, turn] = ids
                if turn + 1 < len(talk.prompts):
                    talking[key] = talk, turn + 1
                    self.submit(talk, turn + 1)
                else:
                    del talking[key]
                    self.forget(key)
        return found


class Ours(Streaming):
    def __init__(self, generator: Generator, warm: Sequence[Talk]) -> None:
        self.generator = generator
        self.earlier = warm[0]
        self.drafts = Drafts(generator.settings.draft_tokens)
        for talk in warm:
            for prompt, reply in zip(talk.prompts, talk.replies, strict=True):
                self.drafts.learn(talk.key, prompt, reply)
            self.drafts.forget(talk.key)

    def begin(self) -> None:
        """What a long exploration has: guesses that have seen replies, and a conversation whose beginning is shared."""
        self.generator._drafts = copy.deepcopy(self.drafts)
        self.generator.forget("earlier")
        self.generator.complete(["earlier"], [self.earlier.prompts[0]], lambda ids: True)

    def submit(self, talk: Talk, turn: int) -> None:
        count = len(talk.replies[turn])
        self.generator.submit(talk.key, talk.prompts[turn], lambda ids: len(ids) >= count)

    def collect(self) -> list[tuple[str, list[int]]]:
        return [(key, list(each.ids)) for key, each in self.generator.advance()]

    def forget(self, key: str) -> None:
        self.generator.forget(key)


class PaddedCache(SlotCache):
    rows: torch.Tensor
    positions: torch.Tensor
    width: int

    def update(self, key_states: Any, value_states: Any, layer_idx: int, *args: Any, **kwargs: Any) -> Any:
        return self._kept(self.keys[layer_idx], key_states), self._kept(self.values[layer_idx], value_states)

    def _kept(self, kept: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
        kept[self.rows[:, None], :, self.positions] = new.transpose(1, 2)
        return kept[:, :, : self.width].index_select(0, self.rows)


class Padded(Generator):
    """The candidate that would replace packing: rows that read and rows that decode each in one padded batch."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cache = PaddedCache(self.model.config, self.model.dtype, self.device)

    def _forward(self, pieces: Sequence[Piece]) -> torch.Tensor:
        found: dict[int, torch.Tensor] = {}
        groups: list[list[int]] = []
        for number in sorted(range(len(pieces)), key=lambda n: len(pieces[n].tokens)):
            if not groups or len(pieces[number].tokens) > max(8, 2 * len(pieces[groups[-1][0]].tokens)):
                groups.append([])
            groups[-1].append(number)
        for group in groups:
            self._batch(pieces, group, found)
        return torch.cat([found[number] for number in range(len(pieces))]).float()

    def _batch(self, pieces: Sequence[Piece], numbers: Sequence[int], found: dict[int, torch.Tensor]) -> None:
        rows = [pieces[number] for number in numbers]
        self.passes += 1
        longest = max(len(row.tokens) for row in rows)
        width = max(row.start + longest for row in rows)
        self._cache.reserve(max(row.slot for row in rows) + 1, width)
        # Padding stands on the right, and writes where the row's next tokens will.
        tokens = torch.tensor([[*row.tokens, *[0] * (longest - len(row.tokens))] for row in rows])
        positions = torch.tensor([row.start for row in rows])[:, None] + torch.arange(longest)
        mask = torch.zeros(len(rows), 1, longest, width)
        mask.masked_fill_(torch.arange(width) > positions[:, None, :, None], torch.finfo(mask.dtype).min)
        self._cache.rows = torch.tensor([row.slot for row in rows])
        self._cache.positions, self._cache.width = positions, width
        hidden = self.model.base_model(
            input_ids=tokens, position_ids=positions, attention_mask=mask, past_key_values=self._cache, use_cache=True
        ).last_hidden_state
        last = [hidden[n, len(row.tokens) - row.wanted : len(row.tokens)] for n, row in enumerate(rows)]
        logits = self.head(torch.cat(last)).split([row.wanted for row in rows])
        found.update(zip(numbers, logits, strict=True))


class Paged(Streaming):
    """Continuous batching of Transformers."""

    def __init__(
        self, model: transformers.PreTrainedModel, earlier: Talk, longest: int, at_once: int, page: int, batch: int
    ) -> None:
        self.model, self.earlier = model, earlier
        self.settings = transformers.ContinuousBatchingConfig(
            page_size=page, num_blocks=3 * at_once * longest // page, max_batch_tokens=batch, return_logprobs=True
        )
        self.manager: Any = None

    def begin(self) -> None:
        self.manager = self.model.init_continuous_batching(
            transformers.GenerationConfig(do_sample=False, eos_token_id=-1, max_new_tokens=10_000), self.settings
        )
        self.manager.start()
        self.manager.add_request(self.earlier.prompts[0], request_id="earlier", max_new_tokens=1)
        self.collect()

    def stop(self) -> None:
        self.manager.stop(block=True)

    def submit(self, talk: Talk, turn: int) -> None:
        self.manager.add_request(
            talk.prompts[turn], request_id=f"{talk.key} {turn}", max_new_tokens=len(talk.replies[turn])
        )

    def collect(self) -> list[tuple[str, list[int]]]:
        result = self.manager.get_result(timeout=60)
        assert result.error is None, result.error
        return [(result.request_id.rpartition(" ")[0], list(result.generated_tokens))]


class Lengths(transformers.StoppingCriteria):
    def __init__(self, counts: Sequence[int], begin: int) -> None:
        self.ends = torch.tensor(counts) + begin

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> Any:
        return self.ends <= input_ids.shape[1]


class Kept:
    """`generate` with one cache that is kept from turn to turn: all conversations take a turn together."""

    def __init__(self, model: transformers.PreTrainedModel) -> None:
        self.model = model

    def begin(self) -> None: ...

    def play(self, talks: Sequence[Talk], at_once: int) -> dict[tuple[str, int], list[int]]:
        found: dict[tuple[str, int], list[int]] = {}
        rest = iter(talks)
        while group := list(islice(rest, at_once)):
            self._group(group, found)
        return found

    @torch.inference_mode()
    def _group(self, talks: list[Talk], found: dict[tuple[str, int], list[int]]) -> None:
        cache = transformers.DynamicCache(config=self.model.config)
        ids = torch.zeros(len(talks), 0, dtype=torch.int64)
        mask = ids
        known = [list[int]() for _ in talks]
        for turn in range(max(len(talk.prompts) for talk in talks)):
            stay = [n for n, talk in enumerate(talks) if turn < len(talk.prompts)]
            if len(stay) < len(talks):
                if ids.shape[1]:
                    cache.batch_select_indices(torch.tensor(stay))
                ids, mask = ids[stay], mask[stay]
                talks, known = [talks[n] for n in stay], [known[n] for n in stay]
            prompts = [talk.prompts[turn] for talk in talks]
            if any(prompt[: len(ours)] != ours for prompt, ours in zip(prompts, known, strict=True)):
                cache = transformers.DynamicCache(config=self.model.config)
                ids = torch.zeros(len(talks), 0, dtype=torch.int64)
                mask, known = ids, [[] for _ in talks]
            new = [prompt[len(ours) :] for prompt, ours in zip(prompts, known, strict=True)]
            longest = max(map(len, new))
            ids = torch.cat([ids, torch.tensor([[0] * (longest - len(each)) + each for each in new])], 1)
            mask = torch.cat([mask, torch.tensor([[0] * (longest - len(e)) + [1] * len(e) for e in new])], 1)
            counts = [len(talk.replies[turn]) for talk in talks]
            begin = ids.shape[1]
            stop = transformers.StoppingCriteriaList([Lengths(counts, begin)])
            ids = self.model.generate(
                ids, attention_mask=mask, past_key_values=cache, do_sample=False, max_new_tokens=max(counts),
                stopping_criteria=stop, pad_token_id=0, eos_token_id=None,
            )  # fmt: skip
            mask = torch.cat([mask, (torch.arange(max(counts)) < torch.tensor(counts)[:, None]).long()], 1)
            for n, (talk, count) in enumerate(zip(talks, counts, strict=True)):
                reply = ids[n, begin : begin + count].tolist()
                found[talk.key, turn] = reply
                known[n] = [*prompts[n], *reply]


class Meter:
    """Counts passes and tokens, padding included, and takes the time."""

    def __init__(self, model: transformers.PreTrainedModel) -> None:
        self.passes = self.tokens = 0
        model.base_model.register_forward_pre_hook(self._see, with_kwargs=True)

    def _see(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.passes += 1
        self.tokens += kwargs["input_ids"].numel()


@dataclass
class Runs:
    wall_s: list[float] = field(default_factory=list[float])
    cpu_s: list[float] = field(default_factory=list[float])
    passes: int = 0
    fed: int = 0
    equal: int = 0


def record(session: Session, model: Path, arguments: argparse.Namespace) -> list[Talk]:
    """Plays evaluation tasks with the model, and takes the episodes apart; they are kept."""
    tasks = [task for split in session.eval_tasks.values() for task in split]
    number = arguments.talks + arguments.warm
    tasks = TaskSet("recorded", tasks[:number])
    policy = session.policy(model, "recorded")
    played = session.play("recorded", tasks, policy, session.folder.path / "recorded.jsonl")
    assert isinstance(policy, TransformersPolicy)
    talks: list[Talk] = []
    for trajectory in played:
        talk = Talk(trajectory.task)
        for number, turn in enumerate(islice(trajectory.turns[1:], arguments.turns)):
            before = replace(trajectory, turns=trajectory.turns[: number + 1])
            messages = react_messages(before, session.words, instruction=session.config.chat.instruction, to_act=True)
            ids = turn.meta.get("token_ids") or policy.encoder.tokenizer(turn.text, add_special_tokens=False).input_ids
            talk.prompts.append(policy.encoder.prompt_ids(messages))
            talk.replies.append(ids)
        talks.append(talk)
    return talks


def _ratio(times: Sequence[float], of_first: Sequence[float]) -> float:
    return median(mine / theirs for mine, theirs in zip(times, of_first, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    numbers = {"talks": 32, "warm": 32, "turns": 30, "at-once": 16, "rounds": 3, "threads": 1, "page": 16, "batch": 512}
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    config = replace(load_config(arguments.config), out=arguments.out)
    with Session(config) as session:
        expert(session)
        folder = sft(session)
    env = replace(config.env, settings={**config.env.settings, "max_steps": arguments.turns})
    out = arguments.out / f"recorded-{arguments.talks + arguments.warm}-{arguments.turns}"
    with Session(replace(config, out=out, env=env)) as session:
        talks = record(session, folder, arguments)
    model = TransformersPolicy(folder).generator.model
    meter = Meter(model)
    timed, warm = talks[: arguments.talks], talks[arguments.talks :]
    longest = max(len(p) + len(r) for talk in timed for p, r in zip(talk.prompts, talk.replies, strict=True))

    def ours(kind: type[Generator], guesses: int) -> Ours:
        return Ours(kind(model, [], GenerationSettings(max_new_tokens=10_000, draft_tokens=guesses)), warm)

    engines: dict[str, Streaming | Kept] = {
        "ours": ours(Generator, 4),
        "no guesses": ours(Generator, 0),
        "no packing": ours(Padded, 4),
        "neither": ours(Padded, 0),
        "paged": Paged(model, warm[0], longest, arguments.at_once, arguments.page, arguments.batch),
        "generate": Kept(model),
    }
    runs = {name: Runs() for name in engines}
    wanted = {(talk.key, n): reply for talk in timed for n, reply in enumerate(talk.replies)}
    for round_ in range(arguments.rounds):
        for name in list(engines)[:: -1 if round_ % 2 else 1]:
            engine, run = engines[name], runs[name]
            engine.begin()
            meter.passes = meter.tokens = 0
            wall, cpu = time.perf_counter(), time.process_time()
            found = engine.play(timed, arguments.at_once)
            run.wall_s.append(time.perf_counter() - wall)
            run.cpu_s.append(time.process_time() - cpu)
            run.passes, run.fed = meter.passes, meter.tokens
            run.equal = sum(found[key] == reply for key, reply in wanted.items())
            print(f"round {round_}, {name}: {run.wall_s[-1]:.1f} s, CPU {run.cpu_s[-1]:.1f} s", flush=True)
            if isinstance(engine, Paged):
                engine.stop()
    first = runs["ours"]
    tokens = sum(map(len, wanted.values()))
    table = Table("variant", "tok/s wall", "tok/s cpu", "x wall", "x cpu", "passes", "fed", "equal")
    for name, run in runs.items():
        rates = [f"{tokens / median(times):.0f}" for times in (run.wall_s, run.cpu_s)]
        ratios = [f"{_ratio(run.wall_s, first.wall_s):.2f}", f"{_ratio(run.cpu_s, first.cpu_s):.2f}"]
        table.add_row(name, *rates, *ratios, str(run.passes), str(run.fed), str(run.equal))
    Console(width=110).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
