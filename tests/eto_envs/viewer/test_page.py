"""The replay page: whatever text an episode holds, it is data; and the page in a real browser."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eto_envs
from eto_envs.trajectory import Trajectory, Turn
from eto_envs.viewer.page import replay_page, write_page
from tests.eto_envs.viewer.pages import Browser, episode, texts, thoughtful

HOSTILE = (
    "</script><script>hacked=1</script>",
    "<img src=x onerror=hacked=1>",
    "<!--<script>",
    "]]>{{data}}{{script}}&lt;&amp;",
    "\"'`${hacked=1}\\u003c\u2028\u2029",
    "\ud800 \x00 \x1b[2J",
)


class Elements(HTMLParser):
    """The elements of a page as a browser's parser finds them, and the text of its JSON blocks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: list[str] = []
        self.titles: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag == "script" and attributes.get("type") == "application/json" and data.strip():
            self.blocks.append(data)
        if tag == "h1" and data.strip():
            self.titles.append(data)


text = st.one_of(st.text(st.characters(exclude_categories=()), max_size=30), st.sampled_from(HOSTILE))
turns = st.builds(
    Turn,
    role=st.sampled_from(["task", "prefix", "agent"]),
    text=text,
    observation=text,
    action=st.none() | text,
    reward=st.floats(-1, 1),
    subgoals=st.lists(st.booleans(), max_size=3),
    meta=st.just({"token_ids": [1, 2, 3]}),
)
trajectories = st.builds(
    Trajectory,
    env=text,
    task=text,
    task_type=text,
    split=text,
    env_kwargs=st.dictionaries(text, text, max_size=2),
    turns=st.lists(turns, max_size=3),
    subgoals=st.lists(text, max_size=3),
    outcome=st.none() | text,
    error=st.none() | text,
    policy=text,
    meta=st.dictionaries(text, text, max_size=2),
)


@settings(deadline=None)
@given(st.lists(trajectories, max_size=3), text)
def test_hostile_text_is_data(episodes: list[Trajectory], title: str) -> None:
    plain = Elements(replay_page([Trajectory("e", "t", "k", "s") for _ in episodes], "title"))
    page = Elements(replay_page(episodes, title))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert [a for tag, a in page.tags if tag != "title"] == [a for tag, a in plain.tags if tag != "title"]
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    index, *contents = [json.loads(block) for block in page.blocks]
    assert [each["task"] for each in index] == [each.task for each in episodes]
    assert contents == [shown(each) for each in episodes]


def shown(episode: Trajectory) -> dict[str, Any]:
    """What the page keeps of an episode: all but the `meta` of turns."""
    content = asdict(episode)
    for turn in content["turns"]:
        del turn["meta"]
    return content


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_is_text(title: str) -> None:
    page = replay_page([], title)
    page.encode("utf-8")
    written = title.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    assert "".join(Elements(page).titles).replace("\x00", "\ufffd") == written


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    episodes = [
        Trajectory("eto/LockedDoor-v0", "one-key/0", "one-key", "generated/train", turns=[Turn("task", "", "")])
    ]
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE, text=True) as reader:
        write_page(tmp_path / "pipe", episodes, "Title")
        assert reader.communicate(timeout=60)[0] == replay_page(episodes, "Title")
    assert (tmp_path / "pipe").is_fifo()


def test_the_page_is_self_contained() -> None:
    page = Elements(replay_page([], "title"))
    linked = [a[name] for _, a in page.tags for name in ("src", "href") if name in a]
    assert linked == ["data:,", "#"]


# -- in a browser -------------------------------------------------------------------------------------------------


def current(page: Any) -> str:
    return page.locator(".turn.current").get_attribute("data-turn")


def test_one_episode_opens_at_once(browser: Browser) -> None:
    recorded = episode()
    page = browser.open([recorded])
    assert page.locator("#list").is_hidden()
    assert page.locator("#back").is_hidden()
    assert texts(page, ".turn .action .text") == recorded.actions
    assert texts(page, ".turn .observation .text") == [turn.observation for turn in recorded.turns]
    assert texts(page, ".goal-text .text") == [recorded.goal]
    assert texts(page, ".verdict > *") == ["one-key/3", "solved", "reward 1", "6 steps"]
    assert page.title() == "Replay"


