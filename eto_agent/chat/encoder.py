"""Chat messages -> token ids and the mask of agent tokens. The only place that knows chat templates.

`eto_envs.conversation` makes the messages of a trajectory and says which of them are trained on; `ChatEncoder` turns
them into token ids, for any chat template.

Training sees the ids that generation saw. A conversation is cut into segments (user turn with generation prompt, agent
turn with its end-of-turn token, and so on), each segment is tokenised by itself, and a reply keeps the ids it was
sampled with. So the ids of a prompt are always a prefix of the ids of what follows, and the mask is exact.

Only `ChatEncoder` needs a tokenizer; nothing here imports torch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from eto_envs.conversation import Message
from eto_envs.errors import EtoEnvError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["ChatEncoder", "Encoded", "TemplateError", "fits"]


class TemplateError(EtoEnvError):
    """A chat template that is missing or re-writes turns, or messages that it cannot render."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A conversation as token ids.

    Attributes:
        input_ids: the whole conversation, up to the last agent turn's end-of-turn token.
        mask: of the same length: 1 on the tokens of trained turns and their end-of-turn tokens, else 0.
        retokenised: how many turns came with recorded ids that do not belong to their text with this tokenizer, and
            were tokenised from text instead.
    """

    input_ids: tuple[int, ...]
    mask: tuple[int, ...]
    retokenised: int = 0

    def __len__(self) -> int:
        return len(self.input_ids)


def fits(encoded: Encoded, max_length: int) -> bool:
    """Whether a conversation can be trained on whole: nothing is ever cut. The caller counts what does not fit."""
    return len(encoded) <= max_length


@dataclass(frozen=True, slots=True)
class _Shape:
    """A chat template taken apart: the text around each turn's content.

    A conversation reads `head U generate | before A end | user U generate | before A end | ...`: U and A are contents,
    the bars are where segments meet.
    """

    head: str
    user: str
    generate: str
    before: str
    end: str
    end_of_turn: str
    trim_user: Callable[[str], str]
    trim_agent: Callable[[str], str]


class ChatEncoder:
    """Turns messages into token ids with a tokenizer's chat template.

    The template is taken apart once; every conversation is then proved equal to what the template itself renders.

    Args:
        tokenizer: any Hugging Face tokenizer with a chat template.
        chat_template: a Jinja template used instead of the tokenizer's own.

    Attributes:
        end_of_turn_ids: the ids that end a reply: the template's end-of-turn token, then the tokenizer's end of text.

    Raises:
        TemplateError: no template, one without an end-of-turn token, or one that drops or re-writes earlier turns.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, chat_template: str | None = None) -> None:
        self.tokenizer = tokenizer
        self._template = chat_template
        added = tokenizer.added_tokens_decoder
        self._markers = sorted((str(token.content) for token in added.values()), key=len, reverse=True)
        special = [re.escape(token.content) for token in added.values() if token.special]
        self._special = re.compile("|".join(special) or r"(?!)")
        self._shape = self._take_apart()
        self._end_id = int(tokenizer.convert_tokens_to_ids(self._shape.end_of_turn))  # type: ignore[arg-type]
        eos = tokenizer.eos_token_id
        self.end_of_turn_ids = tuple(dict.fromkeys([self._end_id] + ([eos] if isinstance(eos, int) else [])))
        self._anchors = {text: self._ids([text])[0] for text in (self._shape.generate, self._shape.end_of_turn)}

    def prompt_ids(self, messages: Sequence[Message]) -> list[int]:
        """The ids of a conversation that ends with a user turn, generation prompt included."""
        if not messages or messages[-1]["role"] != "user":
            raise TemplateError("A prompt has to end with a user turn; render the conversation with to_act=True.")
        return [i for ids, _, _ in self._segments(messages) for i in ids]

    def encode(self, messages: Sequence[Message]) -> Encoded:
        """The ids and the mask of a conversation that ends with an agent turn (Eq. 4-5: only agent tokens count)."""
        if not messages or messages[-1]["role"] != "assistant":
            raise TemplateError("A conversation to train on has to end with an agent turn.")
        segments = self._segments(messages)
        return Encoded(
            tuple(i for ids, _, _ in segments for i in ids),
            tuple(int(trained) for ids, trained, _ in segments for _ in ids),
            sum(retokenised for _, _, retokenised in segments),
        )

    def extend(self, ids: Sequence[int], added: Sequence[Message]) -> list[int]:
        """The ids of a prompt that goes on; see `extend_all`."""
        return self.extend_all([(ids, added)])[0]

    def extend_all(self, prompts: Sequence[tuple[Sequence[int], Sequence[Message]]]) -> list[list[int]]:
        """The ids of prompts that go on: equal to `prompt_ids` of the longer conversations, without their lengths.

        The turns that were added are proved in a conversation of their own; `encode` proves the whole again.

        Args:
            prompts: each the ids of the earlier prompt, and what followed: an agent turn and a user turn, or several
                such.
        """
        turns = [turn for _, added in prompts for turn in added]
        for _, added in prompts:
            if len(added) % 2 or any(m["role"] != ("user" if i % 2 else "assistant") for i, m in enumerate(added)):
                raise TemplateError("A prompt goes on with an agent turn and a user turn.")
        if not turns:
            return [list(ids) for ids, _ in prompts]
        try:
            self._prove([_user("?"), *turns])
        except TemplateError:  # the others are not to answer for one of them
            for _, added in prompts:
                self._prove([_user("?"), *added])
        segments = iter(self._cut_up(turns, 1))
        return [
            [*ids, *(i for segment, _, _ in islice(segments, len(added)) for i in segment)] for ids, added in prompts
        ]

    def reply_text(self, ids: Sequence[int]) -> str:
        """The text of a sampled reply, without its end-of-turn token and surrounding white space."""
        kept = list(ids[:-1] if ids and ids[-1] in self.end_of_turn_ids else ids)
        return str(self.tokenizer.decode(kept, clean_up_tokenization_spaces=False)).strip()

    # Segments

    def _segments(self, messages: Sequence[Message]) -> list[tuple[list[int], bool, bool]]:
        """(ids, trained, retokenised) of each turn."""
        self._prove(messages)
        return self._cut_up(messages, 0)

    def _cut_up(self, messages: Sequence[Message], first: int) -> list[tuple[list[int], bool, bool]]:
        """The segments of messages that are part of a proved conversation, `first` turns after its beginning."""
        kept = [self._recorded(message) for message in messages]
        parts = [self._part(index, message) for index, message in enumerate(messages, first)]
        todo = iter(self._tokenise([part for part, ids in zip(parts, kept, strict=True) if ids is None]))
        return [
            (next(todo) if ids is None else ids, message["trained"], ids is None and "token_ids" in message)
            for message, ids in zip(messages, kept, strict=True)
        ]

    def _part(self, index: int, message: Message) -> tuple[str, str, str, str]:
        """A turn as (anchor, before, content, after): the anchor is the text in front, which is not part of it."""
        shape = self._shape
        if message["role"] == "assistant":
            return shape.generate, shape.before, shape.trim_agent(message["content"]), shape.end
        if index == 0:
            return "", shape.head, shape.trim_user(message["content"]), shape.generate
        return self._user_part(message["content"])

    def _user_part(self, content: str) -> tuple[str, str, str, str]:
        shape = self._shape
        return shape.end_of_turn, shape.user, shape.trim_user(content), shape.generate

    def _recorded(self, message: Message) -> list[int] | None:
        """A reply's ids as sampled, closed; None where there are none or they are another tokenizer's."""
        ids = message.get("token_ids")
        if not ids or max(ids) >= len(self.tokenizer) or self.reply_text(ids) != message["content"].strip():
            return None
        return ids if ids[-1] in self.end_of_turn_ids else [*ids, self._end_id]

    def _tokenise(self, parts: Sequence[tuple[str, str, str, str]]) -> list[list[int]]:
        """The ids of each part, as they stand after its anchor."""
        whole = self._ids([anchor + before + content + after for anchor, before, content, after in parts])
        return [self._cut(part, ids) for part, ids in zip(parts, whole, strict=True)]

    def _cut(self, part: tuple[str, str, str, str], ids: list[int]) -> list[int]:
        anchor, before, content, after = part
        if self._special.search(content):
            # A special token spelled out in an observation or a reply is text; it must not end a turn.
            inner: list[int] = self.tokenizer(content, add_special_tokens=False, split_special_tokens=True)["input_ids"]  # type: ignore[assignment]
            outer = self._ids([before, after])
            return [*outer[0], *inner, *outer[1]]
        start = self._anchors.get(anchor, [])
        if ids[: len(start)] == start:
            return ids[len(start) :]
        return self._ids([before + content + after])[0]  # a token would span the border: generation has it apart

    def _ids(self, texts: list[str]) -> list[list[int]]:
        return self.tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []  # type: ignore[return-value]

    # The template

    def _render(self, messages: Sequence[Message]) -> str:
        plain = [{"role": message["role"], "content": message["content"]} for message in messages]
        try:
            return str(
                self.tokenizer.apply_chat_template(
                    plain,
                    chat_template=self._template,
                    tokenize=False,
                    add_generation_prompt=True,
                    date_string="01 Jan 2025",  # some templates print today's date otherwise: ids would change daily
                )
            )
        except Exception as error:  # templates raise what they like
            raise TemplateError(
                f"The chat template of {self._name()} cannot render the conversation: {error}"
            ) from None

    def _prove(self, messages: Sequence[Message]) -> None:
        """Checks that the segments, put together, are what the template renders."""
        probed = [*messages, _user("?")] if messages[-1]["role"] == "assistant" else messages
        built = "".join("".join(self._part(index, message)[1:]) for index, message in enumerate(probed))
        if built != self._render(probed):
            raise TemplateError(
                f"The chat template of {self._name()} drops or re-writes turns of this conversation, so training would "
                "not see what generation saw; pass a chat_template that renders every turn as it is."
            )

    def _take_apart(self) -> _Shape:
        names = [f"content-{index}" for index in range(5)]
        text = self._render(_alternating(names))
        pieces = re.split("|".join(names), text)
        first = self._render(_alternating(names[:1]))
        if re.findall("|".join(names), text) != names or not first.startswith(pieces[0] + names[0]):
            raise self._unusual("it drops, repeats or re-orders turns")
        head, opening, closing, opening_again, closing_again, generate = pieces
        if opening != opening_again or closing != closing_again or not opening.startswith(generate):
            raise self._unusual("a turn's rendering depends on its position")
        if first != head + names[0] + generate:
            raise self._unusual("the first turn changes when others follow")
        end_of_turn, position = self._first_marker(closing)
        stop = position + len(end_of_turn)
        trims = (self._trim(head, generate, "user"), self._trim(opening, closing, "assistant"))
        before = opening[len(generate) :]
        return _Shape(head, closing[stop:], generate, before, closing[:stop], end_of_turn, *trims)

    def _first_marker(self, closing: str) -> tuple[str, int]:
        """The first special token after an agent turn, and its position."""
        found = [(closing.index(marker), -len(marker), marker) for marker in self._markers if marker in closing]
        if not found:
            raise self._unusual("no special token ends an agent turn, so generation could not stop")
        position, _, marker = min(found)
        return marker, position

    def _trim(self, before: str, after: str, role: str) -> Callable[[str], str]:
        """What the template does to white space around a turn's content."""
        padded = [" \ncontent-0\n " if role == "user" else "content-0", " \ncontent-1\n ", "content-2"]
        text = self._render(_alternating(padded[: 1 if role == "user" else 3]))
        content = padded[0] if role == "user" else padded[1]
        for trim in (str, str.strip, str.lstrip, str.rstrip):
            if before + trim(content) + after in text:
                return trim
        raise self._unusual(f"it changes the content of {role} turns")

    def _unusual(self, why: str) -> TemplateError:
        return TemplateError(f"The chat template of {self._name()} cannot be used: {why}; pass another chat_template.")

    def _name(self) -> str:
        return repr(self.tokenizer.name_or_path or type(self.tokenizer).__name__)


def _user(content: str) -> Message:
    return {"role": "user", "content": content, "trained": False}


def _alternating(contents: Sequence[str]) -> list[Message]:
    return [
        {"role": "assistant" if index % 2 else "user", "content": content, "trained": False}
        for index, content in enumerate(contents)
    ]
