"""One simulator for all tests of a session, the package's way of driving it, and the recordings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eto_envs.scienceworld.simulator import Simulator
from tests.eto_envs.scienceworld.package_interface import PackageInterface


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with Simulator() as shared:
        yield shared


@pytest.fixture(scope="session")
def package() -> Iterator[PackageInterface]:
    interface = PackageInterface()
    yield interface
    interface.jvm.close()


@pytest.fixture(scope="session")
def recordings(shared_dir: Path) -> list[dict[str, Any]]:
    text = (shared_dir / "transcripts" / "scienceworld" / "easy.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
