"""The report: its figures are the run's, it needs nothing but itself, and hostile text stays text."""

from __future__ import annotations

import dataclasses
import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from eto_agent.evaluation.stats import Estimate
from eto_agent.methods.catalogue import RunConfig
from eto_agent.report import write_report
from eto_agent.report.findings import read_findings
from eto_agent.run_folder import RunFolder, StageError
from eto_envs.trajectory import read_trajectories, write_trajectories

HOSTILE = "<script>hacked=1</script><img src=x onerror=hacked=1> \ud800 {{ run }} {% for %}"


class Outline(HTMLParser):
    """Tags with attributes, and the cells of every table row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.rows[-1][-1] += data


def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_tables_hold_the_figures_of_the_run(run_folder: Path) -> None:
    rows = Outline(page(run_folder)).rows
    for policy in ("random", "oracle", "sft"):
        figures = json.loads((run_folder / "evaluate" / policy / "results.json").read_text())
        for protocol in ("strict", "paper"):
            wanted = [
                str(Estimate(*figures[split]["protocols"][protocol][what]))
                for split in ("seen", "unseen")
                for what in ("reward", "success")
            ]
            assert [policy, *wanted] in rows
    assert ["eto-1", "", "5", "1", "1", "2", "1", "3", "", "0", "100.0", "50.0", "-2.2"] in rows
    assert "Dropped of eto-1: episode died of an error 1." in page(run_folder)


def test_differences_are_paired_by_task(run_folder: Path) -> None:
    [seen, _] = read_findings(run_folder).contrasts("strict")
    one, other = (
        {
            each.task: each.final_reward or 0.0
            for each in read_trajectories(run_folder / "evaluate" / name / "seen.jsonl")
        }
        for name in ("sft", "random")
    )
    assert (seen.split, seen.better, seen.base) == ("seen", "sft", "random")
    assert seen.difference.mean == pytest.approx(sum(one[task] - other[task] for task in one) / len(one))
    assert seen.shown == (seen.difference.low > 0)
    row = next(row for row in Outline(page(run_folder)).rows if row[:2] == ["sft", "random"])
    assert row[2].startswith(seen.text)


def test_equal_policies_show_no_difference(run_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(run_folder, tmp_path / "run")
    shutil.copytree(folder / "evaluate" / "sft", folder / "evaluate" / "eto-1")
    write_report(folder)
    row = next(row for row in Outline(page(folder)).rows if row[:2] == ["eto-1", "sft"])
    assert row[2].startswith("+0.0 [")
    assert row[2].endswith("p 1")


def test_the_same_folder_gives_the_same_bytes(run_folder: Path) -> None:
    before = page(run_folder)
    write_report(run_folder)
    assert page(run_folder) == before


def test_what_is_missing_is_said(run_folder: Path, tmp_path: Path) -> None:
    assert "Missing: expert, sft, eto-1/explore, " in page(run_folder)
    RunFolder(tmp_path / "bare", RunConfig(out=tmp_path / "bare")).close()
    assert "Missing: expert, evaluate/random, " in write_report(tmp_path / "bare").read_text()


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"no config\.yaml"):
        write_report(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def hostile(run_folder: Path, tmp_path: Path) -> Path:
    folder = shutil.copytree(run_folder, tmp_path / "run")
    for policy in ("random", "sft", "oracle"):
        file = folder / "evaluate" / policy / "seen.jsonl"
        episodes = list(read_trajectories(file))
        for turn in episodes[0].turns:
            turn.text = turn.observation = HOSTILE
        write_trajectories(file, [dataclasses.replace(each, task=f"{each.task}{HOSTILE}") for each in episodes])
    write_report(folder)
    return folder


def test_nothing_comes_from_elsewhere_and_text_stays_text(hostile: Path) -> None:
    outline = Outline(page(hostile))
    assert not any(tag in ("script", "img", "iframe", "object") for tag, _ in outline.tags)
    links = {value for _, attributes in outline.tags for name, value in attributes.items() if name in ("src", "href")}
    assert {link.partition("#")[0] for link in links if link} == {"", "data:,", "episodes.html"}


def test_what_a_finished_run_lacks_is_nothing(run_folder: Path, tmp_path: Path) -> None:
    assert "Failures" in page(run_folder)
    RunFolder(tmp_path / "bare", RunConfig(out=tmp_path / "bare")).close()
    bare = write_report(tmp_path / "bare").read_text()
    assert [each for each in ("Results", "Failures", "Replays", "Training") if f">{each}<" in bare] == []
    assert not (tmp_path / "bare" / "episodes.html").exists()


def test_the_commands_are_told_once_each(run_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(run_folder, tmp_path / "run")
    (folder / "config.yaml").unlink()
    with RunFolder(folder, RunConfig(out=folder)) as run:
        for command in ("eto-agent run --config '<a>.yaml'", "eto-agent evaluate", "eto-agent evaluate"):
            run.note_command(command)
    write_report(folder)
    assert "eto-agent run --config &#39;&lt;a&gt;.yaml&#39;\neto-agent evaluate\n</pre>" in page(folder)


def test_failures_link_to_their_episodes(run_folder: Path) -> None:
    outline = Outline(page(run_folder))
    [header] = [row for row in outline.rows if row[:2] == ["policy", "failed"] and "out of steps" in row][:1]
    row = next(row for row in outline.rows if row[0] == "random" and " of " in row[1])
    failed = [each for each in read_trajectories(run_folder / "evaluate" / "random" / "seen.jsonl") if not each.success]
    assert row[1] == f"{len(failed)} of 12"
    out = sum(each.outcome == "step_limit" for each in failed)
    assert row[header.index("out of steps")].startswith(f"{100 * out / len(failed):.0f} %")
    assert not any(row[0] in ("oracle", "sft") and row[1].endswith(" of 12") for row in outline.rows)  # all solved


@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser(hostile: Path, chromium: Any, width: int) -> None:
    complaints: list[str] = []
    requests: set[str] = set()
    with chromium.new_page(viewport={"width": width, "height": 800}) as shown:
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.on("request", lambda request: requests.add(request.url.partition("#")[0]))
        shown.goto((hostile / "report.html").as_uri())
        shown.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        assert shown.evaluate("typeof hacked") == "undefined"
        assert shown.locator("svg").count() >= 3
    assert complaints == []
    assert requests == {(hostile / "report.html").as_uri(), "data:,"} - ({"data:,"} - requests)


def test_a_replay_opens_from_the_report_with_the_other_beside_it(run_folder: Path, chromium: Any) -> None:
    complaints: list[str] = []
    with chromium.new_page(viewport={"width": 1280, "height": 800}) as shown:
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.goto((run_folder / "report.html").as_uri())
        link = shown.locator("#replays ~ details .replays a").first
        task = link.inner_text()
        link.click()
        shown.locator(".heads").wait_for()
        assert shown.url.startswith((run_folder / "episodes.html").as_uri())
        assert shown.locator(".verdict strong").inner_text() == task
        assert shown.locator(".heads strong").all_inner_texts() == ["sft", "random"]
    assert complaints == []
