"""A figure is data: which rows, grouped how, measured by what; declared once.

SQL computes a figure for the page (:func:`to_sql`, :func:`compute`); the stand-alone verifier
computes the same figure from the published rows by the same published definition
(:meth:`Figure.to_json`). Both give the same result to the last digit, because nothing is rounded:

- numbers are whole, or exact ratios ``[numerator, denominator]``; there are no floating numbers;
- moments count in whole seconds, in UTC; an empty text is an unknown one;
- a comparison with an unknown value is not met (ask for it by ``is_null``);
- medians and percentiles are by nearest rank: a value that really occurred, never one in between;
- groups are sorted by their values, text by code point, unknown last;
- a sum over nothing is 0; every other measure of nothing is unknown (``null``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from django.utils.functional import Promise

    Text = str | Promise

TYPES = ("text", "integer", "number", "boolean", "moment", "date", "duration", "point")
"""``duration`` is whole seconds; ``point`` is the text ``latitude longitude`` in degrees."""
ORDERED = ("integer", "number", "moment", "date", "duration")
"""Types whose values have an order: they take ``lt`` … ``between``, min, max and percentiles."""
SUMMABLE = ("integer", "number", "duration")
COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
UNITS = {"year": ("YYYY", 4), "month": ("YYYY-MM", 7), "day": ("YYYY-MM-DD", 10)}
"""Grouping ``column:unit`` of a moment (in UTC) or a date: the first characters of its ISO form."""
MEASURES = (
    "count", "count_where", "distinct", "share", "sum", "min", "max", "median", "percentile",
    "mean", "rate",
)  # fmt: skip
_NEEDS = {"distinct": TYPES, "sum": SUMMABLE, "mean": SUMMABLE}
_NEEDS |= dict.fromkeys(("min", "max", "median", "percentile"), ORDERED)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")

Value = Any
"""A value as JSON holds it: text, whole number, boolean, ``[n, d]``, ISO moment or date, null."""


class Cursor(Protocol):
    """The part of a database cursor that is needed here."""

    def execute(self, sql: Any, params: Any = ..., /) -> Any:
        """Run a statement."""

    def fetchall(self) -> list[Any]:
        """All rows of the last statement."""


@dataclass(frozen=True)
class Column:
    """One described column of a dataset. ``nullable`` says that a value may be unknown."""

    name: str
    type: str
    description: Text
    nullable: bool = False


@dataclass(frozen=True)
class Dataset:
    """Rows that are published whole, every column described.

    ``sql`` is one SELECT that yields exactly ``columns`` by name, or a function of the moment
    ``at`` that gives ``(sql, parameters)``. ``key`` names the columns that make a row unique,
    ``order`` those that sort the file. With ``persons`` the rows are about people: they are never
    published, and figures over them only as cells of at least ``cells_min``.

    Raises:
        ValueError: at declaration, when a name or a type is not possible.
    """

    name: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    sql: str | Callable[[dt.datetime], tuple[str, Sequence[object]]]
    key: tuple[str, ...]
    order: tuple[str, ...] = ()
    licence: str = "CC0-1.0"
    persons: bool = False
    cells_min: int = 5

    def __post_init__(self) -> None:
        names = [c.name for c in self.columns]
        bad = [n for n in (self.name, *names) if not _NAME.match(n)]
        bad += [f"{c.name}: {c.type}" for c in self.columns if c.type not in TYPES]
        bad += [n for n in (*self.key, *self.order) if n not in names]
        bad += [c.name for c in self.columns if c.name in self.key and c.nullable]
        if bad or not names or len(set(names)) < len(names) or not self.key:
            raise ValueError(f"dataset {self.name}: {', '.join(bad) or 'columns'} cannot be")

    def column(self, name: str) -> Column:
        """The column of this name. Raises: ValueError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ValueError(f"dataset {self.name} has no column {name}")


