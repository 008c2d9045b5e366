"""Numbers, dates and lengths of time in the reader's language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

Number = int | float | Decimal

# Keyed by language, then by the words "weekday", "short", "year" in that order.
_PATTERNS: dict[str, dict[tuple[bool, bool, bool], str]] = {
    "en": {
        (False, False, False): "d MMMM",
        (False, False, True): "d MMMM y",
        (False, True, False): "d MMM",
        (False, True, True): "d MMM y",
        (True, False, False): "EEEE d MMMM",
        (True, False, True): "EEEE d MMMM y",
        (True, True, False): "EEE d MMM",
        (True, True, True): "EEE d MMM y",
    },
    "ru": {
        (False, False, False): "d MMMM",
        (False, False, True): "d MMMM y",
        (False, True, False): "d MMM",
        (False, True, True): "d MMM y",
        (True, False, False): "EEEE, d MMMM",
        (True, False, True): "EEEE, d MMMM y",
        (True, True, False): "EEE d MMM",
        (True, True, True): "EEE d MMM y",
    },
    "zh": {
        (False, False, False): "M月d日",
        (False, False, True): "y年M月d日",
        (False, True, False): "M月d日",
        (False, True, True): "y年M月d日",
        (True, False, False): "M月d日EEEE",
        (True, False, True): "y年M月d日EEEE",
        (True, True, False): "M月d日EEE",
        (True, True, True): "y年M月d日EEE",
    },
}
_LOCALES = {"en": "en_GB", "ru": "ru", "zh": "zh_Hans_CN"}


def _code() -> str:
    code = (get_language() or "en").split("-")[0]
    return code if code in _LOCALES else "en"


@lru_cache(maxsize=8)
def _locale(code: str) -> Locale:
    return Locale.parse(_LOCALES[code])


def _local(value: dt.date | dt.datetime) -> dt.date | dt.datetime:
    """A moment as the city's wall clock shows it; a plain date is left alone."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def day(value: dt.date | dt.datetime, options: str = "") -> str:
    """A date: “3 December”. ``options``: any of ``weekday``, ``short``, ``year``, in any order."""
    local = _local(value)
    return _written(local.date() if isinstance(local, dt.datetime) else local, options, _code())


@lru_cache(maxsize=4096)
def _written(date: dt.date, options: str, code: str) -> str:
    """Lists show the same few days again and again, and Babel takes its time."""
    wanted = options.split()
    pattern = _PATTERNS[code]["weekday" in wanted, "short" in wanted, "year" in wanted]
    return format_date(date, pattern, locale=_locale(code))


def moment(value: dt.datetime, options: str = "short") -> str:
    """A date with hours and minutes: “3 Dec, 14:32”; the same options as :func:`day`."""
    local = _local(value)
    clock = f"{local:%H:%M}" if isinstance(local, dt.datetime) else ""
    return day(value, options) + ("" if _code() == "zh" else ", ") + clock


def number(value: Number, decimals: int | None = None) -> str:
    """A number with the language's separators: “1 234,5”, “1,234.5”.

    ``decimals``: how many places to show, always; without it as many as the value has, up to three.
    """
    if isinstance(value, int) and not decimals:
        whole = f"{value:,}"
        return whole.replace(",", "\xa0") if _code() == "ru" else whole
    pattern = None if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, pattern, locale=_locale(_code()))


def percent(share: Number, decimals: int = 0) -> str:
    """A share of one as per cent: 0.94 → “94 %”."""
    text = format_percent(
        share, "#,##0" + ("." + "0" * decimals if decimals else "") + "%", locale=_locale(_code())
    )
    return text if _code() != "ru" or " " in text or "\xa0" in text else text.replace("%", "\xa0%")


def _counted(value: Number) -> int:
    """The number that decides the plural: a fraction takes the form of two."""
    return int(value) if value == int(value) else 2


def days(value: Number) -> str:
    """A count of days, a fraction allowed: “5.2 days”, “5,2 дня”, “5.2 天”."""
    shown = number(value, None if value == int(value) else 1)
    return ngettext("%(count)s day", "%(count)s days", _counted(value)) % {"count": shown}


def hours(value: Number) -> str:
    """A count of hours: “3 hours”."""
    shown = number(value, None if value == int(value) else 1)
    return ngettext("%(count)s hour", "%(count)s hours", _counted(value)) % {"count": shown}


def minutes(value: int) -> str:
    """A count of minutes: “35 minutes”."""
    return ngettext("%(count)s minute", "%(count)s minutes", value) % {"count": number(value)}


def span(value: dt.timedelta) -> str:
    """A length of time in its largest unit: days from two days on, then hours, then minutes."""
    seconds = abs(int(value.total_seconds()))
    if seconds >= 2 * 86_400:
        return days(seconds // 86_400)
    if seconds >= 3_600:
        return hours(seconds // 3_600)
    return minutes(seconds // 60)


def left(now: dt.datetime, due: dt.datetime) -> str:
    """The time to the end of a term, or past it: “4 days left”, “today”, “2 days late”.

    Days are counted as people count them: by dates of the city's calendar.
    """
    here, there = _local(now), _local(due)
    distance = (_day(there) - _day(here)).days
    if due < now:
        if distance == 0:
            passed = int((now - due).total_seconds())
            if passed < 3_600:
                return gettext("just late")
            return gettext("%(time)s late") % {"time": hours(passed // 3_600)}
        return _left_days(distance, get_language() or "")
    if distance == 0:
        to_go = int((due - now).total_seconds())
        time = hours(to_go // 3_600) if to_go >= 3_600 else minutes(to_go // 60)
        return gettext("%(time)s left") % {"time": time}
    return _left_days(distance, get_language() or "")


@lru_cache(maxsize=2048)
def _left_days(distance: int, language: str) -> str:
    """Whole days to the end of a term, or past it; the reader's language is part of the key."""
    if distance < 0:
        return gettext("%(time)s late") % {"time": days(-distance)}
    return gettext("%(time)s left") % {"time": days(distance)}


def _day(value: dt.date | dt.datetime) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value
