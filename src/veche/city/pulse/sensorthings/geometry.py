"""Where things are: boxes in SQL, the exact shape by shapely on what a box has let through.

PostGIS is no part of a small town's database. A condition on shapes becomes a list of numbers:
the boxes choose candidates, shapely judges each of them, and the query is given the numbers. The
service says so in its settings. Distances and lengths are in degrees, the units of WGS 84.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from veche.city.pulse.sensorthings.answers import BadQuery, TooMuch
from veche.city.pulse.sensorthings.entities import Field, Kind
from veche.city.pulse.sensorthings.pieces import Sql, Type, Value, coerced, sql

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MOST: Final = 50_000
"""Shapes that one question looks at, over all its conditions."""

_TESTS: Final = {
    "geo.intersects": "intersects",
    "st_intersects": "intersects",
    "st_equals": "equals",
    "st_disjoint": "disjoint",
    "st_touches": "touches",
    "st_within": "within",
    "st_overlaps": "overlaps",
    "st_crosses": "crosses",
    "st_contains": "contains",
}
NAMES: Final = frozenset({*_TESTS, "st_relate", "geo.distance", "geo.length"})
"""The functions of shapes."""


@dataclass
class Looked:
    """What one question has looked at: it asks the same of several pages, and is judged once."""

    allowed: list[int] | None
    """Sources that may be seen; None: all."""
    left: int = MOST
    known: dict[tuple[object, ...], list[int] | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """A property that holds a shape."""

    kind: Kind
    property: Field
    alias: str

    def candidates(
        self, box: tuple[float, ...] | None, looked: Looked, *, points: bool = True
    ) -> Iterator[tuple[int, BaseGeometry]]:
        """Numbers and shapes of what meets ``box``; without points where they are not asked for.

        Raises:
            TooMuch: there are more than one question may look at.
        """
        column = self.property.columns[0]
        conditions = [Sql(f"c.{column} IS NOT NULL")]
        if looked.allowed is not None:
            seen = self.kind.source.format(t="c", allowed="%s::bigint[]")
            conditions.append(Sql(seen, (looked.allowed,)))
        if self.kind.only:
            conditions.append(Sql(self.kind.only.format(t="c")))
        if self.property.boxed and box is not None:
            west, south, east, north = box
            conditions.append(Sql(
                "c.west <= %s AND c.east >= %s AND c.south <= %s AND c.north >= %s",
                (east, west, north, south),
            ))  # fmt: skip
        if self.property.boxed and not points:
            conditions.append(Sql("NOT (c.west = c.east AND c.south = c.north)"))
        text = f"SELECT c.id, c.{column} FROM {self.kind.table} c WHERE "
        text += " AND ".join(one.text for one in conditions) + f" LIMIT {looked.left + 1}"
        with connection.cursor() as cursor:
            cursor.execute(text, [one for part in conditions for one in part.parameters])
            rows = cursor.fetchall()
        if len(rows) > looked.left:
            raise TooMuch(what=f"more than {MOST} shapes; ask for a smaller area")
        looked.left -= len(rows)
        for number, told in rows:
            shape = of_geojson(json.loads(told) if isinstance(told, str) else told)
            if shape is not None:
                yield number, shape


def read(text: str) -> BaseGeometry:
    """A shape from well-known text.

    Raises:
        BadQuery: it is none.
    """
    import shapely

    if text.upper().startswith("SRID="):
        srid, _, text = text.partition(";")
        if srid[5:] != "4326":
            raise BadQuery(what=f"{srid[:20]}: only SRID=4326 is known")
    try:
        found = shapely.from_wkt(text)
    except (shapely.errors.GEOSException, TypeError) as fault:
        raise BadQuery(what=f"geography'{text[:40]}' is no shape") from fault
    if found is None or found.is_empty or not _finite(found):
        raise BadQuery(what=f"geography'{text[:40]}' is no shape")
    return found


def _finite(shape: BaseGeometry) -> bool:
    return all(abs(one) <= 1e6 for one in shape.bounds)


def of_geojson(told: Any) -> BaseGeometry | None:
    """The shape that GeoJSON says; None where it says none."""
    import shapely
    from shapely.geometry import shape

    if isinstance(told, dict) and told.get("type") == "Feature":
        told = told.get("geometry")
    try:
        found = shape(told)
    except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError):
        return None
    return None if found.is_empty else found


def called(name: str, given: list[Value], looked: Looked) -> Value:
    """A function of shapes.

    Raises:
        BadQuery: it is given something else.
        TooMuch: it would have to look at too many.
    """
    if name == "geo.length":
        _count(name, given, 1)
        return _length(given[0], looked)
    pattern = ""
    if name == "st_relate":
        _count(name, given, 3)
        pattern = _pattern(given[2])
        given = given[:2]
    _count(name, given, 2)
    left, right = (_shape(one) for one in given)
    if name == "geo.distance":
        return _distance(left, right, looked)
    test: Callable[[Any, Any], bool] = (
        (lambda one, two: bool(one.relate_pattern(two, pattern)))
        if pattern
        else (lambda one, two: bool(getattr(one, _TESTS[name])(two)))
    )
    if isinstance(left, Column) and isinstance(right, Column):
        raise BadQuery(what=f"{name} compares a property with geography'…'")
    if isinstance(left, Column):
        numbers = _tested(left, right, test, (name, pattern, 0), looked)
        return _among(left, numbers)
    if isinstance(right, Column):
        numbers = _tested(right, left, lambda one, two: test(two, one), (name, pattern, 1), looked)
        return _among(right, numbers)
    return Value(Type.TRUTH, (Sql("TRUE" if _judged(test, left, right) else "FALSE"),))


def _among(column: Column, numbers: list[int]) -> Value:
    return Value(Type.TRUTH, (Sql(f"({column.alias}.id = ANY(%s::bigint[]))", (numbers,)),))


def _tested(
    column: Column, shape: Any, test: Callable[[Any, Any], bool], name: tuple[str, str, int],
    looked: Looked,
) -> list[int]:  # fmt: skip
    """The numbers of the entities whose shapes are so."""
    import shapely

    key = (*name, column.kind.name, column.property.name, shape.wkb)
    known = looked.known.get(key)
    if not isinstance(known, list):
        shapely.prepare(shape)
        # Only these can be true of shapes whose boxes do not meet.
        box = None if name[0] in ("st_disjoint", "st_relate") else shape.bounds
        known = [
            number for number, one in column.candidates(box, looked) if _judged(test, one, shape)
        ]
        looked.known[key] = known
    return known


def _judged(test: Callable[[Any, Any], bool], one: Any, two: Any) -> bool:
    """What shapely says; a shape that is broken stands in no relation to anything."""
    import shapely

    try:
        return test(one, two)
    except shapely.errors.GEOSException:
        return False


def _distance(left: Any, right: Any, looked: Looked) -> Value:
    if isinstance(left, Column) and isinstance(right, Column):
        raise BadQuery(what="geo.distance compares a property with geography'…'")
    if not isinstance(left, Column) and not isinstance(right, Column):
        return _number(left.distance(right))
    column, shape = (left, right) if isinstance(left, Column) else (right, left)
    bare = column.property.boxed and shape.geom_type == "Point"
    rest = _known(
        column, lambda one: one.distance(shape), ("distance", shape.wkb), looked, points=not bare
    )
    if not bare:
        return Value(Type.NUMBER, (rest,))
    # Of a point its box is the point itself: no need to fetch it.
    t = column.alias
    reckoned = (
        f"(CASE WHEN {t}.west = {t}.east AND {t}.south = {t}.north"
        f" THEN sqrt(({t}.west - {{0}}) ^ 2 + ({t}.south - {{1}}) ^ 2) ELSE {{2}} END)"
    )
    x, y = Sql("%s::float8", (shape.x,)), Sql("%s::float8", (shape.y,))
    return Value(Type.NUMBER, (sql(reckoned, x, y, rest),))


def _length(given: Value, looked: Looked) -> Value:
    of = _shape(given)
    if isinstance(of, Column):
        return Value(Type.NUMBER, (_known(of, lambda one: one.length, ("length",), looked),))
    return _number(of.length)


def _known(
    column: Column, reckon: Callable[[Any], float], name: tuple[object, ...], looked: Looked, *,
    points: bool = True,
) -> Sql:  # fmt: skip
    """A number for every shape, looked up by the number of its entity."""
    key = (*name, column.kind.name, column.property.name)
    known = looked.known.get(key)
    if not isinstance(known, str):
        known = json.dumps({
            str(number): reckon(shape)
            for number, shape in column.candidates(None, looked, points=points)
        })  # fmt: skip
        looked.known[key] = known
    return Sql(f"((%s::jsonb ->> {column.alias}.id::text)::float8)", (known,))


def _number(value: float) -> Value:
    return Value(Type.NUMBER, (Sql("%s::float8", (value,)),))


def _shape(given: Value) -> Any:
    if given.type is not Type.SHAPE:
        raise BadQuery(what=f"{given.type} where a shape is needed")
    return given.shape


def _pattern(given: Value) -> str:
    told = coerced(given, Type.TEXT)
    pattern = str(told.parameters[0]) if told.text == "%s::text" else ""
    if len(pattern) != 9 or set(pattern.upper()) - set("012TF*"):
        raise BadQuery(what="st_relate takes a pattern of nine letters, such as 'T*F**F***'")
    return pattern.upper()


def _count(name: str, given: list[Value], many: int) -> None:
    if len(given) != many:
        raise BadQuery(what=f"{name} takes {many} arguments, not {len(given)}")
