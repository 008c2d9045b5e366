"""How the city is now: every indicator in its worst place, every district, the course of a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from veche.city.pulse.models import Alarm, Indicator, Source
from veche.city.pulse.words import SPHERES
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas

# How bad a state is where several places are told as one. Silence is worse than what is usual: a
# sign is as usual only where it is known to be.
_RANKS = "array_position(ARRAY['none', 'normal', 'stale', 'watch', 'warning', 'critical'], v.state)"
BAD = ("critical", "warning")


@dataclass(frozen=True)
class Sign:
    """An indicator as the page of the city shows it: at the place where it is worst."""

    indicator: Indicator
    state: str
    territory: Territory | None
    thing: int | None
    value: float | None
    since: dt.datetime | None
    data_at: dt.datetime | None
    least: float | None
    most: float | None
    """Over all places of which it is known."""
    places: int
    bad: int
    """Places with a warning or worse."""
    silent: int
    """Places without fresh data."""
    course: Sequence[float | None] = ()
    """Of the last day, an hour each, of that place."""


_SIGNS = f"""
SELECT DISTINCT ON (v.indicator_id) v.indicator_id, v.territory_id, v.thing_id, v.value, v.state,
    v.since, v.data_at, min(v.value) OVER w, max(v.value) OVER w, count(*) OVER w,
    count(*) FILTER (WHERE v.state IN ('warning', 'critical')) OVER w,
    count(*) FILTER (WHERE v.state IN ('stale', 'none')) OVER w
FROM pulse_vital v WHERE v.indicator_id = ANY(%s)
WINDOW w AS (PARTITION BY v.indicator_id)
ORDER BY v.indicator_id, {_RANKS} DESC, v.since, v.territory_id, v.thing_id
"""
FEW = 5
"""Of a class with many places, so many per one silent place are told as known; of a district with
many signs too."""


def seen_by(staff: bool) -> list[Indicator]:
    """The indicators somebody may see: everybody the public ones, who watches the city all."""
    rows = Indicator.objects.filter(active=True).select_related("owner").order_by("code")
    return list(rows if staff else rows.filter(public=True))


def told_to_all() -> list[Indicator]:
    """The public indicators without what reckons them and what is done about them: six texts of
    JSON less to read for each of a page that shows all."""
    rows = Indicator.objects.filter(active=True, public=True).order_by("code")
    return list(rows.defer("formula", "limits", "season", "runbook", "case_template"))


def signs(indicators: Sequence[Indicator], places: Atlas, at: dt.datetime) -> list[Sign]:
    """How these indicators stand, with the course of the day before; two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_SIGNS, [[one.pk for one in indicators]])
        rows = {row[0]: row for row in cursor.fetchall()}
    courses = _courses([(row[0], row[1], row[2]) for row in rows.values()], at)
    found = []
    for one in indicators:
        row = rows.get(one.pk)
        if row is None:
            found.append(Sign(one, "none", None, None, None, None, None, None, None, 0, 0, 0))
            continue
        state = str(row[4])
        if state == "stale" and row[11] * FEW <= row[9]:
            state = "normal"  # a few of very many devices are always silent
        found.append(
            Sign(
                one,
                state,
                places.by_id.get(row[1]),
                thing=row[2],
                value=row[3],
                since=row[5],
                data_at=row[6],
                least=row[7],
                most=row[8],
                places=row[9],
                bad=row[10],
                silent=row[11],
                course=courses.get(row[0], ()),
            )
        )
    return found


_COURSES = """
SELECT u.i, floor(extract(epoch FROM v.at - %(since)s) / 3600)::int AS hour, avg(v.value)
FROM unnest(%(i)s::bigint[], %(t)s::bigint[], %(g)s::bigint[]) AS u (i, t, g)
JOIN pulse_value v ON v.indicator_id = u.i AND v.territory_id = u.t
    AND v.thing_id IS NOT DISTINCT FROM u.g
WHERE v.at >= %(since)s AND v.at <= %(at)s GROUP BY 1, 2
"""


def _courses(
    keys: Sequence[tuple[int, int, int | None]], at: dt.datetime
) -> dict[int, list[float | None]]:
    """Of each indicator at its place: the mean of every hour of the last day."""
    if not keys:
        return {}
    since = at - dt.timedelta(hours=24)
    with connection.cursor() as cursor:
        cursor.execute(
            _COURSES,
            {
                "since": since,
                "at": at,
                "i": [key[0] for key in keys],
                "t": [key[1] for key in keys],
                "g": [key[2] for key in keys],
            },
        )
        found: dict[int, list[float | None]] = {}
        for indicator, hour, value in cursor.fetchall():
            if 0 <= hour < 24:
                found.setdefault(indicator, [None] * 24)[hour] = value
    return found


