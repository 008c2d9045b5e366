"""A leak is found between the meter of a zone and the meters of its houses."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests.cast import START, SmallTown
from tests.city.pulse.world import make_source, make_stream
from veche.city.pulse.models import Alarm, Hourly, Stream
from veche.city.spheres.models import Zone, ZoneDay
from veche.city.spheres.operations.network import MeterOfTwoZones, add_zone, reckon_losses

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
FIRST = dt.datetime(2026, 11, 1, 20, tzinfo=dt.UTC)
"""Midnight of 2 November in Samara."""
HOUSES = 4


@pytest.fixture
def zone(town: SmallTown) -> Zone:
    """A zone of four houses, 14 days as usual: a twelfth is lost."""
    source = make_source("water")
    inlet, *houses = [
        make_stream(source, "flow", territory=town.west, symbol="m³/h") for _n in range(HOUSES + 1)
    ]
    made = add_zone(
        by=None, at=START, code="west", names={"en": "West"}, kind="water", unit="m³",
        territory=town.west, owner=town.roads, inlet=inlet, meters=houses,
    )  # fmt: skip
    _flow(made, FIRST, 14 * 24, 0)
    return made


def _flow(zone: Zone, since: dt.datetime, hours: int, leak: float, silent: int = 0) -> None:
    """Hours of the zone: houses take 10 by day and 1 at night each, and the pipe loses 3 always."""
    streams = [m.stream for m in zone.meters.select_related("stream").order_by("pk")]
    rows = []
    for n in range(hours):
        at = since + HOUR * n
        use = 1.0 if 2 <= (at + 4 * HOUR).hour < 5 else 10.0
        rows.append(_hour(zone.inlet, at, use * HOUSES + 3 + leak))
        rows += [_hour(one, at, use) for one in streams[silent:]]
    Hourly.objects.bulk_create(rows)


def _hour(stream: Stream, at: dt.datetime, rate: float) -> Hourly:
    # A rate read sixty times an hour: the middle is what ran through.
    return Hourly(
        stream=stream, since=at, count=60, total=rate * 60, least=rate, most=rate, last=rate
    )


def _reckon(days: int) -> list[ZoneDay]:
    return reckon_losses(by=None, at=FIRST + days * DAY + HOUR, days=days)


def test_what_the_pipe_loses_is_the_difference(zone: Zone) -> None:
    assert _reckon(14) == []
    one = ZoneDay.objects.get(day=dt.date(2026, 11, 5))
    assert one.coverage == 1
    assert round(one.went_in - one.taken) == 72
    assert round(one.night_in - one.night_taken) == 9
    assert set(ZoneDay.objects.values_list("state", flat=True)) == {"usual"}


def test_a_leak_is_found_on_its_first_day_and_told_once(zone: Zone) -> None:
    _flow(zone, FIRST + 14 * DAY, 48, leak=12)
    begun = _reckon(16)
    assert [(one.day, one.state) for one in begun] == [(dt.date(2026, 11, 16), "leak")]
    assert _reckon(16) == []
    alarm = Alarm.objects.get(rule="zone:west")
    assert (alarm.level, alarm.active, alarm.count, alarm.territory_id) == (
        "warning", True, 1, zone.territory_id,
    )  # fmt: skip
    page = Client().get("/en/spheres/losses/").content.decode()
    assert "In 1 zone much more is lost than usual" in page
    page = Client().get("/en/spheres/losses/west/").content.decode()
    assert "probably a leak" in page
    assert "probably a leak" in Client().get("/en/spheres/water/").content.decode()
    assert "probably a leak" not in Client().get("/en/spheres/energy/").content.decode()
    table = Client().get("/en/spheres/losses/west/losses.csv").content.decode()
    assert len(table.splitlines()) == 17


def test_a_pipe_that_was_mended_lets_the_alarm_return(zone: Zone) -> None:
    _flow(zone, FIRST + 14 * DAY, 24, leak=12)
    _reckon(15)
    _flow(zone, FIRST + 15 * DAY, 24, leak=0)
    assert _reckon(16) == []
    assert not Alarm.objects.get(rule="zone:west").active


def test_a_leak_whose_second_day_came_late_has_its_alarm(zone: Zone) -> None:
    """The first day is a leak, the second unknown until late readings say that it is one too."""
    _flow(zone, FIRST + 14 * DAY, 24, leak=12)
    _flow(zone, FIRST + 15 * DAY, 24, leak=12, silent=1)
    _reckon(16)
    assert ZoneDay.objects.order_by("-day")[0].state == "unknown"
    house = zone.meters.order_by("pk")[0].stream
    uses = [1.0 if 2 <= (n + 24) % 24 < 5 else 10.0 for n in range(24)]
    Hourly.objects.bulk_create(
        [_hour(house, FIRST + 15 * DAY + n * HOUR, use) for n, use in enumerate(uses)]
    )
    _reckon(16)
    assert ZoneDay.objects.order_by("-day")[0].state == "leak"
    alarm = Alarm.objects.get(rule="zone:west")
    assert (alarm.active, alarm.count) == (True, 1)
    _reckon(16)
    assert Alarm.objects.get(rule="zone:west").count == 1


def test_houses_that_are_silent_are_no_leak(zone: Zone) -> None:
    _flow(zone, FIRST + 14 * DAY, 24, leak=0, silent=1)
    _reckon(15)
    last = ZoneDay.objects.order_by("-day")[0]
    assert (last.state, last.coverage) == ("unknown", 0.75)
    assert round(last.went_in - last.taken) == 72
    assert "too few" in Client().get("/en/spheres/losses/west/").content.decode()


def test_a_house_meter_counts_in_one_zone(zone: Zone, town: SmallTown) -> None:
    meter = zone.meters.all()[0].stream
    with pytest.raises(MeterOfTwoZones):
        add_zone(
            by=None, at=START, code="east", names={"en": "East"}, kind="water", unit="m³",
            territory=town.east, owner=town.roads, inlet=zone.inlet, meters=[meter],
        )  # fmt: skip
