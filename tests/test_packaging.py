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
