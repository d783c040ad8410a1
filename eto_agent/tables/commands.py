"""What the commands on finished results take and do: `compare`, `tables` and `figures`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from eto_envs.errors import DataError, UnknownNameError

if TYPE_CHECKING:  # they bring scipy
    from eto_agent.evaluation.compare import Comparison
    from eto_agent.evaluation.results import Evaluated
    from eto_agent.tables.figures import Curves

__all__ = [
    "CompareArguments",
    "FiguresArguments",
    "TablesArguments",
    "compare_policies",
    "draw_figure",
    "write_table",
]


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
    from eto_agent.evaluation.compare import compare_all
    from eto_agent.evaluation.results import evaluated

    a, b = evaluated(arguments.a, arguments.policy), evaluated(arguments.b, arguments.policy)
    comparisons = compare_all(a, b, arguments.protocol)
    _print_comparison(a, b, comparisons)
    if arguments.out is not None:
        from eto_agent.report.comparison import write_comparison

        print(f"Page: {write_comparison(arguments.out, a, b, comparisons)}")


@dataclass(frozen=True)
class TablesArguments:
    """What `tables` takes."""

    runs: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Run folders, of one or several environments and seeds."""
    table: Literal["2", "3", "4", "5", "7", "efficiency", "gains"] = "2"
    """Which table of the paper; efficiency, the area under the score over the steps; or gains, every policy of runs
    that differ in the seed against the policy that it started from."""
    format: Literal["markdown", "latex", "html"] = "markdown"
    """How to write it."""
    protocol: Literal["paper", "strict"] = "paper"
    """Which scores; the paper's own numbers are paper scores."""
    measure: Literal["success", "reward"] | None = None
    """Table gains: of what; none takes success."""
    out: Path | None = None
    """File to write; none prints the table."""


def write_table(arguments: TablesArguments) -> None:
    """Prints a table of the paper, or writes it to a file."""
    from eto_agent.run_folder import write_text
    from eto_agent.tables.formats import FORMATS
    from eto_agent.tables.gains_tables import gains_tables
    from eto_agent.tables.paper import build_table

    _check_runs(arguments.runs)
    if arguments.out is not None:
        _check_folder(arguments.out)
    if arguments.table == "gains":
        tables = gains_tables(arguments.runs, arguments.protocol, arguments.measure or "success")
    elif arguments.measure is not None:
        raise DataError(f"--measure is for --table gains; table {arguments.table} has a measure of its own.")
    else:
        tables = [build_table(arguments.runs, arguments.table, arguments.protocol)]
    text = "\n".join(map(FORMATS[arguments.format], tables))
    if arguments.out is None:
        print(text)
    else:
        write_text(arguments.out, text)


@dataclass(frozen=True)
class FiguresArguments:
    """What `figures` takes."""

    runs: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Run folders; Figure 3 takes one."""
    out: Path
    """File to write: .svg, .png or .pdf."""
    figure: Literal["3", "4"] = "3"
    """3: score over steps of single tasks; 4: reward by iteration of ETO."""
    policies: tuple[str, ...] = ()
    """Figure 3: evaluated policies of the run; none takes sft, the last eto, and oracle, as far as they are there."""
    split: str = "seen"
    """Figure 3: which evaluation split."""
    tasks: tuple[str, ...] = ()
    """Figure 3: which tasks; none takes the first of each type."""
    protocol: Literal["paper", "strict"] | None = None
    """Which scores; none takes strict for Figure 3 and paper for Figure 4."""


def draw_figure(arguments: FiguresArguments) -> None:
    """Draws a figure of the paper into a file."""
    from eto_agent.tables import figures

    runs, out = arguments.runs, arguments.out
    _check_runs(runs)
    _check_folder(out)
    if out.suffix not in figures.FORMATS:
        raise UnknownNameError.of("kind of picture", out.suffix, figures.FORMATS)
    if arguments.figure == "4":
        figure = figures.drawn_iterations(figures.rewards_by_iteration(runs, arguments.protocol or "paper"))
    else:
        figure = figures.drawn_curves(_task_curves(arguments))
    partial = out.with_name(f"{out.name}.partial")
    partial.write_bytes(figures.rendered(figure, out.suffix))
    partial.replace(out)
    print(out)


def _task_curves(arguments: FiguresArguments) -> Curves:
    from eto_agent.evaluation.results import MismatchError, policies_of
    from eto_agent.tables.figures import curves_of_tasks

    if len(arguments.runs) > 1:
        raise MismatchError(f"Figure 3 shows single episodes of one run; {len(arguments.runs)} run folders are given.")
    run = next(iter(arguments.runs))
    policies = arguments.policies or _usual_policies(policies_of(run))
    if not policies:
        raise MismatchError(f"Run folder {str(run)!r} has no evaluation of sft, eto or oracle; use --policies.")
    return curves_of_tasks(run, arguments.split, policies, arguments.tasks, arguments.protocol or "strict")


def _usual_policies(present: Sequence[str]) -> list[str]:
    """SFT, the last iteration of ETO and the oracle, as far as they are there."""
    iterations = [name for name in present if name.startswith("eto-") and name[4:].isdecimal()]
    last = sorted(iterations, key=lambda name: int(name[4:]))[-1:]
    return [name for name in ("sft", *last, "oracle") if name in present]


def _check_runs(runs: Sequence[Path]) -> None:
    if not runs:
        raise DataError("No run folder given; give one or more, the --out of eto-agent runs.")


def _check_folder(out: Path) -> None:
    if not out.parent.is_dir():
        raise DataError(f"No folder {str(out.parent)!r} to write {out.name} to; make it first.")


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
