"""Pieces of SQL with their parameters, and what kind of value each is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from veche.city.pulse.sensorthings.answers import BadQuery

_PLACE = re.compile(r"\{(\d)\}")


@dataclass(frozen=True, slots=True)
class Sql:
    """Text with ``%s`` places and what stands in them."""

    text: str
    parameters: tuple[Any, ...] = ()


def sql(template: str, *parts: Sql) -> Sql:
    """``template`` with ``{0}``, ``{1}`` … filled; a part may stand in several places."""
    parameters: list[Any] = []

    def put(match: re.Match[str]) -> str:
        part = parts[int(match[1])]
        parameters.extend(part.parameters)
        return part.text

    return Sql(_PLACE.sub(put, template), tuple(parameters))


def joined(word: str, parts: list[Sql]) -> Sql:
    """The parts with ``word`` between them, in parentheses."""
    text = word.join(f"({part.text})" for part in parts)
    return Sql(
        f"({text})" if len(parts) > 1 else text,
        tuple(one for part in parts for one in part.parameters),
    )


class Type(StrEnum):
    """What kind of value an expression has."""

    NULL = "nothing"
    WHOLE = "a whole number"
    NUMBER = "a number"
    TEXT = "text"
    TRUTH = "true or false"
    MOMENT = "a moment"
    SPAN = "a time"
    DAY = "a day"
    CLOCK = "a time of day"
    LENGTH = "a duration"
    JSON = "JSON"
    """One part: the JSON; compared by what it is found to be."""
    RESULT = "a result"
    """Two parts: the number, and the JSON where it is anything else."""
    SHAPE = "a shape"


@dataclass(frozen=True, slots=True)
class Value:
    """A value: its type and the SQL of its parts (a span has two, a result has two)."""

    type: Type
    parts: tuple[Sql, ...] = ()
    shape: Any = None
    """Of a shape: a column of shapes (`compile.ShapeColumn`), or one written out."""


_OF_JSON = {
    Type.NUMBER: "(CASE WHEN jsonb_typeof({0}) = 'number' THEN ({0})::float8 END)",
    Type.TEXT: "(CASE WHEN jsonb_typeof({0}) = 'string' THEN ({0}) #>> '{}' END)",
    Type.TRUTH: "(CASE WHEN jsonb_typeof({0}) = 'boolean' THEN ({0})::boolean END)",
    Type.MOMENT: (
        "(CASE WHEN jsonb_typeof({0}) = 'string' AND ({0}) #>> '{}' ~"
        " '^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]'"
        " THEN (({0}) #>> '{}')::timestamptz END)"
    ),
}


def of_json(value: Sql, kind: Type) -> Sql:
    """What JSON is as ``kind``; NULL where it is anything else."""
    return sql(_OF_JSON[kind], value)


def coerced(value: Value, kind: Type) -> Sql:
    """The one part of ``value`` as ``kind``.

    Raises:
        BadQuery: it is something else.
    """
    part = value.parts[0] if value.parts else Sql("NULL")
    if value.type is kind:
        return part
    match value.type, kind:
        case Type.NULL, _:
            return Sql("NULL")
        case Type.WHOLE, Type.NUMBER:
            return sql("({0})::float8", part)
        case Type.RESULT, Type.NUMBER:
            return part
        case Type.RESULT, Type.TEXT | Type.TRUTH | Type.MOMENT:
            return of_json(value.parts[1], kind)
        case Type.JSON, Type.NUMBER | Type.TEXT | Type.TRUTH | Type.MOMENT:
            return of_json(part, kind)
        case Type.SPAN, Type.MOMENT:
            return part  # its beginning
        case Type.DAY, Type.MOMENT:
            return sql("(({0})::timestamp AT TIME ZONE 'UTC')", part)
        case Type.JSON | Type.RESULT, Type.DAY:
            return sql("(({0}) AT TIME ZONE 'UTC')::date", coerced(value, Type.MOMENT))
    raise BadQuery(what=f"{value.type} where {kind} is needed")


def spanned(value: Value) -> tuple[Sql, Sql]:
    """Beginning and end of a time; a moment is both."""
    if value.type is Type.SPAN:
        return value.parts[0], value.parts[1]
    at = coerced(value, Type.MOMENT)
    return at, at


def as_json(value: Value) -> Sql:
    """A result or JSON as JSON."""
    if value.type is Type.RESULT:
        return sql("COALESCE(to_jsonb({0}), {1})", *value.parts)
    return value.parts[0]


def is_null(value: Value) -> Sql:
    """Whether there is nothing."""
    if value.type is Type.NULL:
        return Sql("TRUE")
    if value.type is Type.RESULT:
        return sql("({0} IS NULL AND COALESCE({1}, 'null') = 'null')", *value.parts)
    if value.type is Type.JSON:
        return sql("(COALESCE({0}, 'null') = 'null')", *value.parts)
    if not value.parts:
        return Sql("FALSE")  # a shape that is written out
    return sql("({0} IS NULL)", value.parts[0])
