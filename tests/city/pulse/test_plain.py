"""Batches of numbers go to the database in columns: what comes of them is what comes of rows."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from tests.cast import START, SmallTown
from tests.city.pulse.world import make_source, make_stream
from veche.city.pulse.models import Reading, Source
from veche.city.pulse.operations import intake
from veche.city.pulse.operations.intake import Row, Taken, take
from veche.city.pulse.operations.plain import EPOCH, Plain, ticks
from veche.city.pulse.sensorthings.data_array import Array, parse

HOUR = dt.timedelta(hours=1)
BERLIN = dt.timezone(2 * HOUR)
KEPT = ("at", "number", "feature_id", "nth", "result")


def _rows(stream: int, foreign: int) -> list[Row]:
    """Numbers in all the ways in which they can be right and wrong, one of them twice."""
    return [
        Row(stream, START - 30 * HOUR, -1.25, unit="degC"),
        Row(stream, START.astimezone(BERLIN), 7.0),
        Row(stream, START - dt.timedelta(microseconds=1), 0.1, feature=41),
        Row(foreign, START, 1.0),
        Row(stream, START - HOUR, math.nan),
        Row(stream, START - 2 * HOUR, 3.0, unit="K"),
        Row(stream, START - 3 * HOUR, 3.0, unit="degC"),
        Row(stream, dt.datetime(1999, 12, 31, 23, 59, 59, 999_999, dt.UTC), 4.0),
        Row(stream, START + HOUR, 5.0),
        Row(stream, START.astimezone(BERLIN), 8.0),
    ]


def _kept(source: Source) -> list[tuple[object, ...]]:
    return list(Reading.objects.filter(stream__source=source).order_by("at").values_list(*KEPT))


def test_columns_and_rows_are_judged_alike(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[tuple[Taken, list[tuple[object, ...]], list[int]]] = []
    for most in (2_000, 1):
        monkeypatch.setattr(intake, "STAGED_FROM", most)
        source, other = make_source(), make_source()
        stream, foreign = make_stream(source), make_stream(other)
        rows = _rows(stream.pk, foreign.pk)
        plain = Plain.of(rows)
        assert plain is not None
        assert not plain.once
        for batch in (rows[:-1], rows, plain):
            told = take(by=None, at=START, source=source, rows=batch, numbers=True)
            ids = dict(Reading.objects.filter(stream=stream).values_list("pk", "at"))
            places = [n for n, number in enumerate(told.numbers) if number is not None]
            assert {ids[told.numbers[n] or 0] for n in places} == set(ids.values())
            assert all(ids[told.numbers[n] or 0] == rows[n].at for n in places)
            found.append((told, _kept(source), places))
    words = [
        (told.taken, told.repeated, told.refused, told.rejected, kept, places)
        for told, kept, places in found
    ]
    assert words[:3] == words[3:]
    assert [one[0] for one in words[:3]] == [4, 0, 0]
    assert words[0][2] == {"foreign": 1, "number": 1, "unit": 1, "old": 1, "future": 1}


def test_what_is_more_than_a_number_stays_a_row() -> None:
    number = Row(1, START, 1.0)
    more = [
        number._replace(nth=1), number._replace(number=None), number._replace(quality={"a": 1}),
        number._replace(until=START), number._replace(result="x"),
    ]  # fmt: skip
    assert Plain.of([]) is None
    for row in more:
        assert Plain.of([number, row]) is None
    plain = Plain.of([number])
    assert plain is not None
    assert (plain.once, plain.days, plain.moment(0)) == (True, {START.date()}, START)


def test_a_moment_is_counted_to_the_microsecond() -> None:
    """A float of seconds would lose the last digit of some of these."""
    moments = [START + n * dt.timedelta(microseconds=7_919) for n in range(1_000)]
    for moment, tick in zip(moments, ticks(moments), strict=True):
        assert EPOCH + dt.timedelta(microseconds=tick) == moment


@pytest.mark.parametrize(
    "odd",
    [
        ["2026-01-01T00:00:00Z", True], ["2026-01-01T00:00:00", 1], ["2026-01-01T00:00:00Z"],
        ["1800-01-01T00:00:00Z", 1], "2026", [5, 5], ["2026-01-01T00:00:00Z", None],
        ["2026-01-01T00:00:00Z", 10**400], ["2026-01-01T00:00:00Z", [[math.inf]]],
    ],
)  # fmt: skip
def test_one_odd_row_of_an_array_makes_no_other_odd(odd: object) -> None:
    good = [["2026-01-01T00:00:00Z", 1], ["2026-01-01T00:01:00+03:00", 2.5]]
    of = ("phenomenonTime", "result")
    whole = parse([Array(5, False, of, good)], START, {}, {5: 9})
    assert whole.plain is not None
    assert (whole.plain.number, whole.plain.feature) == ([1.0, 2.5], [9, 9])
    mixed = parse([Array(5, False, of, [*good, odd])], START, {}, {5: 9})
    assert mixed.plain is None
    assert [(row.at, row.number) for row in mixed.rows[:2]] == [
        (whole.plain.moment(n), whole.plain.number[n]) for n in range(2)
    ]
    assert mixed.answers[:2] == [0, 1]
