"""Reckoning: values of places, states that outlive a restart, alarms that come by themselves."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.cast import START, SmallTown
from tests.city.pulse.signs import indicator, minutes, read, source, stream
from veche.city.pulse.models import Alarm, Baseline, Stream, Value, Vital
from veche.city.pulse.operations import baselines, reckoning
from veche.city.pulse.operations.indicators import set_limits
from veche.city.pulse.queries import now
from veche.core.journal.models import Record
from veche.core.places.models import Territory
from veche.core.places.queries import atlas

pytestmark = pytest.mark.django_db


def state(place: Territory, code: str = "dust") -> str:
    """How the indicator stands at a place."""
    vital = Vital.objects.get(territory=place, indicator__code=code)
    return str(vital.state)


def test_every_district_has_a_value_of_its_own(town: SmallTown) -> None:
    air = source(town)
    west, east = stream(air, town.west), stream(air, town.east)
    indicator()
    read(west, START, 50)
    read(east, START, 250)
    done = reckoning.reckon(by=None, at=minutes(1))
    assert (done.places, done.changed, done.raised) == (2, 1, 1)
    assert (state(town.west), state(town.east)) == ("normal", "warning")
    assert Vital.objects.get(territory=town.east).value == 250
    alarm = Alarm.objects.get()
    assert (alarm.territory, alarm.level, alarm.active, alarm.handling) == (
        town.east, "warning", True, "new",
    )  # fmt: skip
    assert Record.objects.filter(kind="pulse.reckoned").count() == 1


@pytest.mark.parametrize(
    ("across", "more", "value"),
    [
        ("mean", {}, 150),
        ("sum", {}, 300),
        ("min", {}, 100),
        ("max", {}, 200),
        ("share_above", {"threshold": 100, "scale": 100}, 50),
        ("count_below", {"threshold": 150}, 1),
    ],
)
def test_streams_of_a_place_become_one_value(
    town: SmallTown, across: str, more: dict[str, float], value: float
) -> None:
    air = source(town)
    formula = {"over": "readings", "property": "dust", "measure": "last", "across": across, **more}
    indicator(formula=formula, level="city")
    for number, name in ((100.0, "a"), (200.0, "b")):
        read(stream(air, town.west, name=name), START, number)
    reckoning.reckon(by=None, at=minutes(1))
    vital = Vital.objects.get()
    assert (vital.territory, vital.value, vital.parts) == (town.city, value, 2)


@pytest.mark.parametrize(
    ("measure", "value"),
    [("mean", 20), ("min", 10), ("max", 30), ("sum", 60), ("count", 3), ("rate", 60)],
)
def test_readings_of_a_window_become_one_value(town: SmallTown, measure: str, value: float) -> None:
    one = stream(source(town), town.west)
    formula = {"over": "readings", "property": "dust", "measure": measure, "window": 1800}
    indicator(formula=formula)
    for minute, number in ((-60, 1000.0), (0, 10.0), (10, 20.0), (20, 30.0)):
        read(one, minutes(minute), number)
    reckoning.reckon(by=None, at=minutes(20))
    assert Vital.objects.get(territory=town.west).value == pytest.approx(value)


def test_a_silent_stream_is_left_out_and_a_silent_place_is_stale(town: SmallTown) -> None:
    air = source(town)
    fresh, old = stream(air, town.west, name="a"), stream(air, town.west, name="b")
    indicator(fresh_for=600)
    read(old, START, 500)
    read(fresh, minutes(15), 50)
    reckoning.reckon(by=None, at=minutes(15))
    vital = Vital.objects.get()
    assert (vital.state, vital.value, vital.parts, vital.silent) == ("normal", 50, 1, 1)
    reckoning.reckon(by=None, at=minutes(40))
    vital = Vital.objects.get()
    assert (vital.state, vital.value) == ("stale", None)
    assert not Alarm.objects.exists()


def test_above_a_limit_for_ten_minutes_outlives_a_restart(town: SmallTown) -> None:
    """Nothing is kept but rows: every reckoning reads anew how it stood."""
    one = stream(source(town), town.west)
    indicator(hold_seconds=600, hold_samples=3)
    for minute in (0, 3, 6, 9):
        read(one, minutes(minute), 250)
        reckoning.reckon(by=None, at=minutes(minute))
        assert state(town.west) == "normal"
    assert Vital.objects.get().coming == "warning"
    reckoning.reckon(by=None, at=minutes(10))
    assert state(town.west) == "warning"
    assert Alarm.objects.get().first_at == minutes(10)


def test_what_returns_while_nobody_saw_it_stays_open(town: SmallTown) -> None:
    one = stream(source(town), town.west)
    indicator()
    for minute, number in ((0, 250.0), (5, 50.0), (10, 350.0)):
        read(one, minutes(minute), number)
        reckoning.reckon(by=None, at=minutes(minute))
        alarm = Alarm.objects.get()
        assert alarm.active == (number > 200)
        assert alarm.closed_at is None
    assert (alarm.count, alarm.level, alarm.worst) == (2, "critical", "critical")
    words = [change.what for change in alarm.changes.order_by("id")]
    assert words == ["raised", "returned", "repeated", "worse"]


def test_a_sensor_that_flaps_is_damped_and_counted(town: SmallTown) -> None:
    """A hundred changes in ten minutes: one alarm, a handful of lines, and it returns when calm."""
    from veche.city.pulse.operations import alarms

    one = stream(source(town), town.west)
    indicator()
    for n in range(100):
        at = START + dt.timedelta(seconds=6 * n)
        read(one, at, 250 if n % 2 == 0 else 50)
        reckoning.reckon(by=None, at=at)
    alarm = Alarm.objects.get()
    assert alarm.active and alarm.count == 50
    assert alarm.changes.count() < 12
    assert alarms.sweep(at=minutes(15)) == 0
    assert alarms.sweep(at=minutes(25)) == 1
    alarm.refresh_from_db()
    assert not alarm.active


def test_the_season_knows_the_hour_of_the_week(town: SmallTown) -> None:
    one = stream(source(town), town.west)
    seasonal = indicator(limits={}, season={"weeks": 4, "watch": 3, "warning": 6})
    rows = [
        Value(
            indicator=seasonal, territory=town.west, state="normal",
            at=START - dt.timedelta(hours=h), value=100 + h % 7 + (50 if h % 168 == 0 else 0),
        )
        for h in range(1, 4 * 168 + 1)
    ]  # fmt: skip
    Value.objects.bulk_create(rows)
    made = baselines.make_baselines(by=None, at=START)
    assert made == 168 == Baseline.objects.count()
    usual = Baseline.objects.get(hour=10)  # Monday, ten in the morning of the city
    assert usual.count == 4
    assert 150 <= usual.median <= 157
    read(one, START, 155)
    reckoning.reckon(by=None, at=START)
    assert state(town.west) == "normal"
    at = minutes(60)  # eleven: 155 is far from what is usual then
    read(one, at, 155)
    reckoning.reckon(by=None, at=at)
    assert state(town.west) == "warning"


def test_the_citys_own_matters_are_reckoned_with_the_same_rules(town: SmallTown) -> None:
    formula = {"over": "matters", "procedure": "problem", "measure": "opened", "window": 3600}
    indicator(code="opened", formula=formula, limits={"high": [2, 3, None]})
    for minute in (0, 1, 2):
        town.report(at=minutes(minute))
    reckoning.reckon(by=None, at=minutes(5))
    assert (state(town.west, "opened"), state(town.east, "opened")) == ("warning", "normal")
    reckoning.reckon(by=None, at=minutes(90))
    assert Vital.objects.get(territory=town.west).value == 0


def test_silent_sources_are_an_indicator_too(town: SmallTown) -> None:
    first, second = source(town, "a"), source(town, "b")
    formula = {"over": "sources", "measure": "silent_share", "scale": 100}
    indicator(code="silent", formula=formula, level="city", limits={"high": [10, 40, None]})
    second.state = "stale"
    second.save()
    reckoning.reckon(by=None, at=START)
    assert Vital.objects.get().value == 50
    assert first.state != "stale"
    assert state(town.city, "silent") == "warning"


def test_only_what_is_due_or_touched_is_reckoned(town: SmallTown) -> None:
    one = stream(source(town), town.west)
    indicator(cadence=300)
    read(one, START, 50)
    assert len(reckoning.touched(START)) == 1
    assert reckoning.sweep(at=START) == 1
    assert reckoning.touched(START) == []
    assert reckoning.sweep(at=minutes(4)) == 0
    assert reckoning.sweep(at=minutes(5)) == 1
    read(one, minutes(6), 60)
    assert len(reckoning.touched(minutes(6))) == 1


def test_history_keeps_the_last_of_a_quarter(town: SmallTown) -> None:
    one = stream(source(town), town.west)
    indicator()
    for minute in (0, 5, 14, 15):
        read(one, minutes(minute), float(minute))
        reckoning.reckon(by=None, at=minutes(minute))
    assert list(Value.objects.order_by("at").values_list("at", "value")) == [
        (START, 14.0),
        (minutes(15), 15.0),
    ]


def test_what_is_watched_no_more_lets_its_alarm_return_and_raises_it_when_it_is_again(
    town: SmallTown,
) -> None:
    west, one = stream(source(town), town.west), indicator()
    read(west, START, 250)
    reckoning.reckon(by=None, at=minutes(1))

    def watch(active: bool, at: dt.datetime) -> None:
        set_limits(
            by=None, at=at, indicator="dust", limits=one.limits, season=None, margin=0,
            hold_samples=1, hold_seconds=0, owner=None, public=True, active=active,
        )  # fmt: skip

    watch(False, minutes(2))
    alarm = Alarm.objects.get()
    assert (alarm.active, alarm.closed_at) == (False, None)
    watch(True, minutes(3))
    reckoning.reckon(by=None, at=minutes(4))
    alarm.refresh_from_db()
    assert (alarm.active, alarm.count) == (True, 2)


def test_an_alarm_whose_silence_ended_otherwise_than_it_seemed_returns(town: SmallTown) -> None:
    west = stream(source(town), town.west)
    indicator(hold_samples=2, fresh_for=60)
    for n, number in enumerate((250, 250)):
        read(west, minutes(n), number)
        reckoning.reckon(by=None, at=minutes(n))
    reckoning.reckon(by=None, at=minutes(600))
    assert (state(town.west), Alarm.objects.get().active) == ("stale", True)
    read(west, minutes(601), 250)  # about to be so again …
    reckoning.reckon(by=None, at=minutes(601))
    assert Alarm.objects.get().active
    read(west, minutes(602), 50)  # … and it is not
    reckoning.reckon(by=None, at=minutes(602))
    assert not Alarm.objects.get().active


def test_a_district_that_is_mostly_silent_is_not_as_usual(town: SmallTown) -> None:
    air = source(town)
    dust, noise = stream(air, town.west), stream(air, town.west, code="noise")
    one = indicator()
    formula = {"over": "readings", "property": "noise", "measure": "last"}
    two = indicator(code="noise", formula=formula)
    read(dust, START, 50)
    read(noise, START, 50)
    reckoning.reckon(by=None, at=minutes(1))
    read(dust, minutes(599), 50)
    reckoning.reckon(by=None, at=minutes(600))
    assert (state(town.west), state(town.west, "noise")) == ("normal", "stale")
    found = {d.territory: d.state for d in now.districts([one, two], atlas())}
    assert found[town.west] == "stale"


def test_a_thing_that_is_gone_leaves_no_green_behind(town: SmallTown) -> None:
    one = stream(source(town), town.west)
    indicator()
    read(one, START, 50)
    reckoning.reckon(by=None, at=START)
    Stream.objects.all().delete()
    reckoning.reckon(by=None, at=minutes(1))
    assert state(town.west) == "stale"


def test_readings_ask_for_one_reckoning_however_many_batches_come(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What raises an alarm raises it when the worker comes by, not a minute later."""
    from django.db import connection

    from veche import clock
    from veche.city.pulse.tasks_signs import reckon_touched

    one = stream(source(town), town.west)
    indicator(cadence=3600)
    read(one, START, 50)
    read(one, minutes(1), 250)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [reckon_touched.name]
        )
        assert cursor.fetchone() == (1,)
    monkeypatch.setattr(clock, "now", lambda: minutes(1))
    reckon_touched()
    assert Alarm.objects.get().first_at == minutes(1)
