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
from eto_agent.methods.best_of_n import best_of_n
from eto_agent.methods.eef import eef
from eto_agent.methods.eto import eto, name_of
from eto_agent.methods.ipr import ipr
from eto_agent.methods.ppo import ppo
from eto_agent.methods.rft import rft, rft_name
from eto_agent.methods.self_play import self_play
from eto_agent.methods.sft import sft
from eto_agent.policies.openai import ENDPOINT_PREFIX
from eto_agent.report import write_report
from eto_agent.session import Session
from eto_agent.stages.evaluation import evaluate
from eto_agent.stages.experts import expert
from eto_agent.stages.imitation import base_model
from eto_envs.errors import UnknownNameError

__all__ = ["METHODS", "WITHOUT_EXPERTS", "label_of", "model_of", "run", "run_method", "stage_of"]


Results = dict[str, Any]
"""Split -> figures, as `evaluate` returns them."""


def run(session: Session) -> dict[str, Results]:
    """Runs every stage; returns policy -> split -> figures, in the order of the table.

    Experts and SFT are left out where no method needs them.
    """
    methods = session.config.methods
    imitated = not methods or any(name in METHODS for name in methods)
    if imitated:
        expert(session)
    results = {"random": evaluate(session, "random", None)}
    if session.config.evaluate.base:
        results["base"] = evaluate(session, "base", base_model(session))
    if imitated:
        results["sft"] = evaluate(session, "sft", sft(session))
    for name in methods:
        results |= run_method(session, name)
    print_table(results, session.config.evaluate.protocol)
    print(f"Report: {write_report(session.folder.path)}")
    return results


def run_method(session: Session, name: str) -> dict[str, Results]:
    """Runs one method and evaluates what it makes; returns its rows of the table.

    Raises:
        StageError: it follows SFT, which has not been done.
    """
    if name in WITHOUT_EXPERTS:
        return WITHOUT_EXPERTS[name](session)
    return METHODS[name](session, session.folder.output("sft", "model", "sft"))


def _eto(session: Session, imitator: Path) -> dict[str, Results]:
    results: dict[str, Results] = {}
    for level in session.config.eto.levels:
        for iteration, model in enumerate(eto(session, imitator, level), 1):
            name = name_of(iteration, level)
            results[name] = evaluate(session, name, model)
    return results


def _best_of_n(session: Session, imitator: Path) -> dict[str, Results]:
    return {f"best-of-{session.config.best_of_n.samples}": best_of_n(session, imitator)}


def _rft(session: Session, imitator: Path) -> dict[str, Results]:
    models = enumerate(rft(session, imitator), 1)
    return {rft_name(iteration): evaluate(session, rft_name(iteration), model) for iteration, model in models}


def _ppo(session: Session, imitator: Path) -> dict[str, Results]:
    return {"ppo": evaluate(session, "ppo", ppo(session, imitator))}


def _ipr(session: Session, imitator: Path) -> dict[str, Results]:
    models = enumerate(ipr(session, imitator), 1)
    return {f"ipr-{iteration}": evaluate(session, f"ipr-{iteration}", model) for iteration, model in models}


def _eef(session: Session, imitator: Path) -> dict[str, Results]:
    models = enumerate(eef(session, imitator), 1)
    return {f"eef-{iteration}": evaluate(session, f"eef-{iteration}", model) for iteration, model in models}


def _self_play(session: Session) -> dict[str, Results]:
    return {name: evaluate(session, name, model) for name, model in self_play(session).items()}


METHODS: dict[str, Callable[[Session, Path], dict[str, Results]]] = {
    "eto": _eto,
    "best-of-n": _best_of_n,
    "rft": _rft,
    "ppo": _ppo,
    "ipr": _ipr,
    "eef": _eef,
}
"""What the methods that follow SFT do with the SFT agent: train, evaluate, and return rows of the table."""

WITHOUT_EXPERTS: dict[str, Callable[[Session], dict[str, Results]]] = {"self-play": _self_play}
"""The same for methods that need neither experts nor SFT."""

MODELS = {
    "eto-{}": ("eto-{}/dpo", "dpo --iteration {}"),
    "eto-step-{}": ("eto-step-{}/dpo", "dpo --iteration {} --level step"),
    "eto-mixture-{}": ("eto-mixture-{}/dpo", "dpo --iteration {} --level mixture"),
    "eto-careful-step-{}": ("eto-careful-step-{}/dpo", "dpo --iteration {} --level careful-step"),
    "rft": ("rft-1/sft", "rft"),
    "rft-{}": ("rft-{}/sft", "rft"),
    "ppo": ("ppo", "ppo"),
    "ipr-{}": ("ipr-{}/dpo", "ipr"),
    "eef-{}": ("eef-{}/sft", "eef"),
    "self-play-rft": ("self-play/rft/sft", "self-play"),
    "self-play-eto": ("self-play/eto/1/dpo", "self-play"),
    "self-play-eto-{}": ("self-play/eto/{}/dpo", "self-play"),
    "self-play-rft+eto": ("self-play/rft+eto/1/dpo", "self-play"),
    "self-play-rft+eto-{}": ("self-play/rft+eto/{}/dpo", "self-play"),
    "sft": ("sft", "sft"),
}
"""A trained policy's name -> the stage that holds its model, and the command that does it; {} is an iteration."""


def model_of(session: Session, name: str) -> Path | str | None:
    """The model that a policy's name stands for; None where it needs none.

    Args:
        session: the run.
        name: `random`, `oracle`, `base`, a name of `MODELS`, a folder with a model, a file of trajectories to replay,
            or `openai:MODEL` for a model behind the endpoint of the section `api`.

    Raises:
        StageError: the stage that makes it has not been run.
        UnknownNameError: no policy has that name.
    """
    if name in ("random", "oracle"):
        return None
    if name == "base":
        return base_model(session)
    trained = stage_of(name)
    if trained is not None:
        stage, command = trained
        return session.folder.output(stage, "model", command)
    if Path(name).exists():
        return Path(name)
    if len(name) > len(ENDPOINT_PREFIX) and name.startswith(ENDPOINT_PREFIX):
        return name
    known = ("openai:MODEL", "random", "oracle", "base", *(each.format("N") for each in MODELS))
    raise UnknownNameError(
        f"Unknown policy {name!r}; expected a model's folder, a file of trajectories, or one of {', '.join(known)}."
    )


def stage_of(name: str) -> tuple[str, str] | None:
    """The stage that holds a trained policy's model, and the command that does it; None where no stage makes one."""
    stem, _, number = name.rpartition("-")
    pattern = f"{stem}-{{}}" if number.isdecimal() and int(number) > 0 else name
    if pattern not in MODELS:
        return None
    stage, command = (each.format(int(number) if number.isdecimal() else "") for each in MODELS[pattern])
    return stage, command


def label_of(name: str) -> str:
    """What a policy's name is called in tables and as a folder: `openai:org/model` is `openai-org-model`."""
    if name.startswith(ENDPOINT_PREFIX):
        return re.sub(r"[^\w.]+", "-", name)
    return f"replay-{Path(name).stem}" if Path(name).is_file() else Path(name).name
