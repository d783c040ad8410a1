"""Tables as Markdown, LaTeX (with booktabs) and HTML. Ours stand beside the paper's, a pair of columns each.

Tables that are none of the paper's come as text (`TextTable`) and are written the same way.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

from eto_agent.tables.paper import Cell, Table

__all__ = ["ABSENT", "FORMATS", "TextTable", "as_html", "as_latex", "as_markdown"]

ABSENT = "–"
"""A cell with nothing in it."""


@dataclass(frozen=True)
class TextTable:
    """A table whose cells are texts: `heads` are the columns on the left, `columns` those of numbers."""

    title: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def as_markdown(table: Table | TextTable) -> str:
    """A pipe table with its title above and its notes below."""
    head, *rows = ([cell.replace("|", "\\|") for cell in row] for row in _texts(table))
    rule = ["---"] * len(table.heads) + ["---:"] * (len(head) - len(table.heads))
    lines = [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]
    return "\n".join([f"**{_title(table)}**", "", *lines, "", *(f"* {note}" for note in table.notes), ""])


def as_latex(table: Table | TextTable) -> str:
    """A `table` environment; needs the package booktabs."""
    head, *rows = ([_tex(cell) for cell in row] for row in _texts(table))
    places = "l" * len(table.heads) + "r" * (len(head) - len(table.heads))
    body = [f"{' & '.join(row)} \\\\" for row in rows]
    notes = " ".join(_tex(note) for note in table.notes)
    return "\n".join(
        [
            "\\begin{table}",
            "\\centering",
            f"\\begin{{tabular}}{{{places}}}",
            "\\toprule",
            f"{' & '.join(head)} \\\\",
            "\\midrule",
            *body,
            "\\bottomrule",
            "\\end{tabular}",
            f"\\caption{{{_tex(_title(table))}. {notes}}}",
            "\\end{table}",
            "",
        ]
    )


def as_html(table: Table | TextTable) -> str:
    """A `table` element and a list of notes, to be put into a page."""
    head, *rows = ([html.escape(cell) for cell in row] for row in _texts(table))
    lines = ["<table>", f"<caption>{html.escape(_title(table))}</caption>", "<thead>"]
    lines += [f"<tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>", "</thead>", "<tbody>"]
    lines += [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows]
    lines += ["</tbody>", "</table>", "<ul>", *(f"<li>{html.escape(note)}</li>" for note in table.notes), "</ul>", ""]
    return "\n".join(lines)


FORMATS: dict[str, Callable[[Table | TextTable], str]] = {"markdown": as_markdown, "latex": as_latex, "html": as_html}
"""Name -> writer."""


def _title(table: Table | TextTable) -> str:
    if isinstance(table, TextTable):
        return table.title
    several = any(cell.runs > 1 for row in table.rows for cell in row.cells)
    over = "seeds and tasks" if several else "tasks"
    name = f"Table {table.number}. " if table.printed else ""
    return f"{name}{table.caption}, x 100, {table.protocol} scores: mean [95 % interval over {over}]"


def _texts(table: Table | TextTable) -> list[list[str]]:
    if isinstance(table, TextTable):
        return [[*table.heads, *table.columns], *map(list, table.rows)]
    sides = (" ours", " paper") if table.printed else ("",)
    head = [*table.heads, *(f"{column}{side}" for column in table.columns for side in sides)]
    counts = {cell.runs for row in table.rows for cell in row.cells if cell.ours is not None}
    rows = [
        [*row.labels, *(text for cell in row.cells for text in _pair(cell, told=len(counts) > 1)[: len(sides)])]
        for row in table.rows
    ]
    return [head, *rows]


def _pair(cell: Cell, *, told: bool) -> tuple[str, str]:
    """Ours and the paper's; `told`: say of how many runs."""
    ours = ABSENT if cell.ours is None else str(cell.ours)
    if told and cell.ours is not None:
        ours += f" ({cell.runs} run{'s' if cell.runs > 1 else ''})"
    return ours, ABSENT if cell.paper is None else f"{100 * cell.paper:.1f}"


_TEX = {"\\": r"\textbackslash{}", "–": "--", "−": "$-$", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_TEX |= {character: f"\\{character}" for character in "&%$#_{}"}


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)
