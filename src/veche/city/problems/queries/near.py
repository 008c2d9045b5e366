"""Objects of the registry near a point, sides of a near border, and problems at an object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from veche.city.problems.models import Category, Problem
from veche.city.problems.procedure import PUBLIC
from veche.core.organisations.queries import answers_for
from veche.core.places.about import Line, Section
from veche.core.places.models import CityObject, Territory
from veche.core.places.queries import Atlas
from veche.core.places.queries.borders import beside
from veche.core.places.queries.objects import Near, nearest

MOST = 20


@dataclass(frozen=True)
class Nearby:
    """What the form asks about a point."""

    objects: Sequence[Near] = ()
    sides: Sequence[Territory] = ()
    """The territories on both sides of a near border, where different offices answer."""
    object_id: int | None = None
    side: str = ""


def nearby(values: Any, kind: Category | None, places: Atlas, day: dt.date) -> Nearby:
    """What to ask about the point of a form; nothing while it has no point or no category."""
    try:
        lon, lat = float(values.get("longitude", "")), float(values.get("latitude", ""))
    except (TypeError, ValueError):
        return Nearby()
    own = places.at(lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None
    if kind is None or own is None:
        return Nearby()
    around = [own, *beside(places, lon, lat)]
    offices = {answers_for(kind.code, place) for place in around} if len(around) > 1 else set()
    return Nearby(
        objects=nearest(lon, lat, day, [kind.object_kind]) if kind.object_kind else (),
        sides=around if len(offices) > 1 else (),
        object_id=chosen(values),
        side=str(values.get("side", "")),
    )


def chosen(values: Any) -> int | None:
    """The number of the object that was chosen in a form."""
    text = str(values.get("object", ""))
    return int(text) if text.isdecimal() and len(text) < 19 else None


def said_at(thing: CityObject, day: dt.date) -> Section:
    """What is wrong at an object, for its page: public problems, newest first."""
    rows = (
        Problem.objects.filter(object=thing, case__state__in=PUBLIC, case__hidden_at__isnull=True)
        .select_related("case", "category")
        .order_by("-case_id")[:MOST]
    )
    place = {"longitude": f"{thing.longitude:.6f}", "latitude": f"{thing.latitude:.6f}"}
    category = Category.objects.filter(object_kind=thing.kind.code, active=True).first()
    given = {**place, "object": thing.pk, "category": category.code if category else ""}
    return Section(
        title=_("Problems here"),
        lines=[
            Line(
                one.title,
                reverse("problems:matter", args=[one.case.number]),
                one.case.state,
                one.case.opened_at,
            )
            for one in rows
        ],
        empty=_("Nobody has reported a problem at this object."),
        action=(_("Report a problem here"), f"{reverse('problems:report')}?{urlencode(given)}"),
    )
