"""The order of a page and where the next one begins.

A page ends with the values of its last row's keys, which stand in the address of the next one:
whatever is written meanwhile, nothing is told twice and nothing is left out.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from veche.city.pulse.sensorthings.answers import BadQuery
from veche.city.pulse.sensorthings.compile import value
from veche.city.pulse.sensorthings.entities import Form
from veche.city.pulse.sensorthings.expressions import Key, Path
from veche.city.pulse.sensorthings.pieces import Sql, Type, Value, as_json, joined, of_json, sql
from veche.city.pulse.sensorthings.scopes import Entity, Scope

MOST = 8
"""Keys of one order."""
_CASTS = {
    Type.WHOLE: "bigint",
    Type.NUMBER: "float8",
    Type.TEXT: "text",
    Type.TRUTH: "boolean",
    Type.MOMENT: "timestamptz",
    Type.SPAN: "timestamptz",
    Type.DAY: "date",
    Type.CLOCK: "time",
    Type.LENGTH: "interval",
}
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Sorted:
    """One key of an order as SQL."""

    of: Sql
    cast: str
    falling: bool
    filled: bool
    """It is never empty."""

    @property
    def order(self) -> Sql:
        """For ORDER BY; what is empty comes last, or first where it falls."""
        return Sql(f"{self.of.text}{' DESC' if self.falling else ''}", self.of.parameters)


def order(keys: Sequence[Key], scope: Scope, *, in_stream: bool, number: str = "") -> list[Sorted]:
    """The whole order of a page, with keys that leave no two rows alike.

    Args:
        keys: what was asked for.
        scope: the set.
        in_stream: these are readings of one stream.
        number: a column that says the order where nothing was asked for.

    Raises:
        BadQuery: something has no order.
    """
    if len(keys) > MOST:
        raise BadQuery(what=f"more than {MOST} keys of order")
    root = scope.root
    found = [one for key in keys for one in _sorted(key, scope)]
    if not keys and number:
        return [Sorted(Sql(number), "smallint", False, True)]
    if in_stream and (not found or _is_time(keys, root)):
        falling = bool(found) and found[0].falling
        return [
            Sorted(Sql(f"{root.alias}.at"), "timestamptz", falling, True),
            Sorted(Sql(f"{root.alias}.nth"), "smallint", falling, True),
        ]
    falling = found[-1].falling if found else False
    if not (found and found[-1].of.text == f"{root.alias}.id"):
        found.append(Sorted(Sql(f"{root.alias}.id"), "bigint", falling, True))
    return found


def _is_time(keys: Sequence[Key], root: Entity) -> bool:
    return (
        len(keys) == 1
        and root.kind.name == "Observation"
        and keys[0].of == Path(("phenomenonTime",))
    )


def _sorted(key: Key, scope: Scope) -> list[Sorted]:
    told = value(key.of, scope)
    if told.type in (Type.JSON, Type.RESULT):
        text = sql("({0} #>> '{}')", as_json(told) if told.type is Type.JSON else told.parts[1])
        number = told.parts[0] if told.type is Type.RESULT else of_json(told.parts[0], Type.NUMBER)
        return [
            Sorted(number, "float8", key.falling, False),
            Sorted(text, "text", key.falling, False),
        ]
    cast = _CASTS.get(told.type)
    if cast is None:
        raise BadQuery(what=f"{told.type} has no order")
    return [Sorted(told.parts[0], cast, key.falling, _is_filled(key, scope, told))]


def _is_filled(key: Key, scope: Scope, told: Value) -> bool:
    if not isinstance(key.of, Path) or len(key.of.steps) != 1 or told.type is Type.SHAPE:
        return False
    field = scope.root.kind.field(key.of.steps[0])
    if field is None:
        return False
    return field.form in (Form.NUMBER, Form.TEXT) or field.columns[0] in ("at", "time")


def after(keys: Sequence[Sorted], values: Sequence[Any]) -> Sql:
    """The condition that a row comes after the one with these values."""
    places = [Sql(f"%s::{key.cast}", (value,)) for key, value in zip(keys, values, strict=True)]
    alike = len({key.falling for key in keys}) == 1
    if alike and all(key.filled for key in keys):
        sign = "<" if keys[0].falling else ">"
        left = ", ".join(key.of.text for key in keys)
        right = ", ".join(place.text for place in places)
        parameters = [one for key in keys for one in key.of.parameters]
        parameters += [one for place in places for one in place.parameters]
        row = Sql(f"({left}) {sign} ({right})", tuple(parameters))
        # PostgreSQL leaves out partitions by a plain comparison only.
        first = sql(f"{{0}} {sign}= {{1}}", keys[0].of, places[0])
        return joined(" AND ", [first, row])
    ways: list[Sql] = []
    same: list[Sql] = []
    for key, place, known in zip(keys, places, values, strict=True):
        later = _later(key, place, known)
        if later is not None:
            ways.append(joined(" AND ", [*same, later]))
        same.append(sql("{0} IS NULL", key.of) if known is None
                    else sql("{0} = {1}", key.of, place))  # fmt: skip
    return joined(" OR ", ways)


def _later(key: Sorted, place: Sql, known: Any) -> Sql | None:
    if key.falling:
        return sql("{0} IS NOT NULL", key.of) if known is None else sql("{0} < {1}", key.of, place)
    if known is None:
        return None
    if key.filled:
        return sql("{0} > {1}", key.of, place)
    return sql("({0} > {1} OR {0} IS NULL)", key.of, place)


def token(values: Sequence[Any]) -> str:
    """The values as part of an address."""
    told = json.dumps([_plain(value) for value in values], separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dt.timedelta):
        return f"{value.total_seconds()} s"
    return value.isoformat()


def read_token(text: str, keys: Sequence[Sorted]) -> list[Any]:
    """What `token` wrote.

    Raises:
        BadQuery: it did not write this.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as fault:
        raise BadQuery(what="$skiptoken is none of ours") from fault
    plain = isinstance(told, list) and all(
        one is None or isinstance(one, str | int | bool) for one in told
    )
    if not plain or len(told) != len(keys) or "\x00" in text or _holds_nothing(told, keys):
        raise BadQuery(what="$skiptoken is none of ours")
    return list(told)


def _holds_nothing(told: list[Any], keys: Sequence[Sorted]) -> bool:
    return any(
        (value is None and key.filled) or (isinstance(value, str) and "\x00" in value)
        for value, key in zip(told, keys, strict=True)
    )


def day_of(number: int) -> dt.datetime | None:
    """The beginning of the day that the number of a reading says; None: it says none."""
    try:
        return _EPOCH + dt.timedelta(days=number >> 37)
    except OverflowError:
        return None
