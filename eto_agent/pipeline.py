"""The whole line: experts -> SFT -> ETO -> evaluation -> report. What `eto-agent run` does, top to bottom.

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
from eto_agent.methods.eto import eto
from eto_agent.methods.evaluation import evaluate
from eto_agent.methods.expert import expert
from eto_agent.methods.sft import base_model, sft
from eto_agent.policies.openai import ENDPOINT_PREFIX
from eto_agent.report import write_report
from eto_envs.errors import UnknownNameError

__all__ = ["METHODS", "label_of", "model_of", "run"]


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


METHODS: dict[str, Callable[[Lab, Path], dict[str, Results]]] = {"eto": _eto}
"""What each of `config.METHOD_NAMES` does with the SFT agent: trains, evaluates, and returns rows of the table."""


def model_of(lab: Lab, name: str) -> Path | str | None:
    """The model that a policy's name stands for; None where it needs none.

    Args:
        lab: the run.
        name: `random`, `oracle`, `base`, `sft`, `eto-N`, a folder with a model, a file of trajectories to replay, or
            `openai:MODEL` for a model behind the endpoint of the section `api`.

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
    method, _, iteration = name.partition("-")
    if method == "eto" and iteration.isdecimal() and int(iteration) > 0:
        return lab.run.output(f"eto-{int(iteration)}/dpo", "model", f"dpo --iteration {int(iteration)}")
    if Path(name).exists():
        return Path(name)
    if len(name) > len(ENDPOINT_PREFIX) and name.startswith(ENDPOINT_PREFIX):
        return name
    allowed = ("random", "oracle", "base", "sft", "eto-N", "a model's folder", "a trajectory file", "openai:MODEL")
    raise UnknownNameError.of("policy", name, allowed)


def label_of(name: str) -> str:
    """What a policy's name is called in tables and as a folder: `openai:org/model` is `openai-org-model`."""
    if name.startswith(ENDPOINT_PREFIX):
        return re.sub(r"[^\w.]+", "-", name)
    return f"replay-{Path(name).stem}" if Path(name).is_file() else Path(name).name
