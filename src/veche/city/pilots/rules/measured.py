"""A table of measurements as people write it: its columns and cells, or why one is not so; pure."""

from __future__ import annotations

import datetime as dt
import math
import re

COLUMNS = ("indicator", "measured_at", "value", "note")
NEEDED = COLUMNS[:3]
LONGEST_NOTE = 300
LARGEST = 1e15
"""No indicator is beyond this; a value beyond it is a slip."""
MOST_ROWS = 20_000
MOST_BYTES = 5_000_000

_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f'")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")


def number_of(text: str) -> float | None:
    """The number that a cell holds, with a point or a comma; None: it is none, or beyond what can
    be measured."""
    plain = text.translate(_SPACES).replace("\u2212", "-")
    if _COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    if not _PLAIN.fullmatch(plain):
        return None
    number = float(plain)
    return number if math.isfinite(number) and abs(number) <= LARGEST else None


def moment_of(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """The moment that a cell holds: ``2026-12-31 18:00``, ``31.12.2026 18:00`` or a bare day, in
    the city's time where it names no other; None: it is none."""
    text = " ".join(text.split())
    if found := _DAY_FIRST.fullmatch(text):
        text = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
        if found[4]:
            text += f" {found[4]:0>5}"
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def delimiter_of(header: str) -> str:
    """What stands between the cells of a table: the most frequent of comma, semicolon and tab in
    its first line."""
    return max(",;\t", key=header.count)
