"""The configurations of benchmarks/methods: those of tables 4 and 5, still smaller, make every row in one run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from eto_agent.cli import main
from eto_agent.methods.catalogue import load_config
from eto_agent.run_folder import file_hash
from eto_agent.session import Session

FOLDER = Path(__file__).parents[2] / "benchmarks" / "methods"
ROWS = {
    "table4": ["random", "sft", "eto-1", "eto-step-1", "eto-careful-step-1", "eto-mixture-1"],
    "table5": ["random", "base", "sft", "rft", "eto-1", "self-play-rft", "self-play-eto", "self-play-rft+eto"],
}
SMALLER = (
    "--env.settings", "max_steps=5", "--env.train-per-type", "2", "--env.num-envs", "4", "--sft.epochs", "3",
    "--generation.max-new-tokens", "12", "--evaluate.splits", "seen", "--evaluate.per-type", "2",
    "--self-play.threshold", "0.2", "--self-play.samples", "8",
)  # fmt: skip


def run(table: str, folder: Path, *more: str) -> int:
    return main(["run", "--config", str(FOLDER / f"{table}.yaml"), "--out", str(folder), *SMALLER, *more])


def printed_rows(out: str) -> list[str]:
    return re.findall(r"^│ (\S+) +│", out, re.M)


@pytest.mark.slow
@pytest.mark.parametrize("table", ROWS)
def test_one_run_makes_every_row(table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    assert run(table, folder) == 0
    assert printed_rows(capsys.readouterr().out) == ROWS[table]
    for row in ROWS[table]:
        figures = json.loads((folder / "evaluate" / row / "results.json").read_text())
        assert list(figures) == ["seen"]
        assert figures["seen"]["episodes"] == 2
        for protocol in ("paper", "strict"):
            for name in ("reward", "success"):
                value, low, high, tasks = figures["seen"]["protocols"][protocol][name]
                assert 0 <= low <= value <= high <= 1
                assert tasks == 2
    trained = [each for each in folder.rglob("model") if "dpo" in each.parts or "sft" in each.parts]
    assert len(trained) == len([row for row in ROWS[table] if row not in ("random", "base")])
    if table == "table4":
        careful, step = (folder / f"eto-{level}-1" for level in ("careful-step", "step"))
        assert file_hash(careful / "pairs" / "chosen.jsonl") == file_hash(step / "pairs" / "chosen.jsonl")
        assert file_hash(careful / "dpo" / "model") != file_hash(step / "dpo" / "model")


@pytest.mark.slow
def test_self_play_alone_reads_no_expert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second command of the head of table 5."""
    more = re.search(r"table5\.yaml (--methods .*) --out", (FOLDER / "table5.yaml").read_text())
    assert more is not None
    assert run("table5", tmp_path / "run", *more[1].split()) == 0
    assert printed_rows(capsys.readouterr().out) == ["random", *ROWS["table5"][-3:]]
    assert not (tmp_path / "run" / "expert").exists()


@pytest.mark.parametrize("table", ROWS)
def test_the_head_holds_the_command_and_the_rows(table: str) -> None:
    text = (FOLDER / f"{table}.yaml").read_text()
    assert f"#   eto-agent run --config benchmarks/methods/{table}.yaml\n" in text
    assert all(f"#   {row} " in text for row in ROWS[table] if row != "random")
    load_config(FOLDER / f"{table}.yaml")


def test_the_paper_s_own_numbers_are_the_defaults() -> None:
    """Table 4: steps once more at a tenth of the learning rate and beta 0.5."""
    config = load_config(FOLDER / "paper" / "llama2_7b_webshop.yaml").eto
    assert (config.dpo.learning_rate, config.dpo.beta) == (1e-6, 0.1)
    assert (config.careful_learning_rate, config.careful_beta) == (1e-7, 0.5)


LADDER = {
    (): ("eto/ALFWorld-v0", "scratch:demo", 2400),
    ("gpu",): ("eto/ALFWorld-v0", "scratch:small", 15_000),
    ("scienceworld",): ("eto/ScienceWorld-v0", "scratch:demo", 1483),
    ("gpu", "scienceworld"): ("eto/ScienceWorld-v0", "scratch:small", 1483),
}
"""Presets of the ladder -> environment, model, and how many tasks are explored."""


@pytest.mark.parametrize("presets", LADDER)
def test_the_ladder_opens_with_its_presets(presets: tuple[str, ...], tmp_path: Path) -> None:
    config = load_config(FOLDER / "ladder.yaml", presets)
    with Session(replace(config, out=tmp_path / "run")) as session:
        assert (session.config.env.id, session.config.model.name, len(session.explored_tasks)) == LADDER[presets]
        assert list(session.eval_tasks) == ["seen", "unseen"]
    assert {"best-of-n", "rft", "ppo", "eto"} <= set(config.methods)
    if presets:
        command = f"benchmarks/methods/ladder.yaml --preset {' '.join(presets)} "
        assert command in (FOLDER / "ladder.yaml").read_text()


@pytest.mark.parametrize(("name", "experts", "tasks"), [("locked_door", 1200, 1200), ("few_experts", 120, 600)])
def test_the_toy_benchmarks_open_and_start_from_the_reader(name: str, experts: int, tasks: int, tmp_path: Path) -> None:
    text = (FOLDER / f"{name}.yaml").read_text()
    assert "#   eto-agent self-play --config benchmarks/methods/reader.yaml\n" in text
    assert f"--config benchmarks/methods/{name}.yaml --seed $seed" in text
    config = load_config(FOLDER / f"{name}.yaml")
    reader = load_config(FOLDER / "reader.yaml")
    assert Path(config.model.name) == reader.out / "self-play" / "rft" / "sft" / "model"
    without = replace(config, out=tmp_path / "run", model=replace(config.model, name="scratch:tiny"))
    with Session(without) as session:
        assert (len(session.expert_tasks), len(session.explored_tasks)) == (experts, tasks)
        assert {split: len(tasks) for split, tasks in session.eval_tasks.items()} == {"seen": 300}


@pytest.mark.slow
def test_a_benchmark_without_its_reader_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--config", str(FOLDER / "locked_door.yaml")]) == 2
    assert "No model folder at 'runs/reader/self-play/rft/sft/model'" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_the_reader_learns_from_every_random_episode(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    smaller = ["--env.train-per-type", "3", "--env.num-envs", "4", "--evaluate.per-type", "1"]
    assert main(["self-play", "--config", str(FOLDER / "reader.yaml"), "--out", str(folder), *smaller]) == 0
    collected = json.loads((folder / "self-play" / "rft" / "collect" / "stage.json").read_text())["facts"]
    assert (collected["sampled"], collected["kept"]) == (9, 9)
    assert (folder / "self-play" / "rft" / "sft" / "model" / "model.safetensors").is_file()
