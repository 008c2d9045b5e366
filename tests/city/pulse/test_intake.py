"""Readings come in by one way: what can be is written once, the rest is refused and counted."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from django.db import connection

from tests.cast import START, SmallTown
from tests.city.pulse.world import make_source, make_stream, take_rows
from veche.city.pulse.models import Owed, Reading, Refusal, Source
from veche.city.pulse.operations import intake
from veche.city.pulse.operations.intake import NoSuchSource, Row, Taken, take
from veche.core.journal.models import Record

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(params=[2_000, 1], ids=["in the statement", "staged"])
def both_ways(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches and large ones are written by different ways that must do the same."""
    monkeypatch.setattr(intake, "STAGED_FROM", request.param)


@pytest.mark.usefixtures("both_ways")
def test_each_reading_is_judged_by_itself(town: SmallTown) -> None:
    source, other = make_source(), make_source()
    stream = make_stream(source, low=-60, high=60)
    theirs = make_stream(other)
    rows = [
        Row(stream.pk, START, 20.5),
        Row(theirs.pk, START, 20.5),
        Row(999_999_999, START, 20.5),
        Row(stream.pk, START + MINUTE, math.nan),
        Row(stream.pk, START + MINUTE, math.inf),
        Row(stream.pk, START + MINUTE, 293.6),
        Row(stream.pk, START + MINUTE, 69.0, unit="degF"),
        Row(stream.pk, START + dt.timedelta(days=2), 20.0),
        Row(stream.pk, START - dt.timedelta(days=91), 20.0),
        Row(stream.pk, START + MINUTE),
        Row(stream.pk, START - dt.timedelta(days=2), 21.0, unit="degC"),
        Row(stream.pk, START + 2 * MINUTE, None, {"a\t": ["b\\", None]}, nth=1, quality="good"),
    ]
    told = take(by=None, at=START, source=source, rows=rows, numbers=True)
    assert told.taken == 3
    assert told.repeated == 0
    assert told.refused == {
        "foreign": 2, "number": 2, "range": 1, "unit": 1, "future": 1, "old": 1, "empty": 1,
    }  # fmt: skip
    assert [place for place, _reason in told.rejected] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert set(told.refused) <= set(intake.REASONS)
    kept = {one.pk: one for one in Reading.objects.filter(stream__source=source)}
    assert {told.numbers.index(pk) for pk in kept} == {10, 0, 11}
    assert told.numbers.count(None) == 9
    odd = kept[told.numbers[11] or 0]
    assert (odd.number, odd.result, odd.nth, odd.quality) == (
        None, {"a\t": ["b\\", None]}, 1, "good",
    )  # fmt: skip
    stream.refresh_from_db()
    assert (stream.latest, stream.latest_at) == (20.5, START)
    assert stream.phenomenon_from == START - dt.timedelta(days=2)
    assert stream.phenomenon_until == START + 2 * MINUTE
    source.refresh_from_db()
    assert (source.taken, source.refused, source.seen_at) == (3, 9, START)
    counts = dict(Refusal.objects.filter(source=source).values_list("reason", "count"))
    assert counts == told.refused
    assert "degF" in Refusal.objects.get(source=source, reason="unit").sample


@pytest.mark.usefixtures("both_ways")
def test_what_comes_again_is_known_again(town: SmallTown) -> None:
    stream = make_stream()
    first = take_rows(stream, [1, 2, 3])
    assert (first.taken, first.repeated) == (3, 0)
    again = take_rows(stream, [1, 2, 3, 4, 4])
    assert (again.taken, again.repeated) == (2, 3)
    rows = [Row(stream.pk, START + dt.timedelta(hours=1), 5.0)] * 3
    assert take(
        by=None, at=START + dt.timedelta(hours=1), source=stream.source_id, rows=rows
    ) == Taken(1, 2)
    assert list(
        Reading.objects.filter(stream=stream).order_by("at").values_list("number", flat=True)
    ) == [1, 2, 3, 4, 4, 5]


def test_an_older_reading_does_not_become_the_newest(town: SmallTown) -> None:
    stream = make_stream()
    take_rows(stream, [7.0], since=START)
    take_rows(stream, [3.0], since=START - dt.timedelta(days=3), at=START)
    stream.refresh_from_db()
    assert (stream.latest, stream.latest_at) == (7.0, START)
    assert stream.phenomenon_from == START - dt.timedelta(days=3)


def test_one_record_speaks_for_a_batch(town: SmallTown) -> None:
    stream = make_stream()
    before = Record.objects.filter(kind="pulse.readings-taken").count()
    take_rows(stream, range(50))
    (record,) = Record.objects.filter(kind="pulse.readings-taken").order_by("pk")[before:]
    assert record.subject == f"source:{stream.source.code}"
    assert record.public["taken"] == 50
    assert len(record.public["sha256"]) == 64
    with pytest.raises(NoSuchSource):
        take(by=None, at=START, source=0, rows=[])


