"""Reads a CSV table or a JSON list: which column is what stands in the settings."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors.base import (
    Asked,
    Fault,
    Found,
    Measured,
    Refusals,
    a_moment,
    a_number,
    a_place,
)

NOT_A_TABLE = _("What stands at the address is no table: {why}.")
NOT_JSON = _("What stands at the address is no JSON.")
NO_LIST = _("There is no list at “{path}”.")
NO_COLUMN = _("There is no column “{column}”.")
NOT_A_LINE = _("A line of what is measured must read: column = code unit. This does not: {line}")
NO_ZONE = _("There is no time zone “{zone}”.")
WHOLE = "source"
"""The code of the one thing of a table whose rows name none."""


def values_of(text: str) -> list[tuple[str, str, str]]:
    """Column, code and unit of everything that is measured.

    Raises:
        Fault: a line cannot be read.
    """
    found: list[tuple[str, str, str]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        column, equals, rest = (part.strip() for part in line.partition("="))
        code, _space, unit = rest.partition(" ")
        if not equals or not column or not code:
            raise Fault(NOT_A_LINE, line=line[:80])
        found.append((column, code, unit.strip()))
    return found


def _zone(name: str) -> dt.tzinfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError) as fault:
        raise Fault(NO_ZONE, zone=name[:40]) from fault


def _table(body: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Fault(NOT_A_TABLE, why="UTF-8") from fault
    head = text.partition("\n")[0]
    between = max((";", ",", "\t"), key=head.count)
    try:
        yield from csv.DictReader(io.StringIO(text), delimiter=between)
    except csv.Error as fault:
        raise Fault(NOT_A_TABLE, why=str(fault)) from fault


def _list(body: bytes, path: str) -> Iterable[Mapping[str, Any]]:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Fault(NOT_JSON) from fault
    for step in filter(None, path.split(".")):
        found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise Fault(NO_LIST, path=path)
    return (row for row in found if isinstance(row, dict))


def _cell(row: Mapping[str, Any], column: str) -> Any:
    """A cell; of JSON also one that lies deeper, as ``location.lon``."""
    if column in row or "." not in column:
        return row.get(column)
    found: Any = row
    for step in column.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def read(asked: Asked) -> Found:
    """Every row as readings of its thing.

    Raises:
        Fault: the table cannot be had or read, or a column that is asked for is not there.
    """
    values, zone = values_of(asked.text("values")), _zone(asked.text("zone"))
    body = asked.fetch(asked.text("address"), asked.headers())
    rows = _list(body, asked.text("rows")) if asked.text("format") == "json" else _table(body)
    measured: list[Measured] = []
    refused = Refusals()
    for number, row in enumerate(rows):
        if number == 0:
            _check_columns(row, asked, [column for column, _code, _unit in values])
        at = a_moment(_cell(row, asked.text("at")), zone)
        if at is None:
            refused.add("time", _cell(row, asked.text("at")))
            continue
        thing = str(_cell(row, asked.text("thing")) or "") if asked.text("thing") else WHOLE
        if not thing:
            refused.add("form", row)
            continue
        east, north = a_place(
            _cell(row, asked.text("longitude")), _cell(row, asked.text("latitude"))
        )
        for column, code, unit in values:
            cell = _cell(row, column)
            if cell is None or cell == "":
                continue
            measure = a_number(cell)
            if measure is None:
                refused.add("number", cell)
                continue
            title = str(_cell(row, asked.text("title")) or "")
            measured.append(Measured(thing, code, at, measure, None, unit, title, east, north))
        if len(measured) >= asked.most:
            break
    return Found(measured, refused.found)


def _check_columns(row: Mapping[str, Any], asked: Asked, values: list[str]) -> None:
    """The columns that every table of this source must have.

    Raises:
        Fault: one is missing: the table is another than the one that was agreed on.
    """
    wanted = [asked.text("at"), *filter(None, [asked.text("thing")])]
    for column in wanted:
        if _cell(row, column) is None:
            raise Fault(NO_COLUMN, column=column)
    if all(_cell(row, column) is None for column in values):
        raise Fault(NO_COLUMN, column=values[0] if values else "")
