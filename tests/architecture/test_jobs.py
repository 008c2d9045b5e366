"""The worker knows every job: what nothing else has imported would lie in the queue for ever."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2] / "src"

_KNOWN = """
import json
from veche.project import cli
cli.prepare()
import veche.project.jobs
from procrastinate.contrib.django import app
app.perform_import_paths()
print(json.dumps(sorted(app.tasks)))
"""
"""As `boot` and `veche worker` load the program: no page, no operation was asked for."""


def _written() -> set[str]:
    found = set()
    for path in (ROOT / "veche").rglob("*.py"):
        text = path.read_text()
        if "@job" not in text:
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and any(
                (isinstance(one, ast.Name) and one.id == "job")
                or (isinstance(one, ast.Call) and getattr(one.func, "id", "") == "job")
                for one in node.decorator_list
            ):
                found.add(f"{module}.{node.name}")
    return found


def test_the_worker_knows_every_job() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KNOWN], capture_output=True, text=True, check=True, timeout=120
    )
    written = _written()
    assert len(written) > 10
    assert written <= set(json.loads(done.stdout.strip().splitlines()[-1]))