def test_arrow_keys_step_through_turns(browser: Browser) -> None:
    page = browser.open([episode()])
    assert current(page) == "0"
    ticked = []
    for turn in range(1, 7):
        page.keyboard.press("ArrowRight")
        assert current(page) == str(turn)
        ticked.append(page.locator(".subgoals .done").count())
    assert ticked == [1, 2, 2, 3, 4, 5]
    assert texts(page, ".stepper .place") == ["Turn 6 of 6"]
    assert texts(page, ".stepper .now") == ["score 1 of 1, progress 100%"]
    page.keyboard.press("ArrowRight")
    assert current(page) == "6"
    page.keyboard.press("ArrowLeft")
    assert current(page) == "5"
    page.keyboard.press("Home")
    assert current(page) == "0"
    page.keyboard.press("End")
    assert current(page) == "6"
    assert page.url.endswith("#1.6")


def test_buttons_clicks_and_addresses_choose_turns(browser: Browser) -> None:
    page = browser.open([episode()], "#1.4")
    assert current(page) == "4"
    page.get_by_label("Next turn").click()
    assert current(page) == "5"
    page.locator("[data-turn='2'] .observation").click()
    assert current(page) == "2"
    box = page.locator(".chart svg").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 6, box["y"] + 40)
    assert current(page) == "6"
    assert page.get_by_label("Next turn").is_disabled()


def test_thought_action_prefix_and_failures_are_told_apart(browser: Browser) -> None:
    page = browser.open([thoughtful()])
    assert texts(page, ".turn .thought .text") == ["I could dance.\nTwice."]
    assert texts(page, ".turn.prefix .number") == ["Turn 1"]
    assert texts(page, ".turn.invalid .action .text") == ["dance"]
    assert texts(page, ".turn.invalid .tag") == ["not understood"]
    assert texts(page, ".turn.prefix .chip") == ["✓ find the red key"]
    assert texts(page, ".turn .gain")[-1] == "reward +1"
    points = page.locator("polyline.score").first.get_attribute("points").split()
    assert len(points) == 8
    assert page.locator("line.reward").count() == 2  # one in the chart, one in its legend
    assert page.locator(".forced-span").count() == 1


def test_a_reply_without_an_action_is_shown_whole(browser: Browser) -> None:
    recorded = episode()
    recorded.turns[2].text, recorded.turns[2].action = "I do not know.", None
    page = browser.open([recorded])
    assert texts(page, "[data-turn='2'] .tag") == ["no action"]
    assert texts(page, "[data-turn='2'] .thought .text") == ["I do not know."]


def test_an_episode_opens_from_the_list(browser: Browser) -> None:
    page = browser.open([episode("one-key/1"), episode("two-keys/2"), episode("three-keys/3")])
    assert texts(page, "#summary") == ["3 episodes, 3 solved, mean reward 1"]
    assert [row.split()[0] for row in texts(page, ".row .task")] == ["one-key/1", "two-keys/2", "three-keys/3"]
    page.locator(".row").nth(1).click()
    page.locator(".turn").first.wait_for()
    assert texts(page, ".verdict strong") == ["two-keys/2"]
    page.keyboard.press("Escape")
    page.locator(".row").first.wait_for()
    page.locator(".row").nth(2).click()
    assert texts(page, ".verdict strong") == ["three-keys/3"]
    page.locator("#back").click()
    assert page.locator(".row").count() == 3
    page.go_back()
    page.locator(".turn").first.wait_for()
    assert texts(page, ".verdict strong") == ["three-keys/3"]


