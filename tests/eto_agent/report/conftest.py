"""A run folder to report on: real episodes, and the records of stages that would take longer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from eto_agent.config.schema import EnvConfig, EvaluateConfig
from eto_agent.methods.catalogue import RunConfig
from eto_agent.report import write_report
from eto_agent.session import Session
from eto_agent.stages.evaluation import evaluate


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random and the oracle evaluated on a few tasks; the oracle stands for SFT, and its worse half for ETO."""
    folder = tmp_path_factory.mktemp("run") / "run"
    env = EnvConfig("eto/LockedDoor-v0", num_envs=2, num_workers=1)
    with Session(RunConfig(out=folder, env=env, evaluate=EvaluateConfig(per_type=4))) as session:
        evaluate(session, "random", None)
        evaluate(session, "oracle", None)
        shutil.copytree(folder / "evaluate" / "oracle", folder / "evaluate" / "sft")
    stage = session.folder.stage("eto-1/pairs", {})
    audit = {"explored": 5, "win": 1, "tie": 1, "lose": 2, "dropped": {"episode died of an error": 1}}
    audit |= {
        "mean_reward_expert": 1.0,
        "mean_reward_agent": 0.5,
        "mean_length_gap": -2.25,
        "trimmed": 0,
    }
    stage.path("audit.json").write_text(json.dumps(audit))
    stage.finish(["audit.json"])
    stage = session.folder.stage("eto-1/dpo", {})
    rows = [{"step": i, "loss": 0.7 - i / 1000, "margin": 0.01 * i} for i in range(1, 501)]
    stage.path("metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    stage.finish(["metrics.jsonl"], pairs=3)
    write_report(folder)
    return folder