def test_a_reading_is_found_by_its_number_in_its_day(town: SmallTown) -> None:
    stream = make_stream()
    late = dt.datetime(2026, 11, 15, 23, 59, 59, tzinfo=dt.UTC)
    told = take(
        by=None, at=START, source=stream.source_id, numbers=True,
        rows=[Row(stream.pk, late, 1.0), Row(stream.pk, late + dt.timedelta(seconds=1), 2.0)],
    )  # fmt: skip
    days = [dt.date(2000, 1, 1) + dt.timedelta(days=(n or 0) >> 37) for n in told.numbers]
    assert days == [dt.date(2026, 11, 15), dt.date(2026, 11, 16)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM pulse_reading WHERE id = %s", [told.numbers[0]]
        )
        assert cursor.fetchone() == ("pulse_reading_20261115",)


def test_a_source_that_is_off_is_not_heard(town: SmallTown) -> None:
    stream = make_stream(make_source(state=Source.State.OFF))
    assert take_rows(stream, [1, 2]).refused == {"off": 2}
    assert not Reading.objects.filter(stream=stream).exists()


def test_a_day_that_is_full_refuses_and_the_others_go_on(town: SmallTown, settings: Any) -> None:
    stream = make_stream()
    # Days that no other test writes on: what was rolled back leaves a table large.
    today = START + dt.timedelta(days=41)
    yesterday = today - dt.timedelta(days=1)
    take_rows(stream, range(500), since=yesterday, step=dt.timedelta(seconds=1), at=today)
    # Yesterday's tables are larger than those of a day on which nothing was read yet.
    settings.DAY_BYTES = 60_000
    told = take(
        by=None, at=today, source=stream.source_id,
        rows=[Row(stream.pk, yesterday + dt.timedelta(hours=3), 1.0), Row(stream.pk, today, 1.0)],
    )  # fmt: skip
    assert (told.taken, told.rejected) == (1, ((0, "full"),))


@pytest.mark.usefixtures("both_ways")
def test_a_sensor_that_flaps_is_damped(town: SmallTown) -> None:
    stream = make_stream(make_source(most_a_minute=20))
    steady = make_stream(stream.source)
    step = dt.timedelta(milliseconds=600)
    rows = [Row(stream.pk, START + step * n, float(n % 2)) for n in range(100)]
    rows.append(Row(steady.pk, START, 5.0))
    at = START + MINUTE
    told = take(by=None, at=at, source=stream.source_id, rows=rows)
    assert (told.taken, told.refused) == (21, {"often": 80})
    # One by one it is the same: what is there already counts.
    more = [
        take(by=None, at=at, source=stream.source_id, rows=[Row(stream.pk, at + step * n, 1.0)])
        for n in range(25)
    ]
    assert sum(one.taken for one in more) == 20
    again = take(by=None, at=at, source=stream.source_id, rows=rows[:20])
    assert (again.taken, again.repeated) == (0, 20)


def test_hours_that_changed_are_owed_their_sums(town: SmallTown) -> None:
    stream = make_stream()
    take_rows(stream, [1, 2, 3], since=START, step=dt.timedelta(hours=2))
    take_rows(stream, [4], since=START + dt.timedelta(hours=1), at=START + dt.timedelta(hours=9))
    (owed,) = Owed.objects.filter(stream=stream)
    assert owed.day == START.date()
    assert owed.hours == sum(1 << hour for hour in (6, 7, 8, 10))


def test_a_large_batch_again_changes_nothing(town: SmallTown) -> None:
    """A large batch that comes again, here as large as a test may be."""
    stream = make_stream()
    step = dt.timedelta(seconds=1)
    first = take_rows(stream, range(5_000), step=step)
    second = take_rows(stream, range(5_000), step=step)
    assert (first.taken, second.taken, second.repeated) == (5_000, 0, 5_000)
    assert Reading.objects.filter(stream=stream).count() == 5_000


@pytest.mark.usefixtures("both_ways")
def test_a_result_that_no_text_can_hold_harms_no_other(town: SmallTown) -> None:
    stream = make_stream()
    odd = [{"a": math.nan}, "nul \x00 in it", "half \ud800 a sign", {"b": "\\u0000"}]
    rows = [Row(stream.pk, START + n * MINUTE, None, value) for n, value in enumerate(odd)]
    told = take(by=None, at=START + 4 * MINUTE, source=stream.source_id, rows=rows)
    assert (told.taken, told.refused) == (3, {"empty": 1})
    kept = Reading.objects.filter(stream=stream).order_by("at").values_list("result", flat=True)
    assert list(kept)[:2] == ["nul  in it", "half ? a sign"]
