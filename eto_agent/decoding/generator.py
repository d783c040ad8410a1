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
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Any

import torch
from transformers import PreTrainedModel

from eto_agent.decoding.completions import Completion, GenerationSettings, Stops
from eto_agent.decoding.drafts import Drafts
from eto_agent.decoding.kv_cache import SlotCache
from eto_agent.decoding.packing import Piece, check_attention, pack, packed_attention
from eto_agent.decoding.sampling import choose
from eto_agent.decoding.seeds import reply_seed

__all__ = ["Completion", "GenerationSettings", "Generator", "Stops"]

_READ_TOKENS = 8192
"""Most tokens of prompts that are read in one forward pass (or one longer prompt)."""
_WORTH_COPYING = 16
"""A new conversation takes over what it shares with another from this many tokens on."""


@dataclass(slots=True, eq=False)
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
        model: a causal language model whose attention goes through the `AttentionInterface` of Transformers (Llama,
            Mistral, Qwen, Gemma and most others).
        end_ids: token ids that end a reply.
        settings: how to decode.
        max_context: tokens of prompt and reply together; None takes the model's `max_position_embeddings`.

    Attributes:
        tokens_read, tokens_written: prompt tokens computed and reply tokens decoded so far.
        ties: how often two candidates were so close that the logits were computed again.
        passes: forward passes so far, those for ties not counted.

    Raises:
        UnsupportedModelError: the model's attention cannot be replaced.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        end_ids: Sequence[int],
        settings: GenerationSettings,
        max_context: int | None = None,
    ) -> None:
        check_attention(model)
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
        """Drops the cache of a conversation that has ended, and its reply if one is due."""
        self._drafts.forget(key)
        self._done = [each for each in self._done if each[0] != key]
        row = self._rows.pop(key, None)
        if row is not None:
            for rows in (self._active, self._unread):
                if row in rows:
                    rows.remove(row)
            heapq.heappush(self._free, row.slot)

    def complete(
        self, keys: Sequence[str], prompts: Sequence[Sequence[int]], stops: Stops | None = None
    ) -> list[Completion]:
        """Decodes one reply for each prompt.

        Args:
            keys: the conversations' names, all different: they find the cache and name the random stream.
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
        row = self._rows.get(key)
        if row in self._unread or row in self._active or any(done == key for done, _ in self._done):
            raise ValueError(f"Conversation {key!r} has a reply under way; take it out of advance() first.")
        if len(prompt) >= self.max_context:
            self._done.append((key, Completion((), (), "context")))
            return
        ids = list(prompt)
        row = row or self._new_row(key, ids)
        row.prompt, row.ids, row.log_probs, row.stops = ids, [], [], stops
        row.room = min(self.settings.max_new_tokens, self.max_context - len(ids))
        row.seed = reply_seed(self.settings.seed, key, len(ids))
        del row.cached[_common(row.cached, ids) :]
        self._unread.append(row)

    @torch.inference_mode()
    def advance(self) -> list[tuple[str, Completion]]:
        """Runs one forward pass, and returns (key, reply) of the replies that ended.

        The pass reads prompts that wait (`_READ_TOKENS` at most, but one if any waits), and decodes at least one token
        of every reply under way. Where it fails no reply is lost, and it may be tried again.
        """
        rows, unread = self._due()
        if rows:
            fed, logits = self._feed(rows)
            self._unread, self._active = unread, rows
            self._take(list(rows), fed, logits)
        done, self._done = self._done, []
        return done

    def _due(self) -> tuple[list[_Row], list[_Row]]:
        """The rows of the next pass, and those whose prompts have to wait."""
        totals = accumulate(len(row.prompt) - len(row.cached) for row in self._unread)
        number = max(1, sum(total <= _READ_TOKENS for total in totals))
        return [*self._unread[:number], *self._active], self._unread[number:]

    # The forward pass

    def _feed(self, rows: Sequence[_Row]) -> tuple[list[list[int]], torch.Tensor]:
        """Feeds what the caches lack of prompts and replies, and a guess of what follows each.

        Returns:
            for each row the last token that is known and the guess, and the logits after those, (tokens, vocabulary).
        """
        self._move_down()
        fed = [[(row.ids or row.prompt)[-1], *self._guess(row)] for row in rows]
        new = [[] if row.ids else row.prompt[len(row.cached) : -1] for row in rows]
        logits = self._forward(
            [
                Piece(row.slot, len(row.cached), [*ids, *more], len(more))
                for row, ids, more in zip(rows, new, fed, strict=True)
            ]
        )
        for row, ids in zip(rows, new, strict=True):
            row.cached += ids
            self.tokens_read += 0 if row.ids else len(ids) + 1
        return fed, logits

    def _guess(self, row: _Row) -> tuple[int, ...]:
        reach = self._drafts.reach
        last = [*row.prompt[-reach:], *row.ids][-reach:]
        return self._drafts.guess(row.key, last, row.room - len(row.ids) - 1)

    def _forward(self, pieces: Sequence[Piece]) -> torch.Tensor:
        """Runs the model; returns the logits after those tokens of the pieces of which they are wanted.

        What is fed and kept behind the end of a row is never seen: its next tokens are written over it.
        """
        self.passes += 1
        self._cache.reserve(max(piece.slot for piece in pieces) + 1, max(piece.end for piece in pieces))
        packed = pack(pieces, self.model.dtype, self.device)
        self._cache.aim(packed.slots, packed.positions)
        with packed_attention(self.model.config) as inner:
            hidden = self.model.base_model(
                input_ids=packed.tokens[None],
                position_ids=packed.positions[None],
                attention_mask=packed.parts[0].mask,  # of four dimensions: no other is made; each part has its own
                past_key_values=self._cache,
                use_cache=True,
                parts=packed.parts,
                inner=inner,
            ).last_hidden_state[0]
        return self.head(hidden[packed.wanted]).float()

    # Tokens

    def _take(self, rows: Sequence[_Row], fed: Sequence[Sequence[int]], logits: torch.Tensor) -> None:
        """Chooses each row's next tokens, as long as those that were fed are right; replies that end become done.

        Args:
            rows: the rows; `fed`: the token that was due for each of them, and guesses.
            logits: after each token that was fed, one after the other, (tokens, vocabulary).
        """
        seeds = [row.seed for row, ids in zip(rows, fed, strict=True) for _ in ids]
        numbers = [len(row.ids) + n for row, ids in zip(rows, fed, strict=True) for n in range(len(ids))]
        chosen = zip(*choose(logits, self.settings.temperature, seeds, numbers), strict=True)
        for row, ids in zip(rows, fed, strict=True):
            mine = list(islice(chosen, len(ids)))
            stop = ""
            for number, (token, log_prob, gap) in enumerate(mine):
                if gap < self._margin:
                    token, log_prob = self._alone(row)
                row.cached.append(ids[number])
                row.ids.append(token)
                row.log_probs.append(log_prob)
                stop = self._stop(row, token)
                if stop or number + 1 == len(ids) or token != ids[number + 1]:
                    break
            if stop:
                self._end(row, stop)

    def _end(self, row: _Row, stop: str) -> None:
        self._active.remove(row)
        self.tokens_written += len(row.ids)
        self._drafts.learn(row.key, row.prompt, row.ids)
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

    def _new_row(self, key: str, prompt: list[int]) -> _Row:
        """A row for a new conversation, with what another one begins with alike: instruction and example, mostly."""
        shared = {each.key: _common(each.cached, prompt) for each in self._rows.values()}
        donor = self._rows.get(max(shared, key=shared.__getitem__, default=""))
        row = self._rows[key] = _Row(key, heapq.heappop(self._free) if self._free else len(self._rows))
        if donor is not None and shared[donor.key] >= _WORTH_COPYING:
            self._cache.reserve(row.slot + 1, shared[donor.key])
            self._cache.move(donor.slot, row.slot, shared[donor.key])
            row.cached = prompt[: shared[donor.key]]
        return row

    def _move_down(self) -> None:
        """Moves conversations into free slots below, once half of the slots are free: empty ones cost time too."""
        if 2 * len(self._free) < len(self._free) + len(self._rows):
            return
        for row in self._rows.values():
            if row.slot >= len(self._rows):
                if row.cached:
                    self._cache.move(row.slot, self._free[0], len(row.cached))
                row.slot = heapq.heapreplace(self._free, row.slot)


def _common(cached: list[int], prompt: list[int]) -> int:
    """How many leading ids agree; at least one of the prompt is always fed, to have logits."""
    limit = min(len(cached), len(prompt) - 1)
    if cached[:limit] == prompt[:limit]:
        return limit
    return next(n for n in range(limit) if cached[n] != prompt[n])
