"""Fixtures of all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of recordings and real data beside the repository; it is not part of it.

    Tests that need it skip where it is absent, and fail where `CI` is set.
    """
    folder = Path(os.environ.get("ETO_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI is set, but the recordings are not at {folder}")
        pytest.skip(f"no recordings at {folder}; set ETO_SHARED to their folder")
    return folder
