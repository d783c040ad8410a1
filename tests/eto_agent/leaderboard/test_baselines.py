"""The rows that we publish: every one is played again, and what people mix up is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import pytest

from eto_agent.leaderboard.check import Entry, check_entry, episode_of
from eto_agent.leaderboard.episodes import as_lines, digest_of, stripped, write_lines
from eto_agent.leaderboard.identity import identity_of, prompt_of
from eto_agent.leaderboard.submission import Submission, SubmissionError, to_text
from eto_agent.leaderboard.verify import verify
from eto_envs.recording import record_episode, text_env
from eto_envs.trajectory import Trajectory
from tests.eto_agent.leaderboard.submissions import doctored, refusal

FOLDER = Path(__file__).parents[3] / "benchmarks" / "leaderboard"
ROWS = sorted(path for path in FOLDER.rglob("*.json") if path.name != "published.json")


@pytest.mark.parametrize("path", ROWS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_published_row_is_played_again(path: Path) -> None:
    entry, replayed = verify(path)
    assert replayed == entry.submission.split.tasks


def test_the_folder_is_whole_and_small() -> None:
    policies = {(path.parent.name, path.name.split(".")[0]) for path in ROWS}
    assert {(env, name) for env in ("lockeddoor", "alfworld", "webshop") for name in ("random", "oracle")} <= policies
    assert {("alfworld", "sft"), ("alfworld", "eto")} <= policies
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 350_000


def other_dialect(data: dict[str, Any], episodes: list[Trajectory]) -> None:
    for settings in (data["environment"]["settings"], *(each.env_kwargs for each in episodes)):
        settings["dialect"] = "move"


def other_dialect_by_name(data: dict[str, Any], episodes: list[Trajectory]) -> None:
    data["environment"]["identity"]["dialect"] = "move"


def other_observations(data: dict[str, Any], episodes: list[Trajectory]) -> None:
    for settings in (data["environment"]["settings"], *(each.env_kwargs for each in episodes)):
        settings["process_observation"] = "raw"
    data["environment"]["identity"]["process_observation"] = "raw"


def other_catalogue(data: dict[str, Any], episodes: list[Trajectory]) -> None:
    for versions in (data["environment"]["versions"], *(each.versions for each in episodes)):
        versions["catalogue"] = "mini@0000000000000000"


def other_tagger(data: dict[str, Any], episodes: list[Trajectory]) -> None:
    data["environment"]["identity"]["tagger"] = "words@1"


def other_goals(data: dict[str, Any], episodes: list[Trajectory]) -> None:
    for settings in (data["environment"]["settings"], *(each.env_kwargs for each in episodes)):
        settings["goals"] = "synthetic"


MIXED_UP = [
    ("alfworld/sft.unseen.json", other_dialect, "dialect is 'put' in the submission, its settings give 'move' here"),
    ("alfworld/sft.unseen.json", other_dialect_by_name, "dialect is 'move' in the submission"),
    ("alfworld/sft.unseen.json", other_observations, "turn 0 (None): observation"),
    ("webshop/random.test.json", other_catalogue, "catalogue is 'mini@0000000000000000' in the submission"),
    ("webshop/random.test.json", other_tagger, "tagger is 'words@1' in the submission"),
    ("webshop/random.test.json", other_goals, "of mini/synthetic/products/test is missing"),
]


@pytest.mark.parametrize(("name", "change", "told"), MIXED_UP, ids=lambda each: getattr(each, "__name__", ""))
def test_another_world_than_the_claimed_one(
    name: str, change: Any, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in refusal(doctored(FOLDER / name, tmp_path, change), capsys, "--sample", "3", "--seed", "0")


@pytest.mark.slow
def test_scienceworld_is_played_again(tmp_path: Path) -> None:
    """One look in each of the 194 tasks: short, but the real simulator, and every hash and claim of a submission."""
    gym_env = gymnasium.make("eto/ScienceWorld-v0", split="seen", max_steps=1)
    env = text_env(gym_env)
    try:
        tasks = env.manifest["seen"]
        said = ("Thought: I look.\nAction: look around", "look around")
        played = [
            stripped(record_episode(gym_env, lambda *_: said, task=task.id, policy="look"), tasks.name)
            for task in tasks
        ]
        identity = identity_of(env, tasks)
    finally:
        env.close()
    lines = as_lines(played)
    write_lines(tmp_path / "look.seen.jsonl.gz", lines)
    submission = Submission.model_validate(
        {
            "format": 1, "method": "look", "model": "none", "authors": ("A. Person",), "link": None, "note": "",
            "date": "2026-01-31", "attempts": 1, "decoding": None, "protocols": ("strict", "paper"),
            "environment": {"id": "eto/ScienceWorld-v0", "settings": played[0].env_kwargs, "identity": identity,
                            "versions": played[0].versions},
            "split": {"name": tasks.name, "hash": tasks.hash, "tasks": len(tasks)},
            "prompt": prompt_of("eto/ScienceWorld-v0", None, None).model_dump(),
            "trajectories": {"file": "look.seen.jsonl.gz", "sha256": digest_of(lines)},
            "episodes": tuple(episode_of(each).model_dump() for each in played),
        }
    )  # fmt: skip
    path = tmp_path / "look.seen.json"
    path.write_text(to_text(submission))
    check_entry(Entry(path, submission, played))
    assert submission.environment.identity["scienceworld"] == played[0].versions["scienceworld"]
    assert verify(path, 4, seed=0)[1] == 4

    def doctor(data: dict[str, Any], episodes: list[Trajectory]) -> None:
        for each in episodes:
            each.turns[1].score = 50.0
            each.final_reward = 0.5
        data["episodes"] = [episode_of(each).model_dump() for each in episodes]

    with pytest.raises(SubmissionError, match=r"turn 1 .*: score '50.0' is recorded, the world gives '\d"):
        verify(doctored(path, tmp_path / "doctored", doctor), 2, seed=0)
