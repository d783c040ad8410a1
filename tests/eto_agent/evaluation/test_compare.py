"""Comparing policies: made-up episodes with known differences, and real runs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eto_agent.cli import main
from eto_agent.evaluation.compare import compare, compare_all
from eto_agent.evaluation.results import MismatchError, evaluated
from eto_agent.evaluation.stats import difference_interval, permutation_p
from eto_agent.report.comparison import write_comparison
from eto_envs.trajectory import Trajectory, Turn, read_trajectories, write_trajectories


def episodes(rewards: Sequence[float | None], **changed: Any) -> list[Trajectory]:
    """An episode for each reward, None for one that died of an error; task types a and b take turns."""
    fields: dict[str, Any] = {"split": "made/seen", "env_kwargs": {}, "versions": {"eto-envs": "0"}} | changed
    return [
        Trajectory(
            "eto/LockedDoor-v0", f"{'ab'[number % 2]}/{number}", "ab"[number % 2],
            turns=[Turn("task", "Leave.", "A hall.")], final_reward=reward,
            outcome="error" if reward is None else "solved" if reward == 1 else "step_limit", **fields,
        )
        for number, reward in enumerate(rewards)
    ]  # fmt: skip


def test_by_hand() -> None:
    a = episodes([0.0, 1.0, 0.5, 0.5, None, 1.0])
    b = episodes([1.0, 0.0, 0.5, 1.0, 1.0, 1.0])
    found = compare(a, list(reversed(b)), "seen")
    differences = [1.0, -1.0, 0.0, 0.5, 0.0]
    assert (found.tasks, found.broken) == (5, 1)
    assert (found.a.mean, found.b.mean) == (pytest.approx(0.6), pytest.approx(0.7))
    assert found.difference == difference_interval(differences)
    assert found.p_value == permutation_p(differences)
    assert (found.wins, found.ties, found.losses) == (2, 2, 1)
    assert [(flip.task, flip.rewards, flip.to) for flip in found.flipped] == [
        ("a/0", (0.0, 1.0), "solved"),
        ("b/1", (1.0, 0.0), "lost"),
        ("b/3", (0.5, 1.0), "solved"),
    ]
    assert {kind: estimate.mean for kind, estimate in found.by_type.items()} == {
        "a": pytest.approx(0.5),
        "b": pytest.approx(-0.5 / 3),
    }


def test_swapped_it_is_the_mirror_image() -> None:
    rng = np.random.default_rng(1)
    a, b = (episodes(rng.choice([0, 0.5, 1], 60).tolist()) for _ in range(2))
    one, other = compare(a, b, "seen"), compare(b, a, "seen")
    assert one.difference.mean == -other.difference.mean
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.wins, one.losses) == (other.losses, other.wins)
    assert [flip.task for flip in one.flipped] == [flip.task for flip in other.flipped]


def test_a_planted_difference_is_found_and_none_where_there_is_none() -> None:
    """The second policy solves a fifth of the tasks more; the same episodes twice differ in nothing."""
    rng = np.random.default_rng(2)
    rewards = rng.choice([0.0, 0.5, 1.0], 140)
    better = np.where(rng.random(140) < 0.2, 1.0, rewards)
    found = compare(episodes(rewards.tolist()), episodes(better.tolist()), "seen")
    assert found.p_value < 0.001
    assert found.difference.low > 0
    same = compare(episodes(rewards.tolist()), episodes(rewards.tolist()), "seen")
    assert same.p_value == 1
    assert same.difference.low < 0 < same.difference.high
    assert same.flipped == ()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"env": "eto/WebShop-v0"}, "environment differs, 'eto/LockedDoor-v0' in A and 'eto/WebShop-v0' in B"),
        ({"env_kwargs": {"dialect": "move"}}, "settings differs, {} in A and {'dialect': 'move'} in B"),
        ({"split": "made/unseen[:2 a type]"}, "split differs, 'made/seen' in A and 'made/unseen' in B"),
        ({"versions": {"catalogue": "full"}}, "versions differs, {} in A and {'catalogue': 'full'} in B"),
    ],
)
def test_other_worlds_are_refused(changed: dict[str, Any], told: str) -> None:
    b = episodes([1.0, 1.0], **{key: value for key, value in changed.items() if key != "env"})
    for each in b:
        each.env = changed.get("env", each.env)
    with pytest.raises(MismatchError, match=re.escape(f"Split 'seen': {told}")):
        compare(episodes([1.0, 0.0]), b, "seen")


def test_other_versions_of_this_package_and_other_parts_of_a_split_are_no_other_world() -> None:
    b = episodes(
        [1.0, 1.0], versions={"eto-envs": "9"}, split="made/seen[:1 a type]", env_kwargs={"reward_mode": "delta"}
    )
    assert compare(episodes([1.0, 0.0]), b, "seen").wins == 1


def test_other_tasks_are_refused() -> None:
    with pytest.raises(
        MismatchError, match=r"the tasks differ, 2 in A and 3 in B \('a/2', for instance, is only in B\)"
    ):
        compare(episodes([1.0, 0.0]), episodes([1.0, 0.0, 0.0]), "seen")
    with pytest.raises(MismatchError, match="in none of its 2 tasks"):
        compare(episodes([None, 0.0]), episodes([0.0, None]), "seen")


@pytest.mark.parametrize("world", ["webshop", "alfworld", "scienceworld"])
@pytest.mark.slow
def test_real_runs(world: str, world_runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = world_runs[world] / "evaluate"
    assert main(["compare", str(run / "base"), str(run / "oracle"), "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    record = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))["comparisons"]
    page = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    replays = (tmp_path / "out" / "replays.html").read_text(encoding="utf-8")
    assert [each["split"] for each in record] == sorted(path.stem for path in (run / "oracle").glob("*.jsonl"))
    index = json.loads(re.findall(r'<script type="application/json" id="index">(.*?)</script>', replays, re.S)[0])
    for each in record:
        assert (each["wins"], each["losses"], each["ties"]) == (each["tasks"], 0, 0)
        assert f"{each['split']}: +" in told
        for flip in each["flipped"]:
            numbers = re.search(rf"<td class=\"name\">{flip['task']}</td>.*?#(\d+).*?#(\d+)", page, re.S)
            assert numbers is not None
            a, b = (index[int(number) - 1] for number in numbers.groups())
            assert (a["task"], b["task"]) == (flip["task"], flip["task"])
            assert (a["policy"], b["policy"]) == ("base", "oracle")
            assert b["outcome"] == "solved"


def test_run_folders_stage_folders_and_files(door_runs: list[Path], tmp_path: Path) -> None:
    run = door_runs[0]
    whole, stage = evaluated(run, "random"), evaluated(run / "evaluate" / "random")
    assert whole == stage
    assert (whole.name, whole.protocol, list(whole.splits)) == ("door-0/random", "strict", ["seen", "unseen"])
    file = evaluated(run / "evaluate" / "random" / "seen.jsonl")
    assert (file.name, file.protocol, list(file.splits)) == ("seen", None, ["seen"])
    (one,) = compare_all(file, evaluated(run / "evaluate" / "oracle" / "seen.jsonl"))
    assert one == compare_all(whole, evaluated(run, "oracle"))[0]


def test_what_cannot_be_compared_is_told_in_one_line(
    door_runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, other = door_runs
    seen = run / "evaluate" / "random" / "seen.jsonl"
    twice = tmp_path / "twice.jsonl"
    write_trajectories(twice, [*read_trajectories(seen)] * 2)
    (tmp_path / "empty.jsonl").touch()
    cases = [
        ([run, other], "holds 2 evaluated policies (oracle, random); name one with --policy"),
        ([run, other, "--policy", "sft"], "no evaluation of 'sft'; expected one of oracle, random"),
        ([run / "nowhere", other], "give a run folder, RUN/evaluate/POLICY, or a file"),
        ([run / "evaluate", other], "is no finished evaluation"),
        ([seen, run / "evaluate" / "random" / "unseen.jsonl"], "The splits differ: seen in seen and unseen in unseen"),
        ([seen, other / "evaluate" / "random"], "The splits differ: seen in seen and seen, unseen in door-1/random"),
        ([twice, seen], "several episodes of task 'one-key/80'"),
        ([tmp_path / "empty.jsonl", seen], "holds no trajectories"),
    ]
    for arguments, told in cases:
        assert main(["compare", *map(str, arguments), "--out", str(tmp_path / "out")]) == 2
        error = capsys.readouterr().err
        assert told in error
        assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_runs_that_show_different_protocols_need_a_choice(door_runs: list[Path]) -> None:
    a, b = (evaluated(run, "random") for run in door_runs)
    paper = type(b)(b.source, b.name, b.splits, "paper")
    with pytest.raises(MismatchError, match="choose with --protocol"):
        compare_all(a, paper)
    assert [each.protocol for each in compare_all(a, paper, "paper")] == ["paper", "paper"]


def test_a_page_without_flips(door_runs: list[Path], tmp_path: Path) -> None:
    a = evaluated(door_runs[0], "oracle")
    page = write_comparison(tmp_path, a, a, compare_all(a, a)).read_text(encoding="utf-8")
    assert "No task is solved by only one of them." in page


def test_links_lead_to_the_replays(chromium: Any, door_runs: list[Path], tmp_path: Path) -> None:
    a, b = (evaluated(door_runs[0], policy) for policy in ("random", "oracle"))
    comparisons = compare_all(a, b)
    write_comparison(tmp_path, a, b, comparisons)
    last = comparisons[-1].flipped[-1]
    page = chromium.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for link, outcome in (("A", "step limit"), ("B", "solved")):
        page.goto((tmp_path / "comparison.html").as_uri())
        page.locator("tr", has_text=last.task).last.get_by_role("link", name=link, exact=True).click()
        page.wait_for_url("**/replays.html#*")
        page.get_by_text(last.task).first.wait_for()
        assert last.task in page.inner_text("body")
        assert outcome in page.inner_text("body") or last.to == "lost"
    page.close()
    assert said == []
    assert all(url.startswith("file:") for url in asked)
