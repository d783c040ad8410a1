"""Two episodes of a task side by side: which belong together, where they part, and how one gets there."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from eto_envs.errors import DataError
from eto_envs.trajectory import Trajectory, write_trajectories
from eto_envs.viewer.page import episode_link, replay_page
from tests.eto_envs.commands import run
from tests.eto_envs.viewer.pages import Browser, episode, texts, thoughtful


def named(recorded: Trajectory, policy: str, **changes: object) -> Trajectory:
    return dataclasses.replace(recorded, policy=policy, **changes)  # type: ignore[arg-type]


def blank(task: str, policy: str = "") -> Trajectory:
    return Trajectory("e", task, "k", "s", policy=policy)


def partners(episodes: list[Trajectory], against: list[Trajectory]) -> list[str | None]:
    """What the page puts beside each episode, by policy."""
    page = replay_page(episodes, "title", against)
    index = json.loads(page.partition('id="index">')[2].partition("</script>")[0])
    assert [each["task"] for each in index[: len(episodes)]] == [each.task for each in episodes]
    return [index[each["beside"] - 1]["policy"] if each["beside"] else None for each in index[: len(episodes)]]


def test_several_of_a_task_stand_beside_each_other_in_order() -> None:
    found = partners(
        [blank("x"), blank("y"), blank("x"), blank("x")], [blank("y", "1"), blank("x", "2"), blank("x", "3")]
    )
    assert found == ["2", "1", "3", None]


def test_one_of_a_task_stands_beside_all_of_that_task() -> None:
    assert partners([blank("x"), blank("y"), blank("x")], [blank("x", "expert"), blank("z", "alone")]) == [
        "expert",
        None,
        "expert",
    ]


def test_two_recordings_without_a_common_task_are_refused() -> None:
    with pytest.raises(DataError, match="None of the 1 episodes shares a task with the 1 to stand beside them"):
        replay_page([blank("x")], "title", [blank("z")])


def test_turns_that_are_the_same_stand_in_both_columns_once(browser: Browser) -> None:
    agent, expert = thoughtful(), named(episode(), "oracle")
    page = browser.open([agent], against=[expert])
    page.locator(".row").click()
    assert texts(page, ".heads strong") == ["m", "oracle"]
    left, right = (page.locator(f".turns .turn.{key}:not(.absent)") for key in "ab")
    assert page.locator(".turn.both").count() == 1  # the start; the prefix is no turn of the agent
    assert left.locator(".action .text").all_inner_texts() == agent.actions
    assert right.locator(".action .text").all_inner_texts() == expert.actions
    assert texts(page, ".parting") == ["From turn 2 on they differ."]
    assert texts(page, ".turn.absent:not(.later)") == ["oracle has ended: solved."]


def test_turns_of_one_number_are_at_one_height(browser: Browser) -> None:
    page = browser.open([thoughtful()], "#1+2", against=[named(episode(), "oracle")])
    for turn in range(1, 7):
        one, other = (page.locator(f".turn.{key}[data-turn='{turn}']").bounding_box() for key in "ab")
        assert one["y"] == other["y"]
        assert one["x"] + one["width"] < other["x"]


def test_stepping_goes_on_when_one_has_ended(browser: Browser) -> None:
    page = browser.open([thoughtful()], "#1+2.6", against=[named(episode(), "oracle")])
    assert texts(page, ".stepper .now") == ["m: score 0.8 of 1, progress 80%\noracle: score 1 of 1, progress 100%"]
    assert page.locator(".turn.current").count() == 2
    page.keyboard.press("ArrowRight")
    assert texts(page, ".stepper .place") == ["Turn 7 of 7"]
    assert texts(page, ".stepper .now") == ["m: score 1 of 1, progress 100%\noracle: score 1 of 1, progress 100%"]
    assert page.locator(".turn.current").count() == 1
    assert page.get_by_label("Next turn").is_disabled()


def test_subgoals_are_ticked_for_each(browser: Browser) -> None:
    page = browser.open([thoughtful()], "#1+2", against=[named(episode(), "oracle")])
    ticked = []
    for turn in (0, 1, 2, 7):
        page.evaluate(f"goTo({turn})")
        ticked.append([page.locator(f".subgoals .tick.{key}.on").count() for key in "ab"])
    assert ticked == [[0, 0], [1, 1], [1, 2], [5, 5]]
    assert page.locator("polyline.score").count() == 2


def test_the_turn_of_a_subgoal_is_told(browser: Browser) -> None:
    page = browser.open([episode()])
    page.keyboard.press("End")
    assert texts(page, ".subgoals .when") == ["turn 1", "turn 2", "turn 4", "turn 5", "turn 6"]


def test_the_key_d_and_a_button_go_where_they_part(browser: Browser) -> None:
    page = browser.open([thoughtful()], "#1+2", against=[named(episode(), "oracle")])
    page.keyboard.press("d")
    assert page.url.endswith("#1+2.2")
    page.keyboard.press("Home")
    page.get_by_text("They part at turn 2").click()
    assert page.url.endswith("#1+2.2")


def test_equal_episodes_do_not_part(browser: Browser) -> None:
    page = browser.open([named(episode(), "a")], "#1+2", against=[named(episode(), "b")])
    assert page.locator(".parting").count() == page.locator(".apart").count() == 0
    assert page.locator(".turn.both").count() == 7


def test_any_other_episode_of_the_task_can_be_put_beside(browser: Browser) -> None:
    episodes = [named(thoughtful(), "sft"), named(episode(), "oracle"), episode("two-keys/2")]
    page = browser.open(episodes, "#1.3")
    assert page.locator("#beside option").all_inner_texts() == ["none", "oracle 2: solved, reward 1"]
    page.locator("#beside").select_option("2")
    page.locator(".heads").wait_for()
    assert page.url.endswith("#1+2.3")
    page.locator("#beside").focus()
    page.keyboard.press("Home")  # a key of the choice, not of the turns
    assert page.locator(".stepper .place").inner_text() == "Turn 3 of 7"
    page.locator("#beside").select_option("")
    page.locator(".heads").wait_for(state="detached")
    assert page.url.endswith("#1.3")


def test_two_of_one_policy_are_told_apart(browser: Browser) -> None:
    page = browser.open([thoughtful(), thoughtful()], "#1+2")
    assert texts(page, ".heads strong") == ["m 1", "m 2"]


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (episode_link("one-key/3"), "#1"),
        (episode_link("one-key/3", "rft+eto"), "#2"),
        (episode_link("one-key/3", "rft+eto", against="sft"), "#2+1"),
        (episode_link("one-key/3", "sft", split="other"), "#3"),
        (episode_link("one-key/3", "rft+eto", against="sft") + "&turn=4", "#2+1.4"),
        (episode_link("no-such/3"), ""),
    ],
)
def test_a_link_finds_an_episode_by_name(browser: Browser, link: str, shown: str) -> None:
    sft = named(thoughtful(), "sft")
    page = browser.open([sft, named(episode(), "rft+eto"), named(sft, "sft", split="other")], link)
    assert page.evaluate("open === null ? '' : location.hash") == shown
    assert page.locator("#list").is_hidden() == bool(shown)


def test_the_list_compares(browser: Browser) -> None:
    worse = named(episode("two-keys/2"), "sft", outcome="failed", final_reward=0.25)
    alone = named(episode("three-keys/3"), "sft")
    page = browser.open([worse, alone, named(episode(), "sft")], against=[episode(), episode("two-keys/2")])
    [summary] = texts(page, "#summary")
    assert summary.split("\n") == [
        "3 episodes, 2 solved, mean reward 0.75",
        "Beside 2 episodes of the same tasks, mean reward 1: 0 better, 1 equal, 1 worse",
    ]
    assert page.locator(".row").count() == 3
    assert len(texts(page, ".row .beside")) == 2
    page.locator("#sort").select_option("lost most first")
    page.locator(".row").first.click()
    assert page.url.endswith("#1+5")
    page.keyboard.press("n")
    assert page.url.endswith("#2")
    page.keyboard.press("n")
    assert page.url.endswith("#3+4")
    page.keyboard.press("p")
    page.keyboard.press("p")
    assert page.url.endswith("#1+5")
    page.go_back()
    page.get_by_text("three-keys/3").locator("visible=true").first.wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".row").count() == 3


def test_keys_pressed_in_one_breath_all_count(browser: Browser) -> None:
    page = browser.open([episode(), episode("two-keys/2"), episode("three-keys/3")], "#1")
    page.evaluate(
        "for (const key of 'nn') document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))"
    )
    assert page.url.endswith("#3")


@pytest.mark.parametrize("place", ["", "#1+2", "#1+2.3"])
def test_a_phone_shows_one_under_the_other(browser: Browser, place: str) -> None:
    agent, expert = named(thoughtful(), "long" * 30), named(episode(), "other" * 30)
    agent.turns[2].observation = agent.turns[2].action = "long" * 60
    page = browser.open([agent], place, width=390, against=[expert])
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    if place:
        one, other = (page.locator(f".turn.{key}[data-turn='3']").bounding_box() for key in "ab")
        assert one["y"] + one["height"] <= other["y"]


def test_the_command_writes_such_a_page(tmp_path: Path) -> None:
    for name, recorded in (("agent", thoughtful()), ("expert", episode())):
        write_trajectories(tmp_path / f"{name}.jsonl", [recorded])
    sides = ("replay", "agent.jsonl", "--against", "expert.jsonl")
    result = run(tmp_path, *sides, "--html", "page.html")
    assert (result.returncode, result.stdout) == (0, "page.html: 1 episode\n")
    shown = replay_page([thoughtful()], "agent.jsonl against expert.jsonl", [episode()])
    assert (tmp_path / "page.html").read_text() == shown
    result = run(tmp_path, *sides)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "add --html OUT.html" in result.stderr
    result = run(tmp_path, *sides, "--html", "expert.jsonl")
    assert (result.returncode, "is the recording itself" in result.stderr) == (2, True)
