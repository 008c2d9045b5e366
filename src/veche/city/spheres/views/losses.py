"""What zones of a network lose."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche.city.spheres import words
from veche.city.spheres.queries import losses as queries
from veche.look.http import cached
from veche.tables import csv_whole


@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """All zones, those with a leak first."""
    found = queries.zones()
    leaks = [one for one in found if one.last and one.last.state == "leak"]
    unknown = [one for one in found if one.last and one.last.state == "unknown"]
    context = {
        "zones": [
            (one, words.ZONE_STATES.get(one.last.state) if one.last else "") for one in found
        ],
        "leaks": leaks,
        "unknown": unknown,
    }
    return cached(request, render(request, "spheres/losses.html", context))


@require_safe
def zone(request: HttpRequest, code: str) -> HttpResponse:
    """A zone, day by day.

    Raises:
        NotFound: there is none of this code.
    """
    one = queries.zones(code)[0]
    context = {
        "stand": one,
        "days": [(row, words.ZONE_STATES[row.state]) for row in one.days],
    }
    return cached(request, render(request, "spheres/zone.html", context))


@require_safe
def table(request: HttpRequest, code: str) -> HttpResponse:
    """The same days as a table file, as far back as they go.

    Raises:
        NotFound: there is none of this code.
    """
    rows: list[list[object]] = [
        ["day", "went_in", "taken", "lost_share", "night_lost_share", "coverage", "state"]
    ]
    for row in queries.zones(code, days=3660)[0].days:
        day = row.reckoned
        rows.append(
            [row.day, round(day.went_in, 3), round(day.taken, 3), round(day.share, 4),
             round(day.night, 4), round(day.coverage, 4), row.state]
        )  # fmt: skip
    return csv_whole(f"losses-{code}", rows)
