"""Records of conversations: nothing that a format can hold is lost, in either direction."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eto_agent.formats.records import FORMATS, format_of, from_record, to_record
from eto_envs.errors import DataError, UnknownNameError
from eto_envs.trajectory import Trajectory, Turn
from tests.eto_agent.formats.episodes import (
    AGENTTRAJ,
    ETO_ALFWORLD,
    ETO_SCIENCEWORLD,
    ETO_WEBSHOP,
    MESSAGES,
    ROLES,
    held,
    trajectories,
)

FOREIGN = {
    "eto-alfworld": ("alfworld", ETO_ALFWORLD),
    "eto-webshop": ("webshop", ETO_WEBSHOP),
    "eto-scienceworld": ("scienceworld", ETO_SCIENCEWORLD),
    "agenttraj": ("webshop", AGENTTRAJ),
    "messages": ("lockeddoor", MESSAGES),
    "conversations": ("alfworld", ROLES),
}


@settings(deadline=None)
@given(trajectories(), st.sampled_from(sorted(FORMATS)), st.sampled_from([None, "", "Be quick.", "OK"]))
def test_what_we_export_comes_back(trajectory: Trajectory, form: str, instruction: str | None) -> None:
    record = json.loads(json.dumps(to_record(trajectory, FORMATS[form], instruction=instruction)))
    assert format_of(record).name == form
    assert held(from_record(record)) == held(trajectory)


@settings(deadline=None)
@given(trajectories(), st.sampled_from(sorted(FORMATS)), st.sampled_from(sorted(FORMATS)))
def test_by_way_of_two_formats_too(trajectory: Trajectory, one: str, other: str) -> None:
    there = from_record(to_record(trajectory, FORMATS[one]))
    assert held(from_record(to_record(there, FORMATS[other]))) == held(trajectory)


@pytest.mark.parametrize("name", FOREIGN)
def test_what_others_wrote_goes_out_as_it_came(name: str) -> None:
    env, record = FOREIGN[name]
    before = copy.deepcopy(record)
    trajectory = Trajectory.from_json(from_record(record, env).to_json())  # as it is after a file
    again = to_record(trajectory, format_of(record))
    assert json.dumps(again) == json.dumps(record)  # the order of keys, too
    assert record == before


lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None)
@given(
    st.sampled_from(["alfworld", "webshop", "scienceworld", "lockeddoor"]),
    st.sampled_from(sorted(FORMATS)),
    st.lists(st.one_of(lines, lines.map("Observation: {}".format), lines.map("Action: {}".format)), min_size=1),
    st.dictionaries(st.sampled_from(["source", "n"]), st.integers()),
    st.integers(0, 2),
)
def test_whatever_others_wrote_goes_out_as_it_came(
    env: str, form: str, texts: list[str], extra: dict[str, int], system: int
) -> None:
    style = FORMATS[form]
    said = [style.message(bool(i % 2), text, i % 4 == 1) | extra for i, text in enumerate(texts)]
    first = [{**style.message(False, "Be nice.", False), style.role: "system"}] * system
    record: dict[str, Any] = {style.id: "x", style.messages: [*first, *said], **extra}
    trajectory = Trajectory.from_json(from_record(record, env).to_json())
    assert json.dumps(to_record(trajectory, style)) == json.dumps(record)


def test_the_release_s_episodes_read_as_ours() -> None:
    shopped = from_record(ETO_WEBSHOP, "eto/WebShop-v0", split="train")
    assert (shopped.task, shopped.final_reward, shopped.outcome, shopped.split) == (
        "human/4116",
        0.75,
        "failed",
        "train",
    )
    assert [turn.action for turn in shopped.turns] == [None, None, "search[lamp]", "click[Buy Now]"]
    assert [turn.observation for turn in shopped.turns[1:]] == [
        "Invalid format. The input must contains 'Action: '",
        "Page 1 [SEP] B00 [SEP] A lamp",
        "Thank you",
    ]
    tidied = from_record(ETO_ALFWORLD, "alfworld", reward=1.0)
    assert tidied.task == "train/pick_and_place_simple-Mug-None-Shelf-1/trial_T20190101_000000_000001"
    assert (tidied.task_type, tidied.final_reward, tidied.success) == ("pick_and_place_simple", 1.0, True)
    assert tidied.turns[1].observation == "You pick up the mug 1 from the floor 1."
    found = from_record(ETO_SCIENCEWORLD, "scienceworld")
    assert (found.task, found.task_type, found.goal) == (
        "find-animal/7",
        "find-animal",
        "Your task is to find a(n) animal.",
    )
    assert (found.final_reward, found.outcome) == (None, None)
    assert found.turns[1].observation == "A kitchen.\n\nAnd a dog."


def test_what_is_not_to_be_learned_stays_so() -> None:
    trajectory = from_record(AGENTTRAJ, "webshop")
    assert [turn.role for turn in trajectory.turns] == ["task", "prefix", "agent"]
    assert trajectory.actions == ["search[lamps]", "click[Buy Now]"]
    marks = [each["loss"] for each in to_record(trajectory, FORMATS["agenttraj"])["conversations"]]
    assert marks == [None, False, None, False, None, True]


def test_a_bare_action_is_written_out() -> None:
    """As `eto-envs record` and prefixes have it."""
    turns = [Turn("task", "g", "o"), Turn("prefix", "look", "1", action="look"), Turn("agent", "go", "2", action="go")]
    record = to_record(Trajectory("eto/LockedDoor-v0", "a", "b", "c", turns=turns), FORMATS["messages"])
    replies = [each["content"] for each in record["messages"] if each["role"] == "assistant"]
    assert replies == ["OK", "Action: look", "Action: go"]
    assert from_record(record).actions == ["look", "go"]


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"conversations": []}, "no conversation of a known format"),
        ({"text": "Hello"}, "it holds text"),
        ([1], "it holds list"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "no conversation of a known format"),
        ({"messages": [{"role": "user", "content": "x"}, {"role": "user", "content": "y"}]}, "take turns"),
        ({"messages": [{"role": "system", "content": "x"}]}, "no task"),
    ],
)
def test_what_is_no_conversation_is_refused(record: Any, told: str) -> None:
    with pytest.raises(DataError, match=told):
        from_record(record, "lockeddoor")


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="'mars'"):
        from_record(MESSAGES, "mars")
    with pytest.raises(UnknownNameError):
        to_record(Trajectory("eto/Mars-v0", "a", "b", "c", turns=[Turn("task", "g", "o")]), FORMATS["messages"])
