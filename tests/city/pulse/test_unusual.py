"""The measure ``anomaly``: how unlike its past a stream is, as an indicator of a place."""

from __future__ import annotations

import datetime as dt

import numpy as np

from tests.cast import START, SmallTown
from tests.city.pulse.signs import indicator, source, stream
from veche.city.pulse.models import Hourly, Stream, Vital
from veche.city.pulse.operations.reckoning import reckon, touched
from veche.core.places.models import Territory

HOUR = dt.timedelta(hours=1)
LAST = START.replace(minute=0, second=0, microsecond=0)


def _hours(of: Stream, *, last: float | None = None) -> None:
    """Three weeks of a daily curve; the last hour is another one where it is said."""
    noise = np.random.default_rng(of.pk).normal(0, 1, 480)
    values = [30 + 10 * np.sin(n * np.pi / 12) + noise[n] for n in range(480)]
    if last is not None:
        values[-1] = last
    Hourly.objects.bulk_create(
        Hourly(
            stream=of, since=LAST - (479 - n) * HOUR, count=4, total=4 * v, least=v, most=v, last=v
        )
        for n, v in enumerate(values)
    )
    Stream.objects.filter(pk=of.pk).update(latest=values[-1], latest_at=START)


def _made(town: SmallTown, place: Territory, last: float | None = None) -> Stream:
    made = stream(source(town, f"air-{place.code}"), place)
    _hours(made, last=last)
    return made


def test_what_never_was_before_is_told_at_its_place_only(town: SmallTown) -> None:
    _made(town, town.west)
    _made(town, town.east, last=80.0)
    one = indicator(
        formula={
            "over": "readings", "property": "dust", "measure": "anomaly", "window": 7200,
            "across": "max",
        },
        limits={"high": [0.6, 0.9, None]}, hold_samples=1, hold_seconds=0, fresh_for=7200,
    )  # fmt: skip
    assert one.pk not in touched(START), "only its own cadence reckons it"
    reckon(by=None, at=START)
    found = {v.territory_id: v for v in Vital.objects.filter(indicator=one)}
    west, east = found[town.west.pk], found[town.east.pk]
    assert west.value is not None and west.value < 0.5 and west.state == "normal"
    assert east.value is not None and east.value > 0.6 and east.state in ("watch", "warning")


def test_silence_is_no_anomaly(town: SmallTown) -> None:
    made = _made(town, town.west, last=80.0)
    Stream.objects.filter(pk=made.pk).update(latest_at=START - dt.timedelta(days=1))
    one = indicator(
        formula={"over": "readings", "property": "dust", "measure": "anomaly", "window": 3600},
        limits={"high": [0.6, 0.9, None]},
    )
    reckon(by=None, at=START)
    vital = Vital.objects.get(indicator=one, territory=town.west)
    assert vital.value is None and vital.state == "stale"
