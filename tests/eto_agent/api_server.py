"""A real HTTP server on the loopback interface that speaks the chat completions API, well or badly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

KEY = "sk-not-a-real-key-0123456789"


@dataclass(frozen=True)
class Say:
    """A chat completion."""

    text: str | None
    finish: str = "stop"
    usage: tuple[int, int] | None = (10, 3)

    @property
    def body(self) -> dict[str, Any]:
        choice = {"index": 0, "message": {"role": "assistant", "content": self.text}, "finish_reason": self.finish}
        body: dict[str, Any] = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
        if self.usage is not None:
            read, written = self.usage
            body["usage"] = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
        return body


@dataclass(frozen=True)
class Fail:
    """An HTTP error, as the API words them."""

    status: int
    message: str = "no"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Raw:
    """Bytes under status 200."""

    data: bytes
    content_type: str = "application/json"


class Hang:
    """No answer at all."""


Behaviour = Say | Fail | Raw | Hang


@dataclass
class Api:
    """The running server: `requests` are the bodies that came, probes left out; `headers` theirs."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    probes: int = 0
    most_at_once: int = 0
    _running: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def questions(self) -> list[str]:
        return [request["messages"][-1]["content"] for request in self.requests]

    def enter(self, body: dict[str, Any], headers: dict[str, str]) -> int:
        """Notes a request; returns how often the same one has come before."""
        with self._lock:
            before = sum(each == body for each in self.requests)
            self.requests.append(body)
            self.headers.append(headers)
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
        return before

    def leave(self) -> None:
        with self._lock:
            self._running -= 1


@contextmanager
def serving(behave: Callable[[str, int], Behaviour], *, answer_probe: bool = True) -> Iterator[Api]:
    """Serves until the block ends.

    Args:
        behave: last message's content, how often the same request has come before -> what to do.
        answer_probe: whether the small request before the real ones is answered well; else `behave` decides.
    """
    api, over = Api(), Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = body["messages"][-1]["content"]
            if self.path != "/v1/chat/completions":
                self._send(404, b"{}", {})
            elif answer_probe and text == "Answer with the word OK.":
                api.probes += 1
                self._send(200, json.dumps(Say("OK").body).encode(), {})
            else:
                before = api.enter(body, {name.lower(): value for name, value in self.headers.items()})
                try:
                    self._act(behave(text, before))
                finally:
                    api.leave()

        def _act(self, behaviour: Behaviour) -> None:
            if isinstance(behaviour, Hang):
                over.wait()
                self.close_connection = True
            elif isinstance(behaviour, Fail):
                error = {"message": behaviour.message, "code": behaviour.code, "type": "error", "param": None}
                self._send(behaviour.status, json.dumps({"error": error}).encode(), behaviour.headers)
            elif isinstance(behaviour, Raw):
                self._send(200, behaviour.data, {"Content-Type": behaviour.content_type})
            else:
                self._send(200, json.dumps(behaviour.body).encode(), {})

        def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield api
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
