"""Reading a series from a file of moments and values."""

from __future__ import annotations

import csv
import math
from pathlib import Path


class Unreadable(Exception):
    """The file cannot be taken for a series; the words say why."""


def read_series(path: Path) -> tuple[list[str], list[float]]:
    """The moments, as they are written, and the values of a CSV file ``timestamp,value``.

    A value that is empty or no number is NaN, so that every row keeps its place. Raises
    `Unreadable` when the file has no such columns, and `OSError` when it cannot be opened.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        try:
            header = [name.strip().casefold() for name in next(rows, [])]
            if "timestamp" not in header or "value" not in header:
                raise Unreadable("the first line must name the columns timestamp and value")
            when, what = header.index("timestamp"), header.index("value")
            moments: list[str] = []
            values: list[float] = []
            for row in rows:
                if not row:
                    continue
                if len(row) <= max(when, what):
                    raise Unreadable(f"line {rows.line_num} has too few columns")
                moments.append(row[when])
                values.append(_number(row[what]))
        except (UnicodeDecodeError, csv.Error) as error:
            raise Unreadable(str(error)) from error
    return moments, values


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
