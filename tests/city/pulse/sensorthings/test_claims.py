"""The landing page claims nothing that no test vouches for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from veche.city.pulse.sensorthings.landing import CONFORMANCE

HERE = Path(__file__).parent


def _judges(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Assert) for one in ast.walk(node))


def _helpers(tree: ast.Module) -> set[str]:
    """The functions and methods that assert something for a test."""
    return {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _judges(node)
    }


@pytest.mark.parametrize("claim", sorted(CONFORMANCE))
def test_a_claim_names_a_test_that_is_run(claim: str) -> None:
    file, _colons, name = CONFORMANCE[claim].partition("::")
    tree = ast.parse((HERE / file).read_text())
    [found] = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    marks = {ast.unparse(one) for one in found.decorator_list}
    assert not any("mark.skip" in one or "mark.xfail" in one for one in marks)
    helpers = _helpers(tree) | _helpers(ast.parse((HERE / "small.py").read_text()))
    called = {
        call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for call in ast.walk(found)
        if isinstance(call, ast.Call)
    }
    assert _judges(found) or called & helpers, "it asserts nothing"
