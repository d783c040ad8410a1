"""The report: its figures are the run's, it needs nothing but itself, and hostile text stays text."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from eto_agent.config import EnvConfig, EvaluateConfig, RunConfig
from eto_agent.lab import Lab
from eto_agent.methods.evaluation import evaluate
from eto_agent.report import write_report
from eto_agent.report.findings import read_findings
from eto_agent.runs import Run, StageError
from eto_agent.stats import Estimate
from eto_envs.trajectory import read_trajectories, write_trajectories

HOSTILE = "<script>hacked=1</script><img src=x onerror=hacked=1> \ud800 {{ run }} {% for %}"


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random and the oracle evaluated on a few tasks; the oracle stands for SFT, and its worse half for ETO."""
    folder = tmp_path_factory.mktemp("run") / "run"
    env = EnvConfig("eto/LockedDoor-v0", num_envs=2, num_workers=1)
    with Lab(RunConfig(out=folder, env=env, evaluate=EvaluateConfig(per_type=4))) as lab:
        evaluate(lab, "random", None)
        evaluate(lab, "oracle", None)
        shutil.copytree(folder / "evaluate" / "oracle", folder / "evaluate" / "sft")
    stage = lab.run.stage("eto-1/pairs", {})
    audit = {"explored": 5, "win": 1, "tie": 1, "lose": 2, "dropped": {"episode died of an error": 1}}
    audit |= {
        "mean_reward_expert": 1.0,
        "mean_reward_agent": 0.5,
        "mean_length_gap": -2.25,
        "trimmed": 0,
        "too_long": 0,
    }
    stage.path("audit.json").write_text(json.dumps(audit))
    stage.finish(["audit.json"])
    stage = lab.run.stage("eto-1/dpo", {})
    rows = [{"step": i, "loss": 0.7 - i / 1000, "margin": 0.01 * i} for i in range(1, 501)]
    stage.path("metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    stage.finish(["metrics.jsonl"], pairs=3)
    write_report(folder)
    return folder


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
    assert ["eto-1", "5", "1", "1", "2", "3", "", "0", "100.0", "50.0", "-2.2", "episode died of an error 1"] in rows


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
    assert str(seen) in page(run_folder)


def test_equal_policies_show_no_difference(run_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(run_folder, tmp_path / "run")
    shutil.copytree(folder / "evaluate" / "sft", folder / "evaluate" / "eto-1")
    write_report(folder)
    assert re.search(r"seen: eto-1 − sft = \+0.0 \[-\d+\.\d, \+\d+\.\d\]: no difference shown", page(folder))


def test_the_same_folder_gives_the_same_bytes(run_folder: Path) -> None:
    before = page(run_folder)
    write_report(run_folder)
    assert page(run_folder) == before


def test_what_is_missing_is_said(run_folder: Path, tmp_path: Path) -> None:
    assert "Missing: expert, sft, eto-1/explore, " in page(run_folder)
    Run(tmp_path / "bare", RunConfig(out=tmp_path / "bare")).close()
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
    assert not any(tag in ("script", "img", "iframe", "object", "link") for tag, _ in outline.tags)
    links = {value for _, attributes in outline.tags for name, value in attributes.items() if name in ("src", "href")}
    assert {link for link in links if link and not link.startswith("#")} == {"episodes.html"}


def test_in_a_browser(hostile: Path, chromium: Any) -> None:
    with chromium.new_page(viewport={"width": 390, "height": 800}) as shown:
        complaints: list[str] = []
        shown.on("console", lambda message: complaints.append(message.text))
        shown.goto((hostile / "report.html").as_uri())
        shown.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390
        assert shown.evaluate("typeof hacked") == "undefined"
        assert shown.locator("svg").count() >= 3
    assert complaints == []
