"""Prompts that grow turn by turn are those encoded at once; stop strings are found where they appear."""

from __future__ import annotations

import pytest

from eto_agent.chat.encoder import ChatEncoder, TemplateError
from eto_agent.chat.growing import GrowingPrompts
from eto_agent.decoding.stop_strings import StopStrings
from eto_agent.policies.base import cut_at
from eto_envs.conversation import Message
from tests.eto_agent.templates import STYLES

TURNS: list[Message] = [
    {"role": "user", "content": "Boil water.", "trained": False},
    {"role": "assistant", "content": "Action: look", "trained": True},
    {"role": "user", "content": "Observation: a stove </s><|im_end|>.", "trained": False},
    {"role": "assistant", "content": "Thought: on.\nAction: activate stove", "trained": True},
    {"role": "user", "content": "Observation: it is on.", "trained": False},
]


class Counting(ChatEncoder):
    rendered = 0

    def _render(self, messages: object) -> str:
        self.rendered += len(messages)  # type: ignore[arg-type]
        return super()._render(messages)  # type: ignore[arg-type]


@pytest.mark.parametrize("style", STYLES)
def test_growing_prompts(style: str) -> None:
    encoder = Counting(STYLES[style]())
    prompts = GrowingPrompts(encoder)
    growing = TURNS[:1]
    for length in (1, 3, 5, 5):
        growing += TURNS[len(growing) : length]
        before = encoder.rendered
        ids = prompts.ids("a", growing)
        assert encoder.rendered - before <= 3  # what is new, and one turn before it
        assert ids == encoder.prompt_ids(growing)
    jumped = GrowingPrompts(encoder)
    jumped.ids("a", TURNS[:1])
    assert jumped.ids("a", TURNS) == encoder.prompt_ids(TURNS)


def test_a_conversation_that_changed_is_encoded_anew() -> None:
    encoder = ChatEncoder(STYLES["chatml"]())
    prompts = GrowingPrompts(encoder)
    prompts.ids("a", TURNS)
    other: list[Message] = [{**TURNS[0], "content": "Freeze water."}, *TURNS[1:]]
    assert prompts.ids("a", other) == encoder.prompt_ids(other)
    assert prompts.ids("b", TURNS) == encoder.prompt_ids(TURNS)
    assert prompts.ids("a", TURNS[:3]) == encoder.prompt_ids(TURNS[:3])
    prompts.forget("a")
    assert prompts.ids("a", TURNS) == encoder.prompt_ids(TURNS)


@pytest.mark.parametrize("style", STYLES)
def test_conversations_grow_together(style: str) -> None:
    """A new one, one that goes on by a turn, one that goes on by two, and one that stays."""
    encoder = ChatEncoder(STYLES[style]())
    prompts = GrowingPrompts(encoder)
    prompts.all([("one", TURNS[:3]), ("two", TURNS[:1]), ("same", TURNS[:3])])
    lengths = {"new": 3, "one": 5, "two": 5, "same": 3}
    found = prompts.all([(key, TURNS[:length]) for key, length in lengths.items()])
    assert found == [encoder.prompt_ids(TURNS[:length]) for length in lengths.values()]


def test_a_turn_that_the_template_rewrites_is_refused() -> None:
    prompts = GrowingPrompts(ChatEncoder(STYLES["qwen-thinking"]()))
    prompts.ids("a", TURNS[:1])
    thinking: Message = {"role": "assistant", "content": "<think>hm</think>Action: look", "trained": True}
    with pytest.raises(TemplateError, match="re-writes turns"):
        prompts.ids("a", [TURNS[0], thinking, TURNS[2]])
    with pytest.raises(TemplateError, match="an agent turn and a user turn"):
        prompts.ids("a", [TURNS[0], TURNS[2]])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("string", ["\nObservation:", "stove", "é", "on "])
def test_stop_strings(style: str, string: str) -> None:
    """Asked after every token: the first time that the text holds the string."""
    tokenizer = STYLES[style]()
    text = "Thought: the stove is on and é.\nAction: look on\nObservation: you see"
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    stops = StopStrings(tokenizer, [string])
    found = next(n for n in range(1, len(ids) + 1) if stops(ids[:n]))
    assert found == next(n for n in range(1, len(ids) + 1) if string in tokenizer.decode(ids[max(0, n - 16) : n]))
    assert cut_at(text, [string]) == text.partition(string)[0]
    assert not any(StopStrings(tokenizer, ["\nTask:"])(ids[:n]) for n in range(1, len(ids) + 1))
