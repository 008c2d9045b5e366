"""The demo town's past of the spheres, written in bulk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pulse.models import ObservedProperty, Sensor, Source, Stream, Thing
from veche.city.spheres.models import Meter, MeterEntry
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

_LEAK = (
    "UPDATE pulse_reading SET number = number + %(more)s"
    " WHERE stream_id = %(stream)s AND at >= %(since)s",
    "UPDATE pulse_hourly SET total = total + %(more)s * count, least = least + %(more)s,"
    " most = most + %(more)s, last = last + %(more)s"
    " WHERE stream_id = %(stream)s AND since >= %(since)s",
)


@operation
def meters_of(
    *,
    by: None,
    at: dt.datetime,
    person: Person,
    told: Sequence[tuple[str, str, str, Sequence[tuple[dt.datetime, Decimal]]]],
) -> int:
    """Meters of a person (kind, serial, place) with the numbers they gave; how many numbers."""
    made = Meter.objects.bulk_create(
        [
            Meter(person=person, kind=kind, serial=serial, place=place, since=numbers[0][0])
            for kind, serial, place, numbers in told
        ]
    )
    entries = MeterEntry.objects.bulk_create(
        [
            MeterEntry(meter=meter, number=number, at=when, recorded_at=when)
            for meter, (_kind, _serial, _place, numbers) in zip(made, told, strict=True)
            for when, number in numbers
        ]
    )
    record(kind="spheres.demo", by=by, at=at, subject="meters", public={"meters": len(made)})
    return len(entries)


@operation
def spring_leak(
    *, by: None, at: dt.datetime, stream: Stream, since: dt.datetime, more: float
) -> None:
    """From a moment on the pipe behind a meter loses so much more."""
    values: dict[str, int | float | dt.datetime] = {
        "stream": stream.pk,
        "since": since,
        "more": more,
    }
    with connection.cursor() as cursor:
        for statement in _LEAK:
            cursor.execute(statement, values)
    record(
        kind="spheres.demo", by=by, at=at, subject=f"stream:{stream.pk}", public={"leak": str(more)}
    )


@operation
def streams_of(
    *,
    by: None,
    at: dt.datetime,
    source: Source,
    property: str,
    words: str,
    unit: str,
    things: Sequence[tuple[str, str, Territory | None, float | None, float | None]],
) -> list[Stream]:
    """Things of a source (code, name, place, longitude, latitude) with a stream each."""
    measured, _new = ObservedProperty.objects.get_or_create(
        code=property, defaults={"name": words, "definition": f"urn:veche:property:{property}"}
    )
    sensor = Sensor.objects.create(
        source=source, name=words, encoding_type="text/plain", metadata=words
    )
    made = Thing.objects.bulk_create(
        [
            Thing(
                source=source, code=code, name=name, territory=place, longitude=longitude,
                latitude=latitude,
            )
            for code, name, place, longitude, latitude in things
        ]
    )  # fmt: skip
    kind = "OM_Measurement" if unit else "OM_Observation"
    streams = Stream.objects.bulk_create(
        [
            Stream(
                thing=thing, source=source, sensor=sensor, property=measured,
                code=f"{property}-{thing.code}", name=f"{thing.name}: {words}",
                observation_type=f"http://www.opengis.net/def/observationType/OGC-OM/2.0/{kind}",
                unit={"name": unit, "symbol": unit, "definition": ""},
            )
            for thing in made
        ]
    )  # fmt: skip
    record(
        kind="spheres.demo", by=by, at=at, subject=f"source:{source.code}",
        public={"things": len(made)},
    )  # fmt: skip
    return streams
