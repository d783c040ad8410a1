"""The browser of the page's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.eto_envs.viewer.pages import Browser


@pytest.fixture
def browser(chromium: Any, tmp_path: Path) -> Iterator[Browser]:
    """At the end: nothing was logged, and nothing but the page itself was asked for."""
    opened = Browser(chromium, tmp_path)
    yield opened
    assert opened.complaints == []
    assert {url.partition("#")[0] for url in opened.requests} == {(tmp_path / "page.html").as_uri()}
