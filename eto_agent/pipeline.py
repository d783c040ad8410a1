"""The whole line: experts -> SFT -> ETO -> evaluation -> report. What `eto-agent run` does, top to bottom.

Every stage leaves its results in the run folder and is skipped when they are there and fit; so a run that was killed
goes on where it stopped when it is called again, and ends with the same results.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from eto_agent.console import print_table
from eto_agent.lab import Lab
from eto_agent.methods.eto import eto
from eto_agent.methods.evaluation import evaluate
from eto_agent.methods.expert import expert
from eto_agent.methods.ppo import ppo
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
    models = enumerate(eto(lab, imitator), 1)
    return {f"eto-{iteration}": evaluate(lab, f"eto-{iteration}", model) for iteration, model in models}


def _ppo(lab: Lab, imitator: Path) -> dict[str, Results]:
    return {"ppo": evaluate(lab, "ppo", ppo(lab, imitator))}


METHODS: dict[str, Callable[[Lab, Path], dict[str, Results]]] = {"eto": _eto, "ppo": _ppo}
"""What each of `config.METHOD_NAMES` does with the SFT agent: trains, evaluates, and returns rows of the table."""


def model_of(lab: Lab, name: str) -> Path | str | None:
    """The model that a policy's name stands for; None where it needs none.

    Args:
        lab: the run.
        name: `random`, `oracle`, `base`, `sft`, `eto-N`, `ppo`, or a folder with a model.

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
    if name == "ppo":
        return lab.run.output("ppo", "model", "ppo")
    method, _, iteration = name.partition("-")
    if method == "eto" and iteration.isdecimal() and int(iteration) > 0:
        return lab.run.output(f"eto-{int(iteration)}/dpo", "model", f"dpo --iteration {int(iteration)}")
    if Path(name).is_dir():
        return Path(name)
    raise UnknownNameError.of("policy", name, ("random", "oracle", "base", "sft", "eto-N", "ppo", "a model's folder"))
