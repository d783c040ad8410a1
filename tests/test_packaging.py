"""The shape of the packages: who imports whom, how long files are, what they tell about themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted([*(ROOT / "eto_envs").rglob("*.py"), *(ROOT / "eto_agent").rglob("*.py")])
NEVER_IN_ETO_ENVS = ("eto_agent", "torch", "transformers", "trl", "peft", "datasets")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def needed(path: Path) -> set[str]:
    """Modules of ours that a module imports, at once or later."""
    return set(imported(parsed(path))) & {dotted(each) for each in MODULES} - {dotted(path)}


ROOMS = (
    *("__main__", "cli", "pipeline", "tables", "leaderboard", "report", "formats", "methods", "stages"),
    *("online", "session", "rollout", "config", "policies", "training", "decoding", "endpoints", "data"),
    *("console", "evaluation", "worlds", "chat", "models", "run_folder", "command", "fields"),
)
"""The rooms and modules of `eto_agent`, from the top down."""


def test_every_room_has_its_floor() -> None:
    assert {dotted(path).split(".")[1] for path in MODULES if dotted(path).startswith("eto_agent.")} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_below(room: str) -> None:
    """Lazy imports count; only what type checkers alone read does not."""
    for path in MODULES:
        if dotted(path).startswith(f"eto_agent.{room}.") or dotted(path) == f"eto_agent.{room}":
            above = set(ROOMS[: ROOMS.index(room)])
            for_types = {each for block in _type_checking(parsed(path)) for each in imported(block)}
            used = {name.split(".")[1] for name in needed(path) - for_types if name.startswith("eto_agent.")}
            assert used & above == set(), dotted(path)


def _type_checking(tree: ast.Module) -> list[ast.If]:
    return [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]


@pytest.mark.parametrize("path", [each for each in MODULES if "eto_envs" in each.parts], ids=dotted)
def test_the_environments_know_nothing_of_the_agent(path: Path) -> None:
    for name in imported(parsed(path)):
        assert name.split(".")[0] not in NEVER_IN_ETO_ENVS


def test_no_module_imports_itself_in_a_circle() -> None:
    """Packages re-export what their modules define; below that, `TopologicalSorter` finds any circle."""
    graph = {dotted(path): needed(path) for path in MODULES}
    packages = {dotted(path) for path in MODULES if path.name == "__init__.py"}
    for module, needs in graph.items():
        graph[module] = {need for need in needs if not (need in packages and module.startswith(f"{need}."))}
    for package in packages & {"eto_envs"}:
        graph.pop(package)  # importing it costs nothing: `test_contract.py` holds it to that
    list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_files_are_short_and_say_what_they_are(path: Path) -> None:
    tree = parsed(path)
    assert ast.get_docstring(tree)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} is long"
    public = [
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) if node.name[0] != "_"
    ]
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert not public or "__all__" in names or path.name[0] == "_", "public names but no __all__"
