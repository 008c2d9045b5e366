"""Taking many readings at once from one request, those that cannot be read counted too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from veche.city.pulse.models import FeatureOfInterest, Stream, StreamProperty
from veche.city.pulse.operations.intake import Taken, refuse, take
from veche.city.pulse.operations.placing import feature_of
from veche.city.pulse.sensorthings.data_array import Array, Parsed, parse
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def take_arrays(
    *, by: Person | None, at: dt.datetime, source: int, given: list[Array]
) -> tuple[Parsed, Taken]:
    """Take the readings of all arrays, each judged by itself; what was sent, and what became of it.

    A feature of interest that is not the source's own is left out.
    """
    streams = {array.stream for array in given}
    parsed = parse(given, at, _parts(streams), features(streams, source))
    named = {row.feature for row in parsed.rows if row.feature is not None}
    strange = named - _own(named, source)
    if strange:
        parsed.rows = [
            row._replace(feature=None) if row.feature in strange else row for row in parsed.rows
        ]
    rows = parsed.rows if parsed.plain is None else parsed.plain
    taken = take(by=by, at=at, source=source, rows=rows, numbers=True)
    refuse(source=source, at=at, refused=parsed.bad)
    return parsed, taken


def _own(named: Collection[int], source: int) -> set[int]:
    """Those of the features that are the source's own."""
    if not named:
        return set()
    rows = FeatureOfInterest.objects.filter(pk__in=named, source=source)
    return set(rows.values_list("pk", flat=True))


def _parts(streams: Iterable[int]) -> dict[int, int]:
    """How many results a reading of each multi-datastream has."""
    found: dict[int, int] = {}
    rows = StreamProperty.objects.filter(stream__in=streams).values_list("stream_id", flat=True)
    for stream in rows:
        found[stream] = found.get(stream, 0) + 1
    return found


@inside
def features(streams: Iterable[int], source: int) -> dict[int, int | None]:
    """What the readings of each of a source's own streams are about."""
    rows = Stream.objects.filter(pk__in=streams, source=source)
    things: dict[int, int | None] = {}
    found: dict[int, int | None] = {}
    for stream in rows:
        if stream.thing_id not in things:
            things[stream.thing_id] = feature_of(stream)
        found[stream.pk] = things[stream.thing_id]
    own = _own({one for one in found.values() if one is not None}, source)
    return {stream: one if one in own else None for stream, one in found.items()}
