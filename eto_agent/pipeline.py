"""The whole line: experts -> SFT -> methods -> evaluation -> report. What `eto-agent run` does, top to bottom.

Every stage leaves its results in the run folder and is skipped when they are there and fit; so a run that was killed
goes on where it stopped when it is called again, and ends with the same results.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from eto_agent.config.checks import check_method
from eto_agent.console import print_table
from eto_agent.methods.catalogue import method_of, methods_in, place_of_policy
from eto_agent.methods.method import Figures
from eto_agent.methods.sft import sft
from eto_agent.policies.named import NAMED, is_outside, outside_policy
from eto_agent.policies.openai import ENDPOINT_PREFIX
from eto_agent.report import write_report
from eto_agent.session import Session
from eto_agent.stages.evaluation import evaluate
from eto_agent.stages.experts import expert
from eto_agent.stages.imitation import base_model, sft_model
from eto_envs.errors import UnknownNameError

__all__ = ["label_of", "model_of", "run", "run_method"]


def run(session: Session) -> dict[str, Figures]:
    """Runs every stage; returns policy -> split -> figures, in the order of the table.

    Experts and SFT are left out where no method needs them.
    """
    names = session.config.methods
    imitated = not names or any(method_of(name).after_sft for name in names)
    if imitated:
        expert(session)
    results: dict[str, Figures] = {"random": evaluate(session, "random", None)}
    if session.config.evaluate.base:
        results["base"] = evaluate(session, "base", base_model(session))
    if imitated:
        results["sft"] = evaluate(session, "sft", sft(session))
    for name in names:
        results |= run_method(session, name)
    print_table(results, session.config.evaluate.protocol)
    print(f"Report: {write_report(session.folder.path)}")
    return results


def run_method(session: Session, name: str) -> dict[str, Figures]:
    """Runs one method and evaluates what it makes; returns its rows of the table.

    Raises:
        StageError: it follows SFT, which has not been done.
        EtoEnvError: its settings cannot work.
    """
    check_method(name, session.config)
    method = method_of(name)
    results: dict[str, Figures] = {}
    for policy, made in method.run(session, method.of(session.config)):
        results[policy] = made if isinstance(made, Mapping) else evaluate(session, policy, made)
    return results


def model_of(session: Session, name: str) -> Path | str | None:
    """The model that a policy's name stands for; None where it needs none.

    Args:
        session: the run.
        name: `random`, `oracle`, `base`, `sft`, what a method makes, a folder with a model, a file of trajectories to
            replay, `openai:MODEL` for a model behind the endpoint of the section `api`, or `MODULE:NAME`.

    Raises:
        StageError: the stage that makes it has not been run.
        UnknownNameError: no policy has that name.
    """
    if name in NAMED:
        return None
    if name == "base":
        return base_model(session)
    if name == "sft":
        return sft_model(session)
    place = place_of_policy(name, session.config)
    if place is not None and place.product.model:
        return session.folder.output(place.product.model, "model", place.product.command)
    if Path(name).exists():
        return Path(name)
    if len(name) > len(ENDPOINT_PREFIX) and name.startswith(ENDPOINT_PREFIX):
        return name
    if is_outside(name):
        outside_policy(name)  # refused before any work
        return name
    made = [each.name for method in methods_in(session.config) for each in method.products(method.of(session.config))]
    known = ("openai:MODEL", "MODULE:NAME", *NAMED, "base", "sft", *made)
    raise UnknownNameError(
        f"Unknown policy {name!r}; expected a model's folder, a file of trajectories, or one of {', '.join(known)}."
    )


def label_of(name: str) -> str:
    """What a policy's name is called in tables and as a folder: `openai:org/model` is `openai-org-model`."""
    if ":" in name and not Path(name).exists():
        return re.sub(r"[^\w.]+", "-", name)
    return f"replay-{Path(name).stem}" if Path(name).is_file() else Path(name).name
