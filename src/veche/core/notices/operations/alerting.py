"""Telling the people of a place at once: who lives there, and who follows it.

Apart from other telling in three ways. Nobody has to have asked: a reader is made of every
resident. What is said of a danger to life minds no quiet hours and goes before all other letters.
And an alert that was put right or cancelled takes back the letters of the one before that still
wait. Everybody is found in one pass of sets, each once, however they are concerned.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection

from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.notices.models import Letter, Waiting
from veche.core.notices.operations.letters import _pass
from veche.core.notices.operations.telling import (
    _MAIL,
    _PUSH,
    make_readers,
    numbers_of_tellings,
)
from veche.core.notices.rules import ALERTS, DANGER
from veche.core.notices.streets import followed_in
from veche.core.places.queries import atlas
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

_RESIDENTS = """
SELECT DISTINCT h.person_id FROM people_residence h JOIN people_person p ON p.id = h.person_id
WHERE h.territory_id = ANY(%(inside)s) AND h.since <= %(at)s AND h.until > %(at)s AND p.is_active
"""
# An address without an account that belongs to a resident as well is told once, as the resident.
_TOLD = f"""
WITH w AS MATERIALIZED (
    SELECT r.id AS reader_id FROM notices_reader r JOIN ({_RESIDENTS}) h USING (person_id)
    UNION
    SELECT reader_id FROM notices_subscription
    WHERE street = '' AND radius IS NULL AND territory_id = ANY(%(inside)s)
      AND theme IN ('', %(theme)s)
    UNION
    SELECT reader_id FROM notices_subscription
    WHERE street = '' AND radius IS NULL AND theme = %(theme)s
      AND (territory_id IS NULL OR territory_id = ANY(%(above)s))
    UNION
    SELECT s.reader_id FROM unnest(%(streets)s::text[], %(cities)s::bigint[]) x (street, city)
    JOIN notices_subscription s ON s.street = x.street AND s.territory_id = x.city
    WHERE s.street <> '' AND s.theme IN ('', %(theme)s)
    UNION
    SELECT unnest(%(circles)s::bigint[])
    UNION
    SELECT reader_id FROM notices_notice
    WHERE case_id = %(case)s AND topic IN ('alert', 'danger')
), told AS (
    INSERT INTO notices_notice
        (reader_id, person_id, kind, case_id, details, at, topic, telling, push)
    SELECT r.id, r.person_id, %(kind)s, %(case)s, %(details)s::jsonb, %(at)s, t.topic,
           %(telling)s, {_PUSH}
    FROM (SELECT reader_id, %(topic)s::text AS topic FROM w) t
    JOIN notices_reader r ON r.id = t.reader_id
    WHERE r.person_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM people_person p JOIN people_residence h ON h.person_id = p.id
        WHERE p.email = r.email AND p.is_active AND h.territory_id = ANY(%(inside)s)
          AND h.since <= %(at)s AND h.until > %(at)s)
    ON CONFLICT (reader_id, case_id, kind, at) DO NOTHING
    RETURNING reader_id, topic, push
), waits AS (
    INSERT INTO notices_waiting (reader_id, telling, own, topic, pace)
    SELECT reader_id, %(telling)s, false, topic, topic FROM (
        SELECT t.reader_id, t.topic, {_MAIL} AS pace
        FROM told t JOIN notices_reader r ON r.id = t.reader_id
        LEFT JOIN people_person p ON p.id = r.person_id
    ) paced WHERE pace <> ''
    RETURNING 1
), said AS (
    INSERT INTO notices_saying (number, case_id, kind, details, at)
    VALUES (%(telling)s, %(case)s, %(kind)s, %(details)s::jsonb, %(at)s::timestamptz)
)
SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM waits),
       (SELECT count(*) FROM told WHERE push)
"""
_CIRCLES = """
SELECT reader_id, longitude, latitude FROM notices_subscription
WHERE radius IS NOT NULL AND theme IN ('', %(theme)s)
  AND longitude BETWEEN %(west)s AND %(east)s AND latitude BETWEEN %(south)s AND %(north)s
"""
_IN_HOUSE = """
INSERT INTO notices_notice (reader_id, person_id, kind, case_id, details, at, topic, telling, push)
SELECT r.id, r.person_id, %(kind)s, %(case)s, %(details)s::jsonb, %(at)s, 'work', %(telling)s,
       false
