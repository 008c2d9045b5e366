"""Following a matter."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.notices.models import Following, Reader
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

# One statement, because following is part of every report. `DO UPDATE` gives back the reader who
# was there already, even one written this very moment by somebody else.
_FOLLOW = """
WITH reader AS (
    INSERT INTO notices_reader (person_id, language, mark, ways, bounces, since)
    VALUES (%(person)s, %(language)s, %(mark)s, '{}', 0, %(at)s)
    ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id RETURNING id
)
INSERT INTO notices_following (reader_id, person_id, case_id, since)
SELECT id, %(person)s, %(case)s, %(at)s FROM reader
ON CONFLICT (reader_id, case_id) DO NOTHING
"""


@operation
def follow(*, by: Person, at: dt.datetime, case: Case) -> None:
    """Be told about a case from now on; following twice is following once."""
    values: dict[str, Any] = {
        "person": by.pk,
        "language": by.language,
        "mark": secrets.token_hex(8),
        "at": at,
        "case": case.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, values)
    record(kind="notices.followed", by=by, at=at, subject=subject(case))


@operation
def unfollow(*, by: Person, at: dt.datetime, case: Case) -> None:
    """No longer be told about a case."""
    Following.objects.filter(case=case, person=by).delete()
    record(kind="notices.unfollowed", by=by, at=at, subject=subject(case))


_CARRY = """
INSERT INTO notices_following (reader_id, person_id, case_id, since)
SELECT reader_id, person_id, %s, %s FROM notices_following WHERE case_id = %s
ON CONFLICT (reader_id, case_id) DO NOTHING
"""


@operation
def carry_followers(*, by: Person | None, at: dt.datetime, case: Case, to: Case) -> int:
    """Whoever follows ``case`` follows ``to`` as well, once each: for matters that were merged.

    Returns how many are new there.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CARRY, [to.pk, at, case.pk])
        moved: int = cursor.rowcount
    record(
        kind="notices.carried",
        by=by,
        at=at,
        subject=subject(to),
        public={"from": case.number, "people": moved},
    )
    return moved


def _reader_of(person: Person, at: dt.datetime) -> Reader:
    """The reader of an account, made when there is none."""
    reader, _made = Reader.objects.get_or_create(
        person=person, defaults={"mark": secrets.token_hex(8), "since": at}
    )
    return reader
