"""What the commands on finished results take and do: `compare`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

if TYPE_CHECKING:  # they bring scipy
    from eto_agent.compare import Comparison
    from eto_agent.episodes import Evaluated

__all__ = ["CompareArguments", "compare_policies"]


@dataclass(frozen=True)
class CompareArguments:
    """What `compare` takes."""

    a: Annotated[Path, tyro.conf.Positional]
    """A run folder, the folder of one of its evaluations (RUN/evaluate/POLICY), or a file of trajectories."""
    b: Annotated[Path, tyro.conf.Positional]
    """The same for the other policy; differences are B - A."""
    policy: str | None = None
    """Which policy of the run folders, such as sft or eto-1; may be left out where they have only one."""
    protocol: Literal["paper", "strict"] | None = None
    """Which scores; none takes those that the runs show, strict for files."""
    out: Path | None = None
    """Folder to write comparison.html, comparison.json and replays.html (the tasks that only one solves) to."""


def compare_policies(arguments: CompareArguments) -> None:
    """Prints the comparison; with `out`, writes it as a page with replays."""
    from eto_agent.compare import compare_all, write_comparison
    from eto_agent.episodes import evaluated

    a, b = evaluated(arguments.a, arguments.policy), evaluated(arguments.b, arguments.policy)
    comparisons = compare_all(a, b, arguments.protocol)
    _print_comparison(a, b, comparisons)
    if arguments.out is not None:
        print(f"Page: {write_comparison(arguments.out, a, b, comparisons)}")


def _print_comparison(a: Evaluated, b: Evaluated, comparisons: Sequence[Comparison]) -> None:
    scores = f"{comparisons[0].protocol.capitalize()} scores x 100"
    print(f"A: {a.name}; B: {b.name}. {scores}, B - A [95 % interval over tasks]")
    for each in comparisons:
        print(each)
        print(f"  reward A {each.a}, B {each.b}; success A {each.successes[0]}, B {each.successes[1]}")
        if each.broken:
            print(f"  {each.broken} tasks left out: an episode died of an error")
        for name, way in (("B", "solved"), ("A", "lost")):
            tasks = [flip.task for flip in each.flipped if flip.to == way]
            print(f"  only {name} solves {len(tasks)}: {' '.join(tasks) or '-'}")
