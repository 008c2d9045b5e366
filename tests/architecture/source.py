"""The program's own source, parsed once for the tests about it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "veche"


@cache
def files() -> dict[Path, ast.Module]:
    """Every Python file of the program with its tree; migrations are generated and left out."""
    return {
        path.relative_to(SOURCE): ast.parse(path.read_text())
        for path in sorted(SOURCE.rglob("*.py"))
        if "migrations" not in path.parts
    }


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of a name or attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else node.attr
    return ""


@cache
def _found(tree: ast.AST) -> tuple[list[tuple[ast.Call, str]], list[ast.Import | ast.ImportFrom]]:
    """The calls and the imports of a tree: it is walked once for all the tests."""
    made: list[tuple[ast.Call, str]] = []
    brought: list[ast.Import | ast.ImportFrom] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            made.append((node, dotted(node.func)))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            brought.append(node)
    return made, brought


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called."""
    yield from _found(tree)[0]


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module or name that is imported, in full."""
    for node in _found(tree)[1]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(path: Path) -> str:
    """``core.cases`` for a file of that module; empty for the rest."""
    parts = path.parts
    return ".".join(parts[:2]) if parts[0] in ("core", "city") and len(parts) > 2 else ""


def kind_of(path: Path) -> str:
    """The file's place in the standard: ``operations`` for operations.py and operations/x.py."""
    parts = path.with_suffix("").parts
    return parts[2] if parts[0] in ("core", "city") and len(parts) > 2 else parts[-1]
