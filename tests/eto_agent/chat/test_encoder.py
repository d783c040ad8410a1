"""The scored tokens are the agent's turns and nothing else, for every style of chat template."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eto_agent.chat.encoder import ChatEncoder, Encoded, TemplateError, fits
from eto_envs.conversation import ConversationFormat, Message, react_messages
from eto_envs.trajectory import Trajectory, Turn
from tests.eto_agent.templates import CHATML, ENDS, IM, STYLES, byte_level, scored

ENCODERS = {name: ChatEncoder(make()) for name, make in STYLES.items()}
every_style = pytest.mark.parametrize("style", STYLES)

BARE = ConversationFormat("")


def episode(*turns: tuple[str, str], goal: str = "Boil water.", first: str = "You are in the kitchen.") -> Trajectory:
    trajectory = Trajectory("eto/Any-v0", "boil/1", "boil", "train")
    trajectory.turns = [Turn("task", goal, first), *(Turn("agent", text, seen) for text, seen in turns)]
    return trajectory


@every_style
def test_scored_tokens_are_the_agents_turns(style: str) -> None:
    trajectory = episode(
        ("Thought: a pot.\nAction: pick up pot", "You take the pot."),
        ("Thought: fill it.\nAction: move pot to sink", "The sink is off."),
        ("Action: activate sink", "Done."),
    )
    trajectory.turns[1].role = "prefix"
    encoder = ENCODERS[style]
    encoded = encoder.encode(react_messages(trajectory, BARE, instruction="Do experiments."))
    end = ENDS.get(style, "<|im_end|>")
    assert [text.lstrip() for text in scored(encoder, encoded)] == [
        f"Thought: fill it.\nAction: move pot to sink{end}",
        f"Action: activate sink{end}",
    ]
    assert encoded.retokenised == 0
    assert len(encoded.input_ids) == len(encoded.mask) == len(encoded)


@every_style
def test_the_whole_is_what_the_template_renders(style: str) -> None:
    encoder = ENCODERS[style]
    messages = react_messages(episode(("Action: look", "A room."), ("Action: wait", "")), BARE)
    plain = [{"role": message["role"], "content": message["content"]} for message in messages[:-1]]
    text = encoder.tokenizer.apply_chat_template(plain, tokenize=False, add_generation_prompt=True)
    ids = encoder.prompt_ids(messages[:-1])
    assert ids == encoder.tokenizer(str(text), add_special_tokens=False)["input_ids"]
    assert encoder.encode(messages).input_ids[: len(ids)] == tuple(ids)


specials = st.sampled_from(["</s>", "<s>", "<|im_end|>", "<|im_start|>", "<|eot_id|>", "[INST]", "[/INST]"])
words = st.text(st.characters(exclude_characters="▁", exclude_categories=["Cs"]), max_size=12)
contents = st.lists(words | specials, max_size=4).map(" ".join)


@every_style
@given(
    task=contents,
    turns=st.lists(st.tuples(contents, contents, st.booleans()), min_size=1, max_size=3),
    cut=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_any_content(style: str, task: str, turns: list[tuple[str, str, bool]], cut: bool) -> None:
    """Scored text is the agent's; a prompt built turn by turn is the prompt built at once; prompts are prefixes."""
    encoder = ENCODERS[style]
    if style == "qwen-thinking":
        turns = [
            (reply.lstrip("\n"), seen, trained) for reply, seen, trained in turns
        ]  # the template would re-write it
    trajectory = episode(*((reply, seen) for reply, seen, _ in turns), first=task)
    for turn, (_, _, trained) in zip(trajectory.turns[1:], turns, strict=True):
        turn.role = "agent" if trained else "prefix"
        turn.text = turn.text if trained else f"Action: {turn.text}"
    messages = react_messages(trajectory, BARE, to_act=True)
    encoded = encoder.encode(messages[:-1])
    end = ENDS.get(style, "<|im_end|>").strip()
    expected = [message["content"].strip() for message in messages if message["trained"]]
    assert [text.strip().removesuffix(end).strip() for text in scored(encoder, encoded)] == expected

    ids = encoder.prompt_ids(messages[:1])
    for index in range(1, len(messages), 2):
        assert encoded.input_ids[: len(ids)] == tuple(ids)
        reply = encoder.encode(messages[: index + 1]).input_ids[len(ids) :]
        if cut and reply[-2:-1] and encoder.tokenizer.decode(reply[-2]).strip():
            reply = reply[:-1]  # cut off by a limit: extend closes it
        assert encoder.reply_text(reply) == messages[index]["content"].strip()
        said: Message = {**messages[index], "token_ids": list(reply)}
        ids = encoder.extend(ids, [said, messages[index + 1]])
        assert ids == encoder.prompt_ids(messages[: index + 2])


