"""The registry of objects: the list with its map, one object, tables."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_safe

from veche import clock
from veche.core.places import ground as grounds
from veche.core.places.about import sections
from veche.core.places.models import CityObject, ObjectChange
from veche.core.places.pressing import read_window
from veche.core.places.queries import Atlas, atlas
from veche.core.places.queries.objects import Choice, changes, kinds, object_of, owners, standing
from veche.core.places.rules import stands
from veche.errors import NotFound
from veche.languages import here
from veche.look.context import place as address_of
from veche.look.plan import Bounds, Mark, Plan, around, cluster
from veche.tables import csv_answer

PAGE = 50
MARKED = 12
MOST_POINTS = 20_000
MOST_ROWS = 250_000
MOST_FEATURES = 2_000
WHAT: dict[str, str | Promise] = {
    "added": _("Entered into the registry."),
    "changed": _("The registry was changed."),
    "ended": _("It is not there any more."),
    "restored": _("It is there again."),
}
COLUMNS: dict[str, str | Promise] = {
    "names": _("Name"),
    "address": _("Address"),
    "longitude": _("Longitude"),
    "latitude": _("Latitude"),
    "outline": _("Outline"),
    "territory": _("Territory"),
    "owner": _("Owner"),
    "since": _("First day"),
    "until": _("Last day"),
}


def today() -> dt.date:
    """The day it is in the city."""
    from django.utils import timezone

    return clock.now().astimezone(timezone.get_default_timezone()).date()


def _asked(request: HttpRequest) -> tuple[Choice, Atlas]:
    """The choice of the address.

    Raises:
        NotFound: there is no city yet.
    """
    places = atlas()
    home = places.home()
    if home is None:
        raise NotFound
    given = {name: str(value).replace("\x00", "") for name, value in request.GET.items()}
    return (
        Choice(
            place=places.by_code.get(given.get("place", "")) or home,
            kind=given.get("kind", "")[:40],
            owner=given.get("owner", "")[:80],
            words=given.get("q", "")[:100].strip(),
            gone=bool(given.get("gone")),
        ),
        places,
    )


@require_safe
def objects(request: HttpRequest) -> HttpResponse:
    """The objects of the choice, with their map."""
    which, places = _asked(request)
    rows = which.rows(places, today())
    total = rows.count()
    last = max(1, -(-total // PAGE))
    try:
        number = min(max(1, int(request.GET.get("page", "1"))), last)
    except ValueError:
        number = 1
    shown = list(rows[(number - 1) * PAGE : number * PAGE])
    context = {
        "which": which,
        "total": total,
        "rows": [(n, one, _address(one)) for n, one in enumerate(shown, 1)],
        "marked": MARKED,
        "page": {"number": number, "last": last},
        "kinds": kinds(),
        "owners": owners(),
        "places": [(d, places.children(d)) for d in places.children(_city(which, places))],
        "city_place": _city(which, places),
        "map": _map(which, shown, rows.values_list("longitude", "latitude"), places),
        "query": which.parameters(),
        "propose": address_of("appeals:correct"),
        "corrections": address_of("appeals:corrections"),
    }
    return render(request, "places/objects.html", context)


def _city(which: Choice, places: Atlas) -> Any:
    return places.by_id.get(which.place.city_id or which.place.pk, which.place)


def _address(thing: CityObject) -> str:
    return reverse("places:object", args=[thing.kind.code, thing.identifier])


def _map(which: Choice, shown: Sequence[CityObject], points: Any, places: Atlas) -> Plan:
    marks = [
        Mark(one.longitude, one.latitude, label=str(n), href=_address(one), title=str(one))
        for n, one in enumerate(shown[:MARKED], 1)
    ]
    bounds: Bounds = which.place.bounds
    return grounds.plan(
        grounds.ground(_city(which, places), places),
        bounds,
        focus=which.place,
        marks=marks,
        clusters=cluster(points[:MOST_POINTS], bounds),
        title=gettext("Map of these objects; the list beside it says the same"),
    )


@require_safe
def thing(request: HttpRequest, kind: str, identifier: str) -> HttpResponse:
    """One object: what the registry says, since when, on whose word, and what is wrong at it."""
    if "\x00" in kind + identifier:
        raise Http404
    one = object_of(kind, identifier)
    places, day = atlas(), today()
    place = places.by_id.get(one.territory_id, one.territory)
    city = places.by_id.get(place.city_id or place.pk, place)
    point = (one.longitude, one.latitude)
    context = {
        "thing": one,
        "place": place,
        "district": places.by_id.get(place.district_id or 0),
        "there": stands(one.since, one.until, day),
        "steps": [_step(change) for change in reversed(changes(one))],
        "sections": sections(one, day),
        "map": grounds.plan(
            grounds.ground(city, places),
            around([point], least=0.006, margin=0.3),
            marks=[Mark(*point, tone="hot", title=str(one))],
            title=str(one),
            ratio="4x3",
        ),
        "propose": address_of("appeals:correct"),
    }
    return render(request, "places/object.html", context)


def _step(change: ObjectChange) -> dict[str, Any]:
    """One change in words: what was, what is, on whose word."""
    rows = []
    if change.what != "added":
        for name, value in change.after.items():
            rows.append((COLUMNS.get(name, name), _said(change.before.get(name)), _said(value)))
    return {
        "at": change.at,
        "did": WHAT.get(change.what, change.what),
        "rows": rows,
        "reason": change.reason,
        "source": "" if change.source == "correction" else change.source,
        "matter": change.matter,
        "matter_url": _matter(change.matter),
    }


def _matter(number: str) -> str:
    from django.urls import NoReverseMatch

    try:
        return reverse("appeals:correction", args=[number]) if number else ""
    except NoReverseMatch:
        return ""


def _said(value: Any) -> str:
    if value in (None, "", {}):
        return "—"
    if isinstance(value, dict):
        return here(value) if "type" not in value else gettext("a shape")
    return str(value)


HEAD = (
    "kind", "identifier", "name_en", "name_ru", "name_zh", "address", "lat", "long", "territory",
    "owner", "since", "until",
)  # fmt: skip


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The objects of the choice as a table; the importer reads the same columns."""
    which, places = _asked(request)

    def rows() -> Iterator[Sequence[object]]:
        yield HEAD
        for one in which.rows(places, today())[:MOST_ROWS].iterator(chunk_size=2000):
            yield (
                one.kind.code,
                one.identifier,
                *(one.names.get(code, "") for code in ("en", "ru", "zh")),
                one.address,
                one.latitude,
                one.longitude,
                one.territory.code,
                one.owner.code if one.owner else "",
                one.since or "",
                one.until or "",
            )

    return csv_answer("objects", rows())


