"""`Endpoint`: chat completions of any OpenAI-compatible server: many at a time, repeated where that helps, counted.

What goes wrong is of two kinds. A set-up that cannot work (a wrong key, an unknown model, a server that is not there)
is an `EndpointError`, and so is an endpoint that has stopped working. One request that fails for good after all its
repetitions is an `Answer` with an `error`: data, not a crash.

The key is read from the environment variable that `key_env` names. It is sent to the endpoint and nowhere else: it is
taken out of every text that an endpoint returns.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from eto_agent.fields import KeyValues
from eto_envs.errors import EtoEnvError, MissingDependencyError

__all__ = ["Answer", "Endpoint", "EndpointError", "EndpointSettings", "Requests", "Usage"]

_BROKEN_IN_A_ROW = 8
"""After so many requests in a row that failed for good, the endpoint counts as broken."""
_UNREADABLE = 3
"""How often an answer that is no chat completion is asked for."""


class EndpointError(EtoEnvError):
    """An endpoint that cannot be used: wrong key, unknown model, no server, or broken for good."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an endpoint charges for: tokens read and tokens written (hidden reasoning included)."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.prompt_tokens + other.prompt_tokens, self.completion_tokens + other.completion_tokens)


@dataclass(frozen=True)
class EndpointSettings:
    """An OpenAI-compatible endpoint."""

    base_url: str = "https://api.openai.com/v1"
    """Where it is; for a vLLM server on this machine http://127.0.0.1:8000/v1."""
    key_env: str = "OPENAI_API_KEY"
    """Environment variable that holds the key, which is written nowhere; "" where the endpoint needs none."""
    concurrency: int = 8
    """Requests at the same time (does not change results)."""
    timeout_s: float = 120.0
    """Longest wait for an answer, in seconds."""
    retries: int = 6
    """How often a request is repeated after a rate limit, a server error or a time-out, with growing pauses."""
    prompt_price: float | None = None
    """Price of a million tokens read; none: costs are unknown."""
    completion_price: float | None = None
    """Price of a million tokens written; none: costs are unknown."""
    body: KeyValues = field(default_factory=dict[str, Any])
    """Further keys of each request, e.g. reasoning_effort=low; null leaves a key out, e.g. temperature=null."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"([A-Za-z_]\w*)?", self.key_env):  # never repeated: it may be a key by mistake
            raise EndpointError("key_env has to be the name of an environment variable, such as OPENAI_API_KEY.")
        for name, least in (("concurrency", 1), ("timeout_s", 0.001), ("retries", 0)):
            if getattr(self, name) < least:
                raise EndpointError(f"Unusable {name} {getattr(self, name)} of an endpoint; give at least {least}.")

    @property
    def identity(self) -> dict[str, Any]:
        """What answers depend on; the rest is speed and money."""
        return {"base_url": self.base_url.rstrip("/"), "body": self.body}

    def cost(self, usage: Usage) -> float | None:
        """What the tokens cost, in the currency of the prices; None where a price is not given."""
        if self.prompt_price is None or self.completion_price is None:
            return None
        millions = usage.prompt_tokens * self.prompt_price + usage.completion_tokens * self.completion_price
        return round(millions / 1e6, 6)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request.

    Attributes:
        text: the answer; "" where the endpoint gave an empty one.
        finish: the endpoint's reason: `stop`, `length`, `content_filter`, ...; `context` where the prompt did not fit.
        usage: the tokens it counted; None where it did not say.
        error: why there is no answer; then the other fields are empty.
        refused: the endpoint will not answer this request however often it is asked (HTTP 400, 422).
    """

    text: str = ""
    finish: str = ""
    usage: Usage | None = None
    error: str | None = None
    refused: bool = False


