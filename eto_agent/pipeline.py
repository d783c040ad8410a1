"""The whole line: experts -> SFT -> methods -> evaluation -> report. What `eto-agent run` does, top to bottom.

Every stage leaves its results in the run folder and is skipped when they are there and fit; so a run that was killed
goes on where it stopped when it is called again, and ends with the same results.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eto_agent.console import print_table
from eto_agent.lab import Lab
from eto_agent.methods.eef import eef
from eto_agent.methods.eto import eto, name_of
from eto_agent.methods.evaluation import evaluate
from eto_agent.methods.expert import expert
from eto_agent.methods.ipr import ipr
from eto_agent.methods.sft import base_model, sft
from eto_agent.report import write_report
from eto_envs.errors import UnknownNameError

__all__ = ["METHODS", "model_of", "run"]


Results = dict[str, Any]
"""Split -> figures, as `evaluate` returns them."""


def run(lab: Lab) -> dict[str, Results]:
    """Runs every stage; returns policy -> split -> figures, in the order of the table."""
    expert(lab)
    results = {"random": evaluate(lab, "random", None)}
    imitator = sft(lab)
    results["sft"] = evaluate(lab, "sft", imitator)
    for name in lab.config.methods:
        results |= METHODS[name](lab, imitator)
    print_table(results, lab.config.evaluate.protocol)
    print(f"Report: {write_report(lab.run.folder)}")
    return results


def _eto(lab: Lab, imitator: Path) -> dict[str, Results]:
    results: dict[str, Results] = {}
    for level in lab.config.eto.levels:
        for iteration, model in enumerate(eto(lab, imitator, level), 1):
            name = name_of(iteration, level)
            results[name] = evaluate(lab, name, model)
    return results


def _ipr(lab: Lab, imitator: Path) -> dict[str, Results]:
    models = enumerate(ipr(lab, imitator), 1)
    return {f"ipr-{iteration}": evaluate(lab, f"ipr-{iteration}", model) for iteration, model in models}


def _eef(lab: Lab, imitator: Path) -> dict[str, Results]:
    models = enumerate(eef(lab, imitator), 1)
    return {f"eef-{iteration}": evaluate(lab, f"eef-{iteration}", model) for iteration, model in models}


METHODS: dict[str, Callable[[Lab, Path], dict[str, Results]]] = {"eto": _eto, "ipr": _ipr, "eef": _eef}
"""What each of `config.METHOD_NAMES` does with the SFT agent: trains, evaluates, and returns rows of the table."""


POLICIES = (
    "random", "oracle", "base", "sft", "eto-N", "eto-step-N", "eto-mixture-N", "ipr-N", "eef-N", "a model's folder",
)  # fmt: skip
"""The names of policies, N being an iteration."""


def model_of(lab: Lab, name: str) -> Path | str | None:
    """The model that a policy's name stands for; None where it needs none.

    Args:
        lab: the run.
        name: `random`, `oracle`, `base`, `sft`, `eto-N`, `eto-step-N`, `eto-mixture-N`, `ipr-N`, `eef-N`, or a folder
            with a model.

    Raises:
        StageError: the stage that makes it has not been run.
        UnknownNameError: no policy has that name.
    """
    if name in ("random", "oracle"):
        return None
    if name == "base":
        return base_model(lab)
    if name == "sft":
        return lab.run.output("sft", "model", "sft")
    if trained := re.fullmatch(r"(eto|eto-step|eto-mixture|ipr|eef)-([1-9]\d*)", name):
        method, iteration = trained.groups()
        if method in ("ipr", "eef"):
            return lab.run.output(f"{name}/{'dpo' if method == 'ipr' else 'sft'}", "model", f"run --methods {method}")
        level = method.removeprefix("eto").removeprefix("-")
        chosen = f" --level {level}" if level else ""
        return lab.run.output(f"{name}/dpo", "model", f"dpo --iteration {iteration}{chosen}")
    if Path(name).is_dir():
        return Path(name)
    raise UnknownNameError.of("policy", name, POLICIES)