def test_the_list_filters_and_sorts(browser: Browser) -> None:
    failed = Trajectory(
        "e", "boil/1", "boil", "s", outcome="failed", final_reward=0.25, turns=[Turn("task", "Boil.", "")]
    )
    unfinished = Trajectory("e", "boil/2", "boil", "s", turns=[Turn("task", "Boil <b>tin</b>.", "")])
    page = browser.open([failed, episode("one-key/1"), unfinished])
    tasks = lambda: [row.split()[0] for row in texts(page, ".row .task")]  # noqa: E731
    page.locator("#sort").select_option("reward, high first")
    assert tasks() == ["one-key/1", "boil/1", "boil/2"]
    page.locator("#sort").select_option("steps, few first")
    assert tasks() == ["boil/1", "boil/2", "one-key/1"]
    page.locator("#outcome").select_option("unfinished")
    assert tasks() == ["boil/2"]
    page.locator("#outcome").select_option("all")
    page.locator("#type").select_option("boil")
    assert tasks() == ["boil/1", "boil/2"]
    page.locator("#query").fill("<B>TIN")
    assert tasks() == ["boil/2"]
    assert texts(page, "#summary") == ["1 of 3 episodes, 0 solved, mean reward none"]
    page.locator("#query").fill("nothing like this")
    assert texts(page, ".empty") == ["No episode fits these filters."]


def test_hostile_text_is_inert_in_the_browser(browser: Browser) -> None:
    everything = "\n".join(HOSTILE)
    recorded = thoughtful()
    recorded.task = recorded.task_type = recorded.policy = recorded.error = recorded.split = everything
    recorded.subgoals = [everything, *recorded.subgoals[1:]]
    recorded.env_kwargs = recorded.meta = {everything: everything}
    for turn in recorded.turns:
        turn.text = turn.observation = everything
    page = browser.open([recorded, recorded], title=everything)
    page.locator(".row").first.click()
    page.locator("details").last.locator("summary").click()
    page.keyboard.press("End")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("img").count() == 0
    assert page.locator("main script").count() == 0
    expected = everything.encode("utf-8", "replace").decode().replace("?", "\ufffd")
    shown_text = page.locator("[data-turn='1'] .observation .text").evaluate("node => node.textContent.toWellFormed()")
    assert shown_text == expected


def test_an_episode_that_died_at_once_shows_why(browser: Browser) -> None:
    died = Trajectory("e", "boil/1", "boil", "s", outcome="error", error="The simulator\nstopped.", subgoals=["tin"])
    page = browser.open([died])
    assert texts(page, ".error-text") == ["The simulator stopped."]
    assert texts(page, ".stepper .now") == ["No turns were recorded."]
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("Next turn").is_disabled()


def test_many_episodes_are_drawn_as_needed(browser: Browser) -> None:
    recorded = episode()
    page = browser.open([recorded] * 600)
    assert page.locator(".row").count() == 200
    assert page.locator(".turn").count() == 0
    page.locator("#more").click()
    assert page.locator(".row").count() == 400
    assert texts(page, "#more") == ["Show more (200 left)"]
    page.locator(".row").nth(399).click()
    assert page.locator(".turn").count() == len(recorded.turns)


@pytest.mark.parametrize("place", ["", "#1", "#2.1"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, place: str) -> None:
    recorded = thoughtful()
    recorded.task = recorded.turns[2].observation = recorded.turns[2].action = "long" * 60
    recorded.subgoals[0] = recorded.turns[0].text = "long" * 60
    page = browser.open([recorded, recorded], place, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_long_id_wraps_between_its_parts(browser: Browser) -> None:
    recorded = episode()
    recorded.task = "train/pick_and_place_simple-Pen-None-Dresser-b2/game-0002"
    page = browser.open([recorded, recorded], width=390)
    for open_first, name in ((False, ".row .task"), (True, ".verdict strong")):
        if open_first:
            page.locator(".row").first.click()
        shown = page.locator(name).first
        assert shown.evaluate("node => node.textContent").split()[0] == recorded.task
        parts = shown.evaluate(
            "node => [...node.childNodes].filter((part) => part.nodeType === 3).map((part) => "
            "{ const range = document.createRange(); range.selectNode(part);"
            " return [part.textContent, range.getClientRects().length]; })"
        )
        assert ["place_", 1] in parts
        assert shown.evaluate("node => node.offsetHeight") > 40  # on several lines, all the same


def test_a_page_of_nothing_says_so(browser: Browser) -> None:
    page = browser.open([])
    assert texts(page, "#summary") == ["0 episodes, 0 solved, mean reward none"]


def test_versions_are_shown(browser: Browser) -> None:
    page = browser.open([episode()])
    page.locator("details summary").click()
    facts = texts(page, "dl")[0].split("\n")
    assert f"eto-envs {eto_envs.__version__}" in facts
    assert "generated/train" in facts
