"""The connected systems of the demo town, their things, and four weeks of what they have told."""

from __future__ import annotations

import datetime as dt
from typing import Final

from veche.city.pulse.models import (
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Source,
    SourceTurn,
    Stream,
    Thing,
)
from veche.city.pulse.operations.sources import NewSource, connect_sources
from veche.city.pulse.operations.town_course import write_past
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.operation import operation
from veche.town import sensors

MEASUREMENT: Final = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
SILENT: Final = {"parks": dt.timedelta(hours=7)}
"""Systems that have been silent for so long: a town has one always."""
MOST: Final = {"weather-network": 20}
"""Readings of one stream a minute that are kept of a system whose sensors are known to flap."""
BEGAN: Final = dt.timedelta(days=200)


@operation
def begin(*, by: None, at: dt.datetime) -> tuple[int, int]:
    """Connect the systems as if long ago; how many streams there are and readings of two days."""
    sources = _sources(at - BEGAN)
    things = _things(sources, at - BEGAN)
    streams = _streams(sources, things)
    cadence = {one.code: one.cadence for one in sensors.systems()}
    ends = {code: at - SILENT.get(code, dt.timedelta()) for code in cadence}
    readings = write_past(
        [
            (stream.pk, measure, place, cadence[code], ends[code])
            for stream, measure, place, code in streams
        ],
        at=at,
        zone=city_zone(),
    )
    for source in sources.values():
        source.state, source.seen_at = Source.State.FRESH, ends[source.code]
        source.taken = readings // len(sources)
        source.most_a_minute = MOST.get(source.code)
    Source.objects.bulk_update(sources.values(), ["state", "seen_at", "taken", "most_a_minute"])
    SourceTurn.objects.bulk_create(
        [
            SourceTurn(source=source, state=Source.State.FRESH, at=at - BEGAN)
            for source in sources.values()
        ]
    )
    record(
        kind="pulse.demo", by=by, at=at, subject="readings",
        public={"streams": len(streams), "readings": readings},
    )  # fmt: skip
    return len(streams), readings


def _sources(at: dt.datetime) -> dict[str, Source]:
    offices = {
        one.code: one
        for one in Organisation.objects.filter(code__in={s.office for s in sensors.systems()})
    }
    told: dict[str, list[dict[str, str]]] = {}
    for kind in sensors.kinds():
        told.setdefault(kind.source, []).extend(
            {"name": m.code, "meaning": m.names["en"], "unit": m.unit} for m in kind.measures
        )
    made = connect_sources(
        by=None,
        at=at,
        rows=[
            NewSource(
                code=one.code,
                names=one.names,
                owner=offices[one.office],
                schema=told[one.code],
                cadence=one.cadence,
                fresh_for=max(900, 3 * one.cadence),
                retention_days=sensors.RETENTION_DAYS,
                public=one.public,
            )
            for one in sensors.systems()
        ],
    )
    return {one.code: one for one in made}


Placed = tuple[Thing, sensors.Kind, int]


def _things(sources: dict[str, Source], at: dt.datetime) -> list[Placed]:
    """So many of each kind in every district, each in a neighbourhood of it, with its history."""
    from veche.town.geometry import town as the_town

    geometry = the_town()
    points = {one.code: one.outline.representative_point() for one in geometry.neighbourhoods}
    territories = {one.code: one for one in Territory.objects.filter(code__in=list(points))}
    parts: dict[str, list[str]] = {one.code: [] for one in geometry.districts}
    for one in geometry.neighbourhoods:
        parts[str(one.parent)].append(one.code)
    found: list[Placed] = []
    for kind in sensors.kinds():
        for district, hoods in enumerate(parts.values()):
            for number in range(kind.a_district):
                place = district * kind.a_district + number
                hood = hoods[(number + len(kind.code)) % len(hoods)]
                point = points[hood]
                thing = Thing(
                    source=sources[kind.source],
                    code=f"{kind.code}-{place + 1}",
                    name=f"{kind.names['ru']} {place + 1}",
                    properties={"kind": kind.code, "names": kind.names, "number": place + 1},
                    territory=territories[hood],
                    # Beside each other, not on one another.
                    longitude=round(point.x + sensors.scatter(kind.code, place, "x") * 0.002, 6),
                    latitude=round(point.y + sensors.scatter(kind.code, place, "y") * 0.0012, 6),
                )
                found.append((thing, kind, place))
    Thing.objects.bulk_create([thing for thing, _kind, _place in found])
    _locate([thing for thing, _kind, _place in found], at)
    return found


def _locate(things: list[Thing], at: dt.datetime) -> None:
    def box(thing: Thing) -> dict[str, float | None]:
        x, y = thing.longitude, thing.latitude
        return {"west": x, "east": x, "south": y, "north": y}

    points = [{"type": "Point", "coordinates": [one.longitude, one.latitude]} for one in things]
    locations = Location.objects.bulk_create(
        [
            Location(source=one.source, name=one.name, location=point, **box(one))
            for one, point in zip(things, points, strict=True)
        ]
    )
    past = HistoricalLocation.objects.bulk_create(
        [HistoricalLocation(thing=one, time=at) for one in things]
    )
    now, then = Thing.locations.through, HistoricalLocation.locations.through
    now.objects.bulk_create(
        [now(thing=t, location=where) for t, where in zip(things, locations, strict=True)]
    )
    then.objects.bulk_create(
        [
            then(historicallocation=one, location=where)
            for one, where in zip(past, locations, strict=True)
        ]
    )
    FeatureOfInterest.objects.bulk_create(
        [
            FeatureOfInterest(
                source=one.source, name=one.name, feature=point, location=where, **box(one)
            )
            for one, point, where in zip(things, points, locations, strict=True)
        ]
    )


def _streams(
    sources: dict[str, Source], things: list[Placed]
) -> list[tuple[Stream, sensors.Measure, int, str]]:
    measures = [m for kind in sensors.kinds() for m in kind.measures]
    properties = {
        str(one.code): one
        for one in ObservedProperty.objects.bulk_create(
            [
                ObservedProperty(
                    code=m.code,
                    name=m.names["en"],
                    definition=f"urn:veche:property:{m.code}",
                    properties={"names": m.names},
                )
                for m in measures
            ]
        )
    }
    by_kind = {
        kind.code: sensor
        for kind, sensor in zip(
            sensors.kinds(),
            Sensor.objects.bulk_create(
                [
                    Sensor(
                        source=sources[kind.source],
                        name=kind.names["en"],
                        encoding_type="text/plain",
                        metadata=kind.code,
                    )
                    for kind in sensors.kinds()
                ]
            ),
            strict=True,
        )
    }
    found = [
        (
            Stream(
                thing=thing,
                source=sources[kind.source],
                code=f"{thing.code}/{m.code}",
                sensor=by_kind[kind.code],
                property=properties[m.code],
                name=f"{thing.name}: {m.names['ru']}",
                observation_type=MEASUREMENT,
                unit={"name": m.unit, "symbol": m.unit, "definition": ""},
                low=m.low,
                high=m.high,
            ),
            m,
            place,
            kind.source,
        )
        for thing, kind, place in things
        for m in kind.measures
    ]
    Stream.objects.bulk_create([stream for stream, *_rest in found])
    return found
