"""The verifier as one file, for a stranger to read and to run: made of the modules that veche runs.

What is published is not another program: the modules are put one after the other, without the lines
by which they import each other. Names may stand only once in all of them; a test keeps to that.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from veche import module
from veche.core.opendata.checking import FolderCheck

CORE = tuple(
    f"veche.core.journal.tlog.{name}"
    for name in (
        "merkle", "tiles", "note", "policy", "receipt", "report", "marks", "walk", "signatures",
    )
)  # fmt: skip
LAST = tuple(
    f"veche.core.opendata.{name}"
    for name in ("checked_rows", "checked_figures", "verifier", "checking")
)
HEAD = '''\
#!/usr/bin/env python3
"""Check what a city published: figures, logs, receipts, counts.

    python3 verify.py DIR|URL|RECEIPT [--older-checkpoint FILE] [--receipt FILE] [--policy FILE]

Needs Python 3.10 or newer and nothing else; signatures are checked where the package cryptography
is there, and it is said where it is not. This file is published beside the data, so that a stranger
can read it, run it, or write another from the definitions. Exit 0: everything agrees; 1: something
differs, and it is said what; 2: there is nothing here to check.

Licence: AGPL-3.0-or-later. It is a part of veche.
"""

from __future__ import annotations

'''


class NamedTwice(Exception):
    """Two of the modules give the same name to different things: one file cannot hold both."""


def sources() -> tuple[str, ...]:
    """The modules of the one file, in the order in which they need each other."""
    given = [name for manifest in module.load() for name in manifest.verifier_sources]
    return (*CORE, *given, *LAST)


def build() -> str:
    """The text of the file.

    Raises:
        NamedTwice: a name stands in two modules.
    """
    bodies: list[str] = []
    taken: dict[str, str] = {}
    imports: set[str] = set()
    for name in sources():
        text = _path(name).read_text(encoding="utf-8")
        tree = ast.parse(text)
        for defined in _names(tree):
            if defined in taken:
                raise NamedTwice(f"{defined}: in {taken[defined]} and in {name}")
            taken[defined] = name
        kept, found = _without_imports(text, tree)
        imports |= found
        bodies.append(f"# === {name} {'=' * max(0, 92 - len(name))}\n\n{kept.strip()}\n")
    checks = "".join(
        f'CHECKS.append(("{file}", {function}))\n'
        for manifest in module.load()
        for file, function in _checks(manifest)
    )
    tail = f'{checks}\n\nif __name__ == "__main__":\n    sys.exit(main())\n'
    return HEAD + "\n".join(sorted(imports)) + "\n\n\n" + "\n\n".join([*bodies, tail])


def checks() -> list[tuple[str, FolderCheck]]:
    """The checks that modules bring: the file that calls for one, and the function."""
    return [
        (file, cast(FolderCheck, module.resolve(path)))
        for manifest in module.load()
        for file, path in sorted(manifest.verifier_checks.items())
    ]


def _checks(manifest: module.Module) -> Sequence[tuple[str, str]]:
    return [
        (file, path.partition(":")[2]) for file, path in sorted(manifest.verifier_checks.items())
    ]


def _path(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)


def _names(tree: ast.Module) -> list[str]:
    """What a module defines at its top."""
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign):
            found += [one.id for one in node.targets if isinstance(one, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.append(node.target.id)
    return found


def _without_imports(text: str, tree: ast.Module) -> tuple[str, set[str]]:
    """A module without the imports at its top, and those of the standard library."""
    lines = text.splitlines()
    imports: set[str] = set()
    for node in reversed(tree.body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        ours = isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "veche"
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not ours and not future:
            imports.add(ast.unparse(node))
        assert node.end_lineno is not None
        del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines), imports
