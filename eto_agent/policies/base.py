"""What every policy is: it is shown conversations and gives one reply to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from eto_agent.endpoints.client import Usage
from eto_envs.conversation import Message
from eto_envs.trajectory import Trajectory

__all__ = ["Conversation", "Needs", "Policy", "Reply", "cut_at"]

Needs = Literal["", "oracle", "admissible"]


@dataclass(slots=True)
class Conversation:
    """What a policy sees of an episode when it is its turn.

    Attributes:
        key: names the episode (task and sample number); sampling streams and caches go by it.
        messages: the conversation so far, ending with a user turn; the list grows with the episode.
        trajectory: the record so far.
        plan: the oracle's plan from the start, for policies that need it.
        admissible: the admissible actions, for policies that need them.
    """

    key: str
    messages: list[Message]
    trajectory: Trajectory
    plan: Sequence[str] = ()
    admissible: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        text: what the agent says; None where the policy has no answer (`stop` says why), which ends the episode.
        token_ids: the sampled ids, end token included, where the policy is a model.
        log_probs: their log-probabilities under the model at temperature 1.
        stop: why the reply ended: `end`, `string`, `length`, `context`, `plan` (an oracle's plan is exhausted) or
            `recording` (a replayed episode is).
        error: why there is no answer though there should be one; the episode then ends with the outcome `error`.
        usage: tokens that an endpoint counted.
    """

    text: str | None
    token_ids: tuple[int, ...] | None = None
    log_probs: tuple[float, ...] | None = None
    stop: str = "end"
    error: str | None = None
    usage: Usage | None = None


class Policy(Protocol):
    """The interface; see the package's docstring."""

    name: str
    needs: Needs

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        """One reply for each conversation."""
        ...

    def forget(self, key: str) -> None:
        """The episode of that key is over."""
        ...


def cut_at(text: str, stop_strings: Sequence[str]) -> str:
    """The text before the first of the stop strings."""
    for stop in stop_strings:
        text = text.partition(stop)[0]
    return text
