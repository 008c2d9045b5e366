"""What a connector found becomes readings of streams; things met for the first time are made."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from veche.city.pulse.connectors.base import Found, Measured
from veche.city.pulse.models import (
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Source,
    Stream,
    Thing,
)
from veche.city.pulse.operations.intake import Row, Taken, hold, kept_text, refuse, take
from veche.core.journal.operations import record
from veche.core.places.queries import atlas
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOST_THINGS = 50_000
"""Things of one source; a system that makes up names does not fill the city's tables."""
LONGEST = 80
"""Characters of the code of a thing; a longer one is refused: cut, two of them could be one."""
MOST_AT_ONCE = 32_767
"""Readings of one stream that may be of one moment."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}\Z")
_NUMBER = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
_ANYTHING = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Observation"


def stream_code(thing: str, measures: str) -> str:
    """What a source's stream is called: its thing and what is measured."""
    code = f"{thing}/{measures}"
    if len(code) <= 80:
        return code
    return f"{code[:63]}~{hashlib.sha256(code.encode()).hexdigest()[:16]}"


@operation
def take_found(*, by: Person | None, at: dt.datetime, source: Source, found: Found) -> Taken:
    """Write what a connector found; what cannot be taken is refused with its reason and counted."""
    refused: Counter[str] = Counter()
    samples: dict[str, str] = {}
    for reason, (count, sample) in found.refused.items():
        refused[reason] += count
        samples[reason] = sample
    allowed = set(source.agreement.fields) if source.agreement else set()
    good: list[Measured] = []
    hold(source.pk)
    for one in map(_clean, found.measured):
        if not 0 < len(one.thing) <= LONGEST or not 0 <= one.nth <= MOST_AT_ONCE:
            refused["form"] += 1
            samples["form"] = one.thing[:LONGEST]
        elif not _CODE.match(one.property):
            refused["form"] += 1
            samples["form"] = one.property[:60]
        elif allowed and one.property not in allowed:
            refused["agreed"] += 1
            samples["agreed"] = one.property
        else:
            good.append(one)
    streams = _streams(source, good, at)
    rows: list[Row] = []
    for one in good:
        stream = streams.get(stream_code(one.thing, one.property))
        if stream is None:
            refused["unknown"] += 1
            samples["unknown"] = one.thing
            continue
        # A number goes where it can be reckoned with; what is known beside it stands beside it.
        beside = one.result if one.number is not None else None
        rows.append(
            Row(
                stream,
                one.at,
                one.number,
                None if one.number is not None else one.result,
                nth=one.nth,
                unit=one.unit,
                parameters=beside,
            )
        )
    refuse(source=source.pk, at=at, refused={r: (n, samples[r]) for r, n in refused.items()})
    return take(by=by, at=at, source=source, rows=rows) + Taken(0, 0, dict(refused))


def _clean(one: Measured) -> Measured:
    """What was measured, in words that the database can keep."""
    return one._replace(
        thing=kept_text(one.thing), unit=kept_text(one.unit)[:80], name=kept_text(one.name)[:255]
    )


@inside
def _streams(source: Source, measured: Sequence[Measured], at: dt.datetime) -> dict[str, int]:
    """The number of every stream by its code; those that are missing are made."""
    first = {stream_code(one.thing, one.property): one for one in measured}
    rows = Stream.objects.filter(source=source, code__in=list(first)).values_list("code", "pk")
    known = {str(code): number for code, number in rows}
    things = _things(source, measured, at)
    missing = {
        code: one for code, one in first.items() if code not in known and one.thing in things
    }
    if not missing:
        return known
    properties = _properties(one.property for one in missing.values())
    sensor = Sensor.objects.filter(source=source).order_by("pk").first()
    if sensor is None:
        sensor = Sensor.objects.create(
            source=source,
            name=source.connector,
            encoding_type="application/json",
            metadata={"connector": source.connector},
        )
    meanings = {part["name"]: part.get("meaning", "") for part in source.schema}
    made = Stream.objects.bulk_create(
        [
            Stream(
                thing=things[one.thing],
                source=source,
                code=code,
                sensor=sensor,
                property=properties[one.property],
                name=f"{one.name or one.thing}: {one.property}"[:255],
                description=meanings.get(one.property, ""),
                observation_type=_NUMBER if one.number is not None else _ANYTHING,
                unit={"name": one.unit, "symbol": one.unit, "definition": ""},
            )
            for code, one in missing.items()
        ]
    )
    record(
        kind="pulse.things-found",
        by=None,
        at=at,
        subject=f"source:{source.code}",
        public={"streams": len(made), "things": len({one.thing for one in missing.values()})},
    )
    return known | {str(one.code): one.pk for one in made}


