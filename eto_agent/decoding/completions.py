"""What decoding is asked for and what it gives: `GenerationSettings`, `Completion`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Completion", "GenerationSettings", "Stops"]

Stops = Callable[[Sequence[int]], bool]
"""Says of a reply's ids so far whether a stop string has appeared; it is asked after every token."""


@dataclass(frozen=True)
class GenerationSettings:
    """How replies are decoded."""

    temperature: float = 0.0
    """0 is greedy; above, the sampling temperature."""
    max_new_tokens: int = 512
    """Longest reply, in tokens."""
    seed: int = 0
    """Seed of sampling; greedy decoding ignores it."""
    tie_margin: float = 5e-5
    """Candidates whose logits differ by less than this share of the largest logit are computed again in a fixed shape,
    so that the batch never decides. In float32, logits of trained models differ by a hundredth of that between batches;
    below float32 precision differences are larger than any margin, and nothing is computed again."""
    draft_tokens: int = 4
    """Longest guess of a reply's next tokens, checked in one pass (does not change replies); 0 guesses nothing."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A decoded reply: its token ids (end token included), their log-probabilities, and why it ended.

    `stop` is `end` (the end-of-turn token), `string` (a stop string), `length` (the reply's limit) or `context` (the
    model's context is full; nothing was decoded if it was full before).
    """

    ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    stop: str
