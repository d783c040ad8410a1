"""The report of a run: one self-contained HTML page."""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_report"]


def write_report(folder: Path) -> Path:
    return folder / "report.html"
