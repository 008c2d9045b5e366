"""The worker finds every job of the pulse."""

from __future__ import annotations

import ast
from pathlib import Path

import veche.city.pulse
from veche.city.pulse import tasks


def test_every_job_is_found_where_the_worker_looks() -> None:
    folder = Path(veche.city.pulse.__file__).parent
    jobs = {
        one.name
        for path in folder.rglob("*.py")
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.FunctionDef)
        and any(isinstance(d, ast.Name) and d.id == "job" for d in one.decorator_list)
    }
    assert jobs >= {"reckon_touched", "tell_watch"}
    assert jobs == set(tasks.__all__)
