"""Rows sent to the database by COPY."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from veche.city.problems.imports.rows import iso

_AT_ONCE = 500
"""Lines handed over at once."""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})

special = re.compile("[\\\\\t\n\r\0]").search
"""Finds the first character of a text that COPY does not read as itself; None without any."""


def written(value: str) -> str:
    """A text as COPY reads it."""
    # Almost no text needs it, and translating costs twenty times as much as looking.
    return value.translate(_ESCAPES) if special(value) else value


_CELLS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    str: written,
    dt.datetime: iso,
    bytes: lambda value: "\\\\x" + value.hex(),
    int: str,
    float: repr,
    bool: str,
}
"""How COPY reads a value. Written here because adapting each value took five times as long."""


def line(row: Sequence[Any]) -> str:
    """A row as COPY reads it."""
    return "\t".join([_CELLS[type(v)](v) for v in row])


def copy(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send rows by one COPY.

    Raises:
        django.db.IntegrityError: a constraint or the trigger refuses a row.
    """
    copy_lines(statement, map(line, rows))


def copy_lines(statement: str, lines: Iterable[str]) -> None:
    """Send rows that are lines already by one COPY; see `copy`."""
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as out,
    ):
        left = iter(lines)
        while some := list(islice(left, _AT_ONCE)):
            some.append("")
            out.write("\n".join(some))
