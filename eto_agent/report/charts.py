"""Charts as inline SVG, drawn by matplotlib; the same data give the same bytes.

Text and axes are drawn in a colour that is then replaced by `currentColor`, so that a chart reads on light and dark.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from eto_agent.evaluation.stats import Estimate

__all__ = ["amounts", "curves", "interval_bars"]

_INK = "#010203"  # replaced by currentColor
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")  # Paul Tol's bright scheme
_NO_CLOCK: Any = {"Date": None, "Creator": None}
_LINES = ("-", "--", ":")
_STYLE: Any = {
    "svg.hashsalt": "eto",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
}


def interval_bars(values: Mapping[str, Mapping[str, Estimate]], label: str, *, differences: bool = False) -> str:
    """Means x 100 with their intervals: a row for each name, a colour for each split.

    Args:
        values: split -> name -> estimate.
        label: of the value axis; also the chart's name for screen readers.
        differences: values on both sides of a line at zero, instead of 0 to 100.
    """
    names = list(dict.fromkeys(name for of_split in values.values() for name in of_split))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(3.9, 0.9 + 0.1 * len(names) + 0.13 * len(names) * len(values)))
        axes = figure.add_subplot()
        for number, (split, of_split) in enumerate(values.items()):
            shift = 0.22 * (number - (len(values) - 1) / 2)
            rows = [(names.index(name) + shift, [100 * value for value in of_split[name][:3]]) for name in of_split]
            axes.errorbar(
                [mean for _, (mean, _, _) in rows],
                [place for place, _ in rows],
                xerr=[[mean - low for _, (mean, low, _) in rows], [high - mean for _, (mean, _, high) in rows]],
                fmt="o",
                markersize=4.5,
                color=_COLOURS[number % len(_COLOURS)],
                capsize=2.5,
                label=split,
            )
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(axis="x", color=_INK, alpha=0.12)
        if differences:
            axes.axvline(0, color=_INK, linewidth=0.8)
        else:
            axes.set_xlim(-2, 102)
        axes.set_xlabel(label)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(values), borderpad=0, handletextpad=0.3)
        return _svg(figure, f"{label}: {', '.join(names)}")


def curves(series: Mapping[str, Sequence[tuple[float, float]]], label: str, over: str = "step") -> str:
    """Lines over optimiser steps or updates; few points are marked one by one.

    Args:
        series: name -> (step, value) pairs.
        label: of the value axis; also the chart's name for screen readers.
        over: what is counted along the other axis.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(3.5, 2.3 + 0.17 * (len(series) if len(series) > 1 else 0)))
        axes = figure.add_subplot()
        for number, (name, points) in enumerate(series.items()):
            steps, values = zip(*points, strict=True)
            style = _LINES[number // len(_COLOURS) % len(_LINES)]
            marker = "." if len(points) < 12 else None
            colour = _COLOURS[number % len(_COLOURS)]
            axes.plot(steps, values, style, color=colour, marker=marker, linewidth=1.2, label=name)
        axes.locator_params(axis="x", integer=True, nbins=6)
        axes.set_xlabel(over)
        axes.set_title(label, fontsize=10)
        axes.grid(axis="y", color=_INK, alpha=0.12)
        if len(series) > 1:
            # Below the axes, where no line is: fractions of a chart that grows with its legend.
            axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.28), borderaxespad=0)
        return _svg(figure, f"{label} by {over}")


def amounts(values: Mapping[str, float], label: str, groups: Mapping[str, str]) -> str:
    """Horizontal bars.

    Args:
        values: name -> amount.
        label: of the value axis.
        groups: name -> what it is a kind of; each kind has a colour.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(3.9, 0.9 + 0.2 * len(values)))
        axes = figure.add_subplot()
        names = list(values)
        for number, group in enumerate(dict.fromkeys(groups.values())):
            mine = [name for name in names if groups[name] == group]
            places = [names.index(name) for name in mine]
            axes.barh(places, [values[name] for name in mine], 0.7, color=_COLOURS[number % len(_COLOURS)], label=group)
        axes.set_yticks(range(len(names)), names, fontsize=8)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(axis="x", color=_INK, alpha=0.12)
        axes.set_axisbelow(True)
        axes.set_xlabel(label)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0)
        return _svg(figure, f"{label}: {', '.join(names)}")


def _svg(figure: Figure, name: str) -> str:
    out = io.StringIO()
    figure.savefig(
        out,
        format="svg",
        transparent=True,
        bbox_inches="tight",
        pad_inches=0.05,
        metadata={"Date": None, "Creator": None},
    )
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(name, quote=True)}" ', 1)
