"""Rows as a table file that spreadsheet programs open as it is meant."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any


class _Echo:
    """A file that gives back what is written to it: one line of the table."""

    def write(self, text: str) -> str:
        return text


def _harmless(cell: Any) -> Any:
    """A cell that no table program takes for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return cell


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows as the lines of a CSV file, one by one."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([_harmless(cell) for cell in row])
