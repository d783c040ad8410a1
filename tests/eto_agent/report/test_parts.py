"""What the report is made of: costs by stage, curves by kind of training, and the episodes worth reading."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from eto_agent.methods.catalogue import RunConfig
from eto_agent.report.costs import costs, duration
from eto_agent.report.findings import read_findings
from eto_agent.report.replays import link_to, replays, shown_episodes
from eto_agent.report.training import curve_groups
from eto_agent.run_folder import RunFolder
from eto_envs.trajectory import Trajectory, Turn, read_trajectories, write_trajectories


def played(task: str, replies: int = 2, **meta: object) -> Trajectory:
    turns = [Turn("agent", "Action: x", "", action="x", meta={"token_ids": [1, 2, 3], **meta}) for _ in range(replies)]
    begin = [Turn("task", "Do it.", ""), Turn("prefix", "y", "", action="y")]
    return Trajectory("eto/LockedDoor-v0", task, "one-key", "train", turns=[*begin, *turns], outcome="failed")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "run", RunConfig(out=tmp_path / "run"))


def test_tokens_and_episodes_are_counted_by_stage(run: RunFolder) -> None:
    for name, files in (
        ("eto-1/explore", {"trajectories.jsonl": [played("a"), played("b", 3)]}),
        ("eto-step-1/explore", {"trajectories.jsonl": [played("a"), played("b", 3)], "steps.jsonl": [played("a", 1)]}),
        ("eto-1/pairs", {"chosen.jsonl": [played("a")], "rejected.jsonl": [played("a")]}),
    ):
        stage = run.stage(name, {})
        for file, episodes in files.items():
            write_trajectories(stage.path(file), episodes)
        stage.finish(list(files))
    explored, pairs, steps = costs(read_findings(run.path))
    assert (explored.stage, explored.episodes, explored.turns, explored.decoded, explored.acts) == (
        "eto-1/explore", 2, 5, 15, True,
    )  # fmt: skip
    assert (pairs.stage, pairs.episodes, pairs.acts) == ("eto-1/pairs", 0, False)
    assert (steps.stage, steps.episodes, steps.turns) == ("eto-step-1/explore", 1, 1)  # the others were taken over


def test_of_several_samples_all_are_counted(run: RunFolder) -> None:
    stage = run.stage("evaluate/best-of-2", {})
    write_trajectories(stage.path("seen.samples.jsonl"), [played("a"), played("a")])
    write_trajectories(stage.path("seen.jsonl"), [played("a")])
    stage.path("results.json").write_text("{}")
    stage.finish(["results.json"])
    assert [(each.stage, each.episodes) for each in costs(read_findings(run.path))] == [("evaluate/best-of-2", 2)]


def test_training_and_endpoints_are_counted(run: RunFolder) -> None:
    stage = run.stage("sft", {})
    stage.path("metrics.jsonl").write_text('{"step": 1, "epoch": 1.5}\n{"step": 2, "epoch": 3.0}\n')
    stage.finish([], tokens=1000)
    stage = run.stage("evaluate/openai-model", {})
    write_trajectories(stage.path("seen.jsonl"), [played("a", usage={"prompt_tokens": 50, "completion_tokens": 4})])
    stage.path("results.json").write_text(json.dumps({"seen": {"usage": {"cost": 0.25}}}))
    stage.finish(["results.json"])
    sft, endpoint = costs(read_findings(run.path))
    assert (sft.trained, sft.acts, sft.price) == (3000, False, None)
    assert (endpoint.prompt, endpoint.completion, endpoint.price) == (100, 8, 0.25)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_every_training_has_its_curves_also_while_it_runs(run: RunFolder) -> None:
    """Trainings are told apart by their metrics; half a line at the end is left out."""
    rows = {
        "sft": {"step": 1, "loss": 2.0, "token_accuracy": 0.5},
        "self-play/eto/1/dpo": {"step": 1, "loss": 0.7, "margin": 0.0, "chosen_shift": 0.0, "rejected_shift": -1.0},
        "ppo": {"update": 1, "reward": 0.5, "success": 0.25, "kl": 0.0, "entropy": 1.5, "value_loss": 3.0},
    }
    for name, row in rows.items():
        file = run.stage(name, {}).path("metrics.jsonl")
        file.write_text(json.dumps(row) + "\n" + '{"step": 2, "lo')
    groups = {group.title: "".join(group.charts) for group in curve_groups(read_findings(run.path))}
    assert list(groups) == ["Supervised fine-tuning", "Contrast (DPO)", "Online updates"]
    for metric in ("reward", "success", "KL", "entropy"):
        assert f"{metric} by update" in groups["Online updates"]
    assert "value loss" not in groups["Online updates"]
    assert "rejected shift by step" in groups["Contrast (DPO)"]


def test_links_name_the_episode_and_the_one_beside_it(run_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(run_folder, tmp_path / "run")
    shutil.copytree(folder / "evaluate" / "sft", folder / "evaluate" / "eto-1")
    file = folder / "evaluate" / "eto-1" / "seen.jsonl"
    episodes = list(read_trajectories(file))
    for episode, reward in zip(episodes, (0.25, 0.0, 0.5), strict=False):
        episode.outcome, episode.final_reward = "failed", reward
    episodes[3].finish("error", None, "The simulator stopped.")
    write_trajectories(file, episodes)
    findings = read_findings(folder)
    assert findings.pair_to_compare == ("eto-1", "sft")
    [seen, unseen] = replays(findings, "strict")
    assert (seen.policy, seen.base, seen.counts) == ("eto-1", "sft", (0, len(episodes) - 4, 3))
    assert [(each.task, each.reward, each.other) for each in seen.worse] == [
        (episodes[1].task, 0.0, 1.0),
        (episodes[0].task, 0.25, 1.0),
        (episodes[2].task, 0.5, 1.0),
    ]
    assert seen.lowest[0].task == episodes[1].task
    assert [(each.task, each.note) for each in seen.broken] == [(episodes[3].task, "The simulator stopped.")]
    assert [each.policy for each in seen.telling] == ["oracle", "oracle"]  # the fixture's stand-ins for both
    assert {each.task for each in seen.telling} == {episodes[1].task}
    assert (unseen.counts[0], unseen.counts[2], unseen.telling) == (0, 0, [])
    assert seen.worse[0].link == link_to(episodes[1], "eto-1", "sft")
    assert ("eto-1", episodes[1].task) in [(each.policy, each.task) for each in shown_episodes(findings)]


@pytest.mark.parametrize(
    ("policies", "chosen"),
    [
        (["random"], None),
        (["random", "oracle"], None),
        (["random", "sft"], ("sft", "random")),
        (["random", "sft", "best-of-4"], ("sft", "random")),
        (["random", "sft", "eto-1", "best-of-4", "oracle"], ("eto-1", "sft")),
        (["random", "self-play-rft"], ("self-play-rft", "random")),
        (["random", "self-play-rft", "self-play-eto"], ("self-play-eto", "self-play-rft")),
    ],
)
def test_the_last_method_is_compared_with_sft(
    run: RunFolder, policies: list[str], chosen: tuple[str, str] | None
) -> None:
    findings = read_findings(run.path)
    findings.results = {policy: {} for policy in policies}
    assert findings.pair_to_compare == chosen
