"""An episode as online training reads it: ids as sampled, agent tokens only."""

from __future__ import annotations

from typing import Any

import pytest

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.online.episodes import LogProbRecorder, sampled_episode
from eto_agent.policies import Conversation, Reply
from eto_agent.policies.streaming import as_stream
from eto_envs.trajectory import Trajectory
from tests.eto_agent.trainings import episode, messages


def sampled(number: int, encoder: ChatEncoder, cut: int | None = None) -> Trajectory:
    """A made-up episode as a model would have left it; the reply `cut` was stopped by a limit."""
    trajectory = episode(number)
    trajectory.meta["log_probs"] = []
    for index, turn in enumerate(turn for turn in trajectory.turns if turn.role == "agent"):
        ids = encoder.tokenizer(turn.text, add_special_tokens=False)["input_ids"]
        turn.meta["token_ids"] = list(ids) + ([] if index == cut else [encoder.end_of_turn_ids[0]])  # type: ignore[arg-type]
        trajectory.meta["log_probs"].append([-float(index)] * len(turn.meta["token_ids"]))
    return trajectory


@pytest.mark.parametrize("number", [0, 1, 2])  # 0 begins with a teacher-forced turn
def test_spans_hold_what_was_sampled_and_nothing_else(encoder: ChatEncoder, number: int) -> None:
    trajectory = sampled(number, encoder)
    found = sampled_episode(trajectory, messages(trajectory), encoder, 0.5)
    assert found is not None
    turns = [turn for turn in trajectory.turns if turn.role == "agent"]
    assert [list(found.ids[begin:end]) for begin, end in found.spans] == [turn.meta["token_ids"] for turn in turns]
    assert found.log_probs == tuple(map(tuple, trajectory.meta["log_probs"]))
    assert found.ids == encoder.encode(messages(trajectory)).input_ids
    assert found.tokens == sum(encoder.encode(messages(trajectory)).mask)
    assert (found.reward, found.left_out) == (0.5, 0)


def test_an_end_that_was_put_in_is_context(encoder: ChatEncoder) -> None:
    """A reply that a limit cut off is closed for the conversation's sake; the policy did not choose that token."""
    trajectory = sampled(1, encoder, cut=1)
    found = sampled_episode(trajectory, messages(trajectory), encoder, 0.0)
    assert found is not None
    end = found.spans[1][1]
    assert found.ids[end] == encoder.end_of_turn_ids[0]
    assert found.tokens == sum(encoder.encode(messages(trajectory)).mask) - 1


def test_a_turn_without_its_ids_is_context(encoder: ChatEncoder) -> None:
    trajectory = sampled(2, encoder)
    del trajectory.turns[2].meta["token_ids"]
    trajectory.meta["log_probs"][1] = None
    found = sampled_episode(trajectory, messages(trajectory), encoder, 0.0)
    assert found is not None
    assert (len(found.spans), found.left_out) == (3, 1)
    assert found.log_probs == tuple(tuple(trajectory.meta["log_probs"][i]) for i in (0, 2, 3))


def test_an_episode_in_which_nothing_was_said(encoder: ChatEncoder) -> None:
    trajectory = sampled(1, encoder)
    del trajectory.turns[1:]
    assert sampled_episode(trajectory, messages(trajectory), encoder, 0.0) is None


class Speaker:
    name, needs = "speaker", ""

    def act(self, conversations: Any) -> list[Reply]:
        return [Reply("Action: go", (1, 2), (-0.12345678, -1.0)), Reply(None, stop="context")]

    def forget(self, key: str) -> None:
        pass


def test_the_keeper_notes_what_was_said() -> None:
    trajectories = [episode(0), episode(1)]
    keeper = LogProbRecorder(Speaker())  # type: ignore[arg-type]
    for _ in range(2):
        replies = keeper.act([Conversation(each.task, [], each) for each in trajectories])
        assert [reply.text for reply in replies] == ["Action: go", None]
    assert as_stream(keeper) is keeper
    keeper.submit([Conversation(each.task, [], each) for each in trajectories])
    assert keeper.busy
    assert [(key, reply.text) for key, reply in keeper.collect()] == [
        (trajectories[0].task, "Action: go"), (trajectories[1].task, None)
    ]  # fmt: skip
    assert not keeper.busy
    assert trajectories[0].meta == {"log_probs": [[-0.123457, -1.0]] * 3}
    assert trajectories[1].meta == {}
    assert keeper.name == "speaker"