@require_safe
def geojson(request: HttpRequest) -> HttpResponse:
    """Objects as points: of some kinds, within a box of ``west,south,east,north`` degrees."""
    rows = CityObject.objects.filter(standing(today())).select_related("kind", "owner")
    if names := [name for name in request.GET.get("kind", "").split(",") if name]:
        rows = rows.filter(kind__code__in=names[:20])
    if box := request.GET.get("box", ""):
        try:
            west, south, east, north = (float(part) for part in box.split(","))
        except ValueError as error:
            raise Http404 from error
        rows = rows.filter(longitude__range=(west, east), latitude__range=(south, north))
    found = [
        {
            "type": "Feature",
            "id": one.pk,
            "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
            "properties": {
                "kind": one.kind.code,
                "identifier": one.identifier,
                "name": str(one),
                "address": one.address,
                "owner": one.owner.code if one.owner else None,
            },
        }
        for one in rows.order_by("id")[:MOST_FEATURES]
    ]
    response = HttpResponse(
        json.dumps({"type": "FeatureCollection", "features": found}, ensure_ascii=False),
        content_type="application/geo+json; charset=utf-8",
    )
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_GET
def picture(request: HttpRequest) -> HttpResponse:
    """A still map that one can press on, of a window ``west,south,east,north``, with a pin."""
    places = atlas()
    home = places.home()
    if home is None:
        raise Http404
    window = read_window(request.GET.get("window", "")) or home.bounds
    point = None
    try:
        point = (float(request.GET["longitude"]), float(request.GET["latitude"]))
    except (KeyError, ValueError):
        point = None
    if point is not None and not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        point = None
    response = HttpResponse(
        grounds.picture(grounds.ground(home, places), window, point),
        content_type="image/svg+xml; charset=utf-8",
    )
    response["Cache-Control"] = "private, max-age=300"
    return response
