"""Telling named people, and parting what was joined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.notices.operations.telling import make_readers, numbers_of_tellings, queue, tell
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

_WHOM = "SELECT DISTINCT person_id FROM unnest(%(people)s::bigint[]) w (person_id)"
_TOLD = """
SELECT DISTINCT r.id AS reader_id, %(topic)s::text AS topic, %(case)s AS case_id,
       '{}'::text AS details, %(telling)s::bigint AS telling
FROM unnest(%(people)s::bigint[]) w (person_id) JOIN notices_reader r ON r.person_id = w.person_id
"""
_PART = """
DELETE FROM notices_following f USING notices_following was
WHERE f.case_id = %(to)s AND f.since = %(carried)s AND was.case_id = %(case)s
    AND was.reader_id = f.reader_id
    AND NOT EXISTS (SELECT FROM notices_following other
        WHERE other.reader_id = f.reader_id AND other.case_id = ANY(%(others)s))
"""


@operation
def tell_people(
    *,
    by: Person | None,
    at: dt.datetime,
    told: Sequence[tuple[int, int]],
    kind: str,
    topic: str = "work",
) -> int:
    """Tell people about cases, given as pairs of person and case, as a part of their role; returns
    how many were told. ``topic`` is ``work``, or one of `rules.CALLS` where they are called to act
    within minutes."""
    people: dict[int, list[int]] = {}
    for person, case in told:
        people.setdefault(case, []).append(person)
    count = 0
    for (case, persons), telling in zip(
        people.items(), numbers_of_tellings(len(people)), strict=True
    ):
        values: dict[str, Any] = {
            "kind": kind,
            "topic": topic,
            "case": case,
            "at": at,
            "by": by.pk if by else None,
            "people": persons,
            "telling": telling,
        }
        make_readers(_WHOM, values)
        some, letters, pushes = tell(_TOLD, values)
        queue(letters, pushes)
        count += some
    record(
        kind="notices.told",
        by=by,
        at=at,
        subject="cases",
        public={"people": count, "kind": kind},
    )
    return count


@operation
def part_followers(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    to: Case,
    carried_at: dt.datetime,
    others: Sequence[int],
) -> int:
    """Undo `carry_followers`: those who came to ``to`` at ``carried_at`` by ``case`` alone follow
    it no longer. ``others`` are cases by which they may have come as well. Returns how many."""
    values: list[Any] = [to.pk, carried_at, case.pk, list(others)]
    with connection.cursor() as cursor:
        cursor.execute(_PART, dict(zip(("to", "carried", "case", "others"), values, strict=True)))
        gone: int = cursor.rowcount
    record(
        kind="notices.parted",
        by=by,
        at=at,
        subject=subject(to),
        public={"from": case.number, "people": gone},
    )
    return gone
