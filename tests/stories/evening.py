"""The ground of stories about the gale: the demo town's people and places, and its weather."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from tests.cast import START

from veche import town
from veche.city.dispatch import demo_setup
from veche.city.pulse.models import ObservedProperty, Sensor, Source, Stream, Thing
from veche.city.pulse.operations import indicators
from veche.core.cases import demo as cases
from veche.core.organisations import demo as organisations
from veche.core.organisations.models import Organisation
from veche.core.people import demo as people
from veche.core.people.demo import BEFORE
from veche.core.places import demo as places
from veche.core.places.models import Territory
from veche.testing import deliver

EVENING = START + dt.timedelta(hours=12)
"""Ten in the evening of a Monday."""
RIVER = "zarechye-d4"


def minutes(n: float) -> dt.timedelta:
    """So many minutes."""
    return dt.timedelta(minutes=n)


def begin() -> None:
    """The town's places, people, offices and kinds of incidents, and a station at the river."""
    said: list[str] = []
    for part in (places, people, organisations, cases):
        part.load(town=town, at=EVENING, report=said.append)
    demo_setup.load(town=town, since=EVENING - BEFORE)
    office = Organisation.objects.get(code="city-environment")
    source = Source.objects.create(
        code="weather-network", names={"en": "Weather", "ru": "Погода", "zh": "气象"},
        owner=office, connector="door", public=True,
    )  # fmt: skip
    gust = ObservedProperty.objects.create(code="gust", name="gust", definition="gust")
    place = Territory.objects.get(code=f"{RIVER}-n4")
    thing = Thing.objects.create(source=source, name="Pier", territory=place, code="pier")
    sensor = Sensor.objects.create(source=source, name="s", encoding_type="text/plain", metadata="")
    Stream.objects.create(
        thing=thing, source=source, sensor=sensor, property=gust, name="gust", code="pier/gust",
        observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unit={"name": "m/s", "symbol": "m/s", "definition": "m/s"},
    )  # fmt: skip
    indicators.sync(by=None, at=EVENING - dt.timedelta(days=1))


def hear() -> int:
    """Do what the worker does, without the letters to hundreds of residents; returns how much."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name LIKE '%notices%'")
    return deliver()