@every_style
def test_recorded_ids_are_kept(style: str) -> None:
    """A reply sampled in an unusual tokenisation trains on the ids that were sampled, not on a fresh tokenisation."""
    encoder = ENCODERS[style]
    text = "Action: activate stove"
    by_character = [i for letter in text for i in encoder.tokenizer(letter, add_special_tokens=False)["input_ids"]]
    if encoder.reply_text(by_character) != text:  # SentencePiece marks word starts: take pieces of two tokenisations
        by_character = [*encoder.tokenizer("Action:", add_special_tokens=False)["input_ids"]]
        by_character += encoder.tokenizer("activate stove", add_special_tokens=False)["input_ids"]
    assert encoder.reply_text(by_character) == text
    trajectory = episode((text, "On."), ("Action: wait", ""))
    plain = encoder.encode(react_messages(trajectory, BARE))
    trajectory.turns[1].meta["token_ids"] = by_character
    kept = encoder.encode(react_messages(trajectory, BARE))
    where = len(encoder.prompt_ids(react_messages(trajectory, BARE)[:1]))
    sampled = [*by_character, encoder.end_of_turn_ids[0]]
    assert kept.input_ids[where : where + len(sampled)] == tuple(sampled)
    assert kept.mask[where : where + len(sampled)] == (1,) * len(sampled)
    assert kept.retokenised == 0

    trajectory.turns[1].meta["token_ids"] = by_character[:-1]  # says something else than the text
    other = encoder.encode(react_messages(trajectory, BARE))
    assert (other.input_ids, other.mask, other.retokenised) == (plain.input_ids, plain.mask, 1)
    trajectory.turns[1].meta["token_ids"] = [10**6]  # another tokenizer's
    assert encoder.encode(react_messages(trajectory, BARE)).retokenised == 1


def test_end_of_turn_ids() -> None:
    ids = {name: encoder.tokenizer.convert_ids_to_tokens(encoder.end_of_turn_ids) for name, encoder in ENCODERS.items()}
    assert ids["llama-2"] == ids["mistral"] == ["</s>"]
    assert ids["chatml"] == ids["qwen"] == ["<|im_end|>"]
    assert ids["llama-3"] == ["<|eot_id|>", "<|end_of_text|>"]


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (
            "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\n' }}{% endfor %}assistant: ",
            "could not stop",
        ),
        ("{% for m in messages[-3:] %}{{ m['content'] + '<|im_end|>' }}{% endfor %}", "drops, repeats or re-orders"),
        ("{% for m in messages %}{{ loop.index ~ m['content'] + '<|im_end|>' }}{% endfor %}", "position"),
        (CHATML.replace("m['content']", "m['content'] | replace(' ', '')"), "changes the content of user turns"),
        ("{{ raise_exception('no') }}", "cannot render"),
    ],
)
def test_unusable_templates_are_refused(template: str, why: str) -> None:
    with pytest.raises(TemplateError, match=why):
        ChatEncoder(ENCODERS["chatml"].tokenizer, chat_template=template)


def test_a_template_that_rewrites_a_turn_is_refused() -> None:
    messages = react_messages(episode(("<think>hm</think>Action: look", "A room."), ("Action: wait", "")), BARE)
    with pytest.raises(TemplateError, match="re-writes turns"):
        ENCODERS["qwen-thinking"].encode(messages)
    assert ENCODERS["qwen"].encode(messages)


def test_no_template() -> None:
    with pytest.raises(TemplateError, match="cannot render"):
        ChatEncoder(byte_level(None, IM))  # type: ignore[arg-type]


def test_messages_in_the_wrong_place() -> None:
    encoder = ENCODERS["chatml"]
    messages = react_messages(episode(("Action: look", "A room.")), BARE)
    with pytest.raises(TemplateError, match="to_act=True"):
        encoder.prompt_ids(messages)
    with pytest.raises(TemplateError, match="end with an agent turn"):
        encoder.encode(messages[:-1])


def test_fits() -> None:
    encoded = Encoded((1, 2, 3), (0, 1, 1))
    assert (fits(encoded, 3), fits(encoded, 2)) == (True, False)
