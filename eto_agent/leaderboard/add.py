"""From a finished evaluation of a run to submissions: one for each split."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eto_agent.leaderboard.check import Entry, check_entry, episode_of
from eto_agent.leaderboard.episodes import as_lines, digest_of, stripped, write_lines
from eto_agent.leaderboard.identity import identity_of, prompt_of
from eto_agent.leaderboard.submission import (
    Prompt,
    SubmissionError,
    parse_submission,
    read_submission,
    to_text,
)
from eto_agent.methods.catalogue import RunConfig, load_config, place_of_policy
from eto_agent.run_folder import write_text
from eto_envs.core import TextEnv
from eto_envs.errors import UnknownNameError
from eto_envs.making import full_id, make_with
from eto_envs.recording import text_env
from eto_envs.tasks import TaskSet
from eto_envs.trajectory import Trajectory, read_trajectories

__all__ = ["Facts", "add", "short_id"]

_WITHOUT_MODEL = ("random", "oracle")


@dataclass(frozen=True)
class Facts:
    """What an evaluation does not know of itself.

    Attributes:
        method, model, authors, link, note, date: see `Submission`.
    """

    method: str
    model: str
    authors: tuple[str, ...]
    link: str | None
    note: str
    date: str


def add(
    evaluation: Path, to: Path, facts: Facts, *, name: str | None, splits: Iterable[str] = (), replace: bool = False
) -> list[Path]:
    """Makes submissions of an evaluation; returns their files. Nothing is written unless all of them are sound.

    Args:
        evaluation: `RUN/evaluate/POLICY`, finished.
        to: folder of the leaderboard; a submission is `to/ENVIRONMENT/NAME.SPLIT.json`.
        facts: what to say beside.
        name: of the files; None makes it of method and model.
        splits: which ones; none means all that were evaluated.
        replace: write over submissions of the same name.

    Raises:
        SubmissionError: there is no finished evaluation, a split is not whole, an episode does not count, or a
            submission of that name is there and says something else.
    """
    config, figures = _read(evaluation)
    chosen = list(splits) or list(figures)
    for split in chosen:
        if split not in figures:
            raise UnknownNameError.of("split", split, figures, where=f"of {evaluation}")
    env_id = full_id(config.env.id)
    folder, stem = to / short_id(env_id), name or _slug(f"{facts.method}-{facts.model}")
    prompt = prompt_of(env_id, config.chat.instruction, _example(evaluation.parents[1], config))
    env = text_env(make_with(env_id, {**config.env.settings, "split": config.env.train_split}))
    made: list[tuple[Entry, bytes]] = []
    try:
        for split in chosen:
            path = folder / f"{stem}.{split}.json"
            given = read_trajectories(evaluation / f"{split}.jsonl", strict=True)
            played = [stripped(each, env.manifest[split].name) for each in given]
            _check_whole(evaluation, env.manifest[split], played)
            attempts = figures[split].get("samples", 1)
            temperature = _temperature(config, evaluation.name, attempts)
            made.append(_made(path, config, facts, prompt, env, split, played, attempts, temperature))
    finally:
        env.close()
    for entry, _ in made:
        _check_free(entry, replace=replace)
    folder.mkdir(parents=True, exist_ok=True)
    for entry, lines in made:
        write_lines(folder / entry.submission.trajectories.file, lines)
        write_text(entry.path, to_text(entry.submission))
    return [entry.path for entry, _ in made]


def short_id(env_id: str) -> str:
    """`eto/ALFWorld-v0` -> `alfworld`: the folder of an environment's submissions, and the name of its page."""
    return env_id.partition("/")[2].rpartition("-v")[0].lower()


def _read(evaluation: Path) -> tuple[RunConfig, dict[str, Any]]:
    config = evaluation.resolve().parents[1] / "config.yaml"
    if not (evaluation / "stage.json").is_file() or not config.is_file():
        raise SubmissionError(
            f"{evaluation}: there is no finished evaluation; give RUN/evaluate/POLICY, made with: eto-agent evaluate"
        )
    figures = json.loads((evaluation / "results.json").read_text(encoding="utf-8"))
    return load_config(config), figures


def _example(run: Path, config: RunConfig) -> Trajectory | None:
    """The in-context example that the evaluation showed: see `stages.evaluation.example_for`."""
    if not config.chat.example:
        return None
    experts = read_trajectories(run / "expert" / "trajectories.jsonl", strict=True)
    return min((each for each in experts if each.success), key=lambda each: len(each.turns))


def _temperature(config: RunConfig, policy: str, attempts: int) -> float:
    """That of the evaluation; a method that samples a task several times has one of its own."""
    place = place_of_policy(policy, config) if attempts > 1 else None
    return config.generation.temperature if place is None else place.method.of(config).temperature


def _check_whole(evaluation: Path, tasks: TaskSet, played: list[Trajectory]) -> None:
    present = {each.task for each in played}
    missing = [task for task in tasks.ids if task not in present]
    if missing:
        raise SubmissionError(
            f"{evaluation}: {len(missing)} of the {len(tasks)} tasks of {tasks.name} were not evaluated, the first is "
            f"{missing[0]!r}; evaluate without env.types and evaluate.per_type, or leave the split out with --splits."
        )


def _made(
    path: Path,
    config: RunConfig,
    facts: Facts,
    prompt: Prompt,
    env: TextEnv,
    split: str,
    played: list[Trajectory],
    attempts: int,
    temperature: float,
) -> tuple[Entry, bytes]:
    tasks, lines = env.manifest[split], as_lines(played)
    decoded = played[0].policy not in _WITHOUT_MODEL
    decoding = {
        "temperature": temperature,
        "max_new_tokens": config.generation.max_new_tokens,
        "seed": config.seed,
    }
    for each in played:
        if each.outcome == "error":
            why = f"the episode of task {each.task!r} died of an error ({each.error}); evaluate it again."
            raise SubmissionError(f"{path}: {why}")
    data = {
        "format": 1,
        **vars(facts),
        "environment": {
            "id": played[0].env,
            "settings": played[0].env_kwargs,
            "identity": identity_of(env, tasks),
            "versions": played[0].versions,
        },
        "split": {"name": tasks.name, "hash": tasks.hash, "tasks": len(tasks)},
        "attempts": attempts,
        "prompt": prompt.model_dump(),
        "decoding": decoding if decoded else None,
        "protocols": ("strict", "paper"),
        "trajectories": {"file": f"{path.stem}.jsonl.xz", "sha256": digest_of(lines)},
        "episodes": [episode_of(each).model_dump() for each in played],
    }
    submission = parse_submission(path, json.dumps(data))
    entry = Entry(path, submission, played)
    check_entry(entry)
    return entry, lines


def _check_free(entry: Entry, *, replace: bool) -> None:
    if replace or not entry.path.exists() or read_submission(entry.path) == entry.submission:
        return
    raise SubmissionError(
        f"{entry.path}: a submission of this name is there and says something else; choose another --name, "
        "or write over it with --replace."
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "submission"
