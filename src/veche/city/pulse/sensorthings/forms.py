"""Other forms of a page: the data array, GeoJSON, CSV."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

from veche.city.pulse.sensorthings.answers import BadQuery
from veche.city.pulse.sensorthings.documents import value_of
from veche.city.pulse.sensorthings.entities import Field, Form, Kind
from veche.city.pulse.sensorthings.fetch import Row
from veche.city.pulse.sensorthings.grammar import Options
from veche.tables import csv_whole

MOST_ROWS = 10_000
"""Readings of one page of a data array."""


def fields_of(kind: Kind, options: Options) -> list[Field]:
    """The properties that are asked for, all where none is named.

    Raises:
        BadQuery: one is no property.
    """
    if not options.select:
        return list(kind.fields)
    found = [kind.field(name) for name in options.select]
    if None in found:
        raise BadQuery(what=f"{kind.name} has not all the properties of $select")
    return [one for one in found if one is not None]


def data_array(
    kind: Kind, rows: Sequence[Row], options: Options, base: str
) -> list[dict[str, Any]]:
    """Readings as rows of values, one table for each stream.

    Raises:
        BadQuery: these are no readings, or they are to be expanded.
    """
    if kind.name != "Observation":
        raise BadQuery(what="only Observations come as a dataArray")
    if options.expand:
        raise BadQuery(what="a dataArray cannot be expanded")
    fields = fields_of(kind, options)
    tables: dict[int, dict[str, Any]] = {}
    for row in rows:
        table = tables.get(row["stream_id"])
        if table is None:
            name = "MultiDatastream" if row.get("multi") else "Datastream"
            table = tables[row["stream_id"]] = {
                f"{name}@iot.navigationLink": f"{base}/{name}s({row['stream_id']})",
                "components": [field.name for field in fields],
                "dataArray@iot.count": 0,
                "dataArray": [],
            }
        table["dataArray"].append([value_of(field, row) for field in fields])
        table["dataArray@iot.count"] += 1
    return list(tables.values())


def geojson(kind: Kind, rows: Sequence[Row], documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A collection of features; a thing stands where its first expanded location is."""
    shape = next((field for field in kind.fields if field.form is Form.SHAPE), None)
    features = []
    for row, document in zip(rows, documents, strict=True):
        told = row.get(shape.columns[0]) if shape else None
        if told is None:
            places = document.get("Locations") or [{}]
            told = places[0].get("location")
        if isinstance(told, dict) and told.get("type") == "Feature":
            told = told.get("geometry")
        properties = {
            name: value for name, value in document.items() if not (shape and name == shape.name)
        }
        features.append(
            {"type": "Feature", "id": row["id"], "geometry": told, "properties": properties}
        )
    return {"type": "FeatureCollection", "features": features}


def table(kind: Kind, rows: Sequence[Row], options: Options) -> HttpResponse:
    """A file of values under the names of the properties.

    Raises:
        BadQuery: it is to be expanded, or something is no property.
    """
    if options.expand:
        raise BadQuery(what="CSV cannot be expanded")
    fields = fields_of(kind, options)
    lines = [[_cell(value_of(field, row)) for field in fields] for row in rows]
    return csv_whole(kind.plural, [[field.name for field in fields], *lines])


def _cell(value: Any) -> Any:
    """A value in a cell; JSON as its text."""
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | list | dict) else value
