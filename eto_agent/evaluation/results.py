"""Recorded episodes as comparisons and tables take them: from a run folder, a stage folder or a file of trajectories.

Which numbers may stand side by side is decided here: episodes of the same environment, settings, split and data, on
the same tasks. The version of `eto-envs` itself may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from eto_envs.errors import EtoEnvError
from eto_envs.trajectory import Trajectory, read_trajectories

__all__ = ["Evaluated", "MismatchError", "check_same", "conditions_of", "evaluated", "policies_of"]


class MismatchError(EtoEnvError):
    """Episodes that must not stand side by side, or a source that does not say which ones are meant."""


@dataclass(frozen=True)
class Evaluated:
    """The episodes of one policy.

    Attributes:
        source: the folder or file; `name`: how it is called in tables, `run/policy` or the file's name.
        splits: split -> episodes, one a task, in the order of the file.
        protocol: which scores its run shows (`paper` or `strict`); None where there is no run folder.
    """

    source: Path
    name: str
    splits: Mapping[str, Sequence[Trajectory]]
    protocol: str | None = None


def evaluated(source: Path, policy: str | None = None) -> Evaluated:
    """Reads the episodes of one policy.

    Args:
        source: a run folder, the folder of an evaluation in it (`RUN/evaluate/POLICY`), or a file of trajectories.
        policy: which policy of a run folder; may be left out where it has only one.

    Raises:
        MismatchError: no such folder or file, no such policy, several to choose from, or several episodes of a task.
        DataError: a damaged file.
    """
    if source.is_file():
        return _from_file(source)
    if (source / "config.yaml").is_file():
        found = policies_of(source)
        if policy is None and len(found) != 1:
            raise MismatchError(
                f"Run folder {str(source)!r} holds {len(found)} evaluated policies ({', '.join(found) or 'none'}); "
                f"name one with --policy, or give its folder, {source / 'evaluate' / (found or ['POLICY'])[0]}."
            )
        name = policy or found[0]
        if name not in found:
            raise MismatchError(
                f"Run folder {str(source)!r} has no evaluation of {name!r}; expected one of {', '.join(found)}."
            )
        return _from_stage(source / "evaluate" / name)
    if source.is_dir():
        return _from_stage(source)
    raise MismatchError(
        f"Nothing at {str(source)!r}; give a run folder, RUN/evaluate/POLICY, or a file of trajectories (.jsonl)."
    )


def policies_of(run: Path) -> list[str]:
    """The policies that a run folder has evaluated to the end, in alphabetical order."""
    return sorted(path.parent.name for path in (run / "evaluate").glob("*/stage.json"))


def _from_stage(folder: Path) -> Evaluated:
    files = [path for path in sorted(folder.glob("*.jsonl")) if not path.stem.endswith(".samples")]
    if not files or not (folder / "stage.json").is_file():
        raise MismatchError(
            f"{str(folder)!r} is no finished evaluation (stage.json and SPLIT.jsonl); "
            "give a run folder, RUN/evaluate/POLICY, or a file of trajectories (.jsonl)."
        )
    run = folder.parent.parent
    config = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8")) if _is_run(run) else {}
    protocol = config.get("evaluate", {}).get("protocol")
    splits = {path.stem: _read(path) for path in files}
    return Evaluated(folder, f"{run.resolve().name}/{folder.name}", splits, protocol)


def _is_run(folder: Path) -> bool:
    return (folder / "config.yaml").is_file()


def _from_file(file: Path) -> Evaluated:
    episodes = _read(file)
    if not episodes:
        raise MismatchError(f"{str(file)!r} holds no trajectories; record some with: eto-agent evaluate.")
    splits: dict[str, list[Trajectory]] = {}
    for each in episodes:
        splits.setdefault(_plain_split(each).rpartition("/")[2], []).append(each)
    return Evaluated(file, file.stem, splits)


def _read(file: Path) -> list[Trajectory]:
    episodes = list(read_trajectories(file, strict=True))
    tasks: set[tuple[str, str]] = set()
    for each in episodes:
        if (each.split, each.task) in tasks:
            raise MismatchError(
                f"{str(file)!r} holds several episodes of task {each.task!r}; give a file with one a task."
            )
        tasks.add((each.split, each.task))
    return episodes


def _plain_split(trajectory: Trajectory) -> str:
    """The split without the note of which of its tasks were taken."""
    return trajectory.split.partition("[")[0]


def conditions_of(trajectory: Trajectory) -> dict[str, Any]:
    """What an episode's numbers depend on beside policy and task: environment, settings, split, data and simulators."""
    data = {key: value for key, value in trajectory.versions.items() if key != "eto-envs"}
    return {
        "environment": trajectory.env,
        "settings": {key: value for key, value in trajectory.env_kwargs.items() if key != "reward_mode"},
        "split": _plain_split(trajectory),
        "versions": data,
    }


def check_same(split: str, sources: Mapping[str, Iterable[Trajectory]]) -> None:
    """Refuses episodes that must not stand side by side.

    Args:
        split: how the split is called, for the message.
        sources: name of the source -> its episodes of that split.

    Raises:
        MismatchError: they differ in environment, settings, split, data, or in their tasks; the message names it.
    """
    first: tuple[str, dict[str, Any]] | None = None
    tasks: tuple[str, set[str]] | None = None
    for name, episodes in sources.items():
        ids: set[str] = set()
        for each in episodes:
            ids.add(each.task)
            first = first or (name, conditions_of(each))
            for key, value in conditions_of(each).items():
                if value != first[1][key]:
                    raise MismatchError(
                        f"Split {split!r}: {key} differs, {first[1][key]!r} in {first[0]} and {value!r} in {name}; "
                        "only episodes of the same world can stand side by side."
                    )
        tasks = tasks or (name, ids)
        if ids != tasks[1]:
            odd = min(ids ^ tasks[1])
            raise MismatchError(
                f"Split {split!r}: the tasks differ, {len(tasks[1])} in {tasks[0]} and {len(ids)} in {name} ({odd!r}, "
                f"for instance, is only in {name if odd in ids else tasks[0]}); evaluate both on the same tasks."
            )