@dataclass(frozen=True)
class Col:
    """Another column, as the right side of a comparison: ``le("answered", Col("due"))``."""

    name: str


@dataclass(frozen=True)
class Condition:
    """One condition on a row; several are always joined by *and*. Made by the functions below."""

    column: str
    op: str
    value: Value = None
    other: str = ""

    def to_json(self) -> dict[str, Value]:
        """The condition as the publication writes it."""
        found: dict[str, Value] = {"column": self.column, "is": self.op}
        if self.other:
            found["other"] = self.other
        elif self.op not in ("is_null", "not_null"):
            found["value"] = list(self.value) if isinstance(self.value, tuple) else self.value
        return found


def _compare(column: str, op: str, value: object) -> Condition:
    if isinstance(value, Col):
        return Condition(column, op, other=value.name)
    return Condition(column, op, literal(value))


def eq(column: str, value: object) -> Condition:
    """The column equals the value (or another column, ``Col(name)``)."""
    return _compare(column, "eq", value)


def ne(column: str, value: object) -> Condition:
    """The column is known and differs from the value."""
    return _compare(column, "ne", value)


def lt(column: str, value: object) -> Condition:
    """The column lies before, or under, the value."""
    return _compare(column, "lt", value)


def le(column: str, value: object) -> Condition:
    """The column is at most the value."""
    return _compare(column, "le", value)


def gt(column: str, value: object) -> Condition:
    """The column lies after, or over, the value."""
    return _compare(column, "gt", value)


def ge(column: str, value: object) -> Condition:
    """The column is at least the value."""
    return _compare(column, "ge", value)


def one_of(column: str, *values: object) -> Condition:
    """The column is one of the values."""
    return Condition(column, "in", tuple(literal(v) for v in values))


def between(column: str, low: object, high: object) -> Condition:
    """The column lies between two values, both included."""
    return Condition(column, "between", (literal(low), literal(high)))


def is_null(column: str) -> Condition:
    """The column is unknown."""
    return Condition(column, "is_null")


def not_null(column: str) -> Condition:
    """The column is known."""
    return Condition(column, "not_null")


@dataclass(frozen=True)
class Measure:
    """One number per group. Made by the functions below, which say what each means.

    ``where`` narrows the rows measured; ``of`` are the rows a share or rate is taken of; ``p``
    is a percentile; a rate is per ``per``, of the rows or of a fixed ``base``.
    """

    name: str
    kind: str
    column: str = ""
    where: tuple[Condition, ...] = ()
    of: tuple[Condition, ...] = ()
    p: int | None = None
    per: int | None = None
    base: int | None = None
    title: Text = ""

    def to_json(self) -> dict[str, Value]:
        """The measure as the publication writes it (without its title)."""
        found: dict[str, Value] = {"name": self.name, "measure": self.kind}
        if self.column:
            found["column"] = self.column
        for key in ("where", "of"):
            if conditions := getattr(self, key):
                found[key] = [c.to_json() for c in conditions]
        for key in ("p", "per", "base"):
            if (number := getattr(self, key)) is not None:
                found[key] = number
        return found


def count(name: str, title: Text = "") -> Measure:
    """How many rows."""
    return Measure(name, "count", title=title)


def count_where(name: str, *where: Condition, title: Text = "") -> Measure:
    """How many rows meet the conditions."""
    return Measure(name, "count_where", where=where, title=title)


def distinct(name: str, column: str, *where: Condition, title: Text = "") -> Measure:
    """How many different known values the column has."""
    return Measure(name, "distinct", column, where, title=title)


def share(name: str, *where: Condition, of: Iterable[Condition] = (), title: Text = "") -> Measure:
    """``[k, n]``: of the n rows that meet ``of``, k meet ``where`` too; unknown when n is 0."""
    return Measure(name, "share", where=where, of=tuple(of), title=title)


