"""Correcting single readings: changed or removed by the system that sent them, never silently.

A reading's number holds its day. One that moves to another day therefore gets another number, and
its old one leads nowhere from then on; within a day it keeps it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.models import Reading, Stream
from veche.city.pulse.operations.intake import AHEAD, REASONS
from veche.city.pulse.operations.intake_sql import LARGEST
from veche.city.pulse.operations.things import Patched, source_of
from veche.city.pulse.sensorthings import bodies, shapes
from veche.city.pulse.sensorthings import write_words as words
from veche.core.journal.operations import record
from veche.errors import Invalid
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

_DAY_ZERO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class ReadingRefused(Invalid):
    """A reading cannot be true, or cannot be kept."""

    code = "sta-reading-refused"
    status = 400
    sentence = _("This reading is not taken. {why}")


def refused(reason: str) -> ReadingRefused:
    """The refusal for a reason of `intake.REASONS`."""
    return ReadingRefused(why=REASONS[reason])


def day_of(number: int) -> tuple[dt.datetime, dt.datetime]:
    """The day that a reading's number says: its beginning and its end.

    Raises:
        words.NoSuch: no reading can have this number.
    """
    try:
        since = _DAY_ZERO + dt.timedelta(days=number >> 37)
        return since, since + dt.timedelta(days=1)
    except OverflowError as fault:
        raise words.NoSuch(what=f"Observations({number})") from fault


def _found(source: int, number: int) -> tuple[Reading, Stream]:
    since, until = day_of(number)
    reading = Reading.objects.filter(pk=number, at__gte=since, at__lt=until).first()
    stream = Stream.objects.filter(pk=reading.stream_id).first() if reading else None
    if reading is None or stream is None:
        raise words.NoSuch(what=f"Observations({number})")
    if stream.source_id != source:
        raise words.NotYours(what=f"Observations({number})")
    return reading, stream


@operation
def change_reading(
    *,
    by: Person | None,
    at: dt.datetime,
    source: int,
    number: int,
    patched: Patched,
    whole: bool,
) -> int:
    """Change a reading; its number, a new one where it moves to another day.

    Raises:
        words.SourceOff, words.NoSuch, words.NotYours: it cannot be changed with this key.
        ReadingRefused: what it shall be cannot be true.
        words.Already: the stream has another reading of the new time.
    """
    owner = source_of(source)
    reading, stream = _found(source, number)
    document = patched(reading)
    columns = shapes.values("Observation", document, part=not whole)
    _check_links(document, stream)
    if stream.multi and "result" in columns:
        parts = stream.parts.count()
        if not (isinstance(columns["result"], list) and len(columns["result"]) == parts):
            raise words.NotThat(name="result", kind=words.LIST)
    moved = columns.get("at", reading.at)
    if columns.get("at", moved) is None:
        raise words.Missing(name="phenomenonTime")
    _judge(stream, columns, moved, at, owner.retention_days)
    _touch(stream.pk, reading.at, moved)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pulse_make_day(%s)", [moved.astimezone(dt.UTC).date()])
    try:
        with transaction.atomic():
            now = _write(reading, columns, moved)
    except IntegrityError as fault:
        raise words.Already from fault
    _newest(stream.pk)
    record(
        kind="pulse.reading-changed",
        by=by,
        at=at,
        subject=f"source:{owner.code}",
        public={"number": number, "now": now, "changed": sorted(columns)},
    )
    return now


def _check_links(document: Mapping[str, Any], stream: Stream) -> None:
    """A reading stays with its stream: its day, its limits and its unit hang on it."""
    for name in ("Datastream", "MultiDatastream"):
        value = document.get(name)
        if value is not None and bodies.linked(bodies.object_of(value, name), name) != stream.pk:
            raise words.NotInline(name=name)


def _judge(
    stream: Stream, columns: Mapping[str, Any], moved: dt.datetime, at: dt.datetime, kept: int
) -> None:
    """The intake's judgement, of one reading."""
    number = columns.get("number")
    if "number" in columns and number is None and columns.get("result") is None:
        raise refused("empty")
    if number is not None and (
        abs(number) > LARGEST
        or (stream.low is not None and number < stream.low)
        or (stream.high is not None and number > stream.high)
    ):
        raise refused("range")
    if moved > at + AHEAD:
        raise refused("future")
    if moved < at - dt.timedelta(days=kept):
        raise refused("old")


_JSON = ("result", "quality", "parameters")


@inside
def _write(reading: Reading, columns: Mapping[str, Any], moved: dt.datetime) -> int:
    """Write the row anew; PostgreSQL moves it to its day. Its number."""
    same = reading.at.astimezone(dt.UTC).date() == moved.astimezone(dt.UTC).date()
    sets = ["id = CASE WHEN %s THEN id ELSE pulse_reading_id(%s, id) END"]
    values: list[Any] = [same, moved]
    for name, value in columns.items():
        sets.append(f"{name} = %s")
        values.append(json.dumps(value) if name in _JSON and value is not None else value)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE pulse_reading SET {', '.join(sets)}"
            " WHERE stream_id = %s AND at = %s AND nth = %s RETURNING id",
            [*values, reading.stream_id, reading.at, reading.nth],
        )
        return int(cursor.fetchone()[0])


@operation
def remove_reading(*, by: Person | None, at: dt.datetime, source: int, number: int) -> None:
    """Remove one reading.

    Raises:
        words.SourceOff, words.NoSuch, words.NotYours: it cannot be removed with this key.
    """
    owner = source_of(source)
    reading, stream = _found(source, number)
    _touch(stream.pk, reading.at)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM pulse_reading WHERE stream_id = %s AND at = %s AND nth = %s",
            [reading.stream_id, reading.at, reading.nth],
        )
    _newest(stream.pk)
    record(
        kind="pulse.reading-removed",
        by=by,
        at=at,
        subject=f"source:{owner.code}",
        public={"number": number, "stream": stream.pk},
    )


@inside
def _touch(stream: int, *moments: dt.datetime) -> None:
    """The hours in which a reading came or went are summed anew."""
    with connection.cursor() as cursor:
        cursor.execute(_OWE, [stream, list(moments)])


_OWE = """
INSERT INTO pulse_owed AS o (stream_id, day, hours)
SELECT %s, (at AT TIME ZONE 'UTC')::date, bit_or(1 << extract(hour FROM at AT TIME ZONE 'UTC')::int)
FROM unnest(%s::timestamptz[]) AS at GROUP BY 2
ON CONFLICT (stream_id, day) DO UPDATE SET hours = o.hours | excluded.hours
"""


@inside
def _newest(stream: int) -> None:
    """What the stream keeps of its newest reading, found again."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"stream": stream})


_NEWEST = """
WITH newest AS (
    SELECT at, coalesce(until, at) AS last, number FROM pulse_reading
    WHERE stream_id = %(stream)s ORDER BY at DESC LIMIT 1
), counted AS (
    SELECT at, number FROM pulse_reading
    WHERE stream_id = %(stream)s AND number IS NOT NULL ORDER BY at DESC LIMIT 1
)
UPDATE pulse_stream SET
    phenomenon_until = (SELECT last FROM newest),
    phenomenon_from = CASE WHEN EXISTS (SELECT FROM newest)
        THEN least(phenomenon_from, (SELECT at FROM newest)) END,
    latest = (SELECT number FROM counted),
    latest_at = (SELECT at FROM counted)
WHERE id = %(stream)s
"""
