"""What `eto-agent evaluate` prints: one policy, split by split, both protocols side by side, by task type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["print_evaluation"]


def print_evaluation(name: str, results: Mapping[str, Mapping[str, Any]]) -> None:
    """Prints a table and a few lines for every split.

    Args:
        name: the policy.
        results: split -> figures of `stages.evaluation.evaluate`.
    """
    from eto_agent.evaluation.stats import Estimate  # brings scipy

    console = Console()
    if not console.is_terminal:
        console.width = 140
    for split, figures in results.items():
        title = f"{name} on {split}: {figures['tasks']}, hash {figures['hash']}; x 100, mean [95 % interval over tasks]"
        table = Table(title=title, title_justify="left")
        table.add_column("tasks")
        table.add_column("n", justify="right")
        shown = [(protocol, what) for what in ("reward", "success") for protocol in figures["protocols"]]
        for protocol, what in shown:
            table.add_column(f"{what}, {protocol}", justify="right", no_wrap=True)
        for conduct in ("steps", "invalid"):
            table.add_column(conduct, justify="right")
        whole = figures["protocols"][shown[0][0]]
        for kind in ("", *whole["by_type"]):
            scores = {key: each["by_type"][kind] if kind else each for key, each in figures["protocols"].items()}
            cells = [Estimate(*scores[protocol][what]) for protocol, what in shown]
            conduct = figures.get("conduct_by_type", {}).get(kind, figures if not kind else {})
            rates = [f"{conduct['steps']:.1f}", f"{conduct['invalid_actions']:.1%}"] if conduct else ["", ""]
            table.add_row(kind or "all", str(cells[0].n), *map(str, cells), *rates)
        console.print(table)
        console.print(_conduct(figures), soft_wrap=True, highlight=False)


def _conduct(figures: Mapping[str, Any]) -> str:
    """The figures that no protocol changes, on lines."""
    ends = figures.get("intervals", {})

    def of(key: str, scale: float, unit: str) -> str:
        if key not in ends:
            return f"{scale * figures[key]:.1f}{unit}"
        mean, low, high = (scale * value for value in ends[key][:3])
        return f"{mean:.1f}{unit} [{low:.1f}, {high:.1f}]"

    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in figures["outcomes"].items())
    costs = f"steps {of('steps', 1, '')}" + (f", tokens {of('tokens', 1, '')}" if figures["tokens"] else "")
    rates = f"invalid actions {of('invalid_actions', 100, ' %')}, format errors {of('format_errors', 100, ' %')}"
    lines = [
        f"{costs} an episode; {rates} of the steps",
        f"outcomes: {outcomes}; {figures['broken']} broken episodes count in no average",
    ]
    if "efficiency" in figures:
        shown = ", ".join(f"{100 * value[0]:.1f} ({protocol})" for protocol, value in figures["efficiency"].items())
        lines.append(f"efficiency, the area under the score over the steps x 100: {shown}")
    return "\n".join(lines)
