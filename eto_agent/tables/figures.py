"""The paper's Figures 3 and 4 from run folders, drawn by matplotlib; the suffix of the file says the format.

Figure 3: the score over the steps of single tasks, one curve a policy (`efficiency.score_over_steps`). Figure 4: reward
by iteration of ETO, iteration 0 being the SFT agent, with 95 % intervals over tasks, or over seeds and tasks.

Example
    eto-agent figures runs/demo --figure 3 --split seen --tasks find-animal/3 find-plant/5 --out figure3.svg
    eto-agent figures runs/webshop-0 runs/webshop-1 --figure 4 --out figure4.pdf
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eto_agent.evaluation.efficiency import score_over_steps, step_limits
from eto_agent.evaluation.results import MismatchError, check_same, evaluated
from eto_agent.evaluation.scoring import score
from eto_agent.evaluation.stats import Estimate, seeds_interval
from eto_agent.tables.entries import Entry, check_settings, entries_of
from eto_envs.trajectory import Trajectory

__all__ = [
    "FORMATS",
    "Curves",
    "curves_of_tasks",
    "drawn_curves",
    "drawn_iterations",
    "rendered",
    "rewards_by_iteration",
]

FORMATS = (".svg", ".png", ".pdf")
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")  # Paul Tol's bright scheme
_LINES = ("-", "--", ":", "-.")  # curves often lie on one another
_STYLE: Any = {
    "svg.hashsalt": "eto",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
_MOST_TASKS = 12

Curves = dict[str, dict[str, list[float]]]
"""Task -> policy -> score after steps 0 to the limit."""


def curves_of_tasks(
    run: Path, split: str, policies: Sequence[str], tasks: Sequence[str] = (), protocol: str = "strict"
) -> Curves:
    """The curves of Figure 3.

    Args:
        run: a run folder.
        split: one of its evaluation splits.
        policies: evaluated policies of the run.
        tasks: ids; none takes the first task of each type, at most 12.
        protocol: which scores (`paper` or `strict`).

    Raises:
        MismatchError: no such policy, split or task, or the policies played different tasks.
    """
    played: dict[str, Sequence[Trajectory]] = {}
    for policy in policies:
        splits = evaluated(run, policy).splits
        if split not in splits:
            raise MismatchError(
                f"{policy} of {str(run)!r} has no split {split!r}; expected one of {', '.join(splits)}."
            )
        played[policy] = splits[split]
    check_same(split, played)
    known = {each.task: each for each in played[policies[0]]}
    missing = [task for task in tasks if task not in known]
    if missing:
        raise MismatchError(f"Split {split!r} has no task {missing[0]!r}; its tasks are {_few(list(known))}.")
    kinds = {each.task_type: each.task for each in reversed(played[policies[0]])}
    chosen = list(tasks) or sorted(kinds.values())[:_MOST_TASKS]
    limits = step_limits(known[task] for task in chosen)
    return {
        task: {
            policy: score_over_steps(each, limits[each.split, task], protocol)
            for policy, episodes in played.items()
            for each in episodes
            if each.task == task and each.outcome != "error"
        }
        for task in chosen
    }


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f", ... ({len(names)} in all)" if len(names) > 4 else "")


def drawn_curves(curves: Curves) -> Figure:
    """Figure 3: a panel for each task, at most four in a row; all steps from 0 to the task's limit, scores x 100."""
    across = min(4, len(curves))
    down = -(-len(curves) // across)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(2.6 * across, 1.9 * down + 0.4), layout="constrained")
        panels = figure.subplots(down, across, squeeze=False).flat
        policies = list(dict.fromkeys(policy for of_task in curves.values() for policy in of_task))
        for panel, (task, of_task) in zip(panels, curves.items(), strict=False):
            for policy, scores in of_task.items():
                panel.step(
                    range(len(scores)), [100 * value for value in scores], where="post", label=policy,
                    color=_COLOURS[policies.index(policy) % len(_COLOURS)],
                    linestyle=_LINES[policies.index(policy) % len(_LINES)], linewidth=1.4,
                )  # fmt: skip
            panel.set_title(task if len(task) < 36 else f"{task[:33]}...", fontsize=8)
            panel.set_ylim(-3, 103)
            panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        for panel in list(figure.axes)[len(curves) :]:
            panel.set_axis_off()
        handles = {
            text: line for each in figure.axes for line, text in zip(*each.get_legend_handles_labels(), strict=True)
        }
        figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=len(handles))
        figure.supxlabel("step", fontsize=9)
        figure.supylabel("score", fontsize=9)
        return figure


