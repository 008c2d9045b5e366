"""Sums of hours and days follow the readings, also those that come late."""

from __future__ import annotations

import datetime as dt
import random

from tests.cast import START, SmallTown
from tests.city.pulse.world import make_stream, take_rows
from veche.city.pulse.models import Daily, Hourly, Owed, Reading
from veche.city.pulse.operations.intake import Row, take
from veche.city.pulse.operations.rollups import sum_up, sweep
from veche.city.pulse.queries.readings import Newest, latest, series

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def _by_hand(stream: int, step: dt.timedelta) -> dict[dt.datetime, tuple[float, ...]]:
    parts: dict[dt.datetime, list[tuple[dt.datetime, float]]] = {}
    for at, number in Reading.objects.filter(stream_id=stream).values_list("at", "number"):
        begin = at.replace(minute=0, second=0, microsecond=0)
        begin = begin.replace(hour=0) if step == DAY else begin
        parts.setdefault(begin, []).append((at, number or 0.0))
    return {
        begin: (
            len(found),
            round(sum(n for _at, n in found), 6),
            min(n for _at, n in found),
            max(n for _at, n in found),
            max(found)[1],
        )
        for begin, found in parts.items()
    }


def _kept(model: type[Hourly] | type[Daily], stream: int) -> dict[dt.datetime, tuple[float, ...]]:
    return {
        row.since: (row.count, round(row.total, 6), row.least, row.most, row.last)
        for row in model.objects.filter(stream_id=stream)
    }


def test_sums_are_those_of_the_readings_however_they_came(town: SmallTown) -> None:
    rng = random.Random(7)
    stream = make_stream()
    times = [START - rng.random() * 3 * DAY for _ in range(400)]
    for part in range(4):  # in four batches, not in their order
        rows = [Row(stream.pk, at, rng.uniform(-5, 5)) for at in times[part::4]]
        take(by=None, at=START, source=stream.source_id, rows=rows)
        if part % 2:
            assert sweep(at=START) > 0
    assert sweep(at=START) == 0
    assert not Owed.objects.exists()
    assert _kept(Hourly, stream.pk) == _by_hand(stream.pk, HOUR)
    assert _kept(Daily, stream.pk) == _by_hand(stream.pk, DAY)


def test_hours_whose_readings_went_lose_their_sums(town: SmallTown) -> None:
    stream = make_stream()
    take_rows(stream, [1, 2], step=HOUR)
    sum_up(by=None, at=START)
    assert len(_kept(Hourly, stream.pk)) == 2
    Reading.objects.filter(stream=stream, at=START).delete()
    Owed.objects.create(stream=stream, day=START.date(), hours=1 << START.hour)
    sum_up(by=None, at=START)
    assert [since.hour for since in _kept(Hourly, stream.pk)] == [START.hour + 1]
    Reading.objects.filter(stream=stream, at=START + HOUR).delete()
    Owed.objects.create(stream=stream, day=START.date(), hours=1 << START.hour + 1)
    sum_up(by=None, at=START)
    assert _kept(Hourly, stream.pk) == _kept(Daily, stream.pk) == {}


def test_only_what_is_owed_is_touched(town: SmallTown) -> None:
    stream = make_stream()
    take_rows(stream, [1, 2, 3], step=HOUR)
    sum_up(by=None, at=START)
    Hourly.objects.filter(stream=stream, since=START).update(total=100)
    take_rows(stream, [9], since=START + HOUR + dt.timedelta(minutes=1))
    assert sum_up(by=None, at=START) == 1
    assert _kept(Hourly, stream.pk)[START][1] == 100
    assert _kept(Hourly, stream.pk)[START + HOUR][:2] == (2, 11)


def test_the_course_of_a_stream_comes_from_what_fits(town: SmallTown) -> None:
    stream = make_stream()
    begin = START.replace(hour=0)
    take_rows(stream, range(60), since=begin, step=dt.timedelta(minutes=20))
    fine = series(stream, begin, begin + HOUR, dt.timedelta(minutes=20))
    assert [(p.mean, p.count) for p in fine] == [(0, 1), (1, 1), (2, 1)]
    # Not summed yet: the hours are right all the same.
    before = series(stream, begin, begin + DAY, HOUR)
    assert [p.mean for p in before][:3] == [1, 4, 7]
    sum_up(by=None, at=START)
    assert series(stream, begin, begin + DAY, HOUR) == before
    assert [p.count for p in series(stream, begin, begin + DAY, 6 * HOUR)] == [18, 18, 18, 6]
    (whole,) = series(stream, begin, begin + DAY, 10 * DAY)
    assert (whole.at, whole.count, whole.least, whole.most) == (begin, 60, 0, 59)
    # The single readings were put away: the finest that is left is an hour.
    Reading.objects.filter(stream=stream).delete()
    assert series(stream, begin, begin + DAY, dt.timedelta(minutes=5)) == before
    assert latest([stream]) == {stream.pk: Newest(59.0, begin + dt.timedelta(minutes=20 * 59))}
    assert latest([]) == {}