FROM notices_reader r WHERE r.person_id = ANY(%(people)s)
ON CONFLICT (reader_id, case_id, kind, at) DO NOTHING
"""


@dataclass(frozen=True)
class Told:
    """Whom an alert has come to."""

    telling: int
    people: int
    letters: int
    """Who wants it by letter; the letters are written next."""
    devices: int
    """Whose devices are woken next."""


@operation
def tell_place(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    kind: str,
    details: Mapping[str, Any],
    territories: Collection[int],
    theme: str,
    danger: bool,
    instead_of: Sequence[int] = (),
) -> Told:
    """Tell everybody who lives in these territories now, or subscribed to all news of one, or to
    ``theme`` in one or around one, or follows a street that runs through one; and those who were
    told of the same case by an alert before.

    ``danger``: it comes at any hour. ``instead_of`` are the tellings whose letters, where they
    still wait, need not go out any more.
    """
    places = atlas()
    named = [places.by_id[pk] for pk in territories]
    (telling,) = numbers_of_tellings(1)
    values: dict[str, Any] = {
        "at": at,
        "case": case.pk,
        "kind": kind,
        "details": json.dumps(dict(details)),
        "topic": DANGER if danger else ALERTS[0],
        "telling": telling,
        "theme": theme,
        "inside": sorted({pk for one in named for pk in places.inside(one)}),
        "above": sorted({pk for one in named for pk in (one.district_id, one.city_id) if pk}),
    }
    values["circles"] = _in_circles(values, named)
    streets = followed_in(named, theme=theme)
    values["streets"] = [street for street, _city in streets]
    values["cities"] = [city for _street, city in streets]
    take_back(instead_of)
    make_readers(_RESIDENTS, values)
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, values)
        people, letters, devices = cursor.fetchone()
    record(
        kind="notices.alerted",
        by=by,
        at=at,
        subject=subject(case),
        public={"people": people, "letters": letters, "devices": devices},
    )
    return Told(telling, people, letters, devices)


def _in_circles(values: Mapping[str, Any], named: Sequence[Any]) -> list[int]:
    """The readers of circles whose middle lies in one of the territories."""
    if not named:
        return []
    box = {
        "west": min(one.west for one in named),
        "south": min(one.south for one in named),
        "east": max(one.east for one in named),
        "north": max(one.north for one in named),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CIRCLES, {"theme": values["theme"], **box})
        rows = cursor.fetchall()
    if not rows:
        return []
    middles = np.array([row[1:] for row in rows], dtype=np.float64)
    inside = set(values["inside"])
    found = atlas().locate(middles[:, 0], middles[:, 1])
    return sorted({row[0] for row, place in zip(rows, found, strict=True) if int(place) in inside})


@operation
def tell_in_house(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    kind: str,
    details: Mapping[str, Any],
    people: Collection[int],
) -> int:
    """Tell these people on their page and nowhere else, the one who acts too: no letter leaves and
    no device is woken. For drills. Returns how many."""
    (telling,) = numbers_of_tellings(1)
    values: dict[str, Any] = {
        "at": at,
        "case": case.pk,
        "kind": kind,
        "details": json.dumps(dict(details)),
        "people": sorted(people),
        "telling": telling,
    }
    make_readers("SELECT unnest(%(people)s::bigint[]) AS person_id", values)
    with connection.cursor() as cursor:
        cursor.execute(_IN_HOUSE, values)
        told: int = cursor.rowcount
    record(kind="notices.told", by=by, at=at, subject=subject(case), public={"people": told})
    return told


_REACH = f"""
SELECT (SELECT count(*) FROM ({_RESIDENTS}) h),
       (SELECT count(DISTINCT reader_id) FROM notices_subscription
        WHERE street = '' AND radius IS NULL AND theme = '' AND territory_id = ANY(%(inside)s))
"""


@dataclass(frozen=True)
class Reach:
    """How many an alert would come to, before it is published."""

    residents: int
    followers: int
    """Subscriptions to all news of these places; some of them are residents'."""


def reach(territories: Collection[int], *, at: dt.datetime) -> Reach:
    """How many live in these territories now and how many follow them."""
    places = atlas()
    inside = {pk for one in territories for pk in places.inside(places.by_id[one])}
    with connection.cursor() as cursor:
        cursor.execute(_REACH, {"inside": sorted(inside), "at": at})
        return Reach(*cursor.fetchone())


@inside
def take_back(tellings: Sequence[int]) -> int:
    """Drop the letters of these tellings that still wait, and what waits to be written or pushed;
    how many letters. Called within an operation of this module."""
    if not tellings:
        return 0
    Waiting.objects.filter(telling__in=tellings, pace__in=ALERTS).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notices_notice SET push = false WHERE push AND telling = ANY(%s)",
            [list(tellings)],
        )
    periods = [f"t{one}" for one in tellings]
    rows = Letter.objects.filter(kind__in=ALERTS, period__in=periods)
    return rows.filter(state="waiting", lane__isnull=True).update(state="dropped")


@operation
def take_alert_back(*, by: None, at: dt.datetime, case: Case, tellings: Sequence[int]) -> int:
    """What an alert said is over: its letters that still wait are not sent. How many."""
    gone = take_back(tellings)
    record(
        kind="notices.taken-back",
        by=by,
        at=at,
        subject=subject(case),
        public={"letters": gone},
    )
    return gone


def alerts_wait() -> list[tuple[int, str]]:
    """Tellings of alerts whose letters are not written yet, each with its topic."""
    rows = Waiting.objects.filter(pace__in=ALERTS).values_list("telling", "pace").distinct()
    return sorted(rows, key=lambda row: (row[1] != DANGER, row[0]))


@operation
def write_alert(*, by: None, at: dt.datetime, telling: int, topic: str) -> int:
    """The letters of one alert, in one pass; how many. Done twice it writes none twice."""
    where = "pace = %(topic)s AND telling = %(telling)s"
    made = _pass(topic, f"t{telling}", at, where, {"topic": topic, "telling": telling})
    record(kind="notices.written", by=by, at=at, subject="notices", public={"letters": made})
    return made
