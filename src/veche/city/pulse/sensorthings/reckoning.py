"""Comparing and reckoning with values, and values written out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from veche.city.pulse.sensorthings import functions, geometry
from veche.city.pulse.sensorthings.answers import BadQuery
from veche.city.pulse.sensorthings.expressions import Shape, Span
from veche.city.pulse.sensorthings.pieces import (
    Sql,
    Type,
    Value,
    as_json,
    coerced,
    is_null,
    spanned,
    sql,
)

_SIGNS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_BIGGEST = 2**63
_LOOSE = (Type.JSON, Type.RESULT)
_WRITTEN: tuple[tuple[type, Type, str], ...] = (
    (str, Type.TEXT, "text"),
    (dt.datetime, Type.MOMENT, "timestamptz"),
    (dt.date, Type.DAY, "date"),
    (dt.time, Type.CLOCK, "time"),
    (dt.timedelta, Type.LENGTH, "interval"),
)


def written(told: Any) -> Value:
    """A value that stands in the query itself.

    Raises:
        BadQuery: it is a number that is too large, or no shape.
    """
    if told is None:
        return Value(Type.NULL)
    if isinstance(told, bool):
        return Value(Type.TRUTH, (Sql("TRUE" if told else "FALSE"),))
    if isinstance(told, int) and abs(told) < _BIGGEST:
        return Value(Type.WHOLE, (Sql("%s::bigint", (told,)),))
    if isinstance(told, int | float):
        try:
            number = float(told)
        except OverflowError:
            number = float("inf")
        if abs(number) == float("inf"):
            raise BadQuery(what="a number that is too large")
        return Value(Type.NUMBER, (Sql("%s::float8", (number,)),))
    if isinstance(told, Span):
        ends = (Sql("%s::timestamptz", (told.since,)), Sql("%s::timestamptz", (told.until,)))
        return Value(Type.SPAN, ends)
    if isinstance(told, Shape):
        return Value(Type.SHAPE, shape=geometry.read(told.text))
    kind, name = next((kind, name) for of, kind, name in _WRITTEN if isinstance(told, of))
    return Value(kind, (Sql(f"%s::{name}", (told,)),))


def compared(sign: str, left: Value, right: Value) -> Sql:
    """Whether the two compare so.

    Raises:
        BadQuery: they cannot be compared.
    """
    if Type.NULL in (left.type, right.type):
        other = right if left.type is Type.NULL else left
        if sign not in ("eq", "ne"):
            return Sql("FALSE")
        return is_null(other) if sign == "eq" else sql("(NOT {0})", is_null(other))
    if Type.SHAPE in (left.type, right.type):
        raise BadQuery(what="shapes are compared by functions such as st_equals")
    if left.type in _LOOSE and right.type in _LOOSE:
        template = f"(jsonb_typeof({{0}}) = jsonb_typeof({{1}}) AND {{0}} {_SIGNS[sign]} {{1}})"
        return sql(template, as_json(left), as_json(right))
    if Type.SPAN in (left.type, right.type):
        return sql(functions.SPAN_SIGNS[sign], *spanned(left), *spanned(right))
    kind = _common(left.type, right.type)
    return sql(f"({{0}} {_SIGNS[sign]} {{1}})", coerced(left, kind), coerced(right, kind))


def _common(left: Type, right: Type) -> Type:
    """As what two values are compared."""
    if left is right:
        return left
    if left in _LOOSE or right in _LOOSE:
        other = right if left in _LOOSE else left
        return Type.NUMBER if other is Type.WHOLE else other
    both = {left, right}
    if both == {Type.WHOLE, Type.NUMBER}:
        return Type.NUMBER
    if both == {Type.MOMENT, Type.DAY}:
        return Type.MOMENT
    raise BadQuery(what=f"{left} cannot be compared with {right}")


def reckoned(sign: str, left: Value, right: Value) -> Value:
    """A sum, a product or what is left of a division; nothing where one divides by nought.

    Raises:
        BadQuery: they are no numbers, nor times.
    """
    times = (Type.MOMENT, Type.SPAN, Type.DAY, Type.LENGTH)
    if left.type in times or right.type in times:
        return _times(sign, left, right)
    template = {
        "add": "({0} + {1})",
        "sub": "({0} - {1})",
        "mul": "({0} * {1})",
        "div": "({0} / NULLIF({1}, 0))",
        "mod": "({0} - {1} * trunc({0} / NULLIF({1}, 0)))",
    }[sign]
    one, two = coerced(left, Type.NUMBER), coerced(right, Type.NUMBER)
    return Value(Type.NUMBER, (sql(template, one, two),))


def _times(sign: str, left: Value, right: Value) -> Value:
    word = {"add": "+", "sub": "-"}.get(sign)
    if word is None:
        raise BadQuery(what=f"{sign} takes numbers")
    template = f"({{0}} {word} {{1}})"
    if right.type is Type.LENGTH:
        if left.type in (Type.SPAN, Type.LENGTH, Type.MOMENT):
            parts = tuple(sql(template, one, right.parts[0]) for one in left.parts)
            return Value(left.type, parts)
        return Value(Type.MOMENT, (sql(template, coerced(left, Type.MOMENT), right.parts[0]),))
    if left.type is Type.LENGTH:
        if word == "-":
            raise BadQuery(what="a time cannot be taken from a duration")
        return _times(sign, right, left)
    if word == "+":
        raise BadQuery(what="two times cannot be added")
    parts = (coerced(left, Type.MOMENT), coerced(right, Type.MOMENT))
    return Value(Type.LENGTH, (sql(template, *parts),))
