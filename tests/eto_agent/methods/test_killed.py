"""IPR and EEF, killed in the middle of their stages, end with the same models."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from eto_agent.run_folder import file_hash
from eto_agent.session import Session
from tests.eto_agent.forks import Fork
from tests.eto_agent.toy_runs import Agent, config, copied, products_of

KILLED_AT = ("ipr-1/score/agent.jsonl", "ipr-2/score/expert.jsonl", "eef-1/explore/starts.jsonl")
RESULTS = (
    "ipr-1/score/rewards.json",
    "ipr-2/pairs/chosen.jsonl",
    "ipr-2/pairs/audit.json",
    "ipr-2/dpo/model",
    "eef-1/explore/starts.jsonl",
    "eef-1/select/examples.jsonl",
    "eef-1/sft/model",
)


def finish(out: Path) -> None:
    with Session(config(out)) as session:
        products_of(session, "ipr")
        products_of(session, "eef")


@pytest.mark.slow
def test_killed_again_and_again_they_end_the_same(imitated: Callable[[Agent], Path], tmp_path: Path) -> None:
    whole, killed = (copied(imitated("barely"), tmp_path / name) for name in ("whole", "killed"))
    finish(whole)
    for name in KILLED_AT:
        ended = Fork(finish, killed).end_killed((killed / name).exists)
        assert ended.code == -signal.SIGKILL, (name, ended.err)
    finish(killed)
    assert {name: file_hash(killed / name) for name in RESULTS} == {name: file_hash(whole / name) for name in RESULTS}
