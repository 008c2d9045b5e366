"""Where people ride, in numbers that speak of nobody."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche.city.spheres.queries import flows as queries
from veche.city.spheres.rules.flows import LEAST
from veche.errors import NotFound
from veche.look.http import cached
from veche.tables import csv_whole


def _day(text: str, known: list[dt.date]) -> dt.date:
    try:
        asked = dt.date.fromisoformat(text)
    except ValueError as fault:
        raise NotFound from fault
    if asked not in known:
        raise NotFound
    return asked


@require_safe
def flows(request: HttpRequest) -> HttpResponse:
    """A day's table of rides between districts, and its hours.

    Raises:
        NotFound: of the day that was asked for there are no counts.
    """
    known = queries.days()
    asked = request.GET.get("day", "")
    day = _day(asked, known) if asked else (known[0] if known else None)
    table = queries.table(day) if day else None
    hours = queries.hours(day) if day else []
    context = {
        "days": known,
        "day": day,
        "table": table,
        "hours": hours,
        "most": max((one.rides or 0 for one in hours), default=0),
        "least": LEAST,
    }
    return cached(request, render(request, "spheres/flows.html", context))


@require_safe
def table(request: HttpRequest, day: str) -> HttpResponse:
    """The same table as a file; what is left out is empty.

    Raises:
        NotFound: of this day there are no counts.
    """
    found = queries.table(_day(day, queries.days()))
    rows: list[list[object]] = [["from", *found.columns, "all"]]
    rows += [[line.name, *line.cells, line.total] for line in found.lines]
    rows.append(["all", *found.totals, found.total])
    return csv_whole(f"flows-{day}", rows)
