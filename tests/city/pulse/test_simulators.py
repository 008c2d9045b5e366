"""Scenarios: what the town's sensors read when something happens, and what becomes of faults."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import commands
from tests.cast import SmallTown
from veche import clock
from veche.city.pulse import demo_feed
from veche.city.pulse.demo_play import NotATown, play, town_sensors
from veche.city.pulse.models import Daily, Hourly, Reading, Refusal, Source, Stream
from veche.city.pulse.operations import town_sensors as past
from veche.city.pulse.operations.playing import PLAYED
from veche.city.pulse.simulators.course import Scenario, Sensor, codes, readings, scenario
from veche.core.organisations.models import Organisation
from veche.core.places import demo as places_demo
from veche.town import sensors

ZONE = ZoneInfo("Europe/Samara")
BEGUN = dt.datetime(2026, 7, 14, 5, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def _everything() -> list[Sensor]:
    found: list[Sensor] = []
    for kind in sensors.kinds():
        for measure in kind.measures:
            for place in range(6 * kind.a_district):
                district, thing = divmod(place, kind.a_district)
                number = len(found) + 1
                found.append(Sensor(number, kind.source, measure, place, district + 1, thing + 1))
    return found


ALL = _everything()


def _read(code: str, hours: float) -> dict[str, dict[int, list[float]]]:
    """Measure → district → what is read so many hours after the scenario began."""
    by_stream = {one.stream: one for one in ALL}
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for told in readings(scenario(code), ALL, BEGUN, BEGUN + hours * HOUR, ZONE):
        one = by_stream[told.stream]
        found[one.measure.code][one.district].append(told.number)
    return found


def test_the_list_of_sensors_holds_together() -> None:
    assert len(sensors.kinds()) >= 25
    measures = [m for kind in sensors.kinds() for m in kind.measures]
    assert len({m.code for m in measures}) == len(measures) >= 60
    systems = {one.code for one in sensors.systems()}
    assert {kind.source for kind in sensors.kinds()} == systems
    for one in measures:
        assert set(one.names) == {"ru", "en", "zh"}
        for hour in range(168):
            local = dt.datetime(2026, 1, 5, tzinfo=ZONE) + hour * HOUR
            number = sensors.value(one, 3, local)
            assert one.low <= number <= one.high, one.code
            assert number == sensors.value(one, 3, local)


def test_every_scenario_can_be_read() -> None:
    assert set(codes()) >= {
        "ordinary-day", "heat-wave", "leak", "silent-source", "gale", "faults",
    }  # fmt: skip
    for code in codes():
        told = scenario(code)
        assert set(told.names) == {"en", "ru", "zh"}
        assert (
            list(readings(told, ALL, BEGUN, BEGUN + HOUR, ZONE))
            == list(readings(told, ALL, BEGUN, BEGUN + HOUR, ZONE))
            or code == "faults"
        )
    with pytest.raises(KeyError):
        scenario("nothing")


def test_heat_comes_by_and_by() -> None:
    usual = [_read("ordinary-day", hours)["temperature"][1][0] for hours in (0, 2, 6)]
    hot = [_read("heat-wave", hours)["temperature"][1][0] for hours in (0, 2, 6)]
    assert [round(a - b, 1) for a, b in zip(hot, usual, strict=True)] == [0, 9, 18]


def test_a_leak_is_lost_between_the_district_and_its_houses() -> None:
    def lost(code: str, district: int) -> float:
        found = _read(code, 4)
        return found["district-water"][district][0] - sum(found["house-water"][district])

    assert lost("leak", 2) - lost("ordinary-day", 2) == pytest.approx(95)
    assert lost("leak", 3) == lost("ordinary-day", 3)
    assert len(_read("leak", 4)["house-water"][2]) == 4


def test_a_silent_source_says_nothing_and_then_again() -> None:
    counts = [len(_read("silent-source", hours)["tram-delay"]) for hours in (0.4, 1, 1.9, 2.1)]
    assert counts == [6, 0, 0, 6]
    assert len(_read("silent-source", 1)["bus-delay"]) == 6


def test_a_real_city_plays_nothing(town: SmallTown) -> None:
    with pytest.raises(NotATown):
        play(scenario=scenario("leak"), speed=0)


@pytest.fixture
def zarechye(db: None, settings: Any) -> dt.datetime:
    """The invented town with its sensors; its present moment."""
    settings.DEMO = True
    at = clock.now()
    places_demo.draw_town(by=None, at=at - dt.timedelta(days=400))
    Organisation.objects.bulk_create(
        [
            Organisation(code=code, kind="department", names={"en": code, "ru": code, "zh": code})
            for code in {one.office for one in sensors.systems()}
        ]
    )
    past.begin(by=None, at=at)
    return at


@pytest.mark.slow
def test_the_towns_past_its_present_and_its_faults(
    zarechye: dt.datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    at = zarechye
    streams = Stream.objects.count()
    assert streams == len(ALL) == len(town_sensors())
    assert Hourly.objects.values("stream").distinct().count() == streams
    assert Hourly.objects.count() > streams * 24 * 27
    assert Daily.objects.count() >= streams * 28
    late = Stream.objects.filter(latest_at__lt=at - HOUR)
    assert {one.source.code for one in late.select_related("source")} == set(past.SILENT)
    # The past is of the same making as the present: the means of a day lie near each other.
    one = Stream.objects.get(code="district-meter-1/district-water")
    usual = sensors.measure("district-water")
    whole = Daily.objects.filter(stream=one, count=1440).order_by("-since")[0]
    day = [sensors.value(usual, 0, (whole.since + n * HOUR).astimezone(ZONE)) for n in range(24)]
    assert whole.total / whole.count == pytest.approx(sum(day) / 24, rel=0.05)

    later = at + dt.timedelta(minutes=2)
    assert demo_feed.sweep(at=later) > 150
    assert demo_feed.sweep(at=later) == 0
    # Somebody turned the clock: the hours between are told too.
    assert demo_feed.sweep(at=later + 5 * HOUR) > 5 * 300

    before = Reading.objects.count()
    short = Scenario("faults", {}, 0.05, 60, scenario("faults").changes)
    told = play(scenario=short, speed=0)
    assert set(told.refused) >= {"unit", "number", "future", "foreign", "often"}
    assert told.taken > 0
    assert Reading.objects.count() == before + told.taken
    counts = Refusal.objects.values_list("reason", "count")
    assert sum(count for _reason, count in counts) == sum(told.refused.values())
    # What a scenario tells, the town's own feed does not.
    played = Source.objects.filter(settings__has_key=PLAYED)
    assert {one.code for one in played} == {"weather-network", "air-network"}
    assert clock.now() >= at + dt.timedelta(minutes=3)

    assert commands.run("pulse", "simulate", "nothing") == 2
    assert "heat-wave" in capsys.readouterr().err


def test_numbers_that_are_none_are_made_on_purpose() -> None:
    told = list(readings(scenario("faults"), ALL, BEGUN, BEGUN + HOUR, ZONE))
    assert any(math.isnan(one.number) for one in told)
    assert any(one.unit for one in told)
    assert any(one.at > BEGUN + 24 * HOUR for one in told)
    flaps: dict[int, int] = defaultdict(int)
    for one in told:
        flaps[one.stream] += 1
    assert max(flaps.values()) >= 100
