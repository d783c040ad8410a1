"""Pairs of single turns: who is chosen, what is dropped, what is scored, and the loss computed by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.chat.encoder import ChatEncoder
from eto_agent.data.pairs import Audit, PreferencePair, build_pairs, build_step_pairs, merged
from eto_agent.models import load
from eto_agent.training.fit import DpoSettings, Pair, fit_dpo
from eto_envs.trajectory import Trajectory, Turn
from tests.eto_agent.training.test_fit import dpo_by_hand, log_prob, pieces
from tests.eto_agent.trainings import FAST_DPO, messages, rows


def turn(action: str | None, role: str = "agent", thought: str = "Hm.") -> Turn:
    text = f"Thought: {thought}\nAction: {action}" if action is not None else thought
    return Turn(role, text, f"You did {action}.", action=action)  # type: ignore[arg-type]


def expert(task: str, reward: float = 1.0, actions: str = "abcd") -> Trajectory:
    turns = [Turn("task", "Do it.", "You are here."), *map(turn, actions)]
    return Trajectory("eto/Any-v0", task, "t", "m/train", turns=turns, outcome="failed", final_reward=reward)


def went_on(of: Trajectory, start: int, actions: list[str | None], reward: float | None = 0.0) -> Trajectory:
    """The agent's episode from the state after the expert's first `start` turns."""
    prefix = [replace(each, role="prefix") for each in of.turns[1 : start + 1]]
    turns = [of.turns[0], *prefix, *(turn(action, thought="I think.") for action in actions)]
    outcome = "error" if reward is None else "failed"
    return replace(of, turns=turns, outcome=outcome, final_reward=reward, policy="sft", meta={"start": start})


def test_a_pair_is_two_turns_after_the_same_beginning() -> None:
    theirs = expert("a")
    own = went_on(theirs, 2, ["x", "y"])
    [pair], audit = build_step_pairs([theirs], [own])
    assert (pair.winner, pair.chosen_reward, pair.rejected_reward) == ("expert", 1.0, 0.0)
    assert pair.chosen.turns == [*own.turns[:3], theirs.turns[3]]
    assert pair.rejected.turns == own.turns[:4]
    assert [each.role for each in pair.chosen.turns] == ["task", "prefix", "prefix", "agent"]
    assert (audit.explored, audit.lose, audit.pairs, audit.mean_length_gap) == (1, 1, 1, 0.0)
    assert len(theirs.turns) == 5
    assert len(own.turns) == 5


def test_from_the_start_of_the_task_there_is_no_prefix() -> None:
    [pair], _ = build_step_pairs([expert("a")], [went_on(expert("a"), 0, ["x"])])
    assert [each.role for each in pair.chosen.turns] == ["task", "agent"]


def test_the_agent_may_win() -> None:
    theirs = expert("a", 0.5)
    own = went_on(theirs, 1, ["x", "y"], 0.75)
    [pair], audit = build_step_pairs([theirs], [own])
    assert pair.winner == "agent"
    assert (pair.chosen.turns, pair.rejected.turns) == (own.turns[:3], [*own.turns[:2], theirs.turns[2]])
    assert (audit.win, audit.tie, audit.lose) == (1, 0, 0)


def test_the_audit_counts_everything() -> None:
    """Ten starts: 1 won, 2 tied, 3 lost, 4 dropped for four reasons."""
    a, b = expert("a", 0.5), expert("b", 1.0)
    explored = [
        went_on(a, 0, ["x"], 0.75),
        went_on(a, 1, ["x"], 0.5),
        went_on(b, 0, ["x"], 1.0),
        went_on(b, 1, ["x"], 0.25),
        went_on(b, 2, [None, "x"], 0.25),
        went_on(b, 3, ["x"], 0.25),
        went_on(a, 2, ["c", "x"], 0.0),
        went_on(a, 3, ["x"], None),
        went_on(a, 3, [], 0.0),
        went_on(expert("stranger"), 1, ["x"], 0.0),
    ]
    pairs, audit = build_step_pairs([a, b], explored)
    assert [(pair.task, pair.chosen.meta["start"], pair.winner) for pair in pairs] == [
        ("a", 0, "agent"), ("b", 1, "expert"), ("b", 2, "expert"), ("b", 3, "expert"),
    ]  # fmt: skip
    assert (audit.explored, audit.win, audit.tie, audit.lose) == (10, 1, 2, 3)
    assert audit.dropped == {
        "episode died of an error": 1, "no agent turn": 1, "no expert trajectory": 1, "same action": 1,
    }  # fmt: skip
    assert audit.explored == audit.compared + sum(audit.dropped.values())
    assert audit.mean_reward_expert == pytest.approx((0.5 + 0.5 + 4 * 1.0) / 6)
    assert audit.mean_reward_agent == pytest.approx((0.75 + 0.5 + 1.0 + 3 * 0.25) / 6)
    assert pairs[2].rejected.turns[-1].action is None


def test_the_same_action_with_another_thought_is_no_pair() -> None:
    theirs = expert("a")
    own = went_on(theirs, 1, ["b", "x"])
    assert own.turns[2].text != theirs.turns[2].text
    assert build_step_pairs([theirs], [own])[0] == []


def test_an_expert_that_has_ended_has_no_turn_to_compare() -> None:
    own = went_on(expert("a"), 4, ["x"])
    pairs, audit = build_step_pairs([expert("a")], [own])
    assert (pairs, audit.dropped) == ([], {"the expert has ended": 1})


def test_the_rest_of_both_sides_can_be_kept() -> None:
    theirs = expert("a")
    own = went_on(theirs, 1, ["x", "y", "z", "u"])
    [pair], audit = build_step_pairs([theirs], [own], rest=True)
    assert [each.action for each in pair.chosen.turns[1:]] == ["a", "b", "c", "d"]
    assert [each.role for each in pair.chosen.turns[1:]] == ["prefix", "agent", "agent", "agent"]
    assert pair.rejected.turns == own.turns
    assert audit.mean_length_gap == -1.0


def test_slips_in_the_rest_stay_context() -> None:
    theirs = expert("a")
    theirs.turns[3] = replace(theirs.turns[3], role="prefix")
    [pair], audit = build_step_pairs([theirs], [went_on(theirs, 1, ["x", "y"])], rest=True)
    assert [each.action for each in pair.chosen.turns[1:]] == ["a", "b", "c", "d"]
    assert [each.role for each in pair.chosen.turns[1:]] == ["prefix", "agent", "prefix", "agent"]
    assert audit.mean_length_gap == 0.0


@pytest.mark.parametrize("rest", [False, True])
def test_a_slip_is_no_side_of_a_pair(rest: bool) -> None:
    theirs = expert("a")
    theirs.turns[2] = replace(theirs.turns[2], role="prefix")
    pairs, audit = build_step_pairs([theirs], [went_on(theirs, 1, ["x"])], rest=rest)
    assert (pairs, audit.dropped) == ([], {"not an example": 1})


def test_a_long_rest_is_cut() -> None:
    theirs = expert("a")
    own = went_on(theirs, 1, ["x", "y", "z", "u", "v"])
    [pair], audit = build_step_pairs([theirs], [own], rest=True, trim_rejected=1)
    assert [each.action for each in pair.chosen.turns[1:]] == ["a", "b", "c", "d"]
    assert [each.action for each in pair.rejected.turns[1:]] == ["a", "x", "y", "z", "u"]
    assert (audit.trimmed, audit.mean_length_gap) == (1, -1.0)


def test_a_veto_drops_and_says_why() -> None:
    def veto(pair: PreferencePair) -> str:
        return "too early" if pair.chosen.meta["start"] < 2 else ""

    explored = [went_on(expert("a"), start, ["x"]) for start in range(4)]
    pairs, audit = build_step_pairs([expert("a")], explored, veto=veto)
    assert [pair.chosen.meta["start"] for pair in pairs] == [2, 3]
    assert (audit.lose, audit.dropped) == (2, {"too early": 2})


def test_audits_are_added_up() -> None:
    whole = build_pairs([expert("a"), expert("b", 0.5)], [went_on(expert("a"), 0, ["x"] * 6), expert("b", 0.5, "x")])[1]
    steps = build_step_pairs([expert("a")], [went_on(expert("a"), 1, ["x"], 0.25), went_on(expert("a"), 1, ["b"])])[1]
    both = merged([whole, steps])
    assert (both.explored, both.win, both.tie, both.lose) == (4, 0, 1, 2)
    assert both.dropped == {"same action": 1}
    assert both.mean_reward_expert == pytest.approx((1.0 + 0.5 + 1.0) / 3)
    assert both.mean_reward_agent == pytest.approx((0.0 + 0.5 + 0.25) / 3)
    assert both.mean_length_gap == pytest.approx((4 - 6 + 0) / 2)
    assert merged([whole]) == whole
    assert merged([Audit(), Audit()]) == Audit()


# What is trained on


@pytest.fixture(scope="module")
def sides() -> list[tuple[Trajectory, Trajectory]]:
    """Chosen and rejected of pairs from three starts; in the last one the agent has won."""
    explored = [went_on(expert("a", 0.5), start, ["x", "y"], reward) for start, reward in ((0, 0), (2, 0), (3, 1.0))]
    return [(pair.chosen, pair.rejected) for pair in build_step_pairs([expert("a", 0.5)], explored)[0]]


def test_only_the_two_turns_are_scored(encoder: ChatEncoder, sides: list[tuple[Trajectory, Trajectory]]) -> None:
    for number, both in enumerate(sides):
        encoded = [encoder.encode(messages(side)) for side in both]
        for side, each in zip(both, encoded, strict=True):
            kept = [token for token, mask in zip(each.input_ids, each.mask, strict=True) if mask]
            assert encoder.tokenizer.decode(kept) == f"{side.turns[-1].text}<|end|>"
            assert (list(each.input_ids), [bool(m) for m in each.mask]) == pieces(encoder.tokenizer, side)
        starts = [each.mask.index(1) for each in encoded]
        assert encoded[0].input_ids[: starts[0]] == encoded[1].input_ids[: starts[1]], number
    assert [[side.turns[-1].action for side in both] for both in sides] == [["a", "x"], ["c", "x"], ["x", "d"]]


def test_the_loss_is_the_one_computed_by_hand(
    base: Path, encoder: ChatEncoder, sides: list[tuple[Trajectory, Trajectory]], tmp_path: Path
) -> None:
    """Equation 13: the shifts are those of one turn each, given task and prefix."""
    given = [Pair(*(encoder.encode(messages(side)) for side in both)) for both in sides]
    settings: DpoSettings = replace(FAST_DPO, batch_size=3, warmup=0.0, learning_rate=3e-3, beta=0.3)
    one, two = tmp_path / "one", tmp_path / "two"
    fit_dpo(base, given, one / "model", replace(settings, epochs=1))
    fit_dpo(base, given, two / "model", settings)
    reference, tokenizer = load(base, device="cpu")
    policy, _ = load(one / "model", device="cpu")
    by_hand = [(pieces(tokenizer, chosen), pieces(tokenizer, rejected)) for chosen, rejected in sides]
    second = rows(two)[1]
    assert second["loss"] == pytest.approx(dpo_by_hand(policy, reference, by_hand, 0.3, 0.0), abs=1e-5)
    shift = sum(log_prob(policy, *side)[0] - log_prob(reference, *side)[0] for side, _ in by_hand) / 3
    assert second["chosen_shift"] == pytest.approx(shift, abs=1e-4)
    whole = sum(log_prob(policy, ids, [True] * len(ids))[0] for (ids, _), _ in by_hand) / 3
    whole -= sum(log_prob(reference, ids, [True] * len(ids))[0] for (ids, _), _ in by_hand) / 3
    assert abs(second["chosen_shift"] - whole) > 1e-2  # of the loss itself a prefix cancels: both sides have it