def _properties(codes: Iterable[str]) -> Mapping[str, ObservedProperty]:
    wanted = sorted(set(codes))
    ObservedProperty.objects.bulk_create(
        [
            ObservedProperty(code=code, name=code, definition=f"urn:veche:property:{code}")
            for code in wanted
        ],
        ignore_conflicts=True,
    )
    found = ObservedProperty.objects.filter(code__in=wanted)
    return {str(one.code): one for one in found}


@inside
def _things(source: Source, measured: Sequence[Measured], at: dt.datetime) -> dict[str, Thing]:
    """The things by their code: made where they are new, moved where they stand elsewhere now."""
    newest: dict[str, Measured] = {}
    for one in measured:
        before = newest.get(one.thing)
        if before is None or one.at >= before.at:
            newest[one.thing] = one
    known = {
        str(one.code): one for one in Thing.objects.filter(source=source, code__in=list(newest))
    }
    _move([(known[code], one) for code, one in newest.items() if code in known])
    new = [one for code, one in newest.items() if code not in known]
    if new:
        room = MOST_THINGS - Thing.objects.filter(source=source).count()
        made = Thing.objects.bulk_create([_thing(source, one) for one in new[: max(room, 0)]])
        _place(source, made, at)
        known |= {str(one.code): one for one in made}
    return known


def _thing(source: Source, one: Measured) -> Thing:
    return Thing(
        source=source,
        code=one.thing,
        name=one.name or one.thing,
        longitude=one.longitude,
        latitude=one.latitude,
        territory=_territory(one.longitude, one.latitude),
    )


def _territory(longitude: float | None, latitude: float | None) -> Any:
    if longitude is None or latitude is None:
        return None
    return atlas().at(longitude, latitude)


def _move(pairs: Sequence[tuple[Thing, Measured]]) -> None:
    """Things that stand elsewhere than before: their one location moves with them."""
    moved = [
        (thing, one)
        for thing, one in pairs
        if one.longitude is not None
        and (thing.longitude, thing.latitude) != (one.longitude, one.latitude)
    ]
    if not moved:
        return
    for thing, one in moved:
        thing.longitude, thing.latitude = one.longitude, one.latitude
        thing.territory = _territory(one.longitude, one.latitude)
    Thing.objects.bulk_update(
        [thing for thing, _one in moved], ["longitude", "latitude", "territory"]
    )
    by_thing = {thing.pk: thing for thing, _one in moved}
    links = Thing.locations.through.objects.filter(thing_id__in=list(by_thing))
    places = {link.location_id: by_thing[link.thing_id] for link in links}
    locations = list(Location.objects.filter(pk__in=list(places)))
    for location in locations:
        _fill(location, places[location.pk])
    Location.objects.bulk_update(locations, ["location", "west", "east", "south", "north"])


def _fill(location: Location, thing: Thing) -> Location:
    location.location = {"type": "Point", "coordinates": [thing.longitude, thing.latitude]}
    location.west = location.east = thing.longitude
    location.south = location.north = thing.latitude
    return location


@inside
def _place(source: Source, things: Sequence[Thing], at: dt.datetime) -> None:
    """Give new things that say where they are a location, and a history that begins now."""
    placed = [one for one in things if one.longitude is not None]
    if not placed:
        return
    locations = Location.objects.bulk_create(
        [_fill(Location(source=source, name=one.name, location={}), one) for one in placed]
    )
    past = HistoricalLocation.objects.bulk_create(
        [HistoricalLocation(thing=one, time=at) for one in placed]
    )
    pairs = list(zip(placed, locations, past, strict=True))
    now = Thing.locations.through
    now.objects.bulk_create([now(thing=thing, location=where) for thing, where, _h in pairs])
    then = HistoricalLocation.locations.through
    then.objects.bulk_create(
        [then(historicallocation=history, location=where) for _t, where, history in pairs]
    )
