"""What a thing can be told, as a SWE Common DataRecord, and whether it is told that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BOOLEAN, CATEGORY, COUNT, QUANTITY, TEXT = "Boolean", "Category", "Count", "Quantity", "Text"
KINDS = (BOOLEAN, CATEGORY, COUNT, QUANTITY, TEXT)


@dataclass(frozen=True)
class Field:
    """One thing that must be told."""

    name: str
    kind: str
    label: str
    values: tuple[str, ...] = ()
    """What may be chosen of."""
    low: float | None = None
    high: float | None = None
    unit: str = ""


def fields_of(record: Mapping[str, Any]) -> list[Field]:
    """The fields of a DataRecord.

    Raises:
        ValueError: it is none of the kinds known here; the text says what is wrong.
    """
    if record.get("type") != "DataRecord" or not isinstance(record.get("field"), list):
        raise ValueError("taskingParameters is not a DataRecord with fields")
    found = []
    for one in record["field"]:
        name, kind = one.get("name"), one.get("type")
        if not isinstance(name, str) or not name or kind not in KINDS:
            raise ValueError(f"a field has no name or is of an unknown type: {kind}")
        constraint = one.get("constraint") or {}
        low, high = _interval(constraint.get("interval"))
        found.append(
            Field(
                name=name,
                kind=kind,
                label=str(one.get("label") or name),
                values=tuple(str(value) for value in constraint.get("value") or ()),
                low=low,
                high=high,
                unit=str((one.get("uom") or {}).get("code") or ""),
            )
        )
    return found


def _interval(given: Any) -> tuple[float | None, float | None]:
    pair = given[0] if isinstance(given, list) and given and isinstance(given[0], list) else given
    if not isinstance(pair, list) or len(pair) != 2:
        return None, None
    return float(pair[0]), float(pair[1])


def checked(record: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, by the fields of the record.

    Raises:
        ValueError: something is missing, not known, or cannot be; the text names the field.
    """
    fields = {one.name: one for one in fields_of(record)}
    unknown = sorted(set(given) - set(fields))
    if unknown:
        raise ValueError(unknown[0])
    found = {}
    for name, one in fields.items():
        if name not in given:
            raise ValueError(name)
        found[name] = _value(one, given[name])
    return found


def _value(field: Field, value: Any) -> Any:
    if field.kind == BOOLEAN:
        if not isinstance(value, bool):
            raise ValueError(field.name)
        return value
    if field.kind in (COUNT, QUANTITY):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(field.name)
        try:
            finite = math.isfinite(value)
        except OverflowError:  # JSON knows whole numbers of any length
            finite = False
        whole = field.kind == COUNT and int(value) != value if finite else True
        below = field.low is not None and value < field.low
        above = field.high is not None and value > field.high
        if whole or below or above:
            raise ValueError(field.name)
        return int(value) if field.kind == COUNT else float(value)
    if not isinstance(value, str) or len(value) > 200 or "\x00" in value:
        raise ValueError(field.name)
    if field.values and value not in field.values:
        raise ValueError(field.name)
    return value
