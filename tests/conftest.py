"""Fixtures of all tests; which of them run by default, and in which order."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
# A job in the background of a shell ignores interrupts, and so would the commands that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the tests that are marked nightly, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves nightly tests out unless they are asked for; files with slow tests come first, not last."""
    named = any("::" in argument for argument in config.args) or "nightly" in str(config.option.markexpr)
    if not config.getoption("--all") and not named:
        left = [item for item in items if item.get_closest_marker("nightly")]
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if not item.get_closest_marker("nightly")]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)  # files stay whole: their fixtures are made once


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


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip


def absent(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"CI is set, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by playwright; absent, tests skip, and fail where `CI` is set."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        absent("no Chromium is installed; on Debian: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed; run: pip install playwright")
        raise
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
        yield browser
        browser.close()
