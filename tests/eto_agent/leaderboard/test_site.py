"""The site, as a person opens it: rows sort, episodes open, nothing is asked of the network, text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.cli import main
from eto_agent.leaderboard.add import add
from tests.eto_agent.leaderboard.conftest import FACTS

HOSTILE = "<script>hacked=1</script><img src=x onerror=hacked=1> {{ id }}"


@pytest.fixture(scope="module")
def site(evaluated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three rows: random, the oracle, and the oracle again by a method with a hostile name."""
    folder = tmp_path_factory.mktemp("folder")
    add(evaluated / "evaluate" / "random", folder, FACTS, name="random")
    add(evaluated / "evaluate" / "oracle", folder, replace(FACTS, method="oracle", date="2026-02-01"), name="oracle")
    hostile = replace(FACTS, method="zz " + HOSTILE, model=HOSTILE, note=HOSTILE, authors=(HOSTILE,))
    add(evaluated / "evaluate" / "oracle", folder, hostile, name="hostile")
    published = Path(__file__).parents[3] / "benchmarks" / "leaderboard" / "published.json"
    (folder / "published.json").write_bytes(published.read_bytes())
    assert main(["leaderboard", "build", str(folder), "--out", str(folder / "site")]) == 0
    return folder / "site"


class Visit:
    """Opens pages, and keeps what they logged and asked for."""

    def __init__(self, chromium: Any, site: Path) -> None:
        self.chromium, self.site = chromium, site
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def open(self, name: str, width: int = 1280) -> Any:
        page = self.chromium.new_page(viewport={"width": width, "height": 900})
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto((self.site / name).as_uri())
        return page


@pytest.fixture
def visit(chromium: Any, site: Path) -> Iterator[Visit]:
    opened = Visit(chromium, site)
    yield opened
    assert opened.complaints == []
    assert all(url.startswith(site.as_uri()) for url in opened.requests)


def methods(page: Any) -> list[str]:
    return [text.split()[0] for text in page.locator(".board >> nth=0").locator("tbody th").all_inner_texts()]


def test_rows_sort_by_any_column_both_ways(visit: Visit) -> None:
    page = visit.open("lockeddoor.html")
    board = page.locator(".board").first
    assert methods(page) == ["oracle", "zz", "random"]  # by reward
    for key, first, then in (  # the oracle and zz are equal but for their names: equal rows keep their order
        ("Method", ["oracle", "random", "zz"], ["zz", "random", "oracle"]),
        ("Steps", ["zz", "oracle", "random"], ["random", "zz", "oracle"]),
        ("Reward", ["zz", "oracle", "random"], ["random", "zz", "oracle"]),
    ):
        button = board.get_by_role("button", name=key, exact=True)
        button.click()
        assert methods(page) == first, key
        ordered = board.locator("th[aria-sort]")
        assert (ordered.count(), ordered.inner_text().split()[0]) == (1, key)
        button.click()
        assert methods(page) == then, key
    board.get_by_role("button", name="Submitted").click()
    assert methods(page)[0] == "oracle"
    assert page.locator(".board >> nth=1").locator("tbody th").first.inner_text().startswith("oracle")


def test_sorting_works_by_keyboard(visit: Visit) -> None:
    page = visit.open("lockeddoor.html")
    page.locator(".board").first.get_by_role("button", name="Method").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert methods(page) == ["zz", "random", "oracle"]


def test_a_row_leads_to_its_episodes(visit: Visit) -> None:
    page = visit.open("index.html")
    page.get_by_role("link", name="LockedDoor-v0").click()
    page.locator(".board").first.get_by_role("link", name="60 episodes").first.click()
    assert page.locator("h1").inner_text() == "oracle, none: eto/LockedDoor-v0, generated/unseen"
    page.locator("#rows a").first.click()
    assert page.locator(".turn").count() > 3


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_their_width(width: int, visit: Visit) -> None:
    for name in ("index.html", "lockeddoor.html", "alfworld.html", "webshop.html", "scienceworld.html"):
        page = visit.open(name, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_intervals_are_drawn_and_written(visit: Visit) -> None:
    """On a phone, too: the line spans what the numbers say."""
    for width in (1280, 390):
        page = visit.open("lockeddoor.html", width)
        row = page.locator(".board").first.locator("tbody tr").last
        cell = row.locator(".estimate").first
        mean, low, high = re.findall(r"\d+\.\d", cell.inner_text())
        line = cell.locator(".interval")
        assert (line.get_attribute("x1"), line.get_attribute("x2")) == (low, high)
        assert cell.locator(".mean").get_attribute("x1") == mean
        track = cell.locator(".track").bounding_box()
        drawn = line.bounding_box()
        assert drawn["width"] == pytest.approx(track["width"] * (float(high) - float(low)) / 100, abs=6)
        assert track["width"] > 90


def test_published_rows_are_marked_and_apart(visit: Visit) -> None:
    page = visit.open("scienceworld.html")
    assert page.locator(".board").count() == 0
    assert page.locator(".published .tag").all_inner_texts() == ["published", "published"]
    assert page.locator(".published").first.locator("tbody tr").count() == 7
    assert "not played again" in page.locator(".published caption").first.inner_text()


def test_hostile_text_is_text(visit: Visit, site: Path) -> None:
    page = visit.open("lockeddoor.html")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator(".board tbody tr").nth(1).inner_text()
    assert "<img" not in (site / "lockeddoor.html").read_text()


def test_a_submission_that_does_not_fit_stops_the_site(
    submitted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = submitted.read_text()
    path = tmp_path / submitted.name
    path.write_text(re.sub(r'"strict":\[0\.0,false\]', '"strict":[1.0,true]', text, count=1))
    packed = submitted.with_suffix(".jsonl.xz")
    (tmp_path / packed.name).write_bytes(packed.read_bytes())
    assert main(["leaderboard", "build", str(tmp_path), "--out", str(tmp_path / "site")]) == 2
    assert "strict reward 1 with success true is claimed" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()
