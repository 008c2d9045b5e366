"""What is in demand: the ranked table, one row told apart, what should be tested first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.ideas.models import Idea
from veche.city.pilots.access import companies as access
from veche.city.pilots.models import DemandTheme
from veche.city.pilots.queries import demand as queries
from veche.city.pilots.rules import demand as rules
from veche.city.pilots.views.calls import may_draft
from veche.city.pulse.models import Indicator
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.core.places.queries import atlas
from veche.errors import NotFound
from veche.look.http import cached
from veche.tables import csv_whole

HEAD = (
    "rank", "score", "theme", "theme_name", "place", "problems", "unresolved", "returned", "late",
    "days_out_of_bounds", "vital_signs", "ideas", "supporters", "score_problems",
    "score_vital_signs", "score_ideas",
)  # fmt: skip
FIRST_HEAD = ("rank", "demand", "product", "company", "readiness", "themes")
SHOWN = 60
"""Rows of the table on the page; the file has all."""
BARS = 10


class UnknownRow(NotFound):
    """Nothing was counted of this theme there."""

    code = "unknown-demand"
    sentence = _("Nothing was counted of this theme at this place in the last year.")


def _choice(request: HttpRequest) -> tuple[str, Territory | None]:
    places = atlas()
    theme = request.GET.get("theme", "")[:80].replace("\x00", "")
    place = places.by_code.get(request.GET.get("place", ""))
    return theme, place


@require_safe
def demand(request: HttpRequest) -> HttpResponse:
    """What the city asks for, by theme and place, ranked."""
    at = clock.now()
    theme, place = _choice(request)
    rows = queries.demand(at=at, theme=theme, place=place)
    home = atlas().home()
    context = {
        "rows": [(number, row) for number, row in enumerate(rows[:SHOWN], 1)],
        "bars": rows[:BARS],
        "most": max((row.scored.score for row in rows), default=0.0),
        "count": len(rows),
        "theme": theme,
        "place": place,
        "themes": queries.themes(),
        "places": atlas().children(home) if home else [],
        "query": request.GET.urlencode(),
        "weights": rules.WEIGHTS,
        "may_draft": may_draft(request),
        "agency": access.runs(asker(request).holdings, access.programme_or_none()),
        "since": at - dt.timedelta(days=rules.DAYS),
        "shown": SHOWN,
    }
    return cached(request, render(request, "pilots/calls_demand.html", context), 60)


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The rows of the choice as a table."""
    theme, place = _choice(request)
    rows = queries.demand(at=clock.now(), theme=theme, place=place)
    return cached(request, csv_whole("demand", _table(rows)), 60)


def _table(rows: Sequence[queries.Row]) -> Iterator[Sequence[object]]:
    yield HEAD
    for number, row in enumerate(rows, 1):
        one, parts = row.counted, row.scored
        yield (
            number, f"{parts.score:.2f}", one.theme, row.name, row.place.code, one.problems,
            one.unresolved, one.returned, one.late, one.days, " ".join(one.signs), one.ideas,
            one.supporters, f"{parts.problems:.2f}", f"{parts.indicator:.2f}",
            f"{parts.ideas:.2f}",
        )  # fmt: skip


@require_safe
def row(request: HttpRequest) -> HttpResponse:
    """One theme at one place: every number, what it was reckoned from, and where to count again.

    Raises:
        UnknownRow: nothing was counted there.
    """
    at = clock.now()
    found = queries.row_of(request.GET.get("row", "")[:160], at)
    if found is None:
        raise UnknownRow
    since = at - dt.timedelta(days=rules.DAYS)
    settings = {one.theme: one for one in DemandTheme.objects.all()}
    theme, place = found.counted.theme, found.counted.place
    numbers = [
        case
        for of, where, case, _people in queries.ideas_of(settings, at, since)
        if (of, where) == (theme, place)
    ]
    of_theme = settings.get(theme)
    rows = {one.pk: one for one in Idea.objects.filter(pk__in=numbers).select_related("case")}
    context: dict[str, Any] = {
        "row": found,
        "pressure": rules.pressure(found.counted),
        "signs": Indicator.objects.filter(code__in=found.counted.signs).order_by("code"),
        "ideas": sorted(rows.values(), key=lambda one: -one.supporters),
        "words": of_theme.words if of_theme else [],
        "weights": rules.WEIGHTS,
        "since": since,
        "at": at,
        "may_draft": may_draft(request),
    }
    return render(request, "pilots/calls_demand_row.html", context)


@require_safe
@signed_in("")
def first(request: HttpRequest, _person: Person) -> HttpResponse:
    """What should be tested first, for the agency.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: whoever asks runs no programme.
    """
    access.check_runs(asker(request).holdings)
    rows = queries.test_first(at=clock.now())
    context = {
        "rows": rows,
        "most": max((one.met for one in rows), default=0.0),
        "themed": DemandTheme.objects.exists(),
    }
    return render(request, "pilots/calls_first.html", context)


@require_safe
@signed_in("")
def first_csv(request: HttpRequest, _person: Person) -> HttpResponse:
    """What should be tested first, as a table.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: whoever asks runs no programme.
    """
    access.check_runs(asker(request).holdings)
    found = [
        (
            number, f"{one.met:.2f}", one.product.name, one.product.company.organisation.code,
            one.product.readiness, "; ".join(f"{r.name}, {r.place}" for r in one.rows),
        )
        for number, one in enumerate(queries.test_first(at=clock.now()), 1)
    ]  # fmt: skip
    return csv_whole("test-first", [FIRST_HEAD, *found])
