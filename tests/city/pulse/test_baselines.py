"""What is usual, and the course before an indicator was reckoned."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.cast import START, SmallTown
from tests.city.pulse.signs import indicator, source, stream
from veche.city.pulse.models import Baseline, Hourly, Stream, Value
from veche.city.pulse.operations import baselines, history
from veche.city.pulse.queries.course import course

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def sums(one: Stream, hours: int) -> None:
    """Four readings an hour, around the hour of the day."""
    Hourly.objects.bulk_create(
        [
            Hourly(
                stream=one, since=START - n * HOUR, count=4, total=40.0 * ((START - n * HOUR).hour),
                least=0, most=99, last=1,
            )
            for n in range(1, hours + 1)
        ]
    )  # fmt: skip


def test_a_new_indicator_has_a_past_from_the_sums_of_hours(town: SmallTown) -> None:
    one, other = stream(source(town), town.west), stream(source(town, "b"), town.west, name="b")
    sums(one, 4 * 168)
    Hourly.objects.create(
        stream=other, since=START - HOUR, count=1, total=70, least=70, most=70, last=70
    )
    seasonal = indicator(season={"weeks": 4, "watch": 3})
    assert history.look_back(by=None, at=START) == 4 * 168
    newest = Value.objects.get(at=START - HOUR)
    assert newest.value == pytest.approx((10 * 5 + 70) / 2)  # the mean of both streams
    assert Value.objects.get(at=START - 30 * HOUR).value == 0  # midnight, and one stream
    assert history.look_back(by=None, at=START) == 0  # nothing twice
    assert baselines.make_baselines(by=None, at=START) == 168
    usual = Baseline.objects.get(indicator=seasonal, hour=9)  # nine in Samara is five in UTC
    assert (usual.median, usual.mad, usual.count) == (50, 0, 4)


def test_without_a_season_a_week_is_enough(town: SmallTown) -> None:
    sums(stream(source(town), town.west), 4 * 168)
    indicator()
    assert history.look_back(by=None, at=START, days=8) == 8 * 24


def test_reports_of_past_hours_are_counted_by_district(town: SmallTown) -> None:
    formula = {"over": "matters", "procedure": "problem", "measure": "opened", "window": 3600}
    indicator(code="opened", formula=formula)
    for n in (2, 2, 5):
        town.report(at=START - n * HOUR + dt.timedelta(minutes=5))
    history.look_back(by=None, at=START, days=1)
    counts = dict(Value.objects.filter(territory=town.west).values_list("at", "value"))
    assert counts[START - 2 * HOUR] == 2
    assert counts[START - 5 * HOUR] == 1
    assert counts[START - 3 * HOUR] == 0
    assert set(Value.objects.filter(territory=town.east).values_list("value", flat=True)) == {0}


def test_the_course_has_every_hour_and_its_usual_band(town: SmallTown) -> None:
    sums(stream(source(town), town.west), 4 * 168)
    one = indicator(season={"weeks": 4, "watch": 3})
    history.look_back(by=None, at=START)
    baselines.make_baselines(by=None, at=START)
    hours = course(one.pk, town.west.pk, None, START, days=2, steps=3)
    assert len(hours) == 49
    assert hours[-1].value is None  # this hour has only begun
    before = hours[-2]
    assert before.value == 50
    assert before.low is not None and before.high is not None
    assert before.low < 50 < before.high


def test_the_timer_makes_them_once_a_night(town: SmallTown) -> None:
    indicator(season={"weeks": 4, "watch": 3})
    evening = START.replace(hour=20)  # midnight in Samara
    assert baselines.sweep(at=evening) == 0
    night = START.replace(hour=23, minute=30)  # half past three
    sums(stream(source(town), town.west), 168)
    history.look_back(by=None, at=night)
    assert baselines.sweep(at=night) > 0
    assert baselines.sweep(at=night + HOUR) == 0
    assert baselines.sweep(at=night + 24 * HOUR) > 0
