"""The working calendar of the demo town."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import ModuleType

from veche.core.cases.operations import set_calendar
from veche.core.people.demo import BEFORE

_NEW_YEAR = {"en": "New Year holidays", "ru": "Новогодние праздники", "zh": "新年假期"}
_FIXED: Mapping[tuple[int, int], Mapping[str, str]] = {
    (2, 23): {"en": "Winter holiday", "ru": "Зимний праздник", "zh": "冬季节日"},
    (3, 8): {"en": "Spring holiday", "ru": "Весенний праздник", "zh": "春季节日"},
    (5, 1): {"en": "May Day", "ru": "Первое мая", "zh": "五一节"},
    (5, 9): {"en": "Remembrance Day", "ru": "День памяти", "zh": "纪念日"},
    (6, 12): {"en": "Town Day", "ru": "День города", "zh": "城市日"},
    (11, 4): {"en": "River Day", "ru": "День реки", "zh": "河流日"},
}
_MOVED = {"en": "Working day, moved", "ru": "Перенесённый рабочий день", "zh": "调休工作日"}
_FREE = {"en": "Day off, moved", "ru": "Перенесённый выходной", "zh": "调休假日"}


def days(year: int) -> dict[dt.date, tuple[bool, Mapping[str, str]]]:
    """The days of a year that are not what their weekday says: (is worked, names)."""
    found: dict[dt.date, tuple[bool, Mapping[str, str]]] = {}
    for day in range(1, 9):
        found[dt.date(year, 1, day)] = (False, _NEW_YEAR)
    for (month, day), names in _FIXED.items():
        holiday = dt.date(year, month, day)
        found[holiday] = (False, names)
        if holiday.weekday() >= 5:  # a holiday on a weekend gives the Monday after
            found[holiday + dt.timedelta(days=7 - holiday.weekday())] = (False, _FREE)
    # The last Saturday of the year is worked, and New Year's Eve is free for it.
    eve = dt.date(year, 12, 31)
    if eve.weekday() < 5:
        saturday = eve - dt.timedelta(days=(eve.weekday() - 5) % 7)
        found[eve] = (False, _FREE)
        found[saturday] = (True, _MOVED)
    return found


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Set the calendar of last year, this year and the next two."""
    calendar: dict[dt.date, tuple[bool, Mapping[str, str]]] = {}
    for year in range(at.year - 1, at.year + 3):
        calendar |= days(year)
    set_calendar(by=None, at=at - BEFORE, days=calendar)
    report(f"calendar: {len(calendar)}")
