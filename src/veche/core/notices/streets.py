"""Which of the streets that somebody follows run through some territories.

A street is a name: where it lies is known from the city's own map and from the addresses of the
things in its registers, and of a whole city without either. A street of which neither tells lies
nowhere for us: nobody is woken by a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from veche.core.notices.models import Subscription
from veche.core.notices.rules import street_of
from veche.core.places.models import CityObject, Feature, Territory
from veche.core.places.queries import atlas

DRAWN = ("main", "street", "lane")
"""Kinds of what is drawn on a map that are streets."""
STEP = 0.0005
"""Degrees (some 50 metres) between the points at which a drawn street is looked at."""


def followed_in(territories: Sequence[Territory], *, theme: str) -> list[tuple[str, int]]:
    """The streets (as `rules.street_of` writes them, with their city) that somebody follows, with
    all its news or ``theme``, and that run through one of these territories."""
    cities = {one.city_id or one.pk for one in territories}
    rows = Subscription.objects.filter(territory__in=cities, theme__in=("", theme))
    rows = rows.exclude(street="").distinct()
    wanted = {(street, city or 0) for street, city in rows.values_list("street", "territory")}
    whole = {one.pk for one in territories}
    found = {(street, city) for street, city in wanted if city in whole}
    left = wanted - found
    if left:
        places = atlas()
        inside = {pk for one in territories for pk in places.inside(one)}
        found |= _drawn(left, inside) | _addressed(left, inside)
    return sorted(found)


def _drawn(wanted: Collection[tuple[str, int]], inside: Collection[int]) -> set[tuple[str, int]]:
    """Those that the map shows there."""
    streets = Feature.objects.filter(kind__in=DRAWN, city__in={city for _street, city in wanted})
    named: dict[int, set[tuple[str, int]]] = {}
    for pk, names, city in streets.values_list("pk", "names", "city"):
        known = {(street_of(str(one)), city or 0) for one in names.values()}
        if both := known.intersection(wanted):
            named[pk] = both
    found: set[tuple[str, int]] = set()
    for one in Feature.objects.filter(pk__in=named):
        if not named[one.pk] <= found and _runs_in(one.geometry, inside):
            found |= named[one.pk]
    return found


def _runs_in(geometry: dict[str, Any], inside: Collection[int]) -> bool:
    points = list(_points(geometry))
    if not points:
        return False
    middles = np.array(points, dtype=np.float64)
    within = atlas().locate(middles[:, 0], middles[:, 1])
    return any(int(one) in inside for one in np.unique(within))


def _points(geometry: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Points along the lines of a drawn street, at most `STEP` apart."""
    told = geometry.get("coordinates") or []
    lines: Iterable[Any] = {"LineString": [told], "MultiLineString": told, "Polygon": told}.get(
        str(geometry.get("type")), [ring for part in told for ring in part] if told else []
    )
    for line in lines:
        yield from ((float(one[0]), float(one[1])) for one in line[:1])
        for begin, end in pairwise(line):
            wide, tall = end[0] - begin[0], end[1] - begin[1]
            parts = max(1, int(max(abs(wide), abs(tall)) / STEP) + 1)
            for part in range(1, parts + 1):
                yield begin[0] + wide * part / parts, begin[1] + tall * part / parts


def _addressed(
    wanted: Collection[tuple[str, int]], inside: Collection[int]
) -> set[tuple[str, int]]:
    """Those in which a thing of the registers stands there."""
    rows = CityObject.objects.filter(territory__in=inside, until=None).exclude(address="")
    told = rows.values_list("address", "territory__city", "territory").distinct()
    found = set()
    for address, city, territory in told.iterator():
        one = (street_of(address), city or territory)
        if one in wanted:
            found.add(one)
    return found
