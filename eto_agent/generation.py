"""`Generator`: batched decoding with one key-value cache a conversation, kept from turn to turn.

Two properties matter for experiments and are built in:

* **Only new tokens are computed.** A conversation's cache stays while the environment acts; the next turn feeds the
  tokens that were added since (the longest common prefix decides, so any change of the conversation is safe).
* **The batch does not matter.** Floating-point sums differ a little with the shape of a batch, and a greedy choice
  between two near-equal logits would then depend on which conversations happened to share it. Where the best two
  candidates are closer than `tie_margin`, the logits are computed again for that conversation alone, in one fixed
  shape, and decide. In float32 on one device, replies therefore depend on the conversation only.
  Sampling adds Gumbel noise drawn from a stream named by the conversation's key, and takes the maximum likewise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import DynamicCache

__all__ = ["Completion", "GenerationSettings", "Generator"]


@dataclass(frozen=True)
class GenerationSettings:
    """How replies are decoded."""

    temperature: float = 0.0
    """0 is greedy; above, the sampling temperature."""
    max_new_tokens: int = 512
    """Longest reply, in tokens."""
    seed: int = 0
    """Seed of sampling; greedy decoding ignores it."""
    tie_margin: float = 1e-3
    """Logits closer than this are computed again in a fixed shape, so that the batch never decides."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A decoded reply: its token ids (end token included), their log-probabilities, and why it ended.

    `stop` is `end` (the end-of-turn token), `string` (a stop string), `length` (the reply's limit) or `context` (the
    model's context is full; nothing was decoded if it was full before).
    """

    ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    stop: str


@dataclass(slots=True)
class _Row:
    """The cache of one conversation: per layer keys and values of shape (heads, capacity, head_dim)."""

    ids: list[int] = field(default_factory=list[int])
    keys: list[torch.Tensor] = field(default_factory=list[torch.Tensor])
    values: list[torch.Tensor] = field(default_factory=list[torch.Tensor])


class _RaggedCache(DynamicCache):
    """Keys and values of rows of different lengths in one buffer; new entries go to each row's own positions."""

    def __init__(self, keys: list[torch.Tensor], values: list[torch.Tensor]) -> None:
        super().__init__()
        self.keys, self.values = keys, values
        # Set before every forward pass: which rows, where their new entries go (rows, tokens), how much is visible.
        self.rows = slice(0)
        self.positions = torch.zeros(0)
        self.width = 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        index = self.positions[:, None, :, None].expand_as(key_states)
        keys, values = self.keys[layer_idx][self.rows], self.values[layer_idx][self.rows]  # views
        keys.scatter_(2, index, key_states)
        values.scatter_(2, index, value_states)
        return keys[:, :, : self.width], values[:, :, : self.width]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        return self.width


class Generator:
    """Decodes replies to token-id prompts, in batches.

    Args:
        model: a causal language model in evaluation mode (Llama, Mistral, Qwen and others whose attention accepts a
            four-dimensional mask).
        end_ids: token ids that end a reply.
        settings: how to decode.
        max_context: tokens of prompt and reply together; None takes the model's `max_position_embeddings`.
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
        self._end_ids = frozenset(end_ids)
        self._rows: dict[str, _Row] = {}
        self.tokens_read = 0
        self.tokens_written = 0
        self.ties = 0

    def forget(self, key: str) -> None:
        """Drops the cache of a conversation that has ended."""
        self._rows.pop(key, None)

    @torch.inference_mode()
    def complete(self, keys: Sequence[str], prompts: Sequence[Sequence[int]], stops: Any = None) -> list[Completion]:
        """Decodes one reply for each prompt.

        Args:
            keys: the conversations' names: they find the cache and name the random stream.
            prompts: the whole conversation so far as token ids, ending where the reply begins.
            stops: a function of the reply's ids that says whether a stop string has appeared; None for none.
        """
        fitting = [i for i, prompt in enumerate(prompts) if len(prompt) < self.max_context]
        done: dict[int, Completion] = {
            i: Completion((), (), "context") for i in range(len(prompts)) if i not in set(fitting)
        }
        if fitting:
            batch = _Batch(self, [keys[i] for i in fitting], [list(prompts[i]) for i in fitting])
            for i, completion in zip(fitting, batch.decode(stops), strict=True):
                done[i] = completion
        return [done[i] for i in range(len(prompts))]


class _Batch:
    """One call of `Generator.complete`: gathers the rows, decodes, and puts the rows back."""

    def __init__(self, owner: Generator, keys: list[str], prompts: list[list[int]]) -> None:
        self.owner, self.keys, self.prompts = owner, keys, prompts
        settings = owner.settings
        self.room = [min(settings.max_new_tokens, owner.max_context - len(prompt)) for prompt in prompts]
        self.capacity = max(len(p) + r for p, r in zip(prompts, self.room, strict=True))
        self.rows = [owner._rows.setdefault(key, _Row()) for key in keys]
        self.cached = [_common(row.ids, prompt) for row, prompt in zip(self.rows, prompts, strict=True)]
        self.noise = [self._noise_stream(key, len(prompt)) for key, prompt in zip(keys, prompts, strict=True)]
        self.cache = self._gather()

    def decode(self, stops: Any) -> list[Completion]:
        """Decodes until every row has stopped."""
        owner = self.owner
        ids: list[list[int]] = [[] for _ in self.prompts]
        log_probs: list[list[float]] = [[] for _ in self.prompts]
        reason = ["" for _ in self.prompts]
        active = list(range(len(self.prompts)))
        lengths = list(self.cached)
        # Prompts grow by very different amounts, so each is read by itself, without padding.
        logits = torch.cat([self._read(row, lengths) for row in active])
        while True:
            for row in active:
                token, log_prob = self._choose(row, logits[row], ids[row])
                ids[row].append(token)
                log_probs[row].append(log_prob)
                reason[row] = self._stop(row, ids[row], stops)
            active = [row for row in active if not reason[row]]
            if not active:
                break
            logits = self._step([each[-1] for each in ids], active, lengths)
        self._scatter(ids, lengths)
        owner.tokens_written += sum(len(each) for each in ids)
        return [Completion(tuple(i), tuple(p), r) for i, p, r in zip(ids, log_probs, reason, strict=True)]

    def _stop(self, row: int, ids: list[int], stops: Any) -> str:
        if ids[-1] in self.owner._end_ids:
            return "end"
        if stops is not None and stops(ids):
            return "string"
        if len(ids) >= self.room[row]:
            full = len(self.prompts[row]) + len(ids) >= self.owner.max_context
            return "context" if full else "length"
        return ""

    def _read(self, row: int, lengths: list[int]) -> torch.Tensor:
        """Feeds what a row's cache lacks of its prompt; returns the next-token logits, (1, vocabulary)."""
        new = self.prompts[row][lengths[row] :]
        positions = torch.arange(lengths[row], lengths[row] + len(new))[None]
        lengths[row] += len(new)
        self.owner.tokens_read += len(new)
        return self._forward(slice(row, row + 1), torch.tensor([new]), positions)

    def _step(self, tokens: list[int], active: list[int], lengths: list[int]) -> torch.Tensor:
        """Feeds one token to every row; returns their next-token logits, (batch, vocabulary).

        Rows that have stopped come along: what they write lies behind their end and is never kept.
        """
        positions = torch.tensor(lengths)[:, None].clamp(max=self.capacity - 1)
        for row in active:
            lengths[row] += 1
        return self._forward(slice(0, len(tokens)), torch.tensor(tokens)[:, None], positions)

    def _forward(self, rows: slice, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Runs the model on new tokens at the given positions; returns the last ones' logits in float32."""
        owner, device = self.owner, self.owner.device
        width = int(positions.max()) + 1
        mask = torch.arange(width)[None, None, None, :] <= positions[:, None, :, None]
        self.cache.rows, self.cache.positions, self.cache.width = rows, positions.to(device), width
        hidden = owner.model.base_model(
            input_ids=tokens.to(device),
            position_ids=positions.to(device),
            attention_mask=_additive(mask.to(device), owner.model.dtype),
            past_key_values=self.cache,
            use_cache=True,
        ).last_hidden_state
        return owner.head(hidden[:, -1]).float()

    def _choose(self, row: int, logits: torch.Tensor, written: list[int]) -> tuple[int, float]:
        """The next token and its log-probability, near-ties decided in a fixed shape."""
        settings = self.owner.settings
        noise = None
        if settings.temperature > 0:
            uniform = torch.rand(logits.shape, generator=self.noise[row], dtype=torch.float64)
            noise = -torch.log(-torch.log(uniform.clamp_min(1e-300))).to(logits.device)
        scores = _scores(logits, settings.temperature, noise)
        best = torch.topk(scores, 2).values
        margin = settings.tie_margin / max(settings.temperature, 1e-6) if settings.temperature else settings.tie_margin
        if float(best[0] - best[1]) < margin:
            self.owner.ties += 1
            logits = self._alone(self.prompts[row] + written)
            scores = _scores(logits, settings.temperature, noise)
        token = int(scores.argmax())
        return token, float(torch.log_softmax(logits, -1)[token])

    def _alone(self, ids: list[int]) -> torch.Tensor:
        """Next-token logits of one sequence, computed without cache, padding or company."""
        tokens = torch.tensor([ids], device=self.owner.device)
        hidden = self.owner.model.base_model(input_ids=tokens, use_cache=False).last_hidden_state[:, -1]
        return self.owner.head(hidden).float()[0]

    def _noise_stream(self, key: str, position: int) -> torch.Generator:
        digest = hashlib.sha256(f"{self.owner.settings.seed}/{key}/{position}".encode()).digest()
        return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)

    def _gather(self) -> _RaggedCache:
        """One buffer for the batch, holding what each row has cached."""
        config = self.owner.model.config
        heads = int(getattr(config, "num_key_value_heads", None) or config.num_attention_heads)
        head_dim = int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
        shape = (len(self.rows), heads, self.capacity, head_dim)

        def buffer(layer: int, part: str) -> torch.Tensor:
            out = torch.zeros(shape, dtype=self.owner.model.dtype, device=self.owner.device)
            for index, (row, n) in enumerate(zip(self.rows, self.cached, strict=True)):
                if n:
                    out[index, :, :n] = getattr(row, part)[layer][:, :n]
            return out

        layers = range(int(config.num_hidden_layers))
        return _RaggedCache([buffer(i, "keys") for i in layers], [buffer(i, "values") for i in layers])

    def _scatter(self, ids: list[list[int]], lengths: list[int]) -> None:
        """Keeps each row's cache for its next turn; the last token was decoded but not fed."""
        for index, row in enumerate(self.rows):
            n = lengths[index]
            row.ids = (self.prompts[index] + ids[index])[:n]
            row.keys = [layer[index, :, :n].clone() for layer in self.cache.keys]
            row.values = [layer[index, :, :n].clone() for layer in self.cache.values]


def _common(cached: list[int], prompt: list[int]) -> int:
    """How many leading ids agree; at least one of the prompt is always fed, to have logits."""
    limit = min(len(cached), len(prompt) - 1)
    n = 0
    while n < limit and cached[n] == prompt[n]:
        n += 1
    return n


def _additive(mask: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """A mask of what may be seen as the number added to attention scores."""
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(~mask, torch.finfo(dtype).min)


def _scores(logits: torch.Tensor, temperature: float, noise: torch.Tensor | None) -> torch.Tensor:
    return logits if noise is None else logits.double() / temperature + noise
