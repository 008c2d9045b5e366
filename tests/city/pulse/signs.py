"""What tests of indicators and alarms lean on: things with streams, and an indicator over them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.cast import START, SmallTown
from veche.city.pulse.models import (
    Indicator,
    ObservedProperty,
    Sensor,
    Source,
    Stream,
    Thing,
)
from veche.city.pulse.operations import indicators
from veche.city.pulse.operations.intake import Row, take
from veche.core.places.models import Territory

NAMES = {"en": "Dust", "ru": "Пыль", "zh": "粉尘"}


def minutes(n: float) -> dt.datetime:
    """So many minutes after the beginning."""
    return START + dt.timedelta(minutes=n)


def source(town: SmallTown, code: str = "air") -> Source:
    """A source of the roads office."""
    return Source.objects.create(
        code=code, names=NAMES, owner=town.roads, connector="door", public=True
    )


def stream(of: Source, place: Territory, code: str = "dust", name: str = "") -> Stream:
    """A stream of a new thing at a place."""
    found, _made = ObservedProperty.objects.get_or_create(
        code=code, defaults={"name": code, "definition": code}
    )
    thing = Thing.objects.create(
        source=of, name=name or f"{code} {place.code}", territory=place, code=name or None
    )
    sensor = Sensor.objects.create(source=of, name="s", encoding_type="text/plain", metadata="")
    return Stream.objects.create(
        thing=thing, source=of, sensor=sensor, property=found, name=code,
        observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unit={"name": "", "symbol": "", "definition": ""},
    )  # fmt: skip


def indicator(**more: Any) -> Indicator:
    """An indicator of dust in every district: watch from 100, warning 200, critical 300."""
    given: dict[str, Any] = {
        "code": "dust",
        "names": NAMES,
        "sphere": "environment",
        "unit": "µg",
        "level": "district",
        "formula": {"over": "readings", "property": "dust", "measure": "last"},
        "limits": {"high": [100, 200, 300]},
        "runbook": {"en": "Look.", "ru": "Смотреть.", "zh": "看。"},
        **more,
    }
    indicators.sync(by=None, at=START, given=[given])
    return Indicator.objects.get(code=given["code"])


def read(one: Stream, at: dt.datetime, number: float) -> None:
    """A reading comes in by the one way."""
    done = take(by=None, at=at, source=one.source, rows=[Row(one.pk, at, number)])
    assert done.taken == 1, done
