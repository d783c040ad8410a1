"""`TransformersPolicy`: a Hugging Face model, decoded by `generation.Generator`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eto_agent.policies.base import Conversation, Needs, Reply, cut_at

__all__ = ["TransformersPolicy"]

_STOP_WINDOW = 16
"""How many of a reply's last tokens are searched for a stop string."""


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

        loaded, tokenizer = load(model)
        self.name = name or str(model)
        self.encoder = ChatEncoder(tokenizer)
        self.generator = Generator(loaded, self.encoder.end_of_turn_ids, settings or GenerationSettings())
        self._stop_strings = tuple(stop_strings)

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        prompts = [self.encoder.prompt_ids(conversation.messages) for conversation in conversations]
        completions = self.generator.complete(
            [conversation.key for conversation in conversations], prompts, self._has_stop_string
        )
        return [self._reply(completion) for completion in completions]

    def _reply(self, completion: Any) -> Reply:
        if not completion.ids:
            return Reply(None, stop="context")
        whole = self.encoder.reply_text(completion.ids)
        text = cut_at(whole, self._stop_strings)
        if text != whole:
            return Reply(text, stop="string")  # the ids are those of more than the text
        return Reply(text, completion.ids, completion.log_probs, completion.stop)

    def _has_stop_string(self, ids: Sequence[int]) -> bool:
        tail = self.encoder.tokenizer.decode(list(ids[-_STOP_WINDOW:]))
        return any(stop in tail for stop in self._stop_strings)

    def forget(self, key: str) -> None:
        self.generator.forget(key)
