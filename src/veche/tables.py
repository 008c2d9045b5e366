"""Rows as table files that spreadsheet programs open as they are meant."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse, StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be run by a table program as a formula."""


class _Echo:
    """A file that gives back what is written to it: one line of the table."""

    def write(self, text: str) -> str:
        return text


def harmless(cell: object) -> object:
    """A cell that no table program takes for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell[:1] in FORMULA:
        return f"'{cell}"
    return cell


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Rows as the lines of a CSV file, one by one; the mark of UTF-8 comes first."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def csv_answer(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Rows as the file ``name.csv`` to be saved, row by row: for what may be long."""
    return StreamingHttpResponse(csv_lines(rows), headers=_headers(name))


def csv_whole(name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The same all at once, so that the router can remember it: for what is short."""
    return HttpResponse("".join(csv_lines(rows)), headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}.csv"',
    }
