"""Whatever a teacher says, the action stays; and the cache gives back what was put in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eto_agent.endpoints.client import Answer, EndpointSettings, Usage
from eto_agent.endpoints.teacher import Teacher, TeacherSettings, judge
from eto_envs.conversation.live import conversation_format
from eto_envs.errors import DataError
from tests.eto_agent.api_server import Say, serving

WORDS = conversation_format("eto/ScienceWorld-v0")
PIECES = st.sampled_from(["Action:", "Thought:", "Observation:", "\n", " ", "go north", "I think", "go"]) | st.text()


@settings(deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join), st.sampled_from(["go north", "look", "search[a]", "x"]))
def test_no_answer_changes_the_action(text: str, action: str) -> None:
    reply, reason = judge(Answer(text, "stop"), action, WORDS)
    assert (reply is None) == bool(reason)
    if reply is not None:
        assert WORDS.parse_action(reply) == action
        thought = reply.removeprefix("Thought: ").removesuffix(f"\nAction: {action}")
        assert reply == f"Thought: {thought}\nAction: {action}"
        assert thought
        assert "\n" not in thought
        assert WORDS.stop not in reply


def teacher(url: str, cache: Path, **more: float) -> Teacher:
    return Teacher(TeacherSettings("m", EndpointSettings(url, key_env=""), **more), cache)  # type: ignore[arg-type]


def test_answers_come_from_the_cache_as_they_came_from_the_endpoint(tmp_path: Path) -> None:
    cache = tmp_path / "answers.jsonl"
    with serving(lambda text, _: Say(text.upper(), usage=(len(text), 1))) as api:
        first = dict(teacher(api.url, cache).answers(["a", "bé\u2028", "a"]))
        again = dict(teacher(api.url, cache).answers(["a", "bé\u2028", "a"]))
        assert (
            first
            == again
            == {n: Answer(t.upper(), "stop", Usage(len(t), 1)) for n, t in enumerate(["a", "bé\u2028", "a"])}
        )
        assert (len(api.requests), api.probes) == (2, 1)  # equal questions are one, and the cache needs no probe
        dict(teacher(api.url, cache, temperature=1.0).answers(["a"]))
        assert len(api.requests) == 3  # another request


def test_a_damaged_cache_is_told(tmp_path: Path) -> None:
    cache = tmp_path / "answers.jsonl"
    cache.write_text('{"key": 3}\n')
    with pytest.raises(DataError, match=r"answers\.jsonl, line 1"):
        teacher("http://127.0.0.1:9/v1", cache)
