"""Policies: whatever answers a batch of conversations.

A policy has a `name`, says in `needs` what it must be told beside the conversation (`"oracle"`: the plan from the
start of the episode; `"admissible"`: the admissible actions of the state; `""`: nothing), and implements
`act(conversations) -> list[Reply]`. `forget(key)` tells it that an episode is over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from eto_agent.chat import Message
from eto_envs.trajectory import Trajectory

__all__ = ["Conversation", "OraclePolicy", "Policy", "RandomPolicy", "Reply", "TransformersPolicy"]

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
        stop: why the reply ended: `end`, `string`, `length`, `context`, or `plan` (an oracle's plan is exhausted).
    """

    text: str | None
    token_ids: tuple[int, ...] | None = None
    log_probs: tuple[float, ...] | None = None
    stop: str = "end"


class Policy(Protocol):
    """The interface; see the module's docstring."""

    name: str
    needs: Needs

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        """One reply for each conversation."""
        ...

    def forget(self, key: str) -> None:
        """The episode of that key is over."""
        ...


@dataclass
class OraclePolicy:
    """Follows the environment's own solution, with a rule-made rationale before each action.

    Args:
        rationale: trajectory so far, action -> the thought; None writes the bare action.
        skip: trajectory so far, action -> whether to leave the action out (for steps that change nothing).
    """

    rationale: Callable[[Trajectory, str], str] | None = None
    skip: Callable[[str], bool] | None = None
    name: str = "oracle"
    needs: Needs = "oracle"

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        return [self._reply(conversation) for conversation in conversations]

    def _reply(self, conversation: Conversation) -> Reply:
        plan = [action for action in conversation.plan if self.skip is None or not self.skip(action)]
        taken = sum(turn.role == "agent" for turn in conversation.trajectory.turns)
        if taken >= len(plan):
            return Reply(None, stop="plan")
        action = plan[taken]
        if self.rationale is None:
            return Reply(f"Action: {action}")
        return Reply(f"Thought: {self.rationale(conversation.trajectory, action)}\nAction: {action}")

    def forget(self, key: str) -> None:
        pass


@dataclass
class RandomPolicy:
    """A uniform choice among the admissible actions; a task's choices depend on seed and key only."""

    seed: int = 0
    name: str = "random"
    needs: Needs = "admissible"
    _streams: dict[str, np.random.Generator] = field(default_factory=dict[str, np.random.Generator])

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        replies: list[Reply] = []
        for conversation in conversations:
            stream = self._streams.get(conversation.key) or self._stream(conversation.key)
            actions = conversation.admissible
            action = actions[int(stream.integers(len(actions)))] if actions else ""
            replies.append(Reply(f"Action: {action}"))
        return replies

    def _stream(self, key: str) -> np.random.Generator:
        digest = hashlib.sha256(f"{self.seed}/{key}".encode()).digest()
        self._streams[key] = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        return self._streams[key]

    def forget(self, key: str) -> None:
        self._streams.pop(key, None)


class TransformersPolicy:
    """A Hugging Face causal language model; see `Generator` for how replies are decoded.

    Args:
        model: a folder or name that `eto_agent.models.load` takes.
        settings: `GenerationSettings`.
        stop_strings: text that ends a reply and is cut off it.
        name: how the policy is called in records; the model's name unless given.
    """

    needs: Needs = ""

    def __init__(
        self,
        model: str | Path,
        settings: Any = None,
        *,
        stop_strings: Sequence[str] = (),
        name: str | None = None,
    ) -> None:
        from eto_agent.chat import ChatEncoder
        from eto_agent.generation import GenerationSettings, Generator
        from eto_agent.models import load
        from eto_agent.prompts import Prompts
        from eto_agent.stop_strings import StopStrings

        loaded, tokenizer = load(model)
        self.name = name or str(model)
        self.encoder = ChatEncoder(tokenizer)
        self.generator = Generator(loaded, self.encoder.end_of_turn_ids, settings or GenerationSettings())
        self._prompts = Prompts(self.encoder)
        self._stops = StopStrings(tokenizer, stop_strings)

    @property
    def busy(self) -> bool:
        return self.generator.busy

    @property
    def patience_s(self) -> float:
        return 0.0  # conversations join between two tokens

    def submit(self, conversations: Sequence[Conversation]) -> None:
        for each in conversations:
            self.generator.submit(each.key, self._prompts.ids(each.key, each.messages), self._stops)

    def collect(self) -> list[tuple[str, Reply]]:
        return [(key, self._reply(completion)) for key, completion in self.generator.advance()]

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        keys = [each.key for each in conversations]
        prompts = [self._prompts.ids(each.key, each.messages) for each in conversations]
        return [self._reply(completion) for completion in self.generator.complete(keys, prompts, self._stops)]

    def _reply(self, completion: Any) -> Reply:
        if not completion.ids:
            return Reply(None, stop="context")
        whole = self.encoder.reply_text(completion.ids)
        text = self._stops.cut(whole)
        if text != whole:
            return Reply(text, stop="string")  # the ids are those of more than the text
        return Reply(text, completion.ids, completion.log_probs, completion.stop)

    def forget(self, key: str) -> None:
        self._prompts.forget(key)
        self.generator.forget(key)
