"""The paper's tables and figures from run folders: made-up runs with known numbers, and real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from eto_agent.cli import main
from eto_agent.evaluation.results import MismatchError
from eto_agent.evaluation.stats import mean_interval, seeds_interval
from eto_agent.methods.catalogue import RunConfig
from eto_agent.run_folder import RunFolder
from eto_agent.tables.entries import kind_of
from eto_agent.tables.figures import rewards_by_iteration
from eto_agent.tables.formats import FORMATS
from eto_agent.tables.paper import TABLES, build_table
from eto_envs.trajectory import Trajectory, Turn, write_trajectories


def episodes(rewards: list[float], split: str = "paper/seen", **fields: Any) -> list[Trajectory]:
    return [
        Trajectory(
            "eto/ScienceWorld-v0", f"find-animal/{number}", "find-animal", split, max_score=100.0,
            turns=[Turn("task", "", ""), Turn("agent", "", "", action="a", score=100 * reward)],
            outcome="solved" if reward == 1 else "step_limit", final_reward=reward, **fields,
        )
        for number, reward in enumerate(rewards)
    ]  # fmt: skip


def made_run(folder: Path, policies: Mapping[str, list[Trajectory]], **changed: Any) -> Path:
    """A run folder with finished evaluations; `changed` are keys of the configuration, `eto__iterations=2`."""
    with RunFolder(folder, RunConfig(out=folder)) as run:
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        for key, value in changed.items():
            *sections, last = key.split("__")
            place = config
            for section in sections:
                place = place[section]
            place[last] = value
        (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        for name, played in policies.items():
            stage = run.stage(f"evaluate/{name}", {})
            write_trajectories(stage.path("seen.jsonl"), played)
            stage.finish(["seen.jsonl"])
    return folder


LOW, HIGH = [0.0, 0.5, 0.5, 1.0] * 5, [0.5, 1.0, 1.0, 1.0] * 5


def test_one_run_beside_the_paper(tmp_path: Path) -> None:
    policies = {"sft": episodes(LOW), "eto-1": episodes(LOW), "eto-2": episodes(HIGH), "random": episodes([0.0] * 20)}
    table = build_table([made_run(tmp_path / "a", policies)], "2")
    cells = {row.labels[0]: row.cells[0] for row in table.rows}
    assert table.columns == ("ScienceWorld seen",)
    assert cells["SFT"] == (mean_interval(LOW), 1, 0.674)
    assert cells["ETO"] == (mean_interval(HIGH), 1, 0.738)
    assert cells["PPO"] == (None, 0, 0.594)
    assert cells["random"] == (mean_interval([0.0] * 20), 1, None)
    success = {row.labels[0]: row.cells[0].ours for row in build_table([tmp_path / "a"], "7").rows}
    assert success["ETO"] == mean_interval([0.0, 1.0, 1.0, 1.0] * 5)


def test_several_runs_are_several_seeds(tmp_path: Path) -> None:
    runs = [
        made_run(tmp_path / "a", {"sft": episodes(LOW)}, seed=0),
        made_run(tmp_path / "b", {"sft": episodes(HIGH), "eto-2": episodes(HIGH)}, seed=1),
    ]
    table = build_table(runs, "2")
    cells = {row.labels[0]: row.cells[0] for row in table.rows}
    assert cells["SFT"][:2] == (seeds_interval([LOW, HIGH]), 2)
    assert cells["ETO"].runs == 1
    text = FORMATS["markdown"](table)
    assert "(2 runs)" in text
    assert "(1 run)" in text
    assert "over seeds and tasks" in text


@pytest.mark.parametrize(
    ("changed", "fields", "told"),
    [
        ({"seed": 1, "eto__dpo__beta": 0.5}, {}, r"differ in eto.dpo.beta \(0.1, 0.5\)"),
        ({"seed": 1, "model__name": "other"}, {}, "differ in model.name"),
        ({"seed": 0}, {}, "both hold eto with seed 0: they are one run, not two"),
        ({"seed": 1}, {"split": "official/seen"}, "split differs, 'paper/seen'"),
        ({"seed": 1}, {"env_kwargs": {"simplification": ""}}, "settings differs"),
        ({"seed": 1}, {"versions": {"scienceworld": "2"}}, "versions differs"),
    ],
)
def test_what_must_not_share_a_table(
    changed: dict[str, Any], fields: dict[str, Any], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = made_run(tmp_path / "a", {"eto-2": episodes(LOW)})
    other = made_run(tmp_path / "b", {"eto-2": episodes(HIGH, **fields)}, **changed)
    with pytest.raises(MismatchError, match=told):
        build_table([one, other], "2")
    assert main(["tables", str(one), str(other), "--out", str(tmp_path / "t.md")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "t.md").exists()


def test_other_tasks_must_not_share_a_table(tmp_path: Path) -> None:
    run = made_run(tmp_path / "a", {"sft": episodes(LOW), "eto-2": episodes(HIGH[:-1])})
    with pytest.raises(MismatchError, match="the tasks differ"):
        build_table([run], "2")


def test_a_row_depends_on_its_own_method_only(tmp_path: Path) -> None:
    one = made_run(tmp_path / "a", {"sft": episodes(LOW)}, eto__dpo__beta=0.9, methods=["rft"])
    other = made_run(tmp_path / "b", {"sft": episodes(HIGH), "eto-2": episodes(HIGH)}, seed=1)
    assert {row.labels[0]: row.cells[0].runs for row in build_table([one, other], "2").rows}["SFT"] == 2


def test_strict_scores_do_not_stand_beside_the_papers_scienceworld(tmp_path: Path) -> None:
    run = made_run(tmp_path / "a", {"sft": episodes(LOW)})
    table = build_table([run], "2", "strict")
    assert all(cell.paper is None for row in table.rows for cell in row.cells)
    assert any("do not stand beside strict ones" in note for note in table.notes)


def test_table_3_goes_by_base_model(tmp_path: Path) -> None:
    runs = [
        made_run(tmp_path / "a", {"sft": episodes(LOW)}, model__name="mistralai/Mistral-7B-v0.1"),
        made_run(tmp_path / "b", {"sft": episodes(HIGH)}, model__name="my/own"),
    ]
    rows = {row.labels: row.cells[0] for row in build_table(runs, "3").rows}
    assert rows["Mistral-7B", "SFT"] == (mean_interval(LOW), 1, 0.638)
    assert rows["Llama-2-13B-Chat", "SFT"] == (None, 0, 0.681)
    assert rows["own", "SFT"] == (mean_interval(HIGH), 1, None)


def test_tables_4_and_5_know_levels_and_self_play(tmp_path: Path) -> None:
    played = ("sft", "rft", "base", "eto-2", "eto-step-2", "eto-mixture-2", "self-play-rft", "self-play-eto")
    run = made_run(tmp_path / "a", {name: episodes(LOW) for name in played}, eto__dpo__learning_rate=1e-4)
    four = {row.labels: row.cells[0].ours is not None for row in build_table([run], "4").rows}
    assert four == {
        ("SFT", "-", "-", "-"): True,
        ("ETO", "trajectory", "0.0001 (paper 1e-06)", "0.1"): True,
        ("ETO", "step", "0.0001 (paper 1e-06)", "0.1"): True,
        ("ETO", "step", "1e-07", "0.5"): False,
        ("ETO", "mixture", "0.0001 (paper 1e-06)", "0.1"): True,
    }
    five = [(row.labels, row.cells[0].ours is not None) for row in build_table([run], "5").rows]
    assert [filled for _, filled in five] == [True, True, True, True, True, True, False]


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        ("sft", "sft"), ("eto-2", "eto"), ("eto-1", None), ("eto-step-2", "eto-step"), ("rft", "rft"), ("rft-2", None),
        ("best-of-10", "best-of-n"), ("best-of-3", None), ("openai-gpt-4o", "gpt-4"), ("openai-mine", None),
        ("openai-gpt-3.5-turbo", "gpt-3.5"), ("self-play-rft+eto", "self-play-rft+eto"), ("ipr-1", "ipr"),
    ],
)  # fmt: skip
def test_rows_of_policies(policy: str, kind: str | None) -> None:
    config = {name: {"iterations": 1} for name in ("rft", "ipr", "eef", "self_play")}
    assert kind_of(policy, {**config, "eto": {"iterations": 2}, "best_of_n": {"samples": 10}}) == kind


@pytest.mark.parametrize("number", [name for name in TABLES if name != "efficiency"])
def test_formats_hold_every_cell(number: str, tmp_path: Path) -> None:
    run = made_run(tmp_path / "a", {"sft": episodes(LOW), "eto-2": episodes(HIGH)})
    table = build_table([run], number)
    shown = [str(cell.ours) for row in table.rows for cell in row.cells if cell.ours is not None]
    for name, write in FORMATS.items():
        text = write(table)
        assert all(each in text for each in shown), name
        assert len(shown) == 2 or number == "3"
    latex = FORMATS["latex"](table)
    assert not re.search(r"(?<!\\)[%_#]", latex)
    assert latex.count("\\\\\n") == len(table.rows) + 1


def test_iterations(tmp_path: Path) -> None:
    run = made_run(tmp_path / "a", {"sft": episodes(LOW), "eto-1": episodes(HIGH), "eto-2": episodes(LOW)})
    three = made_run(tmp_path / "b", {"sft": episodes(HIGH), "eto-3": episodes(LOW)}, seed=1, eto__iterations=3)
    (curve,) = rewards_by_iteration([run, three]).values()
    assert curve == {
        0: seeds_interval([LOW, HIGH]),
        1: mean_interval(HIGH),
        2: mean_interval(LOW),
        3: mean_interval(LOW),
    }


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_figures_are_written_and_the_same_each_time(suffix: str, door_runs: list[Path], tmp_path: Path) -> None:
    iterated = made_run(tmp_path / "a", {"sft": episodes(LOW), "eto-1": episodes(HIGH)})
    three = [str(door_runs[0]), "--policies", "random", "oracle", "--tasks", "one-key/80"]
    for figure, arguments in (("3", three), ("4", [str(iterated)])):
        out = tmp_path / f"{figure}{suffix}"
        command = ["figures", *arguments, "--figure", figure, "--out", str(out)]
        assert main(command) == 0
        first = out.read_bytes()
        assert main(command) == 0
        assert out.read_bytes() == first
        assert len(first) > 1000


def test_what_cannot_be_drawn_or_tabled_is_told_in_one_line(
    door_runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = str(door_runs[0]), str(tmp_path / "f.svg")
    cases = [
        (["figures", run, "--out", str(tmp_path / "f.gif")], "expected one of .svg, .png, .pdf"),
        (["figures", run, "--policies", "sft", "--out", out], "no evaluation of 'sft'"),
        (["figures", run, "--split", "test", "--out", out], "no split 'test'; expected one of seen, unseen"),
        (["figures", run, "--tasks", "one-key/0", "--out", out], "no task 'one-key/0'; its tasks are one-key/80"),
        (["figures", run, str(door_runs[1]), "--out", out], "2 run folders are given"),
        (["figures", run, "--figure", "4", "--out", out], "has evaluated a policy of this table (sft, eto)"),
        (["figures", run, "--out", str(tmp_path / "no" / "f.svg")], "make it first"),
        (["tables", run, "--table", "3"], "has evaluated a policy of this table (sft, eto)"),
        (["tables", str(tmp_path)], "is no run folder"),
        (["tables", run, run], "A run folder is given twice"),
        (["tables"], "No run folder given"),
    ]
    for arguments, told in cases:
        assert main(arguments) == 2, arguments
        error = capsys.readouterr().err
        assert told in error
        assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_seeds_of_a_real_world(door_runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", *map(str, door_runs), "--protocol", "strict"]) == 0
    told = capsys.readouterr().out
    assert "LockedDoor seen, ours: 24 tasks of generated/seen" in told
    assert "seeds 0, 1." in told
    assert main(["tables", *map(str, door_runs), "--table", "efficiency", "--format", "html"]) == 0
    assert "<th>LockedDoor seen</th>" in capsys.readouterr().out


@pytest.mark.slow
def test_real_runs_of_the_papers_worlds(world_runs: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "table.md"
    assert main(["tables", *map(str, world_runs.values()), "--table", "2", "--out", str(out)]) == 0
    rows = {line.split(" | ")[0].strip("| "): line.strip("| ").split(" | ") for line in out.read_text().splitlines()}
    assert rows["Method"][1::2] == [
        f"{name} ours"
        for name in ("WebShop test", "ScienceWorld seen", "ScienceWorld unseen", "ALFWorld seen", "ALFWorld unseen")
    ]
    assert rows["SFT"][2::2] == ["63.1", "67.4", "53.0", "60.0", "67.2"]
    results = {
        name: json.loads((run / "evaluate" / "oracle" / "results.json").read_text()) for name, run in world_runs.items()
    }
    reward = results["webshop"]["test"]["protocols"]["paper"]["reward"][0]
    assert rows["oracle"][1].startswith(f"{100 * reward:.1f} [")
    assert all("[" in cell for policy in ("oracle", "random", "Base model") for cell in rows[policy][1::2])
