"""Pictures of courses: where numbers stand, what a gap is, which limits are near enough."""

from __future__ import annotations

import datetime as dt

from veche.city.pulse import pictures

START = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
HOURS = [START + dt.timedelta(hours=n) for n in range(49)]


def test_a_line_goes_up_where_the_number_goes_up() -> None:
    assert pictures.path([0, 10], 0, 10) == "M0 100.0L1000 0.0"


def test_a_gap_stays_a_gap_and_one_value_is_seen() -> None:
    drawn = pictures.path([1, None, 1, 1], 0, 2)
    assert drawn.count("M") == 2
    assert drawn.startswith("M0 50.0L4 50.0M")


def test_nothing_known_is_nothing_drawn() -> None:
    assert pictures.spark([None] * 24) == ""
    assert pictures.spark([5.0] * 24).startswith("M0 50.0")


def test_what_is_usual_is_an_area_around_the_course() -> None:
    assert pictures.band([1, 1], [3, 3], 0, 4) == "M0 25.0L1000 25.0L1000 75.0L0 75.0Z"


def test_a_limit_far_away_is_left_out_and_a_near_one_is_inside() -> None:
    values = [10.0 + n % 3 for n in range(49)]
    none = [None] * 49
    made = pictures.chart(HOURS, values, none, none, [(14, "near", "watch"), (900, "far", "x")])
    assert [line.text for line in made.lines] == ["near"]
    assert 0 < float(made.lines[0].y) < 100
    assert [tick.day.day for tick in made.ticks] == [16, 17, 18]
    assert [tick.x for tick in made.ticks] == ["0.00", "50.00", "100.00"]
