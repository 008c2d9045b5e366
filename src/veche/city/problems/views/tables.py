"""The problems of a filter as a table, a feed and points."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.problems.models import Problem
from veche.city.problems.procedure import OPEN
from veche.city.problems.queries import rows as queries
from veche.city.problems.queries.categories import Kinds
from veche.city.problems.queries.lists import Filter
from veche.city.problems.views.lists import asked
from veche.core.places.queries import Atlas
from veche.tables import csv_answer
from veche.texts import readable

COLUMNS = (
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "expected_datetime",
    "status",
    "status_notes",
    "service_code",
    "service_name",
    "description",
    "agency_responsible",
    "district",
    "neighbourhood",
    "address",
    "lat",
    "long",
    "source",
)
"""Names of Open311's bulk table, with ours where it has none."""
GEOREPORT = (
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "status_description",
    "status_notes",
    "source",
    "service_name",
    "service_subtype",
    "description",
    "agency_responsible",
    "address",
    "lat",
    "long",
)
"""The columns of the GeoReport bulk table, these and no others: ``?format=georeport``."""
MOST_ROWS = 250_000


def _table(
    which: Filter, at: dt.datetime, places: Atlas, known: Kinds, *, georeport: bool = False
) -> Iterator[Sequence[Any]]:
    yield GEOREPORT if georeport else COLUMNS
    rows = queries.objects(which, at, places, known, size=MOST_ROWS)
    rows = rows.select_related("case", "case__organisation")
    for problem in rows.iterator(chunk_size=2000):
        cells = _cells(problem, places, known)
        yield _georeport(problem, cells, known) if georeport else cells


def _georeport(problem: Problem, cells: Sequence[Any], known: Kinds) -> list[Any]:
    """The same row under the names of the bulk table: the group is the service, the category its
    subtype."""
    told = dict(zip(COLUMNS, cells, strict=True))
    kind = known.by_id.get(problem.category_id)
    group = known.by_id.get(kind.group_id or 0) if kind else None
    named = {
        "status_description": told["status"],
        "source": told["source"] or "veche",
        "service_name": str(group or kind or ""),
        "service_subtype": str(kind or "") if group else "",
    }
    return [named[name] if name in named else told[name] for name in GEOREPORT]


def _cells(problem: Problem, places: Atlas, known: Kinds) -> list[Any]:
    case = problem.case
    place = places.by_id.get(case.territory_id)
    district = places.by_id.get(place.district_id or 0) if place else None
    kind = known.by_id.get(problem.category_id)
    closed = problem.source_closed_at if problem.source else case.closed_at

    def moment(value: dt.datetime | None) -> str:
        return value.isoformat(timespec="seconds") if value else ""

    return [
        case.number,
        moment(case.opened_at),
        moment(case.moved_at),
        moment(closed),
        moment(problem.answer_due_at or problem.source_due_at),
        "open" if case.state in OPEN else "closed",
        case.state,
        kind.code if kind else "",
        str(kind) if kind else "",
        problem.text,
        str(case.organisation) if case.organisation else "",
        str(district) if district else "",
        str(place) if place else "",
        problem.address,
        problem.latitude,
        problem.longitude,
        problem.source,
    ]


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The problems of the filter as a table, row by row as the database gives them."""
    which, places, known, _position = asked(request)
    georeport = request.GET.get("format") == "georeport"
    return csv_answer("problems", _table(which, clock.now(), places, known, georeport=georeport))


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest problems of the filter as an Atom feed."""
    which, places, known, _position = asked(request)
    at = clock.now()
    rows = queries.page_of(replace(which, order="newest", page=1), at, places, known)
    made = Atom1Feed(
        title=gettext("Problems: {place}").format(place=which.place),
        link=request.build_absolute_uri(reverse("problems:list") + which.parameters()),
        description="",
        language=get_language() or "en",
        feed_url=request.build_absolute_uri(),
    )
    for problem in rows:
        case = problem.case
        link = request.build_absolute_uri(reverse("problems:matter", args=[case.number]))
        made.add_item(
            title=readable(problem.title),
            link=link,
            description=readable(problem.text),
            unique_id=link,
            pubdate=case.opened_at,
            updateddate=case.opened_at,
            categories=[readable(str(problem.category))],
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml")


@require_safe
def geojson(request: HttpRequest) -> HttpResponse:
    """The rows of the filter's page as points."""
    which, places, known, _position = asked(request)
    rows = queries.page_of(which, clock.now(), places, known, size=500)
    body = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
                "properties": {
                    "number": one.case.number,
                    "title": one.title,
                    "state": one.case.state,
                    "opened": one.case.opened_at.isoformat(timespec="seconds"),
                },
            }
            for one in rows
        ],
    }
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/geo+json; charset=utf-8"
    )
