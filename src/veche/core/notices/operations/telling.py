"""Telling: those who follow a matter, and those who subscribed to what is around it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.notices import matters
from veche.core.notices.models import Announcement, Notice
from veche.core.notices.rules import URGENT, USUAL
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


def _pace(channel: str) -> str:
    """SQL: the pace of a notice ``t.topic`` to reader ``r`` on a channel."""
    usual = " ".join(f"WHEN '{topic}' THEN '{pace}'" for topic, pace in USUAL[channel].items())
    return f"coalesce(r.ways #>> ARRAY['{channel}', t.topic], CASE t.topic {usual} END)"


# Mail goes to confirmed addresses only; what is switched off is settled at once.
_MAIL = f"""
CASE WHEN r.mail_stopped_at IS NOT NULL THEN ''
     WHEN r.person_id IS NULL AND r.confirmed_at IS NULL THEN ''
     WHEN r.person_id IS NOT NULL
          AND (p.email IS NULL OR p.level = 'unverified' OR NOT p.is_active) THEN ''
     WHEN t.topic = '{URGENT}' AND {_pace("mail")} = 'now' THEN '{URGENT}'
     ELSE replace({_pace("mail")}, 'none', '') END
"""
_PUSH = f"""
({_pace("push")} = 'now' AND EXISTS (
    SELECT FROM notices_pushaddress a WHERE a.reader_id = r.id))
"""
# Readers are found again by their key and not by joining the parts of the statement, whose sizes
# the planner cannot know: a telling may reach ten or ten thousand.
_TOLD = f"""
WITH w AS MATERIALIZED ({{told}}), told AS (
    INSERT INTO notices_notice
        (reader_id, person_id, kind, case_id, details, at, topic, telling, push)
    SELECT r.id, r.person_id, %(kind)s, t.case_id, t.details::jsonb, %(at)s, t.topic, t.telling,
           {_PUSH}
    FROM w t JOIN notices_reader r ON r.id = t.reader_id
    WHERE r.person_id IS NULL OR r.person_id IS DISTINCT FROM %(by)s
    ON CONFLICT (reader_id, case_id, kind, at) DO NOTHING
    RETURNING reader_id, topic, telling, push
), paced AS (
    SELECT t.reader_id, t.telling, t.topic, {_MAIL} AS pace
    FROM told t JOIN notices_reader r ON r.id = t.reader_id
    LEFT JOIN people_person p ON p.id = r.person_id
), waits AS (
    INSERT INTO notices_waiting (reader_id, telling, own, topic, pace)
    SELECT reader_id, telling, topic = 'own', topic, pace FROM paced WHERE pace <> ''
    RETURNING telling, pace
), said AS (
    INSERT INTO notices_saying (number, case_id, kind, details, at)
    SELECT DISTINCT ON (telling) telling, case_id, %(kind)s, details::jsonb, %(at)s::timestamptz
    FROM w
)
SELECT (SELECT count(*) FROM told),
       (SELECT coalesce(max(telling) FILTER (WHERE pace IN ('now', '{URGENT}')), 0)
        FROM waits),
       (SELECT coalesce(max(telling) FILTER (WHERE push), 0) FROM told)
"""
# What every choice of readers gives beside them: one telling of one case.
_ONE = "%(case)s AS case_id, %(details)s AS details, (SELECT nextval('notices_telling')) AS telling"
_FOLLOWERS = f"""
SELECT f.reader_id, CASE WHEN f.person_id = %(author)s THEN 'own' ELSE 'followed' END AS topic,
       {_ONE}
FROM notices_following f WHERE f.case_id = %(case)s
"""
_AROUND = f"""
SELECT DISTINCT reader_id, 'around' AS topic, {_ONE} FROM (
    SELECT reader_id, theme FROM notices_subscription
    WHERE street = '' AND radius IS NULL AND territory_id = ANY(%(territories)s)
    UNION ALL
    SELECT reader_id, theme FROM notices_subscription
    WHERE street = '' AND radius IS NULL AND territory_id IS NULL
    UNION ALL
    SELECT reader_id, theme FROM notices_subscription
    WHERE street <> '' AND street = %(street)s AND territory_id = %(city)s
    UNION ALL
    SELECT reader_id, theme FROM notices_subscription
    WHERE radius IS NOT NULL AND %(longitude)s::float IS NOT NULL
      AND notices_around(longitude, latitude, radius)
          @> box(point(%(longitude)s, %(latitude)s), point(%(longitude)s, %(latitude)s))
      AND 12742000 * asin(least(1, sqrt(
            sin(radians(latitude - %(latitude)s) / 2) ^ 2
            + cos(radians(latitude)) * cos(radians(%(latitude)s))
              * sin(radians(longitude - %(longitude)s) / 2) ^ 2))) <= radius
) s
WHERE (s.theme = '' OR s.theme = ANY(%(themes)s))
  AND NOT EXISTS (
    SELECT FROM notices_following f WHERE f.reader_id = s.reader_id AND f.case_id = %(case)s)
"""


def tell(told: str, values: dict[str, Any]) -> tuple[int, int, int]:
    """Tell the readers that the statement ``told`` finds; of those who act, nobody.

    Returns how many were told; the number of the telling if somebody wants a letter at once, else
    0; the same for devices. Called within an operation of this module.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOLD.format(told=told), values)
        people, letters, pushes = cursor.fetchone()
    return people, letters, pushes


