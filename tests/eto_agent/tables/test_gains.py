"""Gains over the policy that each method started from: made-up runs with numbers computed by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.cli import main
from eto_agent.evaluation.results import MismatchError
from eto_agent.evaluation.stats import difference_interval, mean_interval, seeds_difference_interval, seeds_interval
from eto_agent.tables.formats import FORMATS
from eto_agent.tables.gains import Gain, gain_entries, gains, gains_of
from eto_agent.tables.gains_tables import gains_tables
from eto_envs.trajectory import read_trajectories, write_trajectories
from tests.eto_agent.tables.test_paper import episodes, made_run

Scores = Mapping[str, list[float]]
NONE, SOME, MORE, ALL = [0.0] * 20, [0.0, 0.0, 1.0, 1.0] * 5, [0.0, 1.0, 1.0, 1.0] * 5, [1.0] * 20


def two_splits(folder: Path, seen: Scores, unseen: Scores, **changed: Any) -> Path:
    """A run folder with rewards on two splits; the first half of the tasks is of another type."""
    run = made_run(folder, {name: episodes(rewards) for name, rewards in seen.items()}, **changed)
    for name in seen:
        for split, rewards in (("seen", seen[name]), ("unseen", unseen[name])):
            played = episodes(rewards, split=f"paper/{split}")
            typed = [replace(each, task_type="boil") if place < 10 else each for place, each in enumerate(played)]
            write_trajectories(run / "evaluate" / name / f"{split}.jsonl", typed)
    return run


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """RFT gains 25 and 50 points on seen tasks, 0 and 75 on unseen ones; SFT gains 50 and 50, 0 and 0."""
    seen = [{"random": NONE, "sft": SOME, "rft": MORE}, {"random": NONE, "sft": SOME, "rft": ALL}]
    unseen = [{"random": NONE, "sft": NONE, "rft": NONE}, {"random": NONE, "sft": NONE, "rft": MORE}]
    return [
        two_splits(tmp_path / f"run{seed}", *each, seed=seed)
        for seed, each in enumerate(zip(seen, unseen, strict=True))
    ]


def row(found: list[Gain], policy: str, split: str) -> Gain:
    return next(each for each in found if (each.policy, each.split) == (policy, split))


def test_by_hand(runs: list[Path]) -> None:
    found = gains(runs)
    assert [(each.policy, each.start, each.split) for each in found] == [
        (policy, start, split)
        for policy, start in (("random", ""), ("sft", "random"), ("rft", "sft"))
        for split in ("seen", "unseen", "")
    ]
    assert all((each.seeds, each.broken, each.task_type) == ((0, 1), 0, "") for each in found)
    means = {(each.policy, each.split): (each.mean.mean, each.gain and each.gain.mean) for each in found}
    assert means == {
        ("random", "seen"): (0, None), ("random", "unseen"): (0, None), ("random", ""): (0, None),
        ("sft", "seen"): (0.5, 0.5), ("sft", "unseen"): (0, 0), ("sft", ""): (0.25, 0.25),
        ("rft", "seen"): (0.875, 0.375), ("rft", "unseen"): (0.375, 0.375), ("rft", ""): (0.625, 0.375),
    }  # fmt: skip
    on_seen, on_all = row(found, "rft", "seen"), row(found, "rft", "")
    first, second = [0.0, 1.0, 0.0, 0.0] * 5, [1.0, 1.0, 0.0, 0.0] * 5
    assert on_seen.mean == seeds_interval([MORE, ALL])
    assert on_seen.gain == seeds_difference_interval([first, second])
    assert on_all.mean == seeds_interval([MORE + NONE, ALL + MORE])
    assert on_all.gain == seeds_difference_interval([first + NONE, second + MORE])
    assert (on_seen.mean.n, on_all.mean.n) == (20, 40)
    types = {
        (each.policy, each.task_type): each.gain
        for each in gains_of(gain_entries(runs), "paper", measure="success", by_type=True)
    }
    assert list(types) == [(policy, kind) for policy in ("random", "sft", "rft") for kind in ("boil", "find-animal")]
    assert types["rft", "boil"] == seeds_difference_interval(
        [first[:10] + NONE[:10], second[:10] + MORE[:10]]
    )  # fmt: skip


def test_one_run_is_uncertain_in_its_tasks_alone(runs: list[Path]) -> None:
    found = gains(runs[:1])
    assert row(found, "sft", "seen").gain == difference_interval(SOME)
    assert row(found, "rft", "seen").mean == mean_interval(MORE)
    assert row(found, "sft", "seen").shown
    assert not row(found, "sft", "unseen").shown
    assert not row(found, "random", "seen").shown


def test_rewards_are_another_measure(tmp_path: Path) -> None:
    run = made_run(tmp_path / "a", {"random": episodes([0.0, 0.5] * 5), "sft": episodes([0.5, 1.0] * 5)})
    assert row(gains([run], measure="reward"), "sft", "").gain == difference_interval([0.5] * 10)
    assert row(gains([run], "strict"), "sft", "").gain == difference_interval([0.0, 1.0] * 5)


def test_episodes_that_died_are_left_out_in_every_run(runs: list[Path]) -> None:
    file = runs[1] / "evaluate" / "sft" / "seen.jsonl"
    first_one, *others = read_trajectories(file)
    write_trajectories(file, [replace(first_one, outcome="error", final_reward=None, error="lost"), *others])
    found = gains(runs)
    assert [(each.policy, each.broken, each.mean.n) for each in found if each.split == "seen"] == [
        ("random", 0, 20), ("sft", 1, 19), ("rft", 1, 19)
    ]  # fmt: skip
    first, second = [0.0, 1.0, 0.0, 0.0] * 5, [1.0, 1.0, 0.0, 0.0] * 5
    assert row(found, "rft", "seen").gain == seeds_difference_interval([first[1:], second[1:]])
    told = FORMATS["markdown"](gains_tables(runs, "paper", "success")[0])
    assert "rft on seen: 1 tasks left out" in told


def test_what_each_policy_started_from(tmp_path: Path) -> None:
    names = (
        "random", "base", "sft", "best-of-10", "rft", "rft-2", "ppo", "eto-1", "eto-2", "eto-step-1", "eto-mixture-1",
        "ipr-1", "eef-1", "self-play-rft", "self-play-rft+eto", "self-play-eto-2", "oracle",
    )  # fmt: skip
    with_base = made_run(tmp_path / "a", {name: episodes(SOME) for name in names})
    without = made_run(tmp_path / "b", {name: episodes(SOME) for name in names if name != "base"})
    starts = {each.policy: each.start for each in gains([with_base]) if not each.split}
    assert {name: starts[name] for name in ("random", "base", "oracle", "sft")} == {
        "random": "", "base": "", "oracle": "", "sft": "random"
    }  # fmt: skip
    assert {start for name, start in starts.items() if name.startswith("self-play")} == {"base"}
    assert {starts[name] for name in names[3:13]} == {"sft"}
    assert len(starts) == len(names)
    assert {each.start for each in gains([without]) if each.policy.startswith("self-play")} == {"random"}


def test_a_run_without_a_policy_or_its_start_does_not_count_in_its_rows(tmp_path: Path) -> None:
    made = [{"sft": SOME, "eto-1": MORE}, {"sft": SOME}, {"eto-1": ALL}]
    runs = [
        made_run(tmp_path / f"{seed}", {name: episodes(each) for name, each in played.items()}, seed=seed)
        for seed, played in enumerate(made)
    ]
    found = gains(runs)
    assert row(found, "eto-1", "seen").gain == difference_interval([0.0, 1.0, 0.0, 0.0] * 5)
    assert {each.policy: each.seeds for each in found} == {"sft": (0, 1), "eto-1": (0,)}
    assert {each.policy: each.start for each in found} == {"sft": "", "eto-1": "sft"}
    rows = {each[0]: each[1:3] for each in gains_tables(runs, "paper", "success")[0].rows}
    assert rows == {"sft": ("–", "2 of 3"), "eto-1": ("sft", "1 of 3")}


@pytest.mark.parametrize(
    ("changed", "fields", "told"),
    [
        ({"seed": 1, "sft__epochs": 9.0}, {}, "differ in sft.epochs"),
        ({"seed": 0}, {}, "both hold sft with seed 0"),
        ({"seed": 1, "env__id": "eto/WebShop-v0"}, {}, "several environments"),
        ({"seed": 1}, {"env_kwargs": {"simplification": ""}}, "settings differs"),
        ({"seed": 1}, {"split": None}, "The splits differ: seen in a/sft and seen, unseen in b/sft"),
    ],
)
def test_what_must_not_be_pooled(
    changed: dict[str, Any], fields: dict[str, Any], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = made_run(tmp_path / "a", {"sft": episodes(SOME)})
    if "split" in fields:
        other = two_splits(tmp_path / "b", {"sft": SOME}, {"sft": SOME}, **changed)
    else:
        other = made_run(tmp_path / "b", {"sft": episodes(MORE, **fields)}, **changed)
    with pytest.raises(MismatchError, match=told):
        gains([one, other])
    assert main(["tables", str(one), str(other), "--table", "gains"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def finished(run: Path, stage: str, rows: list[dict[str, float]] | None = None, **facts: float) -> None:
    folder = run / stage
    folder.mkdir(parents=True)
    (folder / "stage.json").write_text(json.dumps({"facts": facts}))
    if rows is not None:
        (folder / "metrics.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))


def test_trainings_in_numbers(tmp_path: Path) -> None:
    runs = [
        made_run(tmp_path / f"{seed}", dict.fromkeys(("sft", "eto-1", "ppo"), episodes(SOME)), seed=seed)
        for seed in (0, 1)
    ]
    for seed, run in enumerate(runs):
        finished(run, "sft", [{"step": 1, "loss": 1.0}], loss=1.0)
        finished(run, "eto-1/pairs", win=3, tie=5, lose=10 + 3 * seed)
        finished(run, "eto-1/dpo", pairs=13, chosen_shift=0.5 - seed, rejected_shift=-3.0, accuracy=0.75, margin=0.35)
        rewards = [{"update": 1, "reward": 0.25, "kl": 0.0}, {"update": 2, "reward": 0.5 + seed / 4, "kl": 0.01}]
        finished(run, "ppo", rewards)
    contrast, online = gains_tables(runs, "paper", "success")[1:]
    numbers = ("13", "3", "5", "11.5 (10 to 13)", "0.00 (-0.50 to 0.50)", "-3.00", "0.75", "0.35")
    assert contrast.rows == (("eto-1", "2", *numbers),)
    assert online.rows == (("ppo", "2", "2", "0.250", "0.625 (0.500 to 0.750)", "0.0000", "0.0100"),)


def test_contrast_without_pairs_has_no_shifts(tmp_path: Path) -> None:
    run = made_run(tmp_path / "a", {"self-play-eto": episodes(SOME)})
    finished(run, "self-play/eto/1/pairs", tasks=20, alike=20, pairs=0)
    finished(run, "self-play/eto/1/dpo", pairs=0)
    (contrast,) = gains_tables([run], "paper", "success")[1:]
    assert contrast.rows == (("self-play-eto", "1", "0", *["–"] * 7),)


@pytest.mark.parametrize("form", FORMATS)
def test_the_command_writes_every_row(
    form: str, runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["tables", *map(str, runs), "--table", "gains", "--format", form]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "gains in success x 100, paper scores" in told
    gain = row(gains(runs), "sft", "").gain
    assert gain is not None
    shown = f"+25.0 [{100 * gain.low:+.1f}, {100 * gain.high:+.1f}] *"
    assert shown in told
    assert "find-animal, 20 tasks" in told
    assert re.search(r"rft\W.*60\.0 \(\+40\.0\).*65\.0 \(\+35\.0\)", told)
    out = tmp_path / "gains.txt"
    assert main([*command, "--measure", "reward", "--out", str(out)]) == 0
    assert "gains in reward x 100" in out.read_text()


def test_a_measure_is_for_gains_alone(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", *map(str, runs), "--measure", "reward"]) == 2
    assert "--measure is for --table gains" in capsys.readouterr().err
