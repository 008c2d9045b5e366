"""The days of the readings' table: made ahead, listed, dropped."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection

from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

AHEAD = 3
"""Days that are there before their first reading comes."""
WAIT = "2s"
"""A day is dropped when nobody looks at readings for so long, or else another minute."""

_MISSING = """
SELECT day::date FROM generate_series(%s::date, %s::date, '1 day') AS day
WHERE to_regclass('pulse_reading_' || to_char(day, 'YYYYMMDD')) IS NULL
"""
_DAYS = """
SELECT to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') FROM pg_inherits
WHERE inhparent = 'pulse_reading'::regclass ORDER BY 1
"""


def days() -> list[dt.date]:
    """The days (UTC) for which readings are kept one by one, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS)
        return [day for (day,) in cursor.fetchall()]


def missing(at: dt.datetime) -> list[dt.date]:
    """Those of the coming days that are not made yet, today included."""
    today = at.astimezone(dt.UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [today, today + dt.timedelta(days=AHEAD)])
        return [day for (day,) in cursor.fetchall()]


@operation
def make_ahead(*, by: Person | None, at: dt.datetime) -> list[dt.date]:
    """Make the coming days; those that were missing."""
    wanted = missing(at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pulse_make_day(day) FROM unnest(%s::date[]) AS day", [wanted])
    record(
        kind="pulse.readings-kept", by=by, at=at, subject="readings",
        public={"made": [day.isoformat() for day in wanted]},
    )  # fmt: skip
    return wanted


@inside
def hold(day: dt.date) -> None:
    """Let nobody write into a day until the operation ends, so that what goes into a file and
    what goes out of the database are the same; it is read meanwhile.

    Raises:
        django.db.OperationalError: somebody has been writing for longer than `WAIT`.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        cursor.execute(f"LOCK TABLE pulse_reading_{day:%Y%m%d} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")


@inside
def drop(day: dt.date) -> None:
    """Drop a day with all that is left in it.

    Raises:
        django.db.OperationalError: somebody has been reading for longer than `WAIT`.
    """
    name = f"pulse_reading_{day:%Y%m%d}"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        cursor.execute(f"ALTER TABLE pulse_reading DETACH PARTITION {name}")
        cursor.execute(f"DROP TABLE {name}")
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
