"""The report of a run: one self-contained HTML page, and beside it a page with every evaluation episode to read."""

from eto_agent.report.page import write_report

__all__ = ["write_report"]
