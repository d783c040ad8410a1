"""`Teacher`: asks a model behind an endpoint for the thought before an expert's action; no question is paid twice.

Every question is answered from the cache where it was asked before, with the same words, of the same model, at the same
endpoint. The cache is a file of JSON lines that only grows: an answer is on disk before it is used, so a process that
is killed loses the requests that are under way and no more. Answers that turn out to be unusable are kept there too.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

import jinja2

from eto_agent.endpoints.client import Answer, Endpoint, EndpointSettings, Usage
from eto_envs.conversation import ConversationFormat
from eto_envs.errors import DataError, UnknownNameError
from eto_envs.trajectory import Trajectory

__all__ = ["PROMPT", "Teacher", "TeacherSettings", "judge", "load_prompt", "question"]

PROMPT = Path(__file__).parent / "rationale.txt.j2"
"""The prompt that is used unless the configuration names another."""


@dataclass(frozen=True)
class TeacherSettings:
    """The teacher that writes thoughts before expert actions (`eto-agent annotate`)."""

    model: str = ""
    """The endpoint's name for the teacher."""
    api: EndpointSettings = field(default_factory=EndpointSettings)
    """Where the teacher is."""
    prompt: Path | None = None
    """Jinja template of the question; none takes the one that comes along (eto_agent/endpoints/rationale.txt.j2)."""
    temperature: float = 0.0
    """Sampling temperature of the teacher."""
    max_tokens: int = 200
    """Longest thought, in tokens; longer ones are not used."""
    cache: Path | None = None
    """File of answers, which several runs may share; none: teacher-cache.jsonl in the run folder."""
    max_failed: float = 0.0
    """Share of requests that may fail for good; their steps keep the rule-made thought. Above it the command stops."""


def load_prompt(path: Path | None) -> tuple[jinja2.Template, str]:
    """The template of the question, and its text.

    Raises:
        DataError: there is no such file, or it is no template.
    """
    source = path or PROMPT
    if not source.is_file():
        raise DataError(
            f"No prompt at {str(source)!r} (annotate.prompt); leave the key out for the one that comes along."
        )
    text = source.read_text(encoding="utf-8")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    try:
        return environment.from_string(text), text
    except jinja2.TemplateSyntaxError as error:
        raise DataError(
            f"{str(source)!r} (annotate.prompt) is no Jinja template: line {error.lineno}: {error}"
        ) from None


def question(template: jinja2.Template, trajectory: Trajectory, index: int, instruction: str) -> str:
    """The question about turn `index` of a trajectory: the past, the action, nothing of what follows.

    Raises:
        UnknownNameError: the template asks for something that is not given.
    """
    task, *before = trajectory.turns[:index]
    try:
        return template.render(
            instruction=instruction,
            goal=task.text,
            first_observation=task.observation,
            turns=[{"action": turn.action or turn.text, "observation": turn.observation} for turn in before],
            action=trajectory.turns[index].action,
        ).strip()
    except jinja2.UndefinedError as error:
        allowed = "instruction, goal, first_observation, turns (action, observation) and action"
        raise UnknownNameError(f"Unusable prompt (annotate.prompt): {error}; it is given {allowed}.") from None


def judge(answer: Answer, action: str, words: ConversationFormat) -> tuple[str | None, str]:
    """The reply made of a teacher's thought and the expert's action, or why there is none.

    Returns:
        The reply and "", or None and one of `empty`, `cut off`, `changed action`, `not a thought`, `refused`.
    """
    if answer.error is not None or answer.finish in ("content_filter", "context"):
        return None, "refused"
    thought, named, rest = answer.text.strip().partition("Action:")
    if named and rest.strip() != action:
        return None, "changed action"
    thought = " ".join(thought.strip().removeprefix("Thought:").split())
    if not thought:
        return None, "empty"
    if answer.finish == "length":
        return None, "cut off"
    reply = f"Thought: {thought}\nAction: {action}"
    if "Observation:" in thought or "Thought:" in thought:
        return None, "not a thought"
    return (reply, "") if words.parse_action(reply) == action else (None, "changed action")


class Teacher:
    """Asks questions, through the cache.

    Args:
        settings: the teacher's.
        cache: file of answers; it is made if need be.
        seed: of sampling, where the temperature is above 0.
    """

    def __init__(self, settings: TeacherSettings, cache: Path, seed: int = 0) -> None:
        self.settings = settings
        self._cache, self._seed = cache, seed
        self._known = dict(_read_cache(cache))
        self.failed = 0

    def answers(self, questions: Sequence[str]) -> Iterator[tuple[int, Answer]]:
        """Yields (position, answer) of every question, those in the cache first; equal questions are asked once.

        When more than the allowed share has `failed` no more are asked, and what is under way is the last.

        Raises:
            EndpointError: the endpoint cannot be used, or has stopped answering; the cache has what came before.
        """
        bodies = [self._body(each) for each in questions]
        keys = [self._key(body) for body in bodies]
        positions: dict[str, list[int]] = {}
        for position, key in enumerate(keys):
            if key in self._known:
                yield position, self._known[key]
            else:
                positions.setdefault(key, []).append(position)
        if not positions:
            return
        endpoint = Endpoint(self.settings.model, self.settings.api)
        endpoint.check(self._body(""))
        new = list(positions)
        allowed = self.settings.max_failed * len(questions)
        todo = takewhile(lambda _: self.failed <= allowed, (bodies[positions[key][0]] for key in new))
        for index, answer in endpoint.ask(todo):
            if answer.error is None:
                self._keep(new[index], answer)
            self.failed += answer.error is not None and not answer.refused
            for position in positions[new[index]]:
                yield position, answer

    def _body(self, text: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "messages": [{"role": "user", "content": text}],
            "temperature": self.settings.temperature,
            "max_tokens": self.settings.max_tokens,
        }
        return body if self.settings.temperature == 0 else {**body, "seed": self._seed}

    def _key(self, body: dict[str, Any]) -> str:
        request = {"model": self.settings.model, **self.settings.api.identity, "request": body}
        return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()

    def _keep(self, key: str, answer: Answer) -> None:
        """Appends one answer in one write, on disk when this returns."""
        self._known[key] = answer
        line = json.dumps({"key": key, "model": self.settings.model, **asdict(answer)}) + "\n"
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        with self._cache.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # runs may share the file
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())


def _read_cache(path: Path) -> Iterator[tuple[str, Answer]]:
    """Whole lines only; what a killed process left of its last one is removed, so that the next stands by itself."""
    if not path.is_file():
        return
    with path.open("rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        raw = file.read()
        whole = raw[: raw.rfind(b"\n") + 1]
        file.truncate(len(whole))
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            record = json.loads(line)
            usage = record["usage"] and Usage(**record["usage"])
            yield record["key"], Answer(record["text"], record["finish"], usage)
        except (ValueError, KeyError, TypeError):
            raise DataError(f"{path}, line {number}: no answer of a teacher; remove the line or the file.") from None
