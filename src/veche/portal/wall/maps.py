"""The map of the wall: layers of the same window that lie above each other.

Each layer is a picture of its own, so that a layer is switched off by the style sheet alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from veche.city.pulse.views.now import SHARE
from veche.city.pulse.words import STATES
from veche.core.places.ground import ground, plan, rings_of
from veche.core.places.models import Territory
from veche.look.plan import Bounds, Cluster, Mark, Outline, Plan, Point, cluster
from veche.look.words import number
from veche.portal.wall.incidents import Open
from veche.portal.wall.signs import District
from veche.portal.wall.snapshot import Snapshot

RATIO = "4x3"
NAMED = 7
"""Incidents that stand on the map by their number in the list; the others are counted."""
SILENT = "share-2"
"""How a district is drawn of which nothing fresh is known: hatched."""
ALARMS = 30
"""Alarms that stand on the map one by one."""


@dataclass(frozen=True)
class Layers:
    """The layers, from the lowest to the highest."""

    ground: Plan
    districts: Plan
    alarms: Plan
    incidents: Plan


def layers(
    shown: Snapshot, address: Callable[[Open], str], rows: str, alarms: str
) -> Layers | None:
    """The map of a moment; None where the city has no outline.

    ``address`` tells where the page of an incident is, ``rows`` and ``alarms`` where all are.
    """
    city = shown.city
    if city is None:
        return None
    under = ground(city, shown.places)

    def layer(
        name: str,
        outlines: Sequence[Outline] = (),
        marks: Sequence[Mark] = (),
        clusters: Sequence[Cluster] = (),
        key: str = "",
    ) -> Plan:
        return Plan(
            bounds=city.bounds, outlines=outlines, marks=marks, clusters=clusters, title=name,
            ratio=RATIO, key=key,
        )  # fmt: skip

    states = ",".join(f"{one.territory.pk}{one.state}" for one in shown.districts)
    shades = [_shade(one) for one in shown.districts]
    others = [_point(one.longitude, one.latitude, one.territory) for one in shown.incidents[NAMED:]]
    alone, many = _many(others, city.bounds, rows)
    far = [_point(one.longitude, one.latitude, one.territory) for one in shown.alarms.rows[ALARMS:]]
    lonely, crowds = _many(far, city.bounds, alarms)
    listed = [
        Mark(
            *_point(one.longitude, one.latitude, one.territory),
            label=str(place),
            tone="late" if one.late(shown.at) else "pin",
            href=address(one),
            title=f"{one.name}, {one.territory}",
        )
        for place, one in enumerate(shown.incidents[:NAMED], 1)
    ]
    return Layers(
        ground=plan(under, city.bounds, title=_("Map of the city"), ratio=RATIO),
        districts=layer(_("Districts by their worst state"), shades, key=f"{under.key}:{states}"),
        alarms=layer(_("Alarms"), marks=[*lonely, *_alarm_marks(shown, alarms)], clusters=crowds),
        incidents=layer(_("Open incidents"), marks=[*alone, *listed], clusters=many),
    )


def _shade(one: District) -> Outline:
    """A district as dark as it stands bad, with the word of it; of a drill only where it is."""
    rings = rings_of(one.territory.outline)
    if not one.state:
        return Outline(str(one.territory), rings, "district")
    kind = SHARE.get(one.state, SILENT if one.state in ("stale", "none") else "district")
    return Outline(f"{one.territory} · {STATES[one.state][0]}", rings, kind)


def _point(longitude: float | None, latitude: float | None, territory: Territory) -> Point:
    """Where something is; the middle of its place where that is all that is known."""
    if longitude is not None and latitude is not None:
        return (longitude, latitude)
    return ((territory.west + territory.east) / 2, (territory.south + territory.north) / 2)


def _alarm_marks(shown: Snapshot, href: str) -> list[Mark]:
    return [
        Mark(
            *_point(one.longitude, one.latitude, one.territory),
            label="!",
            href=href,
            title=f"{one.name}, {one.thing or one.territory}",
        )
        for one in shown.alarms.rows[:ALARMS]
    ]


def _many(points: Iterable[Point], bounds: Bounds, href: str) -> tuple[list[Mark], list[Cluster]]:
    """Points near each other, counted; those that are alone by themselves."""
    found = cluster(points, bounds)
    words = [ngettext("%(n)s here", "%(n)s here", one.count) % {"n": number(one.count)}
             for one in found]  # fmt: skip
    told = list(zip(found, words, strict=True))
    return (
        [Mark(one.lon, one.lat, href=href, title=word) for one, word in told if one.count == 1],
        [Cluster(one.lon, one.lat, one.count, href, word) for one, word in told if one.count > 1],
    )
