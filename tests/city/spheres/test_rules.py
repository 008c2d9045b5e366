"""The pure rules: numbers of meters, bills, leaks, what must be left out, what can be ordered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veche.city.spheres.rules import flows, losses, meters, tasking

T0 = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
MONTH = dt.timedelta(days=30)
D = Decimal


def _months(*numbers: int | str) -> list[meters.Given]:
    return [meters.Given(D(number), T0 + MONTH * n) for n, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("earlier", "new", "what"),
    [
        ((), "7", meters.FITS),
        ((100, 105, 110), "115", meters.FITS),
        ((100, 105, 110), "109", meters.BELOW),
        ((100, 105, 110), "140", meters.FAR),
        ((99990, 99995, 99998), "3", meters.FITS),  # it began at nought again
        ((50000, 50005, 50010), "3", meters.BELOW),
        ((100, 105, 110), "100000", meters.TOO_LONG),
        ((100,), "900", meters.FAR),
    ],
)
def test_a_number_is_judged_by_the_earlier_ones(
    earlier: tuple[int, ...], new: str, what: str
) -> None:  # fmt: skip
    given = meters.Given(D(new), T0 + MONTH * max(len(earlier), 1))
    assert meters.judge("cold_water", 5, _months(*earlier), given).what == what


def test_the_usual_is_the_middle_of_a_year_and_no_odd_month() -> None:
    numbers = _months(0, 5, 10, 60, 65, 70, 75)
    usual = meters.usual_in("cold_water", numbers, 5, MONTH)
    assert round(usual, 3) == 5


def test_nothing_used_for_two_months_is_asked_about() -> None:
    found = meters.judge("gas", 5, _months(10, 20), meters.Given(D(20), T0 + MONTH * 4))
    assert found.what == meters.NONE_USED


def test_a_bill_follows_the_tariffs_of_its_days() -> None:
    first, change, last = dt.date(2026, 6, 21), dt.date(2026, 7, 1), dt.date(2026, 7, 21)
    prices = [
        meters.Price(dt.date(2025, 7, 1), change, D(40)),
        meters.Price(change, None, D(50), D(3), D(80)),
    ]
    parts, total = meters.bill(D(9), first, last, prices)
    # A third at 40; of the other six units two thirds of the norm of three at 50, the rest at 80.
    assert [(p.units, p.price) for p in parts] == [(D(3), D(40)), (D(2), D(50)), (D(4), D(80))]
    assert total == D(120 + 100 + 320)


def test_a_day_without_a_tariff_has_no_sum() -> None:
    prices = [meters.Price(dt.date(2026, 7, 1), None, D(50))]
    _parts, total = meters.bill(D(9), dt.date(2026, 6, 21), dt.date(2026, 7, 21), prices)
    assert total is None


@given(
    used=st.decimals(0, 999, places=3),
    days=st.integers(1, 400),
    cuts=st.lists(st.integers(1, 399), max_size=4, unique=True),
)
def test_the_parts_of_a_bill_make_up_the_use(used: Decimal, days: int, cuts: list[int]) -> None:
    start = dt.date(2026, 1, 1)
    bounds = [start - dt.timedelta(days=9), *(start + dt.timedelta(days=c) for c in sorted(cuts))]
    ends = [*bounds[1:], None]
    prices = [meters.Price(a, b, D(3), D(10), D(7)) for a, b in zip(bounds, ends, strict=True)]
    parts, total = meters.bill(used, start, start + dt.timedelta(days=days), prices)
    assert abs(sum((p.units for p in parts), D(0)) - used) < D("0.000001")
    assert total is not None
    assert used * 3 - 1 <= total <= used * 7 + 1


def _day(loss: float, night: float, coverage: float = 1.0) -> losses.Day:
    return losses.Day(1000, 1000 * (1 - loss), coverage, 60, 60 * (1 - night))


USUAL = [_day(0.08 + n % 3 / 200, 0.20 + n % 2 / 50) for n in range(28)]


@pytest.mark.parametrize(
    ("earlier", "today", "state"),
    [
        (USUAL, _day(0.085, 0.21), "usual"),
        (USUAL, _day(0.19, 0.55), "leak"),
        (USUAL, _day(0.19, 0.21), "usual"),  # a watered garden by day
        (USUAL, _day(0.085, 0.55), "usual"),  # a meter that sleeps at night
        (USUAL, _day(0.40, 0.80, coverage=0.7), "unknown"),
        (USUAL[:5], _day(0.40, 0.80), "usual"),  # nothing to compare with yet
    ],
)
def test_a_leak_runs_by_day_and_by_night(
    earlier: list[losses.Day], today: losses.Day, state: str
) -> None:  # fmt: skip
    assert losses.state_of(earlier, today) == state


def _possible(table: dict[flows.Cell, int], gaps: set[flows.Cell], cell: flows.Cell) -> set[int]:
    """All values a gap may hold, by trying every table with the same sums: small ones only."""
    rows: dict[int, int] = {}
    columns: dict[int, int] = {}
    order = sorted(gaps)
    for row, column in order:
        rows[row] = rows.get(row, 0) + table[row, column]
        columns[column] = columns.get(column, 0) + table[row, column]
    found: set[int] = set()

    def fill(n: int, by_row: dict[int, int], by_column: dict[int, int], here: int | None) -> None:
        if n == len(order):
            if not any(by_row.values()) and not any(by_column.values()) and here is not None:
                found.add(here)
            return
        row, column = order[n]
        top = min(by_row[row], by_column[column])  # and a gap is no nought: those are published
        last = n + 1 == len(order) or order[n + 1][0] != row  # the rest of its row must go here
        for value in range(max(1, by_row[row] if last else 1), top + 1):
            fill(
                n + 1,
                by_row | {row: by_row[row] - value},
                by_column | {column: by_column[column] - value},
                value if (row, column) == cell else here,
            )

    fill(0, rows, columns, None)
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 2, 4, 5, 6]), min_size=9, max_size=9))
def test_no_difference_of_what_is_published_speaks_of_fewer_than_five(counts: list[int]) -> None:
    table = {cell: n for cell, n in zip(product(range(3), range(3)), counts, strict=True) if n}
    gaps = flows.suppressed(table)
    if gaps is None:
        return
    small = {cell for cell, count in table.items() if count < flows.LEAST}
    assert small <= gaps
    for cell in small:
        possible = _possible(table, gaps, cell)
        assert max(possible) - min(possible) >= flows.LEAST


def test_a_single_gap_takes_three_others_with_it() -> None:
    table = {(r, c): 100 + 10 * r + c for r in range(4) for c in range(4)} | {(1, 1): 2}
    gaps = flows.suppressed(table)
    assert gaps is not None
    assert len(gaps) == 4
    assert flows.suppressed({(0, 0): 9, (0, 1): 7}) == set()


def test_lines_that_are_too_small_become_one() -> None:
    rows, _columns = flows.joined({(0, 0): 500, (1, 0): 2, (2, 0): 1, (3, 0): 40})
    assert rows[1] == rows[2] == rows[3]
    assert rows[0] == 0


RECORD = {
    "type": "DataRecord",
    "field": [
        {"name": "on", "type": "Boolean", "label": "On"},
        {"name": "light", "type": "Quantity", "constraint": {"interval": [[0, 100]]}},
    ],
}


@pytest.mark.parametrize(
    ("given_", "right"),
    [
        ({"on": True, "light": 40}, True),
        ({"on": "yes", "light": 40}, False),
        ({"on": True, "light": 140}, False),
        ({"on": True, "light": float("nan")}, False),
        ({"on": True, "light": 10**400}, False),
        ({"on": True}, False),
        ({"on": True, "light": 4, "more": 1}, False),
    ],
)
def test_a_thing_is_told_what_it_can_be_told(given_: dict[str, object], right: bool) -> None:
    if right:
        assert tasking.checked(RECORD, given_) == {"on": True, "light": 40.0}
    else:
        with pytest.raises(ValueError, match=r"on|light|more"):
            tasking.checked(RECORD, given_)
