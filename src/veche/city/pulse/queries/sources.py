"""The catalogue of sources as people read it: true at the moment it is asked, not at the last tick.

Few statements, whatever the number of systems.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.http import QueryDict
from django.utils.http import urlencode

from veche.city.pulse.models import Agreement, Look, Refusal, Source, SourceKey, SourceTurn, Stream

PAGE = 50
STATES = ("fresh", "stale", "new", "off")
KEPT_DAYS = 14
"""Days of refusals that are shown on the page of a source."""

# What the timer has kept may be a minute old; the page says what is true now.
STATE = """CASE WHEN s.state = 'off' THEN 'off'
    WHEN s.seen_at + make_interval(secs => s.fresh_for) >= %(at)s THEN 'fresh'
    WHEN s.state = 'new' OR s.seen_at IS NULL THEN 'new' ELSE 'stale' END"""
_WHERE = f"""
(%(state)s = '' OR {STATE} = %(state)s)
AND (%(owner)s = '' OR o.code = %(owner)s)
AND (%(connector)s = '' OR s.connector = %(connector)s)
AND (%(like)s = '' OR s.code ILIKE %(like)s OR s.names::text ILIKE %(like)s
     OR o.names::text ILIKE %(like)s OR s.purpose ILIKE %(like)s
     OR EXISTS (SELECT FROM pulse_application a
                WHERE a.source_id = s.id AND a.names::text ILIKE %(like)s))
"""
_TABLES = "pulse_source s JOIN organisations_organisation o ON o.id = s.owner_id"
_ROWS = f"""
SELECT s.id, s.code, s.names, o.code, o.names, s.connector, s.cadence, s.fresh_for, s.public,
    s.seen_at, s.problem, {STATE} AS told, g.until, s.taken, s.refused,
    (SELECT count(*) FROM pulse_application a WHERE a.source_id = s.id)
FROM {_TABLES} LEFT JOIN pulse_agreement g ON g.id = s.agreement_id
WHERE {_WHERE}
ORDER BY CASE {STATE} WHEN 'stale' THEN 0 WHEN 'new' THEN 1 WHEN 'fresh' THEN 2 ELSE 3 END, s.code
LIMIT %(limit)s OFFSET %(offset)s
"""
_OWNERS = f"""
WITH apps AS (SELECT source_id, count(*) AS n FROM pulse_application GROUP BY source_id),
told AS (SELECT s.id, s.owner_id, {STATE} AS state, {_WHERE} AS fits FROM {_TABLES})
SELECT o.code, o.names, count(*), count(*) FILTER (WHERE t.state = 'fresh'),
    count(*) FILTER (WHERE t.state = 'stale'), count(*) FILTER (WHERE t.state = 'new'),
    count(*) FILTER (WHERE t.state = 'off'), coalesce(sum(apps.n), 0)::int,
    count(*) FILTER (WHERE t.fits)
FROM told t JOIN organisations_organisation o ON o.id = t.owner_id
LEFT JOIN apps ON apps.source_id = t.id
GROUP BY o.id, o.code, o.names ORDER BY count(*) DESC, o.code
"""


@dataclass(frozen=True)
class Which:
    """What of the catalogue is asked for."""

    q: str = ""
    state: str = ""
    owner: str = ""
    connector: str = ""
    page: int = 1

    def values(self, at: dt.datetime, limit: int = PAGE) -> dict[str, Any]:
        """For the statements."""
        q = self.q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        return {
            "at": at,
            "state": self.state,
            "owner": self.owner,
            "connector": self.connector,
            "like": f"%{q}%" if q else "",
            "limit": limit,
            "offset": (self.page - 1) * limit,
        }

    def parameters(self) -> str:
        """The choice as it stands in an address; empty where everything is shown."""
        chosen = {n: getattr(self, n) for n in ("q", "state", "owner", "connector")}
        said = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{said}" if said else ""


def read_which(given: QueryDict) -> Which:
    """The choice in an address; what cannot be is left out."""
    state = given.get("state", "")
    page = given.get("page", "1")
    return Which(
        q=given.get("q", "").replace("\x00", "").strip()[:80],
        state=state if state in STATES else "",
        owner=given.get("owner", "").replace("\x00", "")[:80],
        connector=given.get("connector", "").replace("\x00", "")[:30],
        page=max(1, int(page[:6])) if page.isascii() and page.isdigit() else 1,
    )


@dataclass(frozen=True)
class Line:
    """One source of the catalogue."""

    pk: int
    code: str
    names: Mapping[str, str]
    owner: str
    owner_names: Mapping[str, str]
    connector: str
    cadence: int
    fresh_for: int
    public: bool
    seen_at: dt.datetime | None
    problem: str
    state: str
    until: dt.date | None
    """Last day of its agreement."""
    taken: int
    refused: int
    applications: int


@dataclass(frozen=True)
class Owner:
    """A department and how its systems do."""

    code: str
    names: Mapping[str, str]
    systems: int
    fresh: int
    stale: int
    new: int
    off: int
    applications: int
    matching: int

    @property
    def share(self) -> float | None:
        """Which share of those that are not switched off tells now; None where all are off."""
        on = self.systems - self.off
        return self.fresh / on if on else None


@dataclass(frozen=True)
class Catalogue:
    """The departments, and the sums of all."""

    owners: tuple[Owner, ...]

    @property
    def systems(self) -> int:
        """How many systems are connected or were."""
        return sum(one.systems for one in self.owners)

    @property
    def applications(self) -> int:
        """How many programs live on them."""
        return sum(one.applications for one in self.owners)

    @property
    def matching(self) -> int:
        """How many fit the choice."""
        return sum(one.matching for one in self.owners)

    def count(self, state: str) -> int:
        """How many are in a state."""
        return sum(getattr(one, state) for one in self.owners)

    @property
    def by_state(self) -> list[tuple[str, int]]:
        """Every state with its count."""
        return [(state, self.count(state)) for state in STATES]


def catalogue(which: Which, at: dt.datetime) -> Catalogue:
    """Every department with its systems and programs, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, which.values(at))
        rows = cursor.fetchall()
    return Catalogue(
        tuple(Owner(row[0], _names(row[1]), *row[2:]) for row in rows),
    )