def total(name: str, column: str, *where: Condition, title: Text = "") -> Measure:
    """The sum of the known values."""
    return Measure(name, "sum", column, where, title=title)


def least(name: str, column: str, *where: Condition, title: Text = "") -> Measure:
    """The smallest, or earliest, known value."""
    return Measure(name, "min", column, where, title=title)


def most(name: str, column: str, *where: Condition, title: Text = "") -> Measure:
    """The largest, or latest, known value."""
    return Measure(name, "max", column, where, title=title)


def median(name: str, column: str, *where: Condition, title: Text = "") -> Measure:
    """The 50th percentile of the known values, by nearest rank."""
    return Measure(name, "median", column, where, title=title)


def percentile(name: str, column: str, p: int, *where: Condition, title: Text = "") -> Measure:
    """The smallest known value that at least ``p`` per cent of them do not exceed."""
    return Measure(name, "percentile", column, where, p=p, title=title)


def mean(name: str, column: str, *where: Condition, title: Text = "") -> Measure:
    """``[sum, count]`` of the known values, exactly; unknown when there are none."""
    return Measure(name, "mean", column, where, title=title)


def rate(
    name: str,
    *where: Condition,
    per: int,
    of: Iterable[Condition] = (),
    base: int | None = None,
    title: Text = "",
) -> Measure:
    """``[k · per, n]``: k rows meet ``of`` and ``where``; n is ``base``, or the rows of ``of``."""
    return Measure(name, "rate", "", where, tuple(of), per=per, base=base, title=title)


@dataclass(frozen=True)
class Figure:
    """A question with its exact answer. ``by`` holds columns, or ``column:month`` and the like."""

    name: str
    title: Text
    dataset: str
    measures: tuple[Measure, ...]
    by: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()

    def to_json(self) -> dict[str, Value]:
        """The definition, equal for equal figures: what the verifier recomputes by."""
        return {
            "name": self.name,
            "dataset": self.dataset,
            "where": [c.to_json() for c in self.where],
            "by": list(self.by),
            "measures": [m.to_json() for m in self.measures],
        }


def literal(value: object) -> Value:
    """A Python value as a definition writes it: moments and dates in ISO, decimals as text.

    Raises:
        ValueError: a moment without a time zone, a floating number, or any other type.
    """
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str | int):
        return value
    raise ValueError(f"{value!r} cannot stand in a definition")


def exact(value: object) -> Value:
    """A value from the database as JSON holds it; see :data:`Value`."""
    if isinstance(value, Decimal):
        ratio = Fraction(value)
        whole = ratio.denominator == 1
        return ratio.numerator if whole else [ratio.numerator, ratio.denominator]
    return literal(value) if isinstance(value, dt.date) else cast("Value", value)


def to_sql(
    figure: Figure, dataset: Dataset, at: dt.datetime, source: str = ""
) -> tuple[str, list[object]]:
    """The SELECT that computes the figure in PostgreSQL; read its rows with :func:`read_rows`.

    ``source`` names a table that already holds the dataset's clean rows (:func:`clean_rows`).

    Raises:
        ValueError: the figure does not fit the dataset; the text says where.
    """
    from veche.figures_sql import figure_sql

    return figure_sql(figure, dataset, at, source)


def compute(
    cursor: Cursor, figure: Figure, dataset: Dataset, at: dt.datetime, source: str = ""
) -> list[dict[str, Value]]:
    """The figure's cells, ``[{"group": [...], "values": [...]}, …]``, in their stable order.

    Values stand in the order of the measures. Over a dataset of persons small cells are withheld:
    their values are null.

    Raises:
        ValueError: the figure does not fit the dataset.
    """
    from veche.figures_sql import read_rows, withhold

    sql, params = to_sql(figure, dataset, at, source)
    cursor.execute(sql, params)
    cells = read_rows(figure, cursor.fetchall())
    return withhold(figure, dataset, cells) if dataset.persons else cells
