"""The functions of the query language, each with what it takes, what it gives, and its SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from veche.city.pulse.sensorthings.answers import BadQuery
from veche.city.pulse.sensorthings.pieces import Type, Value, coerced, spanned, sql

_N, _T, _M, _B = Type.NUMBER, Type.TEXT, Type.MOMENT, Type.TRUTH


@dataclass(frozen=True, slots=True)
class Function:
    """One way to call a function."""

    takes: tuple[Type, ...]
    gives: Type
    template: str


def _part(name: str) -> Function:
    return Function((_M,), _N, f"extract({name} FROM {{0}} AT TIME ZONE 'UTC')::float8")


FUNCTIONS: Final[dict[str, tuple[Function, ...]]] = {
    "substringof": (Function((_T, _T), _B, "strpos({1}, {0}) > 0"),),
    "contains": (Function((_T, _T), _B, "strpos({0}, {1}) > 0"),),
    "startswith": (Function((_T, _T), _B, "starts_with({0}, {1})"),),
    "endswith": (Function((_T, _T), _B, "right({0}, length({1})) = {1}"),),
    "substring": (
        Function((_T, _N), _T, "substr({0}, greatest(trunc({1})::int, 0) + 1)"),
        Function(
            (_T, _N, _N),
            _T,
            "substr({0}, greatest(trunc({1})::int, 0) + 1, greatest(trunc({2})::int, 0))",
        ),
    ),
    "length": (Function((_T,), _N, "length({0})::float8"),),
    "indexof": (Function((_T, _T), _N, "(strpos({0}, {1}) - 1)::float8"),),
    "tolower": (Function((_T,), _T, "lower({0})"),),
    "toupper": (Function((_T,), _T, "upper({0})"),),
    "trim": (Function((_T,), _T, r"btrim({0}, E' \t\n\r')"),),
    "concat": (Function((_T, _T), _T, "({0} || {1})"),),
    # Halves go away from zero, as the standard's examples have it; PostgreSQL's go to even.
    "round": (Function((_N,), _N, "round(({0})::numeric)::float8"),),
    "floor": (Function((_N,), _N, "floor({0})"),),
    "ceiling": (Function((_N,), _N, "ceil({0})"),),
    "year": (_part("year"),),
    "month": (_part("month"),),
    "day": (_part("day"),),
    "hour": (_part("hour"),),
    "minute": (_part("minute"),),
    "second": (Function((_M,), _N, "floor(extract(second FROM {0}))::float8"),),
    "fractionalseconds": (
        Function(
            (_M,), _N, "(extract(second FROM {0}) - floor(extract(second FROM {0})))::float8"
        ),
    ),
    "date": (Function((_M,), Type.DAY, "({0} AT TIME ZONE 'UTC')::date"),),
    "time": (Function((_M,), Type.CLOCK, "({0} AT TIME ZONE 'UTC')::time"),),
    # Times are kept and told in UTC.
    "totaloffsetminutes": (
        Function((_M,), _N, "(CASE WHEN {0} IS NOT NULL THEN 0::float8 END)"),
    ),
    "mindatetime": (Function((), _M, "timestamptz '0001-01-01 00:00:00+00'"),),
    "maxdatetime": (Function((), _M, "timestamptz '9999-12-31 23:59:59.999999+00'"),),
}  # fmt: skip

# Of two times {0}–{1} and {2}–{3}.
SPANS: Final[dict[str, str]] = {
    "before": "{1} < {2}",
    "after": "{0} > {3}",
    "meets": "({1} = {2} OR {3} = {0})",
    "during": "({0} >= {2} AND {1} <= {3})",
    "overlaps": "({0} <= {3} AND {2} <= {1})",
    "starts": "({0} = {2} AND {1} <= {3})",
    "finishes": "({1} = {3} AND {0} >= {2})",
}

# What each sign says of two times: {0}–{1} and {2}–{3}. "lt" is wholly before.
SPAN_SIGNS: Final[dict[str, str]] = {
    "eq": "({0} = {2} AND {1} = {3})",
    "ne": "({0} <> {2} OR {1} <> {3})",
    "lt": "({0} < {2} AND {1} < {2})",
    "le": "(({0} <= {2} AND {1} <= {2}) OR ({0} = {2} AND {1} = {3}))",
    "gt": "({0} > {3})",
    "ge": "({0} >= {3} OR ({0} = {2} AND {1} = {3}))",
}


def called(name: str, given: list[Value]) -> Value:
    """The function ``name`` of ``given``.

    Raises:
        BadQuery: there is none, or it takes something else.
    """
    if name in SPANS:
        if len(given) != 2:
            raise BadQuery(what=f"{name} takes two times")
        ends = (*spanned(given[0]), *spanned(given[1]))
        return Value(Type.TRUTH, (sql(f"({SPANS[name]})", *ends),))
    ways = FUNCTIONS.get(name)
    if ways is None:
        raise BadQuery(what=f"there is no function {name[:40]}")
    for way in ways:
        if len(way.takes) == len(given):
            parts = tuple(
                coerced(value, kind) for value, kind in zip(given, way.takes, strict=True)
            )
            return Value(way.gives, (sql(f"({way.template})", *parts),))
    takes = " or ".join(str(len(way.takes)) for way in ways)
    raise BadQuery(what=f"{name} takes {takes} arguments, not {len(given)}")
