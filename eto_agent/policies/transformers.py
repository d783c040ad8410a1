"""`TransformersPolicy`: a Hugging Face model, decoded by `decoding.generator.Generator`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eto_agent.policies.base import Conversation, Needs, Reply, cut_at

__all__ = ["TransformersPolicy"]


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
        from eto_agent.chat.encoder import ChatEncoder
        from eto_agent.chat.growing import GrowingPrompts
        from eto_agent.decoding.generator import GenerationSettings, Generator
        from eto_agent.decoding.stop_strings import StopStrings
        from eto_agent.models import load

        loaded, tokenizer = load(model)
        self.name = name or str(model)
        self.encoder = ChatEncoder(tokenizer)
        self.generator = Generator(loaded, self.encoder.end_of_turn_ids, settings or GenerationSettings())
        self._prompts = GrowingPrompts(self.encoder)
        self._stop_strings = tuple(stop_strings)
        self._stops = StopStrings(tokenizer, stop_strings)

    @property
    def busy(self) -> bool:
        return self.generator.busy

    @property
    def patience_s(self) -> float:
        return 0.0  # conversations join between two tokens

    def submit(self, conversations: Sequence[Conversation]) -> None:
        for each, ids in zip(conversations, self._prompt_ids(conversations), strict=True):
            self.generator.submit(each.key, ids, self._stops)

    def collect(self) -> list[tuple[str, Reply]]:
        return [(key, self._reply(completion)) for key, completion in self.generator.advance()]

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        keys = [each.key for each in conversations]
        completions = self.generator.complete(keys, self._prompt_ids(conversations), self._stops)
        return [self._reply(completion) for completion in completions]

    def _prompt_ids(self, conversations: Sequence[Conversation]) -> list[list[int]]:
        return self._prompts.all([(each.key, each.messages) for each in conversations])

    def _reply(self, completion: Any) -> Reply:
        if not completion.ids:
            return Reply(None, stop="context")
        whole = self.encoder.reply_text(completion.ids)
        text = cut_at(whole, self._stop_strings)
        if text != whole:
            return Reply(text, stop="string")  # the ids are those of more than the text
        return Reply(text, completion.ids, completion.log_probs, completion.stop)

    def forget(self, key: str) -> None:
        self._prompts.forget(key)
        self.generator.forget(key)
