"""Charts as inline SVG, drawn by matplotlib; the same data give the same bytes.

Text and axes are drawn in a colour that is then replaced by `currentColor`, so that a chart reads on light and dark.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from eto_agent.stats import Estimate

__all__ = ["curves", "interval_bars"]

_INK = "#010203"  # replaced by currentColor
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377")  # Paul Tol's bright scheme
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


def interval_bars(values: Mapping[str, Mapping[str, Estimate]], label: str) -> str:
    """Means x 100 with their intervals, policies along the axis, one colour a split.

    Args:
        values: split -> policy -> estimate.
        label: of the value axis; also the chart's name for screen readers.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7, 3))
        axes = figure.add_subplot()
        policies = list(dict.fromkeys(policy for of_split in values.values() for policy in of_split))
        for number, (split, of_split) in enumerate(values.items()):
            shift = 0.16 * (number - (len(values) - 1) / 2)
            for place, policy in enumerate(policies):
                if policy not in of_split:
                    continue
                mean, low, high = (100 * value for value in of_split[policy][:3])
                colour = _COLOURS[number % len(_COLOURS)]
                axes.errorbar(
                    place + shift,
                    mean,
                    yerr=[[mean - low], [high - mean]],
                    fmt="o",
                    color=colour,
                    capsize=4,
                    label=split if place == 0 else None,
                )
        axes.set_xticks(range(len(policies)), policies)
        axes.set_xlim(-0.5, len(policies) - 0.5)
        axes.set_ylim(0, 100)
        axes.set_ylabel(label)
        axes.legend(loc="upper left", ncols=len(values))
        return _svg(figure, f"{label} of {', '.join(policies)}")


def curves(series: Mapping[str, Sequence[tuple[float, float]]], label: str) -> str:
    """Lines over optimiser steps.

    Args:
        series: name -> (step, value) pairs.
        label: of the value axis; also the chart's name for screen readers.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(3.6, 2.4))
        axes = figure.add_subplot()
        for number, (name, points) in enumerate(series.items()):
            steps, values = zip(*points, strict=True)
            axes.plot(steps, values, color=_COLOURS[number % len(_COLOURS)], linewidth=1.2, label=name)
        axes.set_xlabel("step")
        axes.set_title(label, fontsize=10)
        if len(series) > 1:
            axes.legend(fontsize=8)
        return _svg(figure, f"{label} by step")


def _svg(figure: Figure, name: str) -> str:
    figure.tight_layout()
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1)
