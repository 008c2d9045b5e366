"""Sources, things, streams and readings for tests of the pulse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import count
from typing import Any

from tests.cast import START
from veche.city.pulse.models import ObservedProperty, Sensor, Source, Stream, Thing
from veche.city.pulse.operations.intake import Row, Taken, take
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"

_numbers = count(1)


def make_source(code: str = "", **more: Any) -> Source:
    """A source of the first organisation there is, or of `owner`."""
    number = next(_numbers)
    code = code or f"source-{number}"
    values: dict[str, Any] = {
        "names": {"en": code.title(), "ru": code.title(), "zh": code.title()},
        "connector": "door",
        "public": True,
    }
    if "owner" not in more:
        values["owner"] = Organisation.objects.order_by("pk")[0]
    return Source.objects.create(code=code, **values | more)


def make_property(code: str) -> ObservedProperty:
    """What is measured, by the city's own word; the same one when it is there."""
    found, _new = ObservedProperty.objects.get_or_create(
        code=code, defaults={"name": code.title(), "definition": f"urn:veche:property:{code}"}
    )
    return found


def make_stream(
    source: Source | None = None,
    property: str = "temperature",
    *,
    thing: Thing | None = None,
    territory: Territory | None = None,
    symbol: str = "degC",
    **more: Any,
) -> Stream:
    """A stream of a thing of its own, or of `thing`, in `territory` or nowhere."""
    number = next(_numbers)
    source = source or (thing.source if thing else make_source())
    thing = thing or Thing.objects.create(
        source=source, code=f"thing-{number}", name=f"Thing {number}", territory=territory
    )
    sensor = Sensor.objects.create(
        source=source, name=f"Sensor {number}", encoding_type="text/plain", metadata="none"
    )
    values: dict[str, Any] = {
        "code": f"stream-{number}",
        "name": f"Stream {number}",
        "observation_type": MEASUREMENT,
        "unit": {"name": symbol, "symbol": symbol, "definition": "urn:unit"},
    }
    return Stream.objects.create(
        thing=thing, source=source, sensor=sensor, property=make_property(property), **values | more
    )


def take_rows(
    stream: Stream,
    numbers: Sequence[float],
    *,
    since: dt.datetime = START,
    step: dt.timedelta = dt.timedelta(minutes=1),
    at: dt.datetime | None = None,
) -> Taken:
    """Readings of one stream from `since` on, one a step, taken when the last of them was made."""
    rows = [Row(stream.pk, since + step * n, float(number)) for n, number in enumerate(numbers)]
    return take(by=None, at=at or rows[-1].at, source=stream.source_id, rows=rows)