@dataclass(frozen=True)
class District:
    """How a district is now."""

    territory: Territory
    state: str
    counts: Mapping[str, int] = field(default_factory=dict)
    """State → how many signs of the district stand so."""

    @property
    def attention(self) -> int:
        """How many signs have a warning or worse there."""
        return sum(self.counts.get(state, 0) for state in BAD)

    @property
    def silent(self) -> int:
        """Of how many signs nothing fresh is known there."""
        return self.counts.get("stale", 0) + self.counts.get("none", 0)


_DISTRICTS = f"""
SELECT d, state, count(*) FROM (
    SELECT DISTINCT ON (t.district_id, v.indicator_id) t.district_id AS d, v.state
    FROM pulse_vital v JOIN places_territory t ON t.id = v.territory_id
    WHERE v.indicator_id = ANY(%s) AND t.district_id IS NOT NULL
    ORDER BY t.district_id, v.indicator_id, {_RANKS} DESC
) x GROUP BY 1, 2
"""


def districts(indicators: Sequence[Indicator], places: Atlas) -> list[District]:
    """How every district of the city is, in the order of their names' codes."""
    city = places.home()
    if city is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_DISTRICTS, [[one.pk for one in indicators]])
        counts: dict[int, Counter[str]] = {}
        for district, state, count in cursor.fetchall():
            counts.setdefault(district, Counter())[state] = count
    found = []
    for place in sorted(places.children(city), key=lambda one: one.code):
        mine = counts.get(place.pk, Counter())
        found.append(District(place, worst_of(mine), dict(mine)))
    return found


def worst_of(counts: Mapping[str, int]) -> str:
    """As what many signs are told together, of which so many stand how: the worst, and as usual
    only where enough is known."""
    worst = next((s for s in ("critical", "warning", "watch") if counts.get(s)), "")
    if worst:
        return worst
    stale = counts.get("stale", 0)
    known = counts.get("normal") and stale * FEW <= sum(counts.values())
    return "normal" if known else "stale" if stale else "none"


def worst_first(found: Iterable[Sign]) -> list[Sign]:
    """The signs in the order in which somebody should look at them."""
    order = ["critical", "warning", "watch", "stale", "normal", "none"]
    return sorted(found, key=lambda one: (order.index(one.state), one.indicator.code))


def by_sphere(found: Iterable[Sign]) -> list[tuple[str, list[Sign]]]:
    """The signs of each sphere, the worst first, in the order of the page."""
    groups: dict[str, list[Sign]] = {}
    for sign in worst_first(found):
        groups.setdefault(sign.indicator.sphere, []).append(sign)
    known = [code for code in SPHERES if code in groups]
    return [(code, groups[code]) for code in [*known, *sorted(groups.keys() - set(known))]]


def silent_sources() -> int:
    """How many connected systems are silent."""
    return int(Source.objects.filter(state=Source.State.STALE).count())


@dataclass(frozen=True)
class Row:
    """How an indicator stands at one place."""

    indicator: Indicator
    territory: Territory
    thing: int | None
    thing_name: str
    value: float | None
    state: str
    since: dt.datetime
    data_at: dt.datetime | None
    parts: int
    silent: int


_ROWS = f"""
SELECT v.indicator_id, v.territory_id, v.thing_id, coalesce(t.name, ''), v.value, v.state, v.since,
    v.data_at, v.parts, v.silent
FROM pulse_vital v LEFT JOIN pulse_thing t ON t.id = v.thing_id
WHERE v.indicator_id = ANY(%s)
ORDER BY v.indicator_id, {_RANKS} DESC, v.territory_id, v.thing_id LIMIT %s
"""


def rows(indicators: Sequence[Indicator], places: Atlas, most: int = 100_000) -> list[Row]:
    """Every place of these indicators, the worst first."""
    by_id = {one.pk: one for one in indicators}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [list(by_id), most])
        return [
            Row(by_id[row[0]], places.by_id[row[1]], *row[2:])
            for row in cursor.fetchall()
            if row[1] in places.by_id
        ]


def public_warnings(most: int = 50) -> list[Alarm]:
    """The newest alarms of what everybody may see, for the feed; drills are not among them."""
    rows = (
        Alarm.objects.filter(indicator__public=True, drill=False)
        .exclude(handling=Alarm.Handling.SUPPRESSED)
        .select_related("indicator", "territory", "thing", "source")
    )
    return list(rows.order_by("-last_at", "-id")[:most])
