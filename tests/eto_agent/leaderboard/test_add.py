"""Submissions are made of whole, finished evaluations, say what these were, and replace nothing unasked."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.cli import main
from eto_agent.config.schema import ChatConfig, EnvConfig, EvaluateConfig
from eto_agent.evaluation.scoring import SCORING_PROTOCOLS as SCORES
from eto_agent.leaderboard.add import add, short_id
from eto_agent.leaderboard.check import check
from eto_agent.leaderboard.submission import SubmissionError, json_schema, read_submission, to_text
from eto_agent.methods.catalogue import RunConfig
from eto_agent.session import Session
from eto_agent.stages.evaluation import evaluate, example_for
from eto_agent.stages.experts import expert
from eto_envs.registration import ENV_IDS
from eto_envs.trajectory import read_trajectories, write_trajectories
from tests.eto_agent.leaderboard.conftest import FACTS

SCHEMA = Path("eto_agent/leaderboard/submission.schema.json")


def submit(evaluation: Path, to: Path, *options: str) -> int:
    facts = ("--method", "random", "--model", "none", "--authors", "A. Person", "--date", "2026-01-31")
    return main(["leaderboard", "add", str(evaluation), *facts, "--to", str(to), *options])


def test_a_submission_says_what_the_evaluation_was(evaluated: Path, submitted: Path) -> None:
    submission = read_submission(submitted)
    episodes = list(read_trajectories(evaluated / "evaluate" / "random" / "unseen.jsonl"))
    assert (submission.split.name, submission.split.tasks) == ("generated/unseen", 60)
    assert submission.environment.versions == episodes[0].versions
    assert submission.environment.identity == {"step limit": "the tasks' own"}
    assert submission.prompt.instruction is None
    assert (submission.decoding, submission.attempts) == (None, 1)
    assert [each.task for each in submission.episodes] == [each.task for each in episodes]
    for protocol in SCORES:
        assert [getattr(each, protocol) for each in submission.episodes] == [SCORES[protocol](e) for e in episodes]
    assert [turn.text for each in check(submitted).trajectories for turn in each.turns] == [
        turn.text for each in episodes for turn in each.turns
    ]


def test_the_same_evaluation_gives_the_same_files(evaluated: Path, submitted: Path, tmp_path: Path) -> None:
    [again] = add(evaluated / "evaluate" / "random", tmp_path, FACTS, name="random")
    for one, other in zip(sorted(submitted.parent.iterdir()), sorted(again.parent.iterdir()), strict=True):
        assert (one.name, one.read_bytes()) == (other.name, other.read_bytes())


def test_nothing_is_written_over_unasked(evaluated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluation = evaluated / "evaluate" / "oracle"
    path = tmp_path / "lockeddoor" / "random-none.unseen.json"
    assert submit(evaluation, tmp_path) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert submit(evaluation, tmp_path) == 0  # the same again is no conflict
    before = path.read_bytes()
    capsys.readouterr()
    assert submit(evaluation, tmp_path, "--note", "another") == 2
    assert "choose another --name, or write over it with --replace" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert submit(evaluation, tmp_path, "--note", "another", "--replace") == 0
    assert read_submission(path).note == "another"
    assert submit(evaluation, tmp_path, "--name", "mine") == 0
    assert main(["leaderboard", "verify", str(path), "--sample", "2"]) == 0


def test_some_tasks_are_no_split(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    env = EnvConfig("eto/LockedDoor-v0", num_envs=2, num_workers=1)
    with Session(RunConfig(out=tmp_path / "run", env=env, evaluate=EvaluateConfig(("unseen",), per_type=1))) as session:
        evaluate(session, "oracle", None)
    assert submit(tmp_path / "run" / "evaluate" / "oracle", tmp_path / "board") == 2
    assert "57 of the 60 tasks of generated/unseen were not evaluated" in capsys.readouterr().err
    assert not (tmp_path / "board").exists()


def test_unfinished_broken_and_missing(evaluated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = shutil.copytree(evaluated, tmp_path / "run")
    evaluation = run / "evaluate" / "oracle"
    assert submit(evaluation, tmp_path, "--splits", "seen") == 2
    assert "Unknown split 'seen'" in capsys.readouterr().err
    assert submit(evaluation, tmp_path, "--link", "javascript:alert(1)") == 2
    assert "link: String should match pattern" in capsys.readouterr().err
    file = evaluation / "unseen.jsonl"
    first, *others = read_trajectories(file)
    write_trajectories(file, [replace(first, outcome="error", final_reward=None, error="Broken off."), *others])
    assert submit(evaluation, tmp_path) == 2
    assert "died of an error (Broken off.); evaluate it again" in capsys.readouterr().err
    (evaluation / "stage.json").unlink()
    assert submit(evaluation, tmp_path) == 2
    assert "there is no finished evaluation" in capsys.readouterr().err


def test_the_best_of_several_attempts_says_so(evaluated: Path, tmp_path: Path) -> None:
    run = shutil.copytree(evaluated, tmp_path / "run")
    results = run / "evaluate" / "oracle" / "results.json"
    figures = json.loads(results.read_text())
    figures["unseen"]["samples"] = 10  # as Best-of-N leaves it
    results.write_text(json.dumps(figures))
    [path] = add(run / "evaluate" / "oracle", tmp_path, FACTS, name="best")
    assert read_submission(path).attempts == 10


def test_the_example_is_the_one_that_was_shown(tmp_path: Path) -> None:
    env = EnvConfig("eto/LockedDoor-v0", train_per_type=2, num_envs=2, num_workers=1)
    config = RunConfig(
        out=tmp_path / "run", env=env, evaluate=EvaluateConfig(("unseen",)), chat=ChatConfig("Leave.", True)
    )
    with Session(config) as session:
        expert(session)
        evaluate(session, "oracle", None)
        shown = example_for(session)
    assert shown is not None
    [path] = add(tmp_path / "run" / "evaluate" / "oracle", tmp_path, FACTS, name="oracle")
    prompt = read_submission(path).prompt
    assert prompt.instruction == "Leave."
    assert [each.content for each in prompt.example if each.role == "assistant"] == [
        turn.text for turn in shown.turns[1:]
    ]
    check(path)


def test_the_published_schema_is_the_one_in_use() -> None:
    assert json.loads((Path(__file__).parents[3] / SCHEMA).read_text()) == json_schema()


def test_a_submission_is_read_as_it_was_written(submitted: Path) -> None:
    text = submitted.read_text()
    assert to_text(read_submission(submitted)) == text
    assert sum(line.lstrip().startswith('{"task":"') for line in text.splitlines()) == 60  # an episode a line


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("trajectories.file", "../secret.jsonl", "trajectories.file"),
        ("trajectories.file", "/etc/passwd", "trajectories.file"),
        ("environment.settings", {"catalogue": "/home/me/shop"}, "environment.settings.catalogue"),
        ("environment.settings", {"tagger": "spacy:./model"}, "environment.settings.tagger"),
        ("environment.id", "os:eto/LockedDoor-v0", "environment.id"),
        ("method", "", "method"),
        ("method", "two\nlines", "method"),
        ("authors", [], "authors"),
        ("link", "javascript:alert(1)", "link"),
        ("attempts", 0, "attempts"),
        ("attempts", "1", "attempts"),
        ("reward", 1.0, "Extra inputs are not permitted"),
        ("two\nlines \x1b[2J", 1.0, "two\\nlines \\x1b[2J: Extra inputs are not permitted"),
        ("environment.identity", {"step limit\n": "1"}, "environment.identity"),
        ("environment.versions", {"eto-envs": "\x1b[2J"}, "environment.versions"),
        ("episodes", [{"task": "a", "strict": [2.0, True], "paper": [1.0, True]}], "episodes.0.strict"),
        ("format", 2, "format"),
    ],
)
def test_what_does_not_fit_the_schema(key: str, value: Any, told: str, submitted: Path, tmp_path: Path) -> None:
    data: dict[str, Any] = json.loads(submitted.read_text())
    place = data
    *parents, last = key.split(".")
    for parent in parents:
        place = place[parent]
    place[last] = value
    path = tmp_path / "x.json"
    path.write_text(json.dumps(data))
    with pytest.raises(SubmissionError) as refused:
        read_submission(path)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": NaN}', "null"])
def test_what_is_no_submission(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(SubmissionError, match=r"x\.json"):
        read_submission(path)


def test_names_of_environments() -> None:
    assert {short_id(env_id) for env_id in ENV_IDS} == {"alfworld", "lockeddoor", "scienceworld", "webshop"}
