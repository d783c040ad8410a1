"""Runs on LockedDoor with experts and an SFT agent."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eto_agent.lab import Lab
from tests.eto_agent.methods.toy_runs import CONFIG, Agent, make


@pytest.fixture(scope="session")
def imitated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Agent], Path]:
    """The run folder with that agent; it is made once, and only read."""
    return functools.cache(lambda agent: make(agent, tmp_path_factory.mktemp("imitated") / "run"))


@pytest.fixture
def opened(imitated: Callable[[Agent], Path], tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Opens a copy of the run whose agent knows its tasks by heart; keyword arguments replace parts of `CONFIG`."""
    with ExitStack() as stack:

        def open_lab(folder: Path | None = None, **changes: Any) -> Lab:
            out = folder or tmp_path / "run"
            if not out.exists():
                shutil.copytree(imitated("by heart"), out)
                (out / "config.yaml").unlink()
            return stack.enter_context(Lab(replace(CONFIG, out=out, **changes)))

        yield open_lab
