"""Vital signs by theme and district: of every sphere its worst, of every district each sphere."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from veche import kept as memory
from veche.city.pulse.queries import now as pulse
from veche.city.pulse.queries.now import Sign
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas

WORSE = ("none", "normal", "stale", "watch", "warning", "critical")
"""The states from the least to the worst: silence is worse than what is usual."""
ATTENTION = ("critical", "warning")


@dataclass(frozen=True)
class Sphere:
    """A sphere of the city: its worst sign, and how many stand how."""

    code: str
    signs: Sequence[Sign]

    @property
    def state(self) -> str:
        """How the sphere stands, all its signs told together."""
        return pulse.worst_of(self.counts)

    @property
    def counts(self) -> Mapping[str, int]:
        """State → how many signs stand so."""
        return Counter(one.state for one in self.signs)

    @property
    def attention(self) -> int:
        """How many signs have a warning or worse."""
        return sum(self.counts.get(state, 0) for state in ATTENTION)

    @property
    def silent(self) -> int:
        """Of how many signs nothing fresh is known."""
        return self.counts.get("stale", 0) + self.counts.get("none", 0)

    @property
    def shown(self) -> Sign:
        """The sign that stands for the sphere: one that stands as the sphere does, with a value."""
        alike = [one for one in self.signs if one.state == self.state] or list(self.signs)
        return next((one for one in alike if one.value is not None), alike[0])


@dataclass(frozen=True)
class District:
    """How a district stands, and each sphere in it."""

    territory: Territory
    state: str
    """Empty: in a drill, where nothing of it is."""
    spheres: Mapping[str, str] = field(default_factory=dict)
    """Sphere → state."""


@dataclass(frozen=True)
class Signs:
    """All vital signs of one moment."""

    at: dt.datetime
    spheres: Sequence[Sphere] = ()
    districts: Sequence[District] = ()
    silent_sources: int = 0

    @property
    def attention(self) -> list[Sign]:
        """Those with a warning or worse."""
        return [one for group in self.spheres for one in group.signs if one.state in ATTENTION]

    @property
    def silent(self) -> list[Sign]:
        """Those of which nothing fresh is known."""
        return [one for group in self.spheres for one in group.signs if one.state == "stale"]


def _read(at: dt.datetime, places: Atlas) -> Signs:
    indicators = pulse.told_to_all()
    found = pulse.signs(indicators, places, at)
    spheres = [Sphere(code, rows) for code, rows in pulse.by_sphere(found)]
    states, silent = _by_district([one.pk for one in indicators])
    of_sphere = {one.pk: one.sphere for one in indicators}
    city = places.home()
    districts = []
    for place in sorted(places.children(city), key=lambda one: one.code) if city else []:
        mine = states.get(place.pk, {})
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for indicator, state in mine.items():
            counts[of_sphere[indicator]][state] += 1
        by_sphere = {code: pulse.worst_of(row) for code, row in counts.items()}
        districts.append(District(place, pulse.worst_of(Counter(mine.values())), by_sphere))
    return Signs(at, spheres, districts, silent)


_DISTRICTS = """
SELECT t.district_id, v.indicator_id, v.state
FROM pulse_vital v JOIN places_territory t ON t.id = v.territory_id
WHERE v.indicator_id = ANY(%s) AND t.district_id IS NOT NULL GROUP BY 1, 2, 3
UNION ALL SELECT 0, count(*), '' FROM pulse_source WHERE state = 'stale'
"""


def _by_district(indicators: Sequence[int]) -> tuple[dict[int, dict[int, str]], int]:
    """District → indicator → its worst state there; and how many sources are silent."""
    found: dict[int, dict[int, str]] = {}
    silent = 0
    with connection.cursor() as cursor:
        cursor.execute(_DISTRICTS, [list(indicators)])
        for district, indicator, state in cursor.fetchall():
            if not district:
                silent = indicator
                continue
            mine = found.setdefault(district, {})
            known = mine.get(indicator, WORSE[0])
            mine[indicator] = max(known, state, key=WORSE.index)
    return found, silent


def signs(at: dt.datetime, places: Atlas) -> Signs:
    """The public vital signs; kept for a while where a large city's take long to count."""
    return memory.kept(("wall", "signs"), at, lambda: _read(at, places)).value
