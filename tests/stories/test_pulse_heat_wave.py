"""A heat wave against its season: no limit is passed, and yet it is far too warm for the time of
year; the city is told early and once, and the alarm ends when the heat does."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from django.core import mail
from tests.cast import START, small_town
from tests.city.pulse.signs import indicator
from tests.city.pulse.story import DAY, HOUR, Writer, page, tick

from veche import clock
from veche.city.pulse.models import Alarm, AlarmChange, Baseline, Stream, Vital
from veche.city.pulse.operations import baselines, handling
from veche.city.pulse.operations.history import look_back
from veche.city.pulse.operations.intake import Row, take

pytestmark = pytest.mark.django_db
BEGIN = START - 28 * DAY
NAMES = {"en": "Air temperature", "ru": "Температура воздуха", "zh": "气温"}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """The city's moment, which the story turns."""
    held = {"at": START}
    monkeypatch.setattr(clock, "now", lambda: held["at"])
    return held


def usual(at: dt.datetime) -> float:
    """November: 2 degrees at night, 8 in the afternoon, a little different from day to day."""
    day = (at - BEGIN) // DAY
    return 5 + 3 * math.sin((at.hour - 5) / 24 * 2 * math.pi) + (day * 7 % 5 - 2) * 0.4


def hours(stream: Stream, since: dt.datetime, count: int, warmer: float = 0.0) -> list[Row]:
    """A reading an hour."""
    return [
        Row(stream.pk, since + n * HOUR, usual(since + n * HOUR) + warmer) for n in range(count)
    ]


def test_a_heat_wave(now: dict[str, dt.datetime]) -> None:
    town = small_town()
    heat = indicator(
        code="air-temperature", names=NAMES, unit="°C", level="city", owner="roads",
        formula={"over": "readings", "property": "temperature", "measure": "mean", "window": 3600},
        limits={"high": [30, 35, 40], "low": [-20, -28, -35]}, direction="both",
        season={"weeks": 4, "watch": 4, "warning": 7}, margin=1, hold_seconds=1800,
        fresh_for=7200, cadence=60,
    )  # fmt: skip

    # The stations have told for four weeks what a November is like here.
    weather = Writer(town, "weather", fresh_for=7200, retention_days=60)
    roof = weather.thing("Roof of the school", "temperature", unit="°C")
    take(by=None, at=START, source=weather.source, rows=hours(roof, BEGIN, 28 * 24))
    tick(START)
    assert look_back(by=None, at=START, days=30) >= 27 * 24
    assert baselines.make_baselines(by=None, at=START) == 7 * 24
    noon = Baseline.objects.get(indicator=heat, hour=12)
    assert 6 < noon.median < 9 and noon.mad < 1

    # An ordinary day is no news.
    mail.outbox.clear()
    for hour in range(1, 25):
        now["at"] = START + hour * HOUR
        weather.tell(roof, [(now["at"] - HOUR / 60, usual(now["at"]))])
        tick(now["at"])
    assert Vital.objects.get(indicator=heat).state == "normal"
    assert not Alarm.objects.exists() and not mail.outbox

    # Then thirteen degrees more than usual: warm as in June, and no limit of any thermometer.
    heard: list[dt.datetime] = []
    for hour in range(25, 40):
        now["at"] = START + hour * HOUR
        weather.tell(roof, [(now["at"] - HOUR / 60, usual(now["at"]) + 13)])
        tick(now["at"])
        if mail.outbox and not heard:
            heard.append(now["at"])
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.level, alarm.active) == ("indicator:air-temperature", "warning", True)
    assert alarm.value is not None and alarm.value < 30
    assert heard and heard[0] <= START + 27 * HOUR  # held for half an hour, then said
    assert sorted(one.to[0] for one in mail.outbox).count("officer@example.org") == 1
    told = page("pulse/")
    assert "1 thing needs attention" in told and "Air temperature" in told
    assert "Air temperature" in page("pulse/warnings.atom")

    # The operator says that they saw it, and hands it on: it becomes an incident.
    handling.acknowledge(
        by=town.operator, at=now["at"], alarms=[alarm.pk], note="Schools are told."
    )
    assert "Schools are told." in page(f"pulse/alarms/{alarm.pk}/", town.operator)
    made = handling.make_situation(by=town.operator, at=now["at"], alarm=alarm.pk)
    handed = handling.hand_on(by=town.operator, at=now["at"], situation=made.pk, incident=1)
    assert handed.incident == 1

    # It cools down: the alarm returns and, since somebody saw it, is closed.
    mail.outbox.clear()
    for hour in range(40, 50):
        now["at"] = START + hour * HOUR
        weather.tell(roof, [(now["at"] - HOUR / 60, usual(now["at"]))])
        tick(now["at"])
    alarm.refresh_from_db()
    assert (alarm.active, alarm.closed_at is not None, alarm.count) == (False, True, 1)
    steps = list(
        AlarmChange.objects.filter(alarm=alarm).order_by("pk").values_list("what", flat=True)
    )
    assert steps[0] == "raised" and steps[-2:] == ["returned", "closed"] and "acknowledged" in steps
    assert "nothing needs attention" in page("pulse/").lower()