def numbers_of_tellings(count: int) -> list[int]:
    """Fresh numbers: whatever is told at once under one of them is told in the same words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('notices_telling') FROM generate_series(1, %s)", [count])
        return [int(row[0]) for row in cursor.fetchall()]


_READERS = """
INSERT INTO notices_reader (person_id, language, mark, ways, bounces, since)
SELECT w.person_id, p.language, md5(random()::text || w.person_id), '{{}}', 0, %(at)s
FROM ({whom}) w JOIN people_person p ON p.id = w.person_id
ON CONFLICT (person_id) DO NOTHING
"""


def make_readers(whom: str, values: dict[str, Any]) -> None:
    """Let the people that the statement ``whom`` finds (``person_id``) be told: whoever holds a
    role is told without having asked. Called within an operation of this module."""
    with connection.cursor() as cursor:
        cursor.execute(_READERS.format(whom=whom), values)


@operation
def tell_followers(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    kind: str,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Tell everybody who follows a case, except who did it; returns how many.

    The letters go out by a job that is queued in the same transaction: nobody is told of what did
    not happen, and a crash forgets nobody.
    """
    values = {
        "kind": kind,
        "case": case.pk,
        "details": json.dumps(dict(details or {})),
        "at": at,
        "by": by.pk if by else None,
        "author": case.author_id,
    }
    told, letters, pushes = tell(_FOLLOWERS, values)
    record(kind="notices.told", by=by, at=at, subject=subject(case), public={"people": told})
    queue(letters, pushes)
    return told


_FOLLOWERS_OF_MANY = """
SELECT f.reader_id, CASE WHEN f.person_id = c.author_id THEN 'own' ELSE 'followed' END AS topic,
       f.case_id AS case_id, '{}' AS details, v.telling AS telling
FROM notices_following f JOIN cases_case c ON c.id = f.case_id
JOIN unnest(%(cases)s::bigint[], %(tellings)s::bigint[]) AS v (case_id, telling)
    ON v.case_id = f.case_id
"""


@operation
def tell_followers_of_many(
    *, by: Person | None, at: dt.datetime, cases: Sequence[int], kind: str
) -> int:
    """Tell everybody who follows any of these cases, which took the same step at once; how many
    notices. Each case is a telling of its own; all of it takes a few statements."""
    tellings = numbers_of_tellings(len(cases)) if cases else []
    values = {
        "kind": kind,
        "cases": list(cases),
        "tellings": tellings,
        "at": at,
        "by": by.pk if by else None,
    }
    told = tell(_FOLLOWERS_OF_MANY, values)[0] if cases else 0
    record(
        kind="notices.told",
        by=by,
        at=at,
        subject="cases",
        public={"people": told, "cases": len(cases)},
    )
    if told:
        from veche.core.notices import tasks

        tasks.send_now.defer()
        tasks.push_told.defer(telling=0)
    return told


def queue(letters: int, pushes: int) -> None:
    """Let the worker send what is to be said at once, after this transaction; the numbers are
    those of the telling, 0 where nobody wants it so."""
    from veche.core.notices import tasks

    if letters:
        tasks.send_told.defer(telling=letters)
    if pushes:
        tasks.push_told.defer(telling=pushes)


@operation
def announce(*, by: Person | None, at: dt.datetime, case: Case, kind: str) -> None:
    """Let those hear of a case who subscribed to its area, its street or its theme.

    Who they are is found by the worker, so that whoever acts does not wait for it; what is to be
    done stands in the transaction of the act.
    """
    Announcement(case=case, kind=kind, by=by.pk if by else None, at=at).save(force_insert=True)
    record(kind="notices.announced", by=by, at=at, subject=subject(case), public={"kind": kind})
    from veche.core.notices.tasks import tell_around

    tell_around.defer()


@operation
def announce_all(*, by: Person | None, at: dt.datetime, cases: Iterable[Case], kind: str) -> None:
    """The same for many cases that took the same step at once; one statement, one record."""
    rows = [Announcement(case=one, kind=kind, by=by.pk if by else None, at=at) for one in cases]
    Announcement.objects.bulk_create(rows)
    record(
        kind="notices.announced",
        by=by,
        at=at,
        subject="cases",
        public={"kind": kind, "cases": len(rows)},
    )
    if rows:
        from veche.core.notices.tasks import tell_around

        tell_around.defer()


@operation
def tell_subscribers(*, by: None, at: dt.datetime, announcement: int) -> int:
    """Tell those around what one announcement says; returns how many, 0 when that is done.

    Notices carry the moment of the step, so that doing it twice tells nobody twice.
    """
    found = (
        Announcement.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("case", "case__territory")
        .filter(pk=announcement, done_at__isnull=True)
        .first()
    )
    if found is None:
        record(kind="notices.told", by=by, at=at, subject="notices", public={"people": 0})
        return 0
    case = found.case
    told = letters = pushes = 0
    matter = matters.find([(case.pk, case.procedure)]).get(case.pk)
    # What is hidden meanwhile is not announced.
    if matter is not None and matter.public:
        place = case.territory
        values = {
            "kind": found.kind,
            "case": case.pk,
            "details": "{}",
            "at": found.at,
            "by": found.by,
            "territories": [
                pk for pk in (place.pk, place.district_id, place.city_id, place.parent_id) if pk
            ],
            "city": place.city_id or place.pk,
            "street": matter.street,
            "longitude": matter.longitude,
            "latitude": matter.latitude,
            "themes": list({case.theme, *matter.themes}),
        }
        told, letters, pushes = tell(_AROUND, values)
    found.done_at = at
    found.save(update_fields=["done_at"])
    record(kind="notices.told", by=by, at=at, subject=subject(case), public={"people": told})
    queue(letters, pushes)
    return told


@operation
def mark_seen(*, by: Person, at: dt.datetime) -> int:
    """The person has looked at their notices."""
    seen = Notice.objects.filter(person=by, seen_at__isnull=True).update(seen_at=at)
    record(kind="notices.seen", by=by, at=at, subject=f"person:{by.pk}", public={"count": seen})
    return seen
