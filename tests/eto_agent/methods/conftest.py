"""A run with experts and an SFT agent, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from eto_agent.lab import Lab
from eto_agent.methods.expert import expert
from eto_agent.methods.sft import sft
from tests.eto_agent.methods.toy_runs import config


@pytest.fixture(scope="session")
def imitator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("imitator") / "run"
    with Lab(config(out)) as lab:
        expert(lab)
        sft(lab)
    return out
