"""Pools of unruly environments."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eto_envs.pool import EnvPool
from tests.eto_envs.pools import UNRULY, MakePool


@pytest.fixture
def make_pool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MakePool]:
    """Makes pools of unruly environments, and closes them at the end."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "worlds"))
    os.mkfifo(tmp_path / "gate")
    pools: list[EnvPool] = []

    def make(num_envs: int, **settings: Any) -> EnvPool:
        pools.append(EnvPool(UNRULY, num_envs, folder=str(tmp_path), owner=os.getpid(), **settings))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()
