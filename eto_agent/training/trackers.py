"""Experiment trackers (TensorBoard, Weights & Biases, ...) beside the metrics files, for those who watch several runs.

`report_to` names them. SFT and DPO hand the names to TRL's trainers; an online method reports its updates itself,
through the trackers of accelerate (`reporting`). What a tracker writes to disk lies beside the model, in `tensorboard`
and the like; nothing of it is read again, and none of these packages is a dependency.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eto_envs.errors import MissingDependencyError, UnknownNameError

__all__ = ["check_trackers", "logging_to", "reporting", "trackers_of"]

Report = Callable[[Mapping[str, float], int], None]
"""Takes a row of metrics and its step."""

PACKAGES = {"comet_ml": "comet_ml", "dvclive": "dvclive", "mlflow": "mlflow", "swanlab": "swanlab"}
PACKAGES |= {"clearml": "clearml", "tensorboard": "tensorboard", "trackio": "trackio", "wandb": "wandb"}
"""Tracker -> the package to install."""


def trackers_of(config: Any) -> list[str]:
    """The names in every `report_to` of a configuration, each once."""
    found: list[str] = []
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if field.name == "report_to":
            found += value
        elif dataclasses.is_dataclass(value):
            found += trackers_of(value)
    return list(dict.fromkeys(found))


def check_trackers(names: Sequence[str]) -> None:
    """Refuses trackers that are unknown or not installed, before any work.

    Raises:
        UnknownNameError: no tracker has that name.
        MissingDependencyError: its package is not installed.
    """
    for name in names:
        if name not in PACKAGES:
            raise UnknownNameError.of("tracker in report_to", name, sorted(PACKAGES))
        if find_spec(PACKAGES[name]) is None:
            raise MissingDependencyError(f"report_to={name} needs a package; run: pip install {PACKAGES[name]}")


@contextmanager
def logging_to(folder: Path) -> Iterator[None]:
    """Where TRL's trainers let TensorBoard write; their default is a folder of checkpoints, which is removed."""
    key = "TENSORBOARD_LOGGING_DIR"
    if key in os.environ:
        yield
        return
    os.environ[key] = str(folder / "tensorboard")
    try:
        yield
    finally:
        del os.environ[key]


@contextmanager
def reporting(names: Sequence[str], folder: Path, run: str) -> Iterator[Report]:
    """Gives a function that reports rows of metrics to trackers.

    Args:
        names: see `PACKAGES`; with none the function does nothing, and nothing is imported.
        folder: for trackers that write to disk.
        run: what the others call it.
    """
    if not names:
        yield lambda row, step: None
        return
    from accelerate import PartialState
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    PartialState()  # trackers ask it which process they are in
    kinds: list[Any] = [LOGGER_TYPE_TO_CLASS[name] for name in names]
    trackers = [
        kind(kind.name, str(folder)) if kind.requires_logging_directory else kind(os.environ.get("WANDB_PROJECT", run))
        for kind in kinds
    ]
    for tracker in trackers:
        tracker.start()

    def report(row: Mapping[str, float], step: int) -> None:
        for tracker in trackers:
            tracker.log({f"train/{name}": value for name, value in row.items()}, step=step)

    try:
        yield report
    finally:
        for tracker in trackers:
            tracker.finish()
