"""`SampledEpisode`: an episode as online training reads it: ids as sampled, and where the agent's own tokens stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eto_agent.chat.encoder import ChatEncoder, Encoded
from eto_agent.policies import Conversation, Policy, Reply
from eto_agent.policies.base import Needs
from eto_agent.policies.streaming import as_stream
from eto_envs.conversation import Message
from eto_envs.trajectory import Trajectory

__all__ = ["LogProbRecorder", "SampledEpisode", "sampled_episode"]

_KEPT = "log_probs"


@dataclass(frozen=True, slots=True)
class SampledEpisode:
    """One episode.

    Attributes:
        ids: the whole conversation as token ids.
        spans: for each agent turn, in order, where its sampled tokens begin and end: `ids[begin:end]`. An end-of-turn
            token that was put in because a limit cut the reply off is not among them: the policy did not choose it.
        log_probs: for each of these turns, what generation kept: log-probabilities at temperature 1.
        reward: of the whole episode.
        left_out: agent turns without a span, because their ids were not kept as sampled.
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    log_probs: tuple[tuple[float, ...], ...]
    reward: float
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def tokens(self) -> int:
        """How many tokens the agent sampled."""
        return sum(end - begin for begin, end in self.spans)


def sampled_episode(
    trajectory: Trajectory, messages: Sequence[Message], encoder: ChatEncoder, reward: float
) -> SampledEpisode | None:
    """Reads what a `LogProbRecorder` recorded; None where the agent has said nothing that can be scored.

    Args:
        trajectory: the episode.
        messages: the same as the conversation that the policy saw.
        encoder: of the policy's tokenizer.
        reward: what the episode is worth.
    """
    turns = [turn for turn in trajectory.turns if turn.role == "agent"]
    if not turns:
        return None
    encoded = encoder.encode(messages)
    spans: list[tuple[int, int]] = []
    log_probs: list[tuple[float, ...]] = []
    for turn, begin, kept in zip(turns, _starts(encoded), trajectory.meta[_KEPT], strict=False):
        ids = tuple(turn.meta.get("token_ids", ()))
        if ids and kept is not None and encoded.input_ids[begin : begin + len(ids)] == ids:
            spans.append((begin, begin + len(ids)))
            log_probs.append(tuple(kept))
    if not spans:
        return None
    return SampledEpisode(encoded.input_ids, tuple(spans), tuple(log_probs), reward, len(turns) - len(spans))


def _starts(encoded: Encoded) -> Iterator[int]:
    """Where each agent turn begins; a user turn lies between any two."""
    for position, trained in enumerate(encoded.mask):
        if trained and not encoded.mask[position - 1]:
            yield position


class LogProbRecorder:
    """A policy that notes the log-probabilities of what it samples in the episode's record, as `meta["log_probs"]`.

    They are not a part of every record: their last digits depend on which conversations shared a batch.

    Args:
        policy: who acts.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy, self._stream = policy, as_stream(policy)
        self._due: dict[str, Conversation] = {}
        self.name = policy.name
        self.needs: Needs = policy.needs

    @property
    def busy(self) -> bool:
        return self._stream.busy

    @property
    def patience_s(self) -> float:
        return self._stream.patience_s

    def submit(self, conversations: Sequence[Conversation]) -> None:
        self._due |= {each.key: each for each in conversations}
        self._stream.submit(conversations)

    def collect(self) -> list[tuple[str, Reply]]:
        replies = self._stream.collect()
        for key, reply in replies:
            _note(self._due.pop(key), reply)
        return replies

    def act(self, conversations: Sequence[Conversation]) -> list[Reply]:
        replies = self._policy.act(conversations)
        for conversation, reply in zip(conversations, replies, strict=True):
            _note(conversation, reply)
        return replies

    def forget(self, key: str) -> None:
        self._policy.forget(key)


def _note(conversation: Conversation, reply: Reply) -> None:
    if reply.text is not None:
        kept = None if reply.log_probs is None else [round(each, 6) for each in reply.log_probs]
        conversation.trajectory.meta.setdefault(_KEPT, []).append(kept)
