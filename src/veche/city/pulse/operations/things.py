"""Writing entities of SensorThings: made, changed and removed, each in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import ProtectedError

from veche.city.pulse.models import HistoricalLocation, Source, Stream, Thing
from veche.city.pulse.operations.entities import OVER, Maker, inverse, limits, own
from veche.city.pulse.operations.placing import place, point, remember
from veche.city.pulse.sensorthings import bodies, shapes
from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.entities import KINDS, Link
from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

Patched = Callable[[Any], Mapping[str, Any]]
"""From an entity as it is to its document as it shall be."""


@dataclass(frozen=True)
class Made:
    """What was made."""

    number: int | None
    """Its number; None for a reading that was refused."""
    refused: str = ""
    """Why a reading was refused: a key of `intake.REASONS`."""
    left_out: int = 0
    """Readings inside it that were refused; they are counted with the source."""


def source_of(number: int) -> Source:
    """The source to which a key belongs, held until the end of the operation.

    Raises:
        words.SourceOff: nothing is taken from it now.
    """
    source = Source.objects.select_for_update(no_key=True).get(pk=number)
    if source.state == Source.State.OFF:
        raise words.SourceOff
    return source


def found_own(kind: str, source: Source, number: int) -> Any:
    """An entity of this source, held until the end of the operation.

    Raises:
        words.NoSuch: there is none of this number.
        words.NotYours: it belongs to another source, or to the city.
    """
    found = own(kind, source).select_for_update(of=("self",)).filter(pk=number).first()
    if found is not None:
        return found
    if own(kind, source).model._default_manager.filter(pk=number).exists():
        raise words.NotYours(what=f"{KINDS[kind].plural}({number})")
    raise words.NoSuch(what=f"{KINDS[kind].plural}({number})")


@operation
def make(
    *,
    by: Person | None,
    at: dt.datetime,
    source: int,
    kind: str,
    document: Mapping[str, Any],
    parent: tuple[str, int, str] | None = None,
) -> Made:
    """Make an entity, with all that is sent inside it. ``parent`` is where it was sent to: kind,
    number and the link's name. A reading alone that is refused is counted, and nothing raised.

    Raises:
        words.SourceOff: nothing is taken from the source.
        words.NoSuch, words.NotYours, words.NotSo: it was sent to where nothing can be made.
        veche.errors.Invalid: it cannot be so; the sentence says what is wrong.
    """
    owner = source_of(source)
    maker = Maker(owner, at)
    given: dict[str, int] = {}
    if parent is not None:
        above, number, name = parent
        link = KINDS[above].link(name)
        if link is None or not link.many or (above == "MultiDatastream" and link.via):
            raise words.NotSo
        found_own(above, owner, number)
        given[inverse(above, link).name] = number
    place_of = maker.make(kind, document, given)
    taken = maker.finish(numbers=kind == "Observation")
    refused = taken.rejected if taken else ()
    if kind == "Observation":
        assert taken is not None
        made = Made(taken.numbers[place_of], dict(taken.rejected).get(place_of, ""))
        made_others = len(maker.rows) > 1
    else:
        made, made_others = Made(place_of, left_out=len(refused)), True
    if made_others or made.number is not None:
        record(
            kind="pulse.entity-made",
            by=by,
            at=at,
            subject=f"source:{owner.code}",
            public={"kind": kind, "number": made.number},
        )
    return made


@operation
def change(
    *,
    by: Person | None,
    at: dt.datetime,
    source: int,
    kind: str,
    number: int,
    patched: Patched,
    whole: bool,
) -> int:
    """Change an entity: what ``patched`` makes of it; ``whole``: what is not there is emptied.

    Its number: of a reading that moves to another day, a new one.

    Raises:
        words.SourceOff: nothing is taken from the source.
        words.NoSuch, words.NotYours: there is none of this number, or it is another's.
        veche.errors.Invalid: it cannot be so; the sentence says what is wrong.
    """
    owner = source_of(source)
    entity = found_own(kind, owner, number)
    document = patched(entity)
    columns = shapes.values(kind, document, part=not whole)
    if whole:
        columns = _emptied(kind) | columns
    for link in KINDS[kind].links:
        if link.name in document and document[link.name] is not None:
            _relink(owner, kind, entity, link, document[link.name], columns, at)
    if kind == "MultiDatastream" and {"unit", "data_types"} & columns.keys():
        _check_parts(entity, columns)
    if kind == "Datastream" and {"unit", "property_id"} & columns.keys():
        measured = columns.get("property_id", entity.property_id)
        columns |= limits(measured, columns.get("unit", entity.unit))
    for name, value in columns.items():
        setattr(entity, name, value)
    if columns:
        entity.save(update_fields=list(columns))
    if kind == "Location" and "location" in columns:
        for thing in Thing.objects.filter(locations=entity):
            point(thing)
    record(
        kind="pulse.entity-changed",
        by=by,
        at=at,
        subject=f"source:{owner.code}",
        public={"kind": kind, "number": number, "changed": sorted(columns)},
    )
    return number


def _emptied(kind: str) -> dict[str, Any]:
    """Every property that may be left out, as it is when it is."""
    rules = shapes.RULES[kind]
    found: dict[str, Any] = {}
    for field in KINDS[kind].fields[1:]:
        if field.name in rules.made or field.name in rules.needs:
            continue
        if field.name == "observationType":
            continue  # of a multi-datastream: there is one only
        for column in field.columns:
            found[column] = "" if field.form == "text" else None
    return found


def _check_parts(stream: Stream, columns: Mapping[str, Any]) -> None:
    units = columns.get("unit", stream.unit)
    types = columns.get("data_types", stream.data_types)
    if not len(units) == len(types) == stream.parts.count():
        raise words.UnequalLengths


@inside
def _relink(
    source: Source,
    kind: str,
    entity: Any,
    link: Link,
    value: Any,
    columns: dict[str, Any],
    at: dt.datetime,
) -> None:
    """Follow the links of a changed document; what is new must have been made before.

    Raises:
        words.NotInline: something new stands where a link must be.
        words.BadLink: a link leads to nothing that can be linked.
    """
    maker = Maker(source, at)
    parts = bodies.entities(value, link.name) if link.many else [bodies.object_of(value, link.name)]
    if not all(bodies.is_link(part) for part in parts):
        raise words.NotInline(name=link.name)
    numbers = [bodies.linked(part, link.name) for part in parts]
    if link.target == "Observation":
        return
    for one in numbers:
        maker.check(link.target, one, link.name)
    if not link.many:
        columns[link.here] = numbers[0]
    elif kind == "Thing" and link.name == "Locations":
        if set(numbers) - set(entity.locations.values_list("pk", flat=True)):
            entity.locations.set(numbers)
            place(entity, numbers, at)
    elif kind == "MultiDatastream":
        if list(entity.parts.values_list("property_id", flat=True)) != numbers:
            raise words.NotInline(name=link.name)
    elif numbers and link.there:
        maker.attach(kind, entity, link, numbers)


# --- removing ---------------------------------------------------------------------------------


@operation
def remove(*, by: Person | None, at: dt.datetime, source: int, kind: str, number: int) -> None:
    """Remove an entity and what cannot be without it.

    A thing takes its streams and where it was; a stream its readings; a sensor and a property
    their streams; a location its history; a feature of interest its readings.

    Raises:
        words.SourceOff: nothing is taken from the source.
        words.NoSuch, words.NotYours: there is none of this number, or it is another's.
        words.StillUsed: an alarm or another record of the city hangs on it.
    """
    owner = source_of(source)
    entity = found_own(kind, owner, number)
    streams = list(_streams_of(kind, number, owner))
    if kind in ("Thing", "Sensor", "ObservedProperty", *OVER):
        _remove_readings("stream_id = ANY(%s)", streams)
        _delete(Stream.objects.filter(pk__in=streams))
    elif kind == "FeatureOfInterest":
        mine = list(Stream.objects.filter(source=owner).values_list("pk", flat=True))
        _remove_readings("stream_id = ANY(%s) AND feature_id = %s", mine, number)
    elif kind == "Location":
        things = list(Thing.objects.filter(locations=number))
        _delete(HistoricalLocation.objects.filter(locations=number))
        entity.things.clear()
        for thing in things:
            remember(thing, list(thing.locations.all()), at)
            point(thing)
    if kind not in OVER:
        _delete(type(entity)._default_manager.filter(pk=number))
    record(
        kind="pulse.entity-removed",
        by=by,
        at=at,
        subject=f"source:{owner.code}",
        public={"kind": kind, "number": number, "streams": len(streams)},
    )


def _streams_of(kind: str, number: int, source: Source) -> list[int]:
    """The streams that cannot be without an entity."""
    if kind in OVER:
        return [number]
    if kind not in ("Thing", "Sensor", "ObservedProperty"):
        return []
    column = {"Thing": "thing", "Sensor": "sensor", "ObservedProperty": "property"}[kind]
    found = set(Stream.objects.filter(**{column: number}).values_list("pk", flat=True))
    if kind == "ObservedProperty":
        found |= set(Stream.objects.filter(parts__property=number).values_list("pk", flat=True))
    return sorted(found)


@inside
def _delete(rows: Any) -> None:
    """Delete rows with what hangs on them in our own tables.

    Raises:
        words.StillUsed: something that must stay hangs on them.
    """
    try:
        rows.delete()
    except ProtectedError as fault:
        raise words.StillUsed from fault


@inside
def _remove_readings(where: str, streams: list[int], *more: int) -> None:
    """Remove readings of these streams; the hours and days they stood in are summed anew."""
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE.format(where=where), [streams, *more])


_REMOVE = """
WITH gone AS (DELETE FROM pulse_reading WHERE {where} RETURNING stream_id, at)
INSERT INTO pulse_owed AS o (stream_id, day, hours)
SELECT stream_id, (at AT TIME ZONE 'UTC')::date,
    bit_or(1 << extract(hour FROM at AT TIME ZONE 'UTC')::int)
FROM gone GROUP BY 1, 2
ON CONFLICT (stream_id, day) DO UPDATE SET hours = o.hours | excluded.hours
"""
