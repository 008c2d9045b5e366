"""How terms are kept, as a page and as a table file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from veche import clock
from veche.city.problems.queries import statistics as numbers
from veche.city.problems.queries.categories import kinds
from veche.city.problems.views.common import cached
from veche.core.organisations.models import Organisation
from veche.core.places.queries import atlas
from veche.tables import csv_whole

BARS = 8
"""Rows of a picture."""
SHOWN = 300
"""Rows of a table on the page; the file has all."""
TALLIES = ("received", "answered_in_time", "late_now", "confirmed", "returned")
"""What is told in large figures."""

TERMS = tuple(name for name in numbers.COUNTS if name not in numbers.PARTS)
PARTS = ("received", *numbers.PARTS)


@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """The page: what is counted, pictures, the table, how it is counted."""
    at, places, known = clock.now(), atlas(), kinds()
    choice = numbers.read(request.GET.dict(), places, known)
    found = numbers.remembered(choice, at, places=places, known=known)
    largest = sorted(found.lines, key=lambda line: -(line.values["received"] or 0))[:BARS]
    rows = found.lines[:SHOWN]
    answer_days = [
        (line, line.days("answer_median"), line.days("solution_median"))
        for line in largest
        if line.days("answer_median") is not None
    ]
    context = {
        "choice": choice,
        "found": found,
        "names": numbers.MEASURES,
        "count_heads": [numbers.MEASURES[name][0] for name in TERMS],
        "part_heads": [numbers.MEASURES[name][0] for name in PARTS],
        "time_heads": [numbers.MEASURES[name][0] for name in numbers.TIMES],
        "count_rows": [(n.keys, [n.values[c] for c in TERMS]) for n in rows],
        "part_rows": [(n.keys, [n.values[c] for c in PARTS]) for n in rows],
        "time_rows": [(n.keys, [n.days(c) for c in numbers.TIMES]) for n in rows],
        "count_total": [found.total.values[c] for c in TERMS],
        "part_total": [found.total.values[c] for c in PARTS],
        "time_total": [found.total.days(c) for c in numbers.TIMES],
        "tallies": [(c, numbers.MEASURES[c][0], found.total.values[c]) for c in TALLIES],
        "shown": SHOWN,
        "groupings": [(code, word) for code, (_sql, word) in numbers.GROUPINGS.items()],
        "group_words": [numbers.GROUPINGS[g][1] for g in (choice.by, choice.then) if g],
        "periods": [(code, word) for code, (_days, word) in numbers.PERIODS.items()],
        "cities": places.cities,
        "districts": places.children(choice.city) if choice.city else [],
        "categories": known.of(choice.city).groups,
        "offices": _offices(),
        "shares": [
            (line, line.in_time_share) for line in largest if line.in_time_share is not None
        ],
        "times": answer_days,
        "longest": max([max(a or 0, s or 0) for _line, a, s in answer_days], default=0),
        "csv": reverse("problems:statistics-csv") + _query(choice),
    }
    return cached(request, render(request, "problems/statistics.html", context), 30)


def _query(choice: numbers.Choice) -> str:
    query = urlencode(choice.parameters())
    return f"?{query}" if query else ""


def _offices() -> list[Any]:
    return sorted(Organisation.objects.filter(imported=False), key=str)


@require_GET
def statistics_csv(request: HttpRequest) -> HttpResponse:
    """The table of the page: counts, and times in seconds."""
    at, places, known = clock.now(), atlas(), kinds()
    choice = numbers.read(request.GET.dict(), places, known)
    found = numbers.remembered(choice, at, places=places, known=known)
    groups = [g for g in (choice.by, choice.then) if g]
    heads = [f"{name}_seconds" if name in numbers.TIMES else name for name in numbers.MEASURES]
    rows: list[list[Any]] = [[*(h for g in groups for h in (g, f"{g}_name")), *heads]]
    for line in [*found.lines, found.total]:
        named = [v for pair in zip(line.codes, line.keys, strict=True) for v in pair]
        if not line.codes:
            named = ["*", "", *[""] * (2 * len(groups) - 2)]
        rows.append([*named, *("" if v is None else v for v in _values(line))])
    return cached(request, csv_whole(f"statistics-{found.at:%Y-%m-%d}", rows), 30)


def _values(line: numbers.Line) -> list[int | None]:
    return [line.values[name] for name in numbers.MEASURES]
