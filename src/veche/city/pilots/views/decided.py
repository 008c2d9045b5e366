"""Decided applications: a list that everybody can search, and its table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.pilots.models import Target, Technology
from veche.city.pilots.procedure import PILOT
from veche.city.pilots.queries import decided as queries
from veche.look.http import cached
from veche.tables import csv_answer


@require_safe
def decided(request: HttpRequest) -> HttpResponse:
    """The applications of a choice."""
    which, at = queries.read_filter(request.GET), clock.now()
    rows = queries.matching(which, at)
    total = rows.count()
    last = max(1, -(-total // queries.PAGE))
    which = replace(which, page=min(which.page, last))
    first = (which.page - 1) * queries.PAGE
    topics: dict[str, Technology | Target] = {one.code: one for one in Technology.objects.all()}
    topics |= {one.code: one for one in Target.objects.all()}
    context: dict[str, Any] = {
        "which": which,
        "total": total,
        "rows": [(one, f"pilot-{one.case.state}") for one in rows[first : first + queries.PAGE]],
        "page": {"number": which.page, "last": last},
        "years": queries.years(at),
        "query": which.parameters(),
        "states": [(code, PILOT.by_code[code].title) for code in queries.STATES],
        "topic": topics.get(which.topic),
    }
    return cached(request, render(request, "pilots/programme_decided.html", context))


@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """The same as a table, whole."""
    rows = queries.cells(queries.read_filter(request.GET), clock.now())
    return csv_answer("pilots", rows)  # type: ignore[return-value]
