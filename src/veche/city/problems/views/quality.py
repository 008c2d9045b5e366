"""How answers stood up, for everybody: the page and the table file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from veche import clock
from veche.city.problems.queries.quality import Line, Quality, quality
from veche.city.problems.views.common import cached
from veche.kept import Kept, kept
from veche.tables import csv_whole


def _found() -> Kept[Quality]:
    """The figures; where the past is long they may be some minutes old."""
    at = clock.now()
    return kept(("quality", get_language()), at, lambda: quality(at))


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Volunteers, authors and time: what each says about the answers of offices."""
    found = _found()
    context = {"found": found.value, "at": found.at}
    return cached(request, render(request, "problems/quality.html", context), seconds=60)


def _row(line: Line) -> list[Any]:
    return [
        line.code,
        line.name,
        line.looked,
        line.done,
        line.undone,
        line.came_back,
        *("" if n is None else n for n in line.marked),
    ]


@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """The same by office as a table file; a mark that fewer than five gave is left empty."""
    heads = [
        "agency_responsible", gettext("Office"), "looked_at", "found_done", "found_undone",
        "came_back", "mark_good", "mark_middling", "mark_bad",
    ]  # fmt: skip
    found = _found().value
    rows = [heads, *(_row(line) for line in found.offices)]
    return csv_whole("quality", rows)