class Endpoint:
    """Asks one model of an endpoint.

    Args:
        model: the endpoint's name for it.
        settings: where and how.

    Raises:
        MissingDependencyError: the client library is not installed.
        EndpointError: the environment variable of the key is not set.
    """

    def __init__(self, model: str, settings: EndpointSettings) -> None:
        try:
            import openai
        except ImportError:
            raise MissingDependencyError(
                'Endpoints need the package openai; install it with: pip install "eto-envs[api]"'
            ) from None
        self.model, self.settings = model, settings
        self._openai = openai
        self._key = _key(settings.key_env)
        self._client = openai.OpenAI(
            api_key=self._key or "none",
            base_url=settings.base_url,
            max_retries=settings.retries,
            timeout=settings.timeout_s,
        )
        self._failed_in_a_row = 0
        self._lock = Lock()

    def check(self, body: Mapping[str, Any]) -> None:
        """Asks for one word with the settings of the real requests; costs a few tokens.

        Raises:
            EndpointError: the endpoint cannot be used so.
        """
        probe = {**body, "messages": [{"role": "user", "content": "Answer with the word OK."}]}
        answer = self._ask(probe, self._client.with_options(max_retries=min(2, self.settings.retries)))
        if answer.error is not None:
            raise EndpointError(
                f"{self.settings.base_url} (base_url) does not answer for the model {self.model!r}: {answer.error}"
            )

    def ask(self, bodies: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, Answer]]:
        """Sends requests, `concurrency` at a time; yields (position, answer) in the order in which they come.

        Args:
            bodies: the keys of each request beside `model`; those of `settings.body` replace and extend them.

        Raises:
            EndpointError: the key or the model is refused, or the endpoint has stopped working.
        """
        under_way, todo = Requests[int](self), enumerate(bodies)
        while True:
            while under_way.room and (job := next(todo, None)):
                under_way.add(*job)
            if not under_way.busy:
                return
            yield from under_way.ready()

    def counted(self, body: Mapping[str, Any]) -> Answer:
        """Sends one request and waits for its answer.

        Raises:
            EndpointError: as `ask`; one failure too many in a row is that, too.
        """
        answer = self._ask(body, self._client)
        with self._lock:
            broken = answer.error is not None and not answer.refused
            self._failed_in_a_row = self._failed_in_a_row + 1 if broken else 0
            if self._failed_in_a_row >= _BROKEN_IN_A_ROW:
                raise EndpointError(
                    f"{self.settings.base_url} has stopped answering: {_BROKEN_IN_A_ROW} requests in a row "
                    f"failed, the last one with: {answer.error}; the same command goes on from here."
                )
        return answer

    def _ask(self, body: Mapping[str, Any], client: Any) -> Answer:
        whole = {**body, **self.settings.body}
        messages = whole.pop("messages")
        sent = {key: value for key, value in whole.items() if value is not None}
        error = ""
        for _ in range(_UNREADABLE):  # a proxy's page under status 200, an answer cut off on its way
            try:
                return _read(client.chat.completions.create(model=self.model, messages=messages, extra_body=sent))
            except self._openai.APIError as failure:
                return self._failure(failure)
            except ValueError as failure:
                error = f"the answer is no chat completion ({self._plain(failure)})"
        return Answer(error=error)

    def _failure(self, failure: Any) -> Answer:
        """What an error of the client means."""
        status, url = getattr(failure, "status_code", None), self.settings.base_url
        if status in (401, 403):  # the server's text may quote a part of the key
            name = self.settings.key_env or "none"
            raise EndpointError(
                f"{url} refuses the key (HTTP {status}; key_env: {name}); set that environment variable to a valid one."
            )
        text = self._plain(failure)
        if status == 404:
            raise EndpointError(
                f"{url} knows no model {self.model!r} ({text}); it lists its models at {url.rstrip('/')}/models"
            )
        if status is None and failure.__cause__ is not None:
            text = f"{text.rstrip('.')} ({self._plain(failure.__cause__)})"
        if status in (400, 413, 422):
            if failure.code == "context_length_exceeded" or "context length" in text:
                return Answer(finish="context")
            return Answer(error=text, refused=True)
        return Answer(error=text)

    def _plain(self, failure: object) -> str:
        """An error's text on one line, not too long, and without the key."""
        text = str(failure)
        if self._key:
            text = text.replace(self._key, "***")
        return " ".join(text.split())[:300]


Name = TypeVar("Name")


class Requests(Generic[Name]):
    """Requests under way, at most `concurrency` at a time; answers come out as they come in, under the names given.

    Args:
        endpoint: who is asked.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._todo: deque[tuple[Name, Mapping[str, Any]]] = deque()
        self._done: Queue[tuple[Name, Answer | Exception]] = Queue()
        self._running = 0
        self._failure: Exception | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer, or the failure of the endpoint, is due."""
        return bool(self._running or self._failure)

    @property
    def room(self) -> bool:
        """Whether one more would be sent at once."""
        return self._failure is None and self._running < self._endpoint.settings.concurrency

    def add(self, name: Name, body: Mapping[str, Any]) -> None:
        """Sends a request, as soon as there is room; `body` as for `Endpoint.ask`."""
        self._todo.append((name, body))
        self._send()

    def ready(self, timeout_s: float | None = None) -> list[tuple[Name, Answer]]:
        """Waits for an answer, no longer than `timeout_s`, and returns all that are there.

        Raises:
            EndpointError: as `Endpoint.ask`; told when the requests under way, which are paid for, are in.
        """
        found: list[tuple[Name, Answer]] = []
        while self._running:
            try:
                name, answer = self._done.get(block=not found, timeout=timeout_s)
            except Empty:
                return found
            self._running -= 1
            if isinstance(answer, Exception):
                self._failure = self._failure or answer
            else:
                found.append((name, answer))
            self._send()
        if self._failure is not None and not found:
            failure, self._failure = self._failure, None  # its traceback holds on to these requests
            self._todo.clear()
            raise failure
        return found

    def _send(self) -> None:
        while self._todo and self.room:
            # Daemons: who interrupts the program need not wait for a server that hangs.
            Thread(target=self._work, args=self._todo.popleft(), daemon=True).start()
            self._running += 1

    def _work(self, name: Name, body: Mapping[str, Any]) -> None:
        try:
            self._done.put((name, self._endpoint.counted(body)))
        except Exception as error:
            self._done.put((name, error))


def _key(name: str) -> str:
    if not name:
        return ""
    key = os.environ.get(name, "").strip()
    if not key:
        raise EndpointError(
            f"No key for the endpoint: the environment variable {name!r} (key_env) is not set; set it, or give an "
            "empty key_env where the endpoint needs none."
        )
    return key


def _read(got: Any) -> Answer:
    """Takes a chat completion apart.

    Raises:
        ValueError: it is none.
    """
    if isinstance(got, str):  # what the client returns for other kinds of content
        raise ValueError(f"text that begins {got[:40]!r}")
    try:
        choice = got.choices[0]
        text = choice.message.content
        finish = str(choice.finish_reason or "")
        if text is None:
            text = getattr(choice.message, "refusal", None) or ""
        counted = getattr(got, "usage", None)
        usage = None if counted is None else Usage(int(counted.prompt_tokens), int(counted.completion_tokens))
    except (AttributeError, IndexError, TypeError) as failure:
        raise ValueError(f"it lacks a part: {failure}") from None
    if not isinstance(text, str):
        raise ValueError(f"its content is a {type(text).__name__}")
    return Answer(text, finish, usage)
