"""An entity as the standard's JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import Any

from veche.city.pulse.sensorthings.entities import KINDS, SETS, Field, Form, Kind, Link

_WHOLE = 2.0**53
_AS_JSON = (Form.JSON, Form.SHAPE)


def moment(at: dt.datetime) -> str:
    """A moment as ISO 8601 in UTC, with no more digits than it has."""
    text = at.isoformat()
    if not text.endswith("+00:00"):
        text = at.astimezone(dt.UTC).isoformat()
    text = text[:-6]
    return f"{text.rstrip('0')}Z" if "." in text else f"{text}Z"


def number(value: float) -> float | int:
    """A whole number without its ".0"."""
    return int(value) if value.is_integer() and abs(value) < _WHOLE else value


def loaded(value: Any) -> Any:
    """JSON as it came from the database: text where a cursor read it, else what it says."""
    return json.loads(value) if isinstance(value, str) else value


def value_of(field: Field, row: Mapping[str, Any]) -> Any:
    """What the property is; None where it is empty. JSON columns hold what the JSON says."""
    first = row.get(field.columns[0])
    if field.form is Form.RESULT:
        return row.get(field.columns[1]) if first is None else number(first)
    if first is None:
        return None
    if field.form is Form.MOMENT:
        return moment(first)
    if field.form is Form.SPAN:
        until = row.get(field.columns[1])
        return moment(first) if until is None else f"{moment(first)}/{moment(until)}"
    return first


def path_of(kind: Kind, number: int) -> str:
    """``Things(1)``."""
    return f"{kind.plural}({number})"


def shows(link: Link, row: Mapping[str, Any]) -> bool:
    """Whether the entity has this way at all: a reading is of a datastream or of a multi one."""
    if link.target == "MultiDatastream" and not link.many:
        return bool(row.get("multi"))
    if link.target == "Datastream" and not link.many:
        return not row.get("multi")
    return True


def entity_document(
    kind: str | Kind,
    row: Any,
    base: str,
    select: Collection[str] | None = None,
) -> dict[str, Any]:
    """The entity as JSON, without what it is expanded by.

    Args:
        kind: ``Thing``, ``Datastream`` …, or the kind itself.
        row: its columns by name, or the model's object. ``multi`` in a reading's row says that it
            is one of a MultiDatastream.
        base: the address of the service, ``https://city.example/sensorthings/v1.1``.
        select: only these properties and relations; everything where None.
    """
    kind = KINDS[kind] if isinstance(kind, str) else kind
    values: Mapping[str, Any] = row if isinstance(row, Mapping) else vars(row)
    me = f"{base}/{kind.plural}({values['id']})"
    document: dict[str, Any] = {}
    if select is None or "id" in select or "@iot.id" in select:
        document["@iot.id"] = values["id"]
        document["@iot.selfLink"] = me
    for field in kind.fields[1:]:
        if select is not None and field.name not in select:
            continue
        value = value_of(field, values)
        if value is not None or field.shown:
            document[field.name] = value
    for link in kind.links:
        if (select is None or link.name in select) and shows(link, values):
            document[f"{link.name}@iot.navigationLink"] = f"{me}/{link.name}"
    return document


def row_of(kind: Kind, names: Collection[str], values: tuple[Any, ...]) -> dict[str, Any]:
    """A row of a cursor by column name, with its JSON read."""
    row = dict(zip(names, values, strict=True))
    for name in _JSON_COLUMNS[kind.name]:
        if isinstance(row.get(name), str):
            row[name] = json.loads(row[name])
    return row


_JSON_COLUMNS = {
    kind.name: tuple(
        field.columns[-1] for field in kind.fields if field.form in (*_AS_JSON, Form.RESULT)
    )
    for kind in SETS.values()
}
