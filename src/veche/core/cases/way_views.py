"""How a matter moves, as a page and as a table: read off the declared procedure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from veche.core.cases import queries, ways
from veche.core.cases.operations import role_name
from veche.core.cases.procedure import AUTHOR, PROCEDURES, START, SYSTEM, Procedure
from veche.errors import NotFound
from veche.tables import csv_whole


def _who(role: str) -> str:
    if role == AUTHOR:
        return _("the author")
    if role == SYSTEM:
        return _("by itself, when the term is over")
    return str(role_name(role))


def _found(code: str) -> Procedure:
    """The procedure of this code. Raises: NotFound."""
    try:
        return PROCEDURES[code]
    except KeyError:
        raise NotFound from None


def _lengths(procedure: Procedure) -> dict[str, list[tuple[str, str]]]:
    """How long each state and window lasts: (theme, words), the usual one first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in queries.terms():
        if row.procedure == procedure.code:
            found.setdefault(row.state, []).append((row.theme, row.length))
    return {state: sorted(rows) for state, rows in found.items()}


@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    """Every kind of matter and its usual way."""
    rows = [
        {
            "procedure": one,
            "line": [one.by_code[code].title for code in one.line],
            "steps": len(ways.steps(one)),
        }
        for one in PROCEDURES.values()
    ]
    return _kept(request, render(request, "cases/procedures.html", {"rows": rows}))


@require_safe
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure: the picture, its states with their terms, its steps. Raises: NotFound."""
    found = _found(code)
    lengths = _lengths(found)
    states = ways.shown(found)
    below = {}
    for state in states:
        usual = next((words for theme, words in lengths.get(state.code, ()) if not theme), "")
        parts = [_who(state.role)] if state.role and not state.final else []
        below[state.code] = " · ".join([*([usual] if usual else []), *parts])
    titles = {START: str(found.start)} | {s.code: str(s.title) for s in states}
    context: dict[str, Any] = {
        "procedure": found,
        "pictures": [
            (ways.picture(found, below, size), where)
            for size, where in ((ways.WIDE, "way-wide"), (ways.PHONE, "way-phone"))
        ],
        "states": [
            {
                "state": state,
                "who": _who(state.role) if state.role and not state.final else "",
                "lengths": lengths.get(state.code, []),
                "clock": [m.title for m in found.moves_from(state.code) if m.role == SYSTEM],
            }
            for state in states
        ],
        "windows": [(one, lengths.get(one.code, [])) for one in found.windows],
        "steps": [
            {
                "title": step.title,
                "source": titles[step.source],
                "target": titles[step.target],
                "who": _who(step.role),
            }
            for step in ways.steps(found)
        ],
        "others": [one for one in PROCEDURES.values() if one is not found],
    }
    return _kept(request, render(request, "cases/procedure.html", context))


@require_safe
def procedure_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The steps of a procedure as a table file. Raises: NotFound."""
    found = _found(code)
    head = ["step", "from_state", "to_state", "role"]
    rows = [[s.name, s.source, s.target, s.role] for s in ways.steps(found)]
    return csv_whole(f"{found.code}-steps", [head, *rows])


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The router may answer other visitors with the same page for a minute."""
    if not request.COOKIES:
        response["X-Veche-Cache"] = "60"
    return response
