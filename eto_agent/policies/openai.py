"""`OpenAIPolicy`: any model behind an OpenAI-compatible endpoint: GPT-4, a `vllm` server, ..."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eto_agent.decoding.seeds import request_seed
from eto_agent.endpoints.client import Answer, Endpoint, EndpointSettings, Requests
from eto_agent.policies.base import Conversation, Needs, Reply, cut_at

__all__ = ["ENDPOINT_PREFIX", "OpenAIPolicy"]

ENDPOINT_PREFIX = "openai:"
"""A policy's name that begins with this is a model of the endpoint in the section `api`."""

_MOMENT_S = 0.02
"""The longest that `collect` waits for an answer: environments may have something new to ask meanwhile."""


class OpenAIPolicy:
    """Asks a model behind an endpoint for every reply, many at a time; none waits for another one's answer.

    Replies carry the tokens that the endpoint counted. A request that fails for good ends its episode with the outcome
    `error`; a prompt that does not fit ends it as given up, as with any model.

    Args:
        model: the endpoint's name for the model.
        settings: the endpoint.
        temperature: 0 is greedy; above, every reply is sampled with a seed of its own, if the endpoint heeds it.
        max_new_tokens: longest reply, in tokens.
        seed: of sampling.
        stop_strings: text that ends a reply and is cut off it.
        name: how the policy is called in records; the model's name unless given.

    Raises:
        EndpointError: the environment variable of the key is not set.
    """

    needs: Needs = ""

    def __init__(
        self,
        model: str,
        settings: EndpointSettings,
        *,
        temperature: float = 0.0,
        max_new_tokens: int = 512,
        seed: int = 0,
        stop_strings: Sequence[str] = (),
        name: str | None = None,
    ) -> None:
        self.name = name or model
        self.endpoint = Endpoint(model, settings)
        self._requests = Requests[str](self.endpoint)
        self._temperature, self._max_new_tokens, self._seed = temperature, max_new_tokens, seed
        self._stop_strings = tuple(stop_strings)

    def check(self) -> None:
        """Sends one small request with these settings.

        Raises:
            EndpointError: the endpoint cannot be used so; said before any episode starts.
        """
        self.endpoint.check(self._body([], 0))

    @property
    def busy(self) -> bool:
        return self._requests.busy

    @property
    def patience_s(self) -> float:
        return 0.0  # every conversation is a request of its own

    def submit(self, conversations: Sequence[Conversation]) -> None:
        for each in conversations:
            self._requests.add(each.key, self._request(each))

    def collect(self) -> list[tuple[str, Reply]]:
        return [(key, self._reply(answer)) for key, answer in self._requests.ready(_MOMENT_S)]

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        bodies = [self._request(conversation) for conversation in conversations]
        answers = dict(self.endpoint.ask(bodies))
        return [self._reply(answers[index]) for index in range(len(bodies))]

    def _request(self, conversation: Conversation) -> dict[str, Any]:
        messages = [{"role": each["role"], "content": each["content"]} for each in conversation.messages]
        return self._body(messages, request_seed(self._seed, conversation.key, len(messages)))

    def _body(self, messages: list[dict[str, str]], seed: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "messages": messages,
            "temperature": self._temperature,
            "max_tokens": self._max_new_tokens,
            "stop": list(self._stop_strings) or None,
        }
        return body if self._temperature == 0 else {**body, "seed": seed}

    def _reply(self, answer: Answer) -> Reply:
        if answer.error is not None:
            return Reply(None, stop="error", error=f"{self.endpoint.settings.base_url}: {answer.error}")
        if answer.finish == "context":
            return Reply(None, stop="context")
        text = answer.text.strip()
        stop = answer.finish if answer.finish not in ("stop", "") else "end"
        return Reply(cut_at(text, self._stop_strings), stop=stop, usage=answer.usage)

    def forget(self, key: str) -> None:
        pass
