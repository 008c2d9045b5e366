"""Old days: single readings go into files, and out of the database; the sums stay."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Max, Min

from veche.city.pulse.models import Owed, Source
from veche.city.pulse.operations import archive, partitions
from veche.city.pulse.operations.rollups import sum_up
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

NIGHT = 3
"""The hour of the city's night in which old days are put away."""

_OVER = """
SELECT s.id, s.code FROM pulse_source s
WHERE s.retention_days < %s AND EXISTS (
    SELECT FROM pulse_stream t JOIN {table} r ON r.stream_id = t.id WHERE t.source_id = s.id
) ORDER BY s.id
"""
_GONE = """
DELETE FROM {table} r USING pulse_stream t WHERE t.id = r.stream_id AND t.source_id = %s
"""


def sweep(*, at: dt.datetime) -> int:
    """The timer: make the coming days; in the night put old ones away, one a call; how many."""
    if partitions.missing(at):
        partitions.make_ahead(by=None, at=at)
    if at.astimezone(city_zone()).hour != NIGHT:
        return 0
    day = oldest_over(at)
    if day is None:
        return 0
    put_away(by=None, at=at, day=day)
    return 1


def oldest_over(at: dt.datetime) -> dt.date | None:
    """The oldest day that holds readings longer than their source keeps them; None if none does."""
    shortest = Source.objects.aggregate(least=Min("retention_days"))["least"]
    if shortest is None:
        return None
    today = at.astimezone(dt.UTC).date()
    for day in partitions.days():
        age = (today - day).days
        if age <= shortest:
            return None
        if _over(day, age) or _empty(day):
            return day
    return None


@operation
def put_away(*, by: Person | None, at: dt.datetime, day: dt.date) -> int:
    """Write what is over of a day into files and take it out of the database; how many readings.

    The day itself goes when no source keeps it any more. A file is there before its readings go:
    what is interrupted is done again the next night.

    Raises:
        OSError: a file cannot be written; nothing was taken out.
        django.db.OperationalError: somebody has been reading the day for too long.
    """
    age = (at.astimezone(dt.UTC).date() - day).days
    partitions.hold(day)
    while Owed.objects.filter(day=day).exists():
        sum_up(by=by, at=at)
    files, total = [], 0
    with connection.cursor() as cursor:
        for source, code in _over(day, age):
            path, digest = archive.write(day, source, code)
            cursor.execute(_GONE.format(table=_table(day)), [source])
            total += cursor.rowcount
            files.append({"file": path.name, "sha256": digest, "readings": cursor.rowcount})
    longest = Source.objects.aggregate(most=Max("retention_days"))["most"] or 0
    dropped = _empty(day) or age > longest
    if dropped:
        partitions.drop(day)
    record(
        kind="pulse.readings-kept", by=by, at=at, subject="readings",
        public={"day": day.isoformat(), "files": files, "dropped": dropped},
    )  # fmt: skip
    return total


def _table(day: dt.date) -> str:
    return f"pulse_reading_{day:%Y%m%d}"


def _over(day: dt.date, age: int) -> list[tuple[int, str]]:
    """The sources that have readings of a day and no longer keep days of this age."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER.format(table=_table(day)), [age])
        return [(pk, code) for pk, code in cursor.fetchall()]


def _empty(day: dt.date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {_table(day)})")
        return bool(cursor.fetchone()[0])