def rewards_by_iteration(runs: Sequence[Path], protocol: str = "paper") -> dict[str, dict[int, Estimate]]:
    """The curves of Figure 4: `Environment split` -> iteration -> mean reward.

    An iteration that only some of the runs have is the mean of those.

    Raises:
        MismatchError: runs that must not stand in one figure, or without an evaluated SFT or ETO agent.
    """
    entries = entries_of(runs, ("sft", "eto"), every_iteration=True)
    curves: dict[str, dict[int, Estimate]] = {}
    for env in dict.fromkeys(entry.env for entry in entries):
        own = [entry for entry in entries if entry.env == env]
        for split in dict.fromkeys(split for entry in own for split in entry.episodes.splits):
            check_same(
                split, {f"{e.run}, {e.policy}": e.episodes.splits[split] for e in own if split in e.episodes.splits}
            )
            by_iteration: dict[int, list[Entry]] = {}
            for entry in own:
                if split in entry.episodes.splits:
                    number = 0 if entry.kind == "sft" else int(entry.policy.rpartition("-")[2])
                    by_iteration.setdefault(number, []).append(entry)
            name = f"{env.rpartition('/')[2].rpartition('-v')[0]} {split}"
            curves[name] = {number: _mean(by_iteration[number], split, protocol) for number in sorted(by_iteration)}
        check_settings(own, free=("eto.iterations",))
    return curves


def _mean(entries: Sequence[Entry], split: str, protocol: str) -> Estimate:
    tables = [
        {each.task: score(each, protocol)[0] for each in entry.episodes.splits[split] if each.outcome != "error"}
        for entry in entries
    ]
    shared = [task for task in tables[0] if all(task in table for table in tables)]
    return seeds_interval([[table[task] for task in shared] for table in tables])


def drawn_iterations(curves: Mapping[str, Mapping[int, Estimate]]) -> Figure:
    """Figure 4: reward x 100 by iteration, a line for each environment and split."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.6, 3.1), layout="constrained")
        axes = figure.add_subplot()
        for number, (name, points) in enumerate(curves.items()):
            means = [100 * each.mean for each in points.values()]
            below = [100 * (each.mean - each.low) for each in points.values()]
            above = [100 * (each.high - each.mean) for each in points.values()]
            shifted = [iteration + 0.04 * (number - (len(curves) - 1) / 2) for iteration in points]
            axes.errorbar(
                shifted, means, yerr=[below, above], marker="o", markersize=4, linewidth=1.3, capsize=3, label=name,
                color=_COLOURS[number % len(_COLOURS)],
            )  # fmt: skip
        last = max((iteration for points in curves.values() for iteration in points), default=0)
        axes.set_xticks(range(last + 1), ["SFT", *map(str, range(1, last + 1))])
        axes.set_xlabel("iteration of ETO")
        axes.set_ylabel("reward x 100")
        figure.legend(loc="outside upper center", ncols=2, fontsize=8)
        return figure


def rendered(figure: Figure, suffix: str) -> bytes:
    """The figure as a file's bytes; the same data give the same bytes."""
    out = io.BytesIO()
    with mpl.rc_context(_STYLE):
        stamps = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(suffix, {})
        figure.savefig(out, format=suffix[1:], dpi=160, metadata=stamps)
    return out.getvalue()
