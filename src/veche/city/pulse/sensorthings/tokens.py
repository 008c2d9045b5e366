"""The words of the query language: one regular expression, from left to right."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from veche.city.pulse.sensorthings.answers import BadQuery, TooMuch
from veche.city.pulse.sensorthings.expressions import Shape, Span

LONGEST: Final = 16_000
"""Characters of one option."""
MOST: Final = 2_000
"""Words of one option."""

_DAY = r"\d{4}-\d\d-\d\d"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
# A plus that was not escaped in the address has come as a space.
_MOMENT = rf"{_DAY}T{_CLOCK}(?:[Zz]|[-+ ]\d\d:?\d\d)?"
_LENGTH = r"-?P(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?"
_WORDS = re.compile(
    rf"""(?P<blank>\s+)
    |(?P<shape>geography'(?P<wkt>(?:[^']|'')*)')
    |(?P<length>duration'(?P<iso>{_LENGTH})')
    |(?P<text>'(?:[^']|'')*')
    |(?P<span>{_MOMENT}/(?:{_MOMENT}|{_LENGTH}))
    |(?P<moment>{_MOMENT})
    |(?P<day>{_DAY})
    |(?P<clock>{_CLOCK})
    |(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)
    |(?P<option>\$[A-Za-z]+)
    |(?P<name>[@_]*[^\W\d][\w.@-]*)
    |(?P<sign>[-()/,:;=*\[\]])""",
    re.VERBOSE,
)
_PARTS = re.compile(r"(\d+(?:\.\d+)?)([YMWDHS])")


@dataclass(frozen=True, slots=True)
class Token:
    """A word: what it is, its text, what it stands for, and where it begins."""

    kind: str
    text: str
    value: Any
    at: int


def tokens(text: str) -> list[Token]:
    """Cut ``text`` into words; the last one is of the kind ``end``.

    Raises:
        BadQuery: something is no word of the language.
        TooMuch: it is longer than anybody needs.
    """
    if len(text) > LONGEST:
        raise TooMuch(what=f"a query of more than {LONGEST} characters")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _WORDS.match(text, at)
        if match is None:
            raise BadQuery(what=f"{text[at : at + 20]!r} at character {at + 1}")
        kind = _outermost(match)
        if kind != "blank":
            found.append(Token(kind, match.group(), _value(kind, match), at))
            if len(found) > MOST:
                raise TooMuch(what=f"a query of more than {MOST} words")
        at = match.end()
    found.append(Token("end", "", None, at))
    return found


def _outermost(match: re.Match[str]) -> str:
    """The alternative that matched; groups inside it close before it."""
    return next(kind for kind in _KINDS if match.group(kind) is not None)


_KINDS = (
    "blank", "shape", "length", "text", "span", "moment", "day", "clock", "number", "option",
    "name", "sign",
)  # fmt: skip


def _value(kind: str, match: re.Match[str]) -> Any:
    text = match.group()
    try:
        if kind == "shape":
            return Shape(match["wkt"].replace("''", "'"))
        if kind == "length":
            return duration(match["iso"])
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "span":
            return span(text)
        if kind == "moment":
            return moment(text)
        if kind == "day":
            return dt.date.fromisoformat(text)
        if kind == "clock":
            return dt.time.fromisoformat(text)
        if kind == "number":
            return int(text) if text.isascii() and text.isdigit() else float(text)
    except (ValueError, OverflowError) as fault:
        raise BadQuery(what=f"{text[:40]!r} ({fault})") from fault
    return text


def moment(text: str) -> dt.datetime:
    """An ISO moment; without an offset it is in UTC.

    Raises:
        ValueError: there is no such moment.
    """
    text = text.replace(" ", "+").replace("z", "Z")
    found = dt.datetime.fromisoformat(text)
    return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)


def span(text: str) -> Span:
    """``moment/moment`` or ``moment/duration``.

    Raises:
        ValueError: there is no such time, or its end is before its beginning.
    """
    first, _, last = text.partition("/")
    since = moment(first)
    until = since + duration(last) if "P" in last else moment(last)
    if until < since:
        raise ValueError("it ends before it begins")
    return Span(since, until)


def duration(text: str) -> dt.timedelta:
    """An ISO duration; a year is 365 days, a month 30, as no calendar is given.

    Raises:
        ValueError: it says nothing.
    """
    negative = text.startswith("-")
    date, _, time = text.lstrip("-")[1:].partition("T")
    seconds = sum(float(n) * _DATE_UNITS[unit] for n, unit in _PARTS.findall(date))
    seconds += sum(float(n) * _TIME_UNITS[unit] for n, unit in re.findall(r"([\d.]+)([HMS])", time))
    if not date and not time:
        raise ValueError("an empty duration")
    return dt.timedelta(seconds=-seconds if negative else seconds)


_DATE_UNITS = {"Y": 365 * 86400, "M": 30 * 86400, "W": 7 * 86400, "D": 86400}
_TIME_UNITS = {"H": 3600, "M": 60, "S": 1}
