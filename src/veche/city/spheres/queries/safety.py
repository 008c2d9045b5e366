"""Reading what happened, by place and hours."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import ExtractHour

from veche.city.spheres.models import Occurrence, OccurrenceLink
from veche.core.cases.terms import city_zone
from veche.core.places.queries import atlas, territory_by_code
from veche.core.places.rules import metres_between
from veche.errors import NotFound

LEAST = 5
"""What everybody reads speaks of so many, or of none."""
NEAR_METRES = 300.0
NEAR_DAYS = 30
LIKE = 0.4
"""From this likeness of words on two are offered as alike."""


@dataclass(frozen=True)
class Choice:
    """What is asked for: a place AND a time window."""

    since: dt.date
    until: dt.date
    """Both days are in it."""
    place: str = ""
    from_hour: int = 0
    to_hour: int = 24
    """Hours of the day; from 22 to 4 goes over midnight."""
    kind: str = ""

    def rows(self) -> QuerySet[Occurrence]:
        """The occurrences of it.

        Raises:
            veche.core.places.queries.UnknownTerritory: there is no such place.
        """
        zone = city_zone()
        begin = dt.datetime.combine(self.since, dt.time(), zone)
        end = dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time(), zone)
        rows = Occurrence.objects.filter(at__gte=begin, at__lt=end)
        if self.place:
            rows = rows.filter(territory__in=atlas().inside(territory_by_code(self.place)))
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if (self.from_hour, self.to_hour) != (0, 24):
            rows = rows.annotate(hour=ExtractHour("at", tzinfo=zone))
            inside = Q(hour__gte=self.from_hour), Q(hour__lt=self.to_hour)
            over_midnight = self.from_hour > self.to_hour
            rows = rows.filter(inside[0] | inside[1] if over_midnight else inside[0] & inside[1])
        return rows


def told(count: int, *, exact: bool) -> int | None:
    """A number as it is told: to everybody (not ``exact``) in whole fives, and None below five.

    Days, hours and places are chosen freely, so that two exact answers could be subtracted until
    what is left is one occurrence; nought is not told from one either, or an hour would be found.
    """
    if exact:
        return count
    return None if count < LEAST else (count + LEAST // 2) // LEAST * LEAST


@dataclass(frozen=True)
class Counted:
    """How many there are of a kind, or at a place; None where fewer than five."""

    name: str
    count: int | None


def shown(counts: Mapping[str, int], *, exact: bool) -> list[Counted]:
    """Counts, most first; for everybody (not ``exact``) in whole fives, and small ones are left
    out, never one alone: the sum stands beside them. All are left out where the sum is small."""
    order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if exact:
        return [Counted(name, count) for name, count in order]
    if sum(counts.values()) < LEAST:
        return [Counted(name, None) for name in sorted(counts)]
    hidden = {name for name, count in order if 0 < count < LEAST}
    rest = [pair for pair in reversed(order) if pair[0] not in hidden and pair[1]]
    while hidden and rest and (len(hidden) < 2 or sum(counts[name] for name in hidden) < 2 * LEAST):
        hidden.add(rest.pop(0)[0])
    return [
        Counted(name, None if name in hidden else told(count, exact=False)) for name, count in order
    ]


def by_kind(rows: QuerySet[Occurrence]) -> dict[str, int]:
    """How many of each kind."""
    return dict(Counter(rows.values_list("kind", flat=True)))


def by_district(rows: QuerySet[Occurrence]) -> dict[str, int]:
    """How many in each district, by its code."""
    places = atlas().by_id
    found: Counter[str] = Counter()
    for pk, count in Counter(rows.values_list("territory", flat=True)).items():
        district = places[pk].district_id or pk
        found[places[district].code] += count
    return dict(found)


def kinds() -> list[str]:
    """The kinds there are."""
    return list(Occurrence.objects.order_by("kind").values_list("kind", flat=True).distinct())


def occurrence_of(pk: int) -> Occurrence:
    """One occurrence.

    Raises:
        NotFound: there is none.
    """
    found = Occurrence.objects.select_related("territory").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Alike:
    """Another one, and why it may belong to it."""

    other: Occurrence
    metres: int
    days: float
    words: float
    """Likeness of the words, up to one."""


def alike(one: Occurrence, most: int = 10) -> list[Alike]:
    """Others near in place and time or alike in words, best first."""
    from veche.city.ideas.similar.index import Index

    month = dt.timedelta(days=NEAR_DAYS)
    linked = linked_to(one)
    others = list(
        Occurrence.objects.filter(at__range=(one.at - month, one.at + month))
        .exclude(pk__in=[one.pk, *linked])
        .order_by("-at")[:2000]
    )
    if not others:
        return []
    near = {found.text: found.score for found in Index([o.text for o in others]).like(one.text, 50)}
    found = []
    for place, other in enumerate(others):
        metres = metres_between((one.longitude, one.latitude), (other.longitude, other.latitude))
        words = near.get(place, 0.0)
        if (metres <= NEAR_METRES and other.kind == one.kind) or words >= LIKE:
            days = abs((other.at - one.at) / dt.timedelta(days=1))
            found.append(Alike(other, round(metres), days, words))
    found.sort(key=lambda a: (-a.words - max(0.0, 1 - a.metres / 1000), a.days, a.other.pk))
    return found[:most]


def links(one: Occurrence) -> list[tuple[OccurrenceLink, Occurrence]]:
    """The links of an occurrence with the other end."""
    rows = OccurrenceLink.objects.filter(Q(first=one) | Q(second=one)).select_related(
        "first", "second", "by"
    )
    return [(row, row.second if row.first_id == one.pk else row.first) for row in rows]


def linked_to(one: Occurrence) -> Collection[int]:
    """Numbers of those that belong to it."""
    rows = OccurrenceLink.objects.filter(Q(first=one) | Q(second=one))
    pairs: Sequence[tuple[int, int]] = list(rows.values_list("first", "second"))
    return {pk for pair in pairs for pk in pair} - {one.pk}
