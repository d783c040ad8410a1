"""Finished evaluations of LockedDoor, and a leaderboard's folder with submissions of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from eto_agent.config.schema import EnvConfig, EvaluateConfig
from eto_agent.leaderboard.add import Facts, add
from eto_agent.methods.catalogue import RunConfig
from eto_agent.session import Session
from eto_agent.stages.evaluation import evaluate

FACTS = Facts("random", "none", ("A. Person", "B. Person"), "https://example.org/paper", "A note.", "2026-01-31")


@pytest.fixture(scope="session")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder: the random policy and the oracle on the unseen tasks."""
    folder = tmp_path_factory.mktemp("evaluated") / "run"
    env = EnvConfig("eto/LockedDoor-v0", num_envs=2, num_workers=1)
    with Session(RunConfig(out=folder, env=env, evaluate=EvaluateConfig(splits=("unseen",)))) as session:
        evaluate(session, "random", None)
        evaluate(session, "oracle", None)
    return folder


@pytest.fixture(scope="session")
def submitted(evaluated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The random policy's submission."""
    [path] = add(evaluated / "evaluate" / "random", tmp_path_factory.mktemp("board"), FACTS, name="random")
    return path
