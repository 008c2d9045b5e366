"""What is open, in the order in which it is worked on; what of it is late, and whose it is."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from veche.city.dispatch.procedure import OPEN
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.languages import here
from veche.portal.wall.walls import Wall

MOST = 5_000
"""Open incidents that are looked at; a city with more has other worries than its wall."""
Names = Mapping[str, str]


class Open(NamedTuple):
    """An incident that is open, or what an office was asked for in one; moments in seconds."""

    pk: int
    number: str
    title: str
    """As it was told; of what is not everybody's the wall says the kind and no more."""
    kind: Names
    severity: int
    tier: int
    state: str
    due: float | None
    reported: float
    office: int
    """The number of the office it lies with; 0: the dispatchers."""
    office_names: Names | None
    territory: Territory
    service: Names | None
    """The service that must go on and does not."""
    vulnerable: str
    people: int | None
    longitude: float | None
    latitude: float | None
    part: str = ""
    """What the office was asked for, where it helps only."""

    @property
    def name(self) -> str:
        """What it is called, in the active language."""
        return self.title or here(self.kind)

    @property
    def office_name(self) -> str:
        """Whose it is, in the active language; empty: the dispatchers'."""
        return here(self.office_names or {})

    @property
    def due_at(self) -> dt.datetime | None:
        """When its present term is over."""
        return None if self.due is None else dt.datetime.fromtimestamp(self.due, dt.UTC)

    @property
    def reported_at(self) -> dt.datetime:
        """When the city first knew; of a part, when the office was asked."""
        return dt.datetime.fromtimestamp(self.reported, dt.UTC)

    def late(self, at: dt.datetime) -> bool:
        """Whether its present term is over."""
        return self.due is not None and self.due < at.timestamp()


WITH_DISPATCHERS = ("reported", "verified", "done")
"""States in which the dispatchers must do something, whichever office had it before."""
# A thousand rows come as one text, their names once each: read one by one they cost five times as
# much. A title holds neither of the two characters that part rows and cells.
_INCIDENTS = """
WITH r AS MATERIALIZED (
    SELECT c.id, c.number, CASE WHEN k.public THEN i.title ELSE '' END AS title, i.kind_id,
        i.severity, i.tier, c.state, c.due_at, i.reported_at, c.territory_id, i.service_id,
        CASE WHEN c.state = ANY(%(dispatchers)s) THEN 0 ELSE coalesce(c.organisation_id, 0) END
            AS office,
        i.vulnerable, i.people, i.longitude, i.latitude
    FROM cases_case c JOIN dispatch_incident i ON i.case_id = c.id
        JOIN dispatch_incidentkind k ON k.id = i.kind_id
    WHERE c.procedure = 'incident' AND c.state = ANY(%(open)s) AND i.drill = %(drill)s
        AND (%(inside)s OR (k.public AND c.hidden_at IS NULL))
    ORDER BY i.service_id IS NULL, i.vulnerable = '', i.severity DESC, c.due_at, c.id
    LIMIT %(most)s
)
SELECT string_agg(concat(
    id, chr(31), number, chr(31), translate(title, chr(30) || chr(31), ''), chr(31), kind_id,
    chr(31), severity, chr(31), tier, chr(31), state, chr(31), extract(epoch FROM due_at), chr(31),
    extract(epoch FROM reported_at), chr(31), office, chr(31), territory_id, chr(31), service_id,
    chr(31), vulnerable, chr(31), people, chr(31), longitude, chr(31), latitude), chr(30)) FROM r
UNION ALL SELECT (SELECT json_object_agg(id, names) FROM dispatch_incidentkind)::text
UNION ALL SELECT (SELECT json_object_agg(id, names) FROM dispatch_essentialservice)::text
UNION ALL SELECT (SELECT json_object_agg(id, names) FROM organisations_organisation
    WHERE id IN (SELECT office FROM r))::text
"""
_TASKS = """
SELECT t.incident_id, t.text, c.state, extract(epoch FROM c.due_at)::float8,
    extract(epoch FROM t.asked_at)::float8, o.id, o.names::text
FROM cases_case c JOIN dispatch_incidenttask t ON t.case_id = c.id
    JOIN organisations_organisation o ON o.id = t.organisation_id
WHERE c.procedure = 'incident_task' AND c.state IN ('asked', 'in_work') AND c.due_at < %(at)s
ORDER BY c.due_at, c.id LIMIT %(most)s
"""


def open_ones(wall: Wall, places: Atlas) -> list[Open]:
    """The open incidents of a wall, the first to be worked on first; one statement."""
    values: dict[str, Any] = {
        "inside": wall.inside,
        "drill": wall.drill,
        "open": list(OPEN),
        "dispatchers": list(WITH_DISPATCHERS),
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INCIDENTS, values)
        told, *names = (row[0] for row in cursor.fetchall())
    kinds, services, offices = (json.loads(one or "{}") for one in names)
    found = []
    for line in told.split("\x1e") if told else ():
        (
            pk, number, title, kind, severity, tier, state, due, reported, office, territory,
            service, vulnerable, people, longitude, latitude,
        ) = line.split("\x1f")  # fmt: skip
        place = places.by_id.get(int(territory))
        if place is None:
            continue
        found.append(
            Open(
                int(pk), number, title, kinds[kind], int(severity), int(tier), state,
                float(due) if due else None, float(reported), int(office), offices.get(office),
                place, services.get(service), vulnerable, int(people) if people else None,
                float(longitude) if longitude else None, float(latitude) if latitude else None,
            )
        )  # fmt: skip
    return found


def late_tasks(incidents: Iterable[Open], at: dt.datetime) -> list[Open]:
    """What offices were asked for in these incidents and have not done in time; one statement."""
    of = {one.pk: one for one in incidents}
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, {"at": at, "most": MOST})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [
        of[pk]._replace(
            # What is not everybody's is told by its kind alone, its parts too.
            part=text if of[pk].title else "",
            state=state, due=due, reported=asked, office=office, office_names=json.loads(names),
        )
        for pk, text, state, due, asked, office, names in rows
        if pk in of
    ]  # fmt: skip


@dataclass(frozen=True)
class Owing:
    """An office, or the dispatchers, with what is late with them."""

    office: int
    names: Names
    count: int
    longest: dt.timedelta

    @property
    def name(self) -> str:
        """Who it is, in the active language; empty: the dispatchers."""
        return here(self.names)


def whose(late: Iterable[Open], at: dt.datetime) -> list[Owing]:
    """Whose the late ones are, who owes most first."""
    counts: Counter[int] = Counter()
    names: dict[int, Names] = {}
    longest: dict[int, dt.timedelta] = {}
    for one in late:
        counts[one.office] += 1
        names[one.office] = one.office_names or {}
        passed = at - (one.due_at or at)
        longest[one.office] = max(longest.get(one.office, dt.timedelta(0)), passed)
    return [
        Owing(office, names[office], count, longest[office])
        for office, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def in_place(rows: Sequence[Open], place: Territory | None, places: Atlas) -> list[Open]:
    """Those of the rows that lie in a place; all where none is named."""
    if place is None:
        return list(rows)
    inside = set(places.inside(place))
    return [one for one in rows if one.territory.pk in inside]
