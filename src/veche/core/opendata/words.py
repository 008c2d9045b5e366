"""A figure's definition and its values in words, for the pages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from veche.figures import Condition, Dataset, Figure, Measure, Value
from veche.look import words

_DAY = 86_400


def condition(c: Condition) -> str:
    """One condition as part of a sentence: “late is yes”."""
    sentences = {
        "eq": _("%(column)s is %(value)s"),
        "ne": _("%(column)s is known and is not %(value)s"),
        "lt": _("%(column)s is less than %(value)s"),
        "le": _("%(column)s is at most %(value)s"),
        "gt": _("%(column)s is more than %(value)s"),
        "ge": _("%(column)s is at least %(value)s"),
        "in": _("%(column)s is one of: %(value)s"),
        "between": _("%(column)s lies between %(value)s, both included"),
        "is_null": _("%(column)s is not known"),
        "not_null": _("%(column)s is known"),
    }
    if c.op == "between":
        value = f"{_plain(c.value[0])} … {_plain(c.value[1])}"
    elif c.op == "in":
        value = ", ".join(_plain(v) for v in c.value) or "∅"
    else:
        value = c.other or _plain(c.value)
    return sentences[c.op] % {"column": c.column, "value": value}


def conditions(listed: tuple[Condition, ...]) -> str:
    """Conditions joined by “and”."""
    return _(" and ").join(condition(c) for c in listed)


def measure(m: Measure) -> str:
    """How a measure is counted, in one sentence."""
    sentences = {
        "count": _("the number of rows"),
        "count_where": _("the number of rows"),
        "distinct": _("the number of different known values of %(column)s"),
        "share": _("the share of rows"),
        "sum": _("the sum of %(column)s"),
        "min": _("the smallest or earliest %(column)s"),
        "max": _("the largest or latest %(column)s"),
        "median": _("the median of %(column)s: a value that occurred, by nearest rank"),
        "percentile": _("%(p)s per cent of the known values of %(column)s do not exceed it"),
        "mean": _("the mean of the known values of %(column)s"),
        "rate": _("the number of rows for every %(per)s"),
    }
    text = sentences[m.kind] % {"column": m.column, "p": m.p, "per": m.per}
    if m.where:
        text += _(", where %(conditions)s") % {"conditions": conditions(m.where)}
    if m.of:
        text += _("; taken of the rows where %(conditions)s") % {"conditions": conditions(m.of)}
    if m.base is not None:
        text += _("; taken of %(base)s") % {"base": words.number(m.base)}
    return text


def heading(m: Measure) -> str:
    """The head of a measure's column."""
    return str(m.title) or m.name


def grouping(by: str) -> str:
    """What a figure is grouped by: a column, or the month (in UTC) of one."""
    column, _colon, unit = by.partition(":")
    units = {
        "year": _("%(column)s, year"),
        "month": _("%(column)s, month"),
        "day": _("%(column)s, day"),
    }
    return units[unit] % {"column": column} if unit else column


def group(value: Value) -> str:
    """A group's value in a table; what an empty cell means is said of its column."""
    return _("empty") if value is None else _plain(value)


def value(m: Measure, dataset: Dataset, found: Value) -> str:
    """A measured value in the reader's language; the files hold the exact one."""
    if found is None:
        return _("withheld") if dataset.persons else "–"
    if m.kind == "share":
        return _("%(share)s (%(part)s of %(whole)s)") % {
            "share": words.percent(found[0] / found[1], 1),
            "part": words.number(found[0]),
            "whole": words.number(found[1]),
        }
    kind = dataset.column(m.column).type if m.column else "integer"
    if m.kind in ("count", "count_where", "distinct"):
        return words.number(found)
    if isinstance(found, list):
        found = Fraction(*found)
    if kind == "duration":
        return duration(int(found))
    if kind == "moment":
        return words.moment(dt.datetime.fromisoformat(found), "short year")
    if kind == "date":
        return words.day(dt.date.fromisoformat(found), "short year")
    exact = Fraction(found)
    return words.number(Decimal(exact.numerator) / Decimal(exact.denominator))


def duration(seconds: int) -> str:
    """Seconds in words: “5.2 days”, “3 hours”."""
    if seconds < 0:
        return "−" + duration(-seconds)
    if seconds >= 2 * _DAY:
        return words.days(round(seconds / _DAY, 1))
    return words.span(dt.timedelta(seconds=seconds))


def rows_of(figure: Figure) -> str:
    """Which rows a figure is taken of."""
    if not figure.where:
        return _("All rows.")
    return _("Rows where %(conditions)s.") % {"conditions": conditions(figure.where)}


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return str(Fraction(*value))
    return str(value)
