"""Ten thousand streams: how long reckoning takes after a minute, and how soon an alarm comes.

Each round is a minute of readings of every stream.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import sys
import time
from pathlib import Path

from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.cast import START, SmallTown, box, small_town

from veche.city.pulse.class_files import classes
from veche.city.pulse.models import (
    Alarm,
    Indicator,
    ObservedProperty,
    Sensor,
    Source,
    Stream,
    Thing,
)
from veche.city.pulse.operations import baselines, history, indicators, intake, reckoning
from veche.city.pulse.rules import Formula
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.core.places.operations import add_territory
from veche.project.measure import Report

STREAMS = 10_000
ROUNDS = 5


def bench(report: Report) -> None:
    """A small town with forty neighbourhoods and ten thousand streams, in a database of its own."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from veche.project.cli import sync

        sync()
        _neighbourhoods(small_town())
        _bench(report)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _neighbourhoods(town: SmallTown) -> None:
    early = START - dt.timedelta(days=400)
    for district in (town.west, town.east):
        for n in range(20):
            west = district.west + n * (district.east - district.west) / 20
            add_territory(
                by=None, at=early, code=f"{district.code}-{n}", names={"en": f"Part {n}"},
                kind=Territory.Kind.NEIGHBOURHOOD, parent=district,
                outline=box(west, 53.0, west + 0.025, 54.0),
            )  # fmt: skip


def _bench(report: Report) -> None:
    at = dt.datetime.now(dt.UTC).replace(microsecond=0)
    indicators.sync(by=None, at=at)
    source, streams = _network()
    rng = random.Random(7)
    _minute(source, streams, at - dt.timedelta(minutes=2), rng)
    reckoning.reckon(by=None, at=at - dt.timedelta(minutes=2))
    took, places = [], 0
    for n in range(ROUNDS):
        moment = at + dt.timedelta(minutes=n)
        _minute(source, streams, moment, rng)
        began = time.perf_counter()
        done = reckoning.reckon(by=None, at=moment)
        took.append(time.perf_counter() - began)
        places = done.places
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pulse_stream WHERE latest_at >= %s", [at])
        live = cursor.fetchone()[0]
    report(
        f"all indicators over {live} live streams, {places} values with things of their own",
        statistics.median(took), "s", at_most=2,
    )  # fmt: skip
    report("  alarm after its reading, from the intake on", _alarm(source, streams, at), "s",
           at_most=2)  # fmt: skip
    began = time.perf_counter()
    hours = history.look_back(by=None, at=at + dt.timedelta(hours=2))
    baselines.make_baselines(by=None, at=at + dt.timedelta(hours=2))
    report(f"  looking back ({hours} hours of places) and what is usual",
           time.perf_counter() - began, "s")  # fmt: skip


def _network() -> tuple[Source, list[Stream]]:
    """Ten thousand streams of the properties of the classes, all over the city; besides the
    classes an indicator with a value for each thing."""
    codes = sorted({f.property for c in classes() if (f := Formula.of(c["formula"])).property})
    owner = Organisation.objects.order_by("id").first()
    assert owner is not None
    source = Source.objects.create(code="bench", names={"en": "Bench"}, owner=owner, public=True)
    places = list(Territory.objects.filter(kind="neighbourhood", imported=False).order_by("id"))
    known = {str(p.code): p for p in ObservedProperty.objects.filter(code__in=codes)}
    for code in codes:
        if code not in known:
            known[code] = ObservedProperty.objects.create(code=code, name=code, definition=code)
    sensor = Sensor.objects.create(source=source, name="s", encoding_type="text", metadata="")
    things = Thing.objects.bulk_create(
        [
            Thing(source=source, name=f"bench {n}", territory=places[n % len(places)])
            for n in range(STREAMS)
        ]
    )
    streams = Stream.objects.bulk_create(
        [
            Stream(
                thing=thing, source=source, sensor=sensor, property=known[codes[n % len(codes)]],
                name=thing.name, observation_type="m", unit={},
            )
            for n, thing in enumerate(things)
        ]
    )  # fmt: skip
    indicators.sync(
        by=None,
        at=dt.datetime.now(dt.UTC),
        given=[
            {
                "code": f"bench-{code}", "names": {"en": code}, "sphere": "city", "unit": "1",
                "level": "thing", "cadence": 60, "limits": {"high": [None, 1e6, None]},
                "formula": {"over": "readings", "property": code, "measure": "last"},
                "runbook": {},
            }
            for code in codes[:10]
        ],
    )  # fmt: skip
    return source, streams


def _minute(source: Source, streams: list[Stream], at: dt.datetime, rng: random.Random) -> None:
    rows = [intake.Row(one.pk, at, rng.gauss(20, 4)) for one in streams]
    intake.take(by=None, at=at, source=source, rows=rows)


def _alarm(source: Source, streams: list[Stream], at: dt.datetime) -> float:
    """From handing one reading to the intake until its alarm stands in the table."""
    moment = at + dt.timedelta(minutes=ROUNDS)
    sick = Indicator.objects.get(code=f"bench-{streams[0].property.code}")  # type: ignore[union-attr]
    before = Alarm.objects.filter(indicator=sick).count()
    began = time.perf_counter()
    row = intake.Row(streams[0].pk, moment, 2e6)
    intake.take(by=None, at=moment, source=source, rows=[row])
    reckoning.reckon(by=None, at=moment, indicators=reckoning.touched(moment))
    took = time.perf_counter() - began
    assert Alarm.objects.filter(indicator=sick).count() == before + 1
    return took
