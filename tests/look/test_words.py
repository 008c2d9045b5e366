"""Dates, numbers and lengths of time read as people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.translation import override

from veche.look import words

NOW = dt.datetime(2026, 11, 27, 10, 32, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("language", "day", "short", "moment"),
    [
        ("en", "Friday 27 November", "27 Nov", "27 Nov, 14:32"),
        ("ru", "пятница, 27 ноября", "27 нояб.", "27 нояб., 14:32"),
        ("zh-hans", "11月27日星期五", "11月27日", "11月27日14:32"),
    ],
)
def test_a_day_is_written_as_its_language_writes_it(
    language: str, day: str, short: str, moment: str
) -> None:
    with override(language):
        assert words.day(NOW, "weekday") == day
        assert words.day(NOW, "short") == short
        assert words.moment(NOW) == moment


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["1 day", "2 days", "5 days", "21 days", "5.2 days"]),
        ("ru", ["1 день", "2 дня", "5 дней", "21 день", "5,2 дня"]),
        ("zh-hans", ["1天", "2天", "5天", "21天", "5.2天"]),
    ],
)
def test_counts_take_the_right_plural(language: str, expected: list[str]) -> None:
    with override(language):
        assert [words.days(n) for n in (1, 2, 5, 21, 5.2)] == expected


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        (dt.timedelta(days=4), "4 days left"),
        (dt.timedelta(hours=5), "5 hours left"),
        (dt.timedelta(hours=15), "1 day left"),
        (dt.timedelta(minutes=20), "20 minutes left"),
        (-dt.timedelta(minutes=5), "just late"),
        (-dt.timedelta(hours=3), "3 hours late"),
        (-dt.timedelta(days=2), "2 days late"),
    ],
)
def test_what_is_left_of_a_term(distance: dt.timedelta, expected: str) -> None:
    with override("en"):
        assert words.left(NOW, NOW + distance) == expected


def test_numbers_keep_the_separators_of_the_language() -> None:
    with override("ru"):
        assert words.number(1234.5).replace("\xa0", " ") == "1 234,5"
        assert words.percent(0.943, 1).replace("\xa0", " ") == "94,3 %"
    with override("en"):
        assert words.number(1234.5) == "1,234.5"
        assert words.percent(0.94) == "94%"


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
@pytest.mark.parametrize("value", [0, 7, 999, 1000, 1234567, -1234])
def test_whole_numbers_are_written_as_babel_writes_them(language: str, value: int) -> None:
    with override(language):
        # A whole float takes the way through Babel.
        assert words.number(value) == words.number(float(value))
