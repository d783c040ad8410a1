"""What `eto-agent import` and `eto-agent export` take and do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from eto_agent.console import say
from eto_agent.fields import KeyValues
from eto_agent.formats.replay import Verdict, replay
from eto_envs.trajectory import Trajectory, read_trajectories, write_trajectories

__all__ = ["ExportArguments", "ImportArguments", "export_trajectories", "import_trajectories"]


_TOLD = 20
"""How many diverging episodes are told one by one; all are counted."""


@dataclass(frozen=True)
class ImportArguments:
    """What `import` takes."""

    file: Annotated[Path, tyro.conf.Positional]
    """Conversations of the ETO release, AgentTraj-L or Hugging Face: JSON, JSON Lines, or a saved data set's folder."""
    out: Path
    """Trajectories to write (JSON Lines), for instance for --expert.file."""
    env: str = ""
    """Environment of the episodes, e.g. alfworld; not needed for files that eto-agent export wrote."""
    reward: float | None = None
    """Reward of records that state none (the ETO release counts its experts as 1)."""
    split: str = ""
    """Split to note in the trajectories."""
    verify: bool = False
    """Replay every episode in our world, report what differs, and take rewards and observations from there."""
    settings: KeyValues = field(default_factory=dict[str, Any])
    """Keyword arguments of the environment for --verify, e.g. games=official."""


@dataclass(frozen=True)
class ExportArguments:
    """What `export` takes."""

    file: Annotated[Path, tyro.conf.Positional]
    """Trajectories (JSON Lines)."""
    out: Path
    """File to write: one list where it ends in .json, else JSON Lines; a folder for a data set."""
    format: Literal["sharegpt", "agenttraj", "messages", "conversations", "dataset"] = "messages"
    """sharegpt as the ETO release, agenttraj as AgentTraj-L, messages or dataset as Hugging Face trainers read."""
    instruction: str | None = None
    """Instruction text; none takes the environment's own, an empty text leaves the instruction out."""


def import_trajectories(arguments: ImportArguments) -> None:
    """Reads conversations and writes trajectories; with `verify`, those that the world has given."""
    from eto_agent.formats.files import import_file

    found = import_file(arguments.file, arguments.env, reward=arguments.reward, split=arguments.split)
    if arguments.verify:
        found = _verified(found, arguments.settings)
    write_trajectories(arguments.out, found)
    print(f"{len(found)} trajectories: {arguments.out}")


def export_trajectories(arguments: ExportArguments) -> None:
    """Reads trajectories and writes conversations; episodes without a turn are left out and counted."""
    from eto_agent.formats.files import export_file

    given = list(read_trajectories(arguments.file, strict=True))
    kept = [each for each in given if each.turns]
    count = export_file(kept, arguments.out, arguments.format, instruction=arguments.instruction)
    if len(kept) < len(given):
        say(f"{len(given) - len(kept)} episodes without a turn are left out")
    print(f"{count} conversations: {arguments.out}")


def _verified(found: Sequence[Trajectory], settings: dict[str, Any]) -> list[Trajectory]:
    from eto_envs.making import make_with
    from eto_envs.recording import text_env

    replayed: list[Trajectory] = []
    counts: Counter[str] = Counter()
    for env_id in dict.fromkeys(each.env for each in found):
        env = make_with(env_id, settings)
        try:
            for verdict in replay([each for each in found if each.env == env_id], text_env(env)):
                replayed.append(verdict.trajectory)
                counts[verdict.status] += 1
                counts["other reward than stated"] += verdict.reward_differs
                counts["full reward"] += verdict.trajectory.final_reward == 1.0
                if verdict.status == "diverged" and counts["diverged"] <= _TOLD:
                    _tell(verdict)
        finally:
            env.close()
    say("Replayed: " + ", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    return replayed


def _tell(verdict: Verdict) -> None:
    expected, observed = (" ".join(text.split()) for text in (verdict.expected, verdict.observed))
    start = next((i for i, (a, b) in enumerate(zip(expected, observed, strict=False)) if a != b), 0)
    begin = max(0, start - 20)
    task, turns = verdict.trajectory.task, len(verdict.trajectory.turns)
    say(
        f"{task}: {len(verdict.differing)} of {turns} turns differ, the first is "
        f"{verdict.differing[0]}: {expected[begin : begin + 60]!r} in the file, {observed[begin : begin + 60]!r} here"
    )
