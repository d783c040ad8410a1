"""`Generator`: batched decoding with one key-value cache a conversation, kept from turn to turn.

Two properties matter for experiments and are built in:

* **Only new tokens are computed.** A conversation's cache stays while the environment acts; the next turn feeds the
  tokens that were added since (the longest common prefix decides, so any change of the conversation is safe). A new
  conversation takes over what it shares with another one, such as the instruction.
* **The batch does not matter.** Floating-point sums differ a little with the shape of a batch, and a greedy choice
  between two near-equal logits would then depend on which conversations happened to share it. Where the best two
  candidates are closer than `tie_margin`, the logits are computed again for that conversation alone, in one fixed
  shape, and decide. In float32 on one device, replies therefore depend on the conversation only.
  Sampling adds Gumbel noise drawn from a stream named by the conversation's key, and takes the maximum likewise.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import torch
from transformers import PreTrainedModel

from eto_agent.completions import Completion, GenerationSettings, Stops
from eto_agent.drafts import Drafts
from eto_agent.kv_cache import SlotCache
from eto_agent.sampling import choose
from eto_agent.seeds import reply_seed

__all__ = ["Completion", "GenerationSettings", "Generator", "Stops"]

_READ_SHARE = 8
"""Prompts are read when one of so many conversations waits for it: reading few at a time holds up the others."""
_READ_TOKENS = 8192
"""Most tokens, padding included, that are read in one forward pass (a longer prompt is read by itself)."""
_WORTH_COPYING = 16
"""A new conversation takes over what it shares with another from this many tokens on."""
_SHORT = 64
"""Prompts that grow by no more than this share a pass whatever their lengths: the pass itself costs more."""


@dataclass(slots=True)
class _Row:
    """A conversation: its slot, what the cache holds of it, and the reply under way."""

    key: str
    slot: int
    cached: list[int] = field(default_factory=list[int])
    prompt: list[int] = field(default_factory=list[int])
    ids: list[int] = field(default_factory=list[int])
    log_probs: list[float] = field(default_factory=list[float])
    room: int = 0
    seed: int = 0
    stops: Stops | None = None


class Generator:
    """Decodes replies to token-id prompts, in batches.

    `complete` answers a batch at once. `submit` and `advance` answer continuously: conversations join and leave
    between two tokens, so that none waits for another one's reply.

    Args:
        model: a causal language model in evaluation mode (Llama, Mistral, Qwen and others whose attention accepts a
            four-dimensional mask).
        end_ids: token ids that end a reply.
        settings: how to decode.
        max_context: tokens of prompt and reply together; None takes the model's `max_position_embeddings`.

    Attributes:
        tokens_read, tokens_written: prompt tokens computed and reply tokens decoded so far.
        ties: how often two candidates were so close that the logits were computed again.
        passes: forward passes so far, those for ties not counted.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        end_ids: Sequence[int],
        settings: GenerationSettings,
        max_context: int | None = None,
    ) -> None:
        self.model = model.eval()
        self.head: Any = model.get_output_embeddings()
        self.settings = settings
        self.max_context = max_context or int(model.config.max_position_embeddings)
        self.device = model.device
        self.tokens_read = self.tokens_written = self.ties = self.passes = 0
        self._end_ids = frozenset(end_ids)
        self._cache = SlotCache(model.config, model.dtype, self.device)
        self._margin = settings.tie_margin if model.dtype == torch.float32 else 0.0
        self._rows: dict[str, _Row] = {}
        self._free: list[int] = []  # a heap: the lowest slot is taken first
        self._unread: list[_Row] = []
        self._active: list[_Row] = []
        self._done: list[tuple[str, Completion]] = []
        self._drafts = Drafts(settings.draft_tokens)

    def forget(self, key: str) -> None:
        """Drops the cache of a conversation that has ended."""
        row = self._rows.pop(key, None)
        if row is not None:
            self._active = [each for each in self._active if each is not row]
            self._unread = [each for each in self._unread if each is not row]
            heapq.heappush(self._free, row.slot)

    def complete(
        self, keys: Sequence[str], prompts: Sequence[Sequence[int]], stops: Stops | None = None
    ) -> list[Completion]:
        """Decodes one reply for each prompt.

        Args:
            keys: the conversations' names: they find the cache and name the random stream.
            prompts: the whole conversation so far as token ids, ending where the reply begins.
            stops: says whether a stop string has appeared; None for none.
        """
        for key, prompt in zip(keys, prompts, strict=True):
            self.submit(key, prompt, stops)
        found: dict[str, Completion] = {}
        others: list[tuple[str, Completion]] = []
        while len(found) < len(keys):
            for key, completion in self.advance():
                if key in keys:
                    found[key] = completion
                else:
                    others.append((key, completion))
        self._done += others
        return [found[key] for key in keys]

    @property
    def busy(self) -> bool:
        """Whether a reply is due or under way."""
        return bool(self._active or self._unread or self._done)

    @torch.inference_mode()
    def submit(self, key: str, prompt: Sequence[int], stops: Stops | None = None) -> None:
        """Asks for a reply; arguments as for `complete`. It comes out of `advance`.

        Raises:
            ValueError: the conversation has a reply under way.
        """
        if len(prompt) >= self.max_context:
            self._done.append((key, Completion((), (), "context")))
            return
        row = self._rows.get(key)
        if row is None:
            row = self._new_row(key, prompt)
        elif any(each is row for each in (*self._unread, *self._active)):
            raise ValueError(f"Conversation {key!r} has a reply under way; take it out of advance() first.")
        row.prompt, row.ids, row.log_probs, row.stops = list(prompt), [], [], stops
        row.room = min(self.settings.max_new_tokens, self.max_context - len(prompt))
        row.seed = reply_seed(self.settings.seed, key, len(prompt))
        del row.cached[_common(row.cached, row.prompt) :]
        self._unread.append(row)

    @torch.inference_mode()
    def advance(self) -> list[tuple[str, Completion]]:
        """Reads prompts that wait, decodes one token of every reply, and returns (key, reply) of those that ended."""
        due = len(self._unread) * _READ_SHARE >= len(self._unread) + len(self._active)
        if self._unread and due:
            groups = list(_groups(self._unread))
            self._unread = []
            for group in groups:
                self._read(group)
        elif self._active:
            self._decode()
        done, self._done = self._done, []
        return done

    # Forward passes

    def _read(self, rows: list[_Row]) -> None:
        """Feeds what the caches lack of the prompts, and chooses each reply's first token."""
        new = [row.prompt[len(row.cached) :] for row in rows]
        longest = max(map(len, new))
        starts = [len(row.cached) for row in rows]
        for row in rows:
            row.cached = row.prompt[:-1]
        self.tokens_read += sum(map(len, new))
        tokens = [ids + [0] * (longest - len(ids)) for ids in new]
        visible = max(start + len(ids) for start, ids in zip(starts, new, strict=True))
        hidden = self._forward([row.slot for row in rows], starts, tokens, visible)
        logits = self._logits(hidden, range(len(rows)), [[len(ids) - 1] for ids in new])
        self._active += self._take(rows, [row.prompt[-1:] for row in rows], logits)

    def _decode(self) -> None:
        """Feeds the last token of every reply under way, and a guess of what follows; chooses the next tokens.

        The slots up to the last one in use are computed where they lie, whether they have a reply under way or not;
        what an idle one writes lies behind its end. Only where most of them are idle are the others picked out.
        """
        self._move_down()
        rows = self._active
        fed = [[row.ids[-1], *self._drafts.guess(self._last(row), row.room - len(row.ids) - 1)] for row in rows]
        longest = max(map(len, fed))
        span = max(row.slot for row in rows) + 1
        picked = 3 * len(rows) < span
        places = list(range(len(rows))) if picked else [row.slot for row in rows]
        starts = [0] * (len(rows) if picked else span)
        tokens = [[0] * longest for _ in starts]
        if not picked:
            for row in self._rows.values():
                if row.slot < span:
                    starts[row.slot] = len(row.cached)
        for place, row, ids in zip(places, rows, fed, strict=True):
            starts[place] = len(row.cached)
            tokens[place][: len(ids)] = ids
        visible = max(len(row.cached) + len(ids) for row, ids in zip(rows, fed, strict=True))
        hidden = self._forward([row.slot for row in rows] if picked else None, starts, tokens, visible)
        self._active = self._take(rows, fed, self._logits(hidden, places, [range(len(ids)) for ids in fed]))

    def _last(self, row: _Row) -> list[int]:
        """The last tokens of a conversation, as far as guesses go by them."""
        reach = self._drafts.reach
        return [*row.prompt[-reach:], *row.ids][-reach:]

    def _forward(
        self, slots: list[int] | None, starts: list[int], tokens: list[list[int]], visible: int
    ) -> torch.Tensor:
        """Runs the model on new tokens, (rows, tokens), of the slots (None: the first ones); returns hidden states.

        What is fed and kept behind the end of a row is never seen: its next tokens are written over it.
        """
        self.passes += 1
        furthest = min(max(starts) + len(tokens[0]), self.max_context)
        self._cache.reserve(0 if slots is None else max(slots) + 1, furthest)
        positions = torch.tensor(starts)[:, None] + torch.arange(len(tokens[0]))
        given = torch.stack([torch.tensor(tokens), positions.clamp(max=self.max_context - 1)])
        fed, positions = given.to(self.device, non_blocking=True)
        mask = torch.arange(visible, device=self.device) <= positions[:, None, :, None]
        self._cache.aim(None if slots is None else torch.tensor(slots, device=self.device), positions, visible)
        return self.model.base_model(
            input_ids=fed,
            position_ids=positions,
            attention_mask=_additive(mask, self.model.dtype),
            past_key_values=self._cache,
            use_cache=True,
        ).last_hidden_state

    def _logits(self, hidden: torch.Tensor, places: Sequence[int], columns: Sequence[Sequence[int]]) -> torch.Tensor:
        """The next-token logits at some columns of each place, one after the other, (rows, vocabulary)."""
        rows = [place for place, some in zip(places, columns, strict=True) for _ in some]
        picked = torch.tensor([rows, [column for some in columns for column in some]], device=self.device)
        return self.head(hidden[picked[0], picked[1]]).float()

    # Tokens

    def _take(self, rows: Sequence[_Row], fed: Sequence[Sequence[int]], logits: torch.Tensor) -> list[_Row]:
        """Chooses each row's next tokens, as long as those that were fed are right; returns the rows that go on.

        Args:
            rows: the rows; `fed`: the token that was due for each of them, and guesses.
            logits: after each token that was fed, one after the other, (tokens, vocabulary).
        """
        seeds = [row.seed for row, ids in zip(rows, fed, strict=True) for _ in ids]
        numbers = [len(row.ids) + n for row, ids in zip(rows, fed, strict=True) for n in range(len(ids))]
        chosen = zip(*choose(logits, self.settings.temperature, seeds, numbers), strict=True)
        going: list[_Row] = []
        for row, ids in zip(rows, fed, strict=True):
            mine = list(islice(chosen, len(ids)))
            before, stop = len(row.ids), ""
            for number, (token, log_prob, gap) in enumerate(mine):
                if gap < self._margin:
                    token, log_prob = self._alone(row)
                row.cached.append(ids[number])
                row.ids.append(token)
                row.log_probs.append(log_prob)
                stop = self._stop(row, token)
                if stop or number + 1 == len(ids) or token != ids[number + 1]:
                    break
            self._drafts.judge(len(ids) - 1, len(row.ids) - before - 1)
            if stop:
                self._end(row, stop)
            else:
                going.append(row)
        return going

    def _end(self, row: _Row, stop: str) -> None:
        self.tokens_written += len(row.ids)
        self._drafts.learn(row.prompt, row.ids)
        self._done.append((row.key, Completion(tuple(row.ids), tuple(row.log_probs), stop)))

    def _stop(self, row: _Row, token: int) -> str:
        if token in self._end_ids:
            return "end"
        if row.stops is not None and row.stops(row.ids):
            return "string"
        if len(row.ids) >= row.room:
            return "context" if len(row.prompt) + len(row.ids) >= self.max_context else "length"
        return ""

    def _alone(self, row: _Row) -> tuple[int, float]:
        """The next token of one sequence, computed without cache, padding or company."""
        self.ties += 1
        tokens = torch.tensor([row.prompt + row.ids], device=self.device)
        hidden = self.model.base_model(input_ids=tokens, use_cache=False).last_hidden_state[:, -1]
        chosen = choose(self.head(hidden).float(), self.settings.temperature, [row.seed], [len(row.ids)])
        return chosen.tokens[0], chosen.log_probs[0]

    # Slots

    def _new_row(self, key: str, prompt: Sequence[int]) -> _Row:
        """A row for a new conversation, with what another one begins with alike: instruction and example, mostly."""
        row = _Row(key, heapq.heappop(self._free) if self._free else len(self._rows))
        shared = {each.key: _common(each.cached, prompt) for each in self._rows.values()}
        donor = max(shared, key=shared.__getitem__, default="")
        if shared.get(donor, 0) >= _WORTH_COPYING:
            row.cached = list(prompt[: shared[donor]])
            self._cache.reserve(row.slot + 1, len(row.cached))
            self._cache.move(self._rows[donor].slot, row.slot, len(row.cached))
        self._rows[key] = row
        return row

    def _move_down(self) -> None:
        """Moves conversations into free slots below, once half of the slots are free: empty ones cost time too."""
        if 2 * len(self._free) < len(self._free) + len(self._rows):
            return
        self._free = list(range(len(self._rows), len(self._free) + len(self._rows)))
        holes = set(range(len(self._rows))) - {row.slot for row in self._rows.values()}
        for row in self._rows.values():
            if row.slot >= len(self._rows):
                target = holes.pop()
                self._cache.move(row.slot, target, len(row.cached))
                row.slot = target


def _groups(rows: list[_Row]) -> Iterator[list[_Row]]:
    """Parts of the rows that are read together: the longest first, in each like lengths and not too many tokens."""
    ordered = sorted(rows, key=lambda row: len(row.cached) - len(row.prompt))
    group: list[_Row] = []
    longest = 0
    for row in ordered:
        new = len(row.prompt) - len(row.cached)
        alike = longest <= _SHORT or 2 * new >= longest
        if group and not (alike and longest * (len(group) + 1) <= _READ_TOKENS):
            yield group
            group = []
        longest = longest if group else new
        group.append(row)
    yield group


def _common(cached: Sequence[int], prompt: Sequence[int]) -> int:
    """How many leading ids agree; at least one of the prompt is always fed, to have logits."""
    limit = min(len(cached), len(prompt) - 1)
    if list(cached[:limit]) == list(prompt[:limit]):
        return limit
    return next(n for n in range(limit) if cached[n] != prompt[n])


def _additive(mask: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """A mask of what may be seen as the number added to attention scores."""
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(~mask, torch.finfo(dtype).min)