def lines(which: Which, at: dt.datetime, most: int = PAGE) -> list[Line]:
    """The sources of a choice, those that are silent first; one page of them."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, which.values(at, most))
        rows = cursor.fetchall()
    return [Line(row[0], row[1], _names(row[2]), row[3], _names(row[4]), *row[5:]) for row in rows]


def all_lines(which: Which, at: dt.datetime) -> list[Line]:
    """The same without pages: for a file."""
    return lines(replace(which, page=1), at, most=100_000)


def _names(value: Any) -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads(value) if isinstance(value, str) else value
    return found


def state_of(source: Source, at: dt.datetime) -> str:
    """The state of one source now."""
    fresh_for = dt.timedelta(seconds=source.fresh_for)
    if source.state == Source.State.OFF:
        return "off"
    if source.seen_at is not None and source.seen_at + fresh_for >= at:
        return "fresh"
    return "new" if source.state == Source.State.NEW or source.seen_at is None else "stale"


def turns(source: Source, most: int = 20) -> list[SourceTurn]:
    """When it fell silent and came back, newest first."""
    return list(SourceTurn.objects.filter(source=source).order_by("-at", "-pk")[:most])


def refusals(source: Source, day: dt.date) -> list[Refusal]:
    """What was refused in the last days, and why; newest first."""
    since = day - dt.timedelta(days=KEPT_DAYS)
    rows = Refusal.objects.filter(source=source, day__gt=since)
    return list(rows.order_by("-day", "-count", "reason")[:100])


def looks(source: Source, most: int = 50) -> list[Look]:
    """Who read it, newest first."""
    rows = Look.objects.filter(source=source).select_related("person", "key")
    return list(rows.order_by("-at", "-pk")[:most])


def keys(source: Source) -> list[SourceKey]:
    """Its keys, those in force first."""
    rows = SourceKey.objects.filter(source=source)
    return sorted(rows, key=lambda one: (one.until is not None, -one.pk))


_SAME = """
SELECT p.code, p.name, count(*), count(*) FILTER (WHERE t.latest_at IS NOT NULL),
    max(t.latest_at), min(t.unit ->> 'symbol'), count(DISTINCT t.thing_id)
FROM pulse_stream t JOIN pulse_observedproperty p ON p.id = t.property_id
WHERE t.source_id = %s GROUP BY p.id, p.code, p.name ORDER BY count(*) DESC, p.code LIMIT 50
"""


@dataclass(frozen=True)
class Told:
    """What a source tells about one property."""

    code: str
    name: str
    streams: int
    heard: int
    newest: dt.datetime | None
    unit: str
    things: int


def told(source: Source) -> list[Told]:
    """What really came, by property."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME, [source.pk])
        return [Told(*row) for row in cursor.fetchall()]


def streams_count(source: Source) -> int:
    """How many streams it has."""
    return Stream.objects.filter(source=source).count()


def agreements(day: dt.date) -> list[tuple[Agreement, str, int]]:
    """Every agreement, its state on a day and how many sources hang on it; what ends first, first.

    States: ``coming``, ``held``, ``ends`` (within a month), ``ended``.
    """
    from django.db.models import Count, OuterRef, Subquery
    from django.db.models.functions import Coalesce

    hang = (
        Source.objects.filter(agreement=OuterRef("pk"))
        .order_by()
        .values("agreement")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = (
        Agreement.objects.select_related("giver", "taker")
        .annotate(sources=Coalesce(Subquery(hang), 0))
        .order_by("ended_at", "until", "code")
    )
    found = [(one, agreement_state(one, day), int(one.sources)) for one in rows]
    order = {"ends": 0, "held": 1, "coming": 2, "ended": 3}
    return sorted(found, key=lambda row: order[row[1]])


def agreement_state(agreement: Agreement, day: dt.date) -> str:
    """Whether it holds on a day."""
    from veche.city.pulse.operations.agreements import WARNED_DAYS

    if agreement.ended_at is not None or (agreement.until and agreement.until < day):
        return "ended"
    if agreement.since > day:
        return "coming"
    soon = day + dt.timedelta(days=WARNED_DAYS)
    return "ends" if agreement.until and agreement.until <= soon else "held"
