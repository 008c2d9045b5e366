"""How a figure becomes SQL: the other half of `veche.figures`."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from veche.figures import (
    _NAME,
    _NEEDS,
    COMPARISONS,
    MEASURES,
    ORDERED,
    UNITS,
    Column,
    Condition,
    Dataset,
    Figure,
    Measure,
    Value,
    exact,
)

_CLEAN = {
    "text": "nullif({0}::text, '')",
    "point": "nullif({0}::text, '')",
    "integer": "{0}::bigint",
    "duration": "{0}::bigint",
    "number": "trim_scale({0}::numeric)",
    "boolean": "{0}::boolean",
    "moment": "date_trunc('second', {0}::timestamptz)",
    "date": "{0}::date",
}
"""What a column's value is, for the file and for SQL alike: the two must see the same rows."""

_FILE = {
    "moment": """to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
    "date": "to_char({0}, 'YYYY-MM-DD')",
    "boolean": "CASE WHEN {0} THEN 'true' WHEN NOT {0} THEN 'false' END",
    # What somebody wrote must not run as a formula where the file is opened (`veche.tables`).
    "text": r"CASE WHEN {0} ~ '^[-=+@\t\r]' THEN '''' || {0} ELSE {0} END",
}
_CAST = {
    "text": "text", "point": "text", "integer": "numeric", "duration": "numeric",
    "number": "numeric", "boolean": "boolean", "moment": "timestamptz", "date": "date",
}  # fmt: skip
_SHAPE = {
    "integer": r"-?\d{1,30}",
    "duration": r"-?\d{1,30}",
    "number": r"-?\d{1,30}(\.\d{1,30})?",
    "moment": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "date": r"\d{4}-\d\d-\d\d",
}


def clean_rows(dataset: Dataset, at: dt.datetime) -> tuple[str, list[object]]:
    """A SELECT of the dataset's columns, cleaned: the very values that are published."""
    if isinstance(dataset.sql, str):
        # Parameters are merged by the driver, so that a lone per cent sign must be doubled.
        sql, params = dataset.sql.replace("%", "%%"), list[object]()
    else:
        sql, given = dataset.sql(at)
        params = list(given)
    columns = ", ".join(
        f'{_CLEAN[c.type].format(_q(c.name))} AS "{c.name}"' for c in dataset.columns
    )
    return f"SELECT {columns} FROM ({sql.rstrip().rstrip(';')}\n) AS raw", params


def file_rows(dataset: Dataset, source: str) -> str:
    """A SELECT that gives each clean row of ``source`` as the file writes it, in file order."""
    columns = ", ".join(
        f'{_FILE.get(c.type, "{0}").format(_q(c.name))} AS "{c.name}"' for c in dataset.columns
    )
    order = ", ".join(_sort(dataset.column(n)) for n in dataset.order or dataset.key)
    return f"SELECT {columns} FROM {source} AS clean ORDER BY {order}"


def figure_sql(
    figure: Figure, dataset: Dataset, at: dt.datetime, source: str = ""
) -> tuple[str, list[object]]:
    """See `veche.figures.to_sql`."""
    check(figure, dataset)
    params: list[object] = []
    if source:
        rows = f"SELECT * FROM {source}"
    else:
        rows, params = clean_rows(dataset, at)
    selected = [f"{_group(by, dataset)} AS g{i}" for i, by in enumerate(figure.by)]
    for i, measure in enumerate(figure.measures):
        for j, part in enumerate(_measure(measure, dataset, params)):
            selected.append(f"{part} AS m{i}_{j}")
    sql = f"WITH clean AS ({rows})\nSELECT {', '.join(selected)}\nFROM clean"
    if figure.where:
        sql += f"\nWHERE {_all(figure.where, dataset, params)}"
    if figure.by:
        numbers = [str(i + 1) for i in range(len(figure.by))]
        sql += f"\nGROUP BY {', '.join(numbers)}"
        order = [f"{_group(by, dataset)}{_collate(by, dataset)} ASC NULLS LAST" for by in figure.by]
        sql += f"\nORDER BY {', '.join(order)}"
    return sql, params


def read_rows(figure: Figure, rows: Iterable[Sequence[object]]) -> list[dict[str, Value]]:
    """The rows of :func:`figure_sql` as cells."""
    cells: list[dict[str, Value]] = []
    for row in rows:
        place = len(figure.by)
        values: list[Value] = []
        for measure in figure.measures:
            if measure.kind in ("share", "rate", "mean"):
                values.append(_ratio(exact(row[place]), exact(row[place + 1])))
                place += 2
            else:
                values.append(exact(row[place]))
                place += 1
        cells.append({"group": [exact(v) for v in row[: len(figure.by)]], "values": values})
    return cells


def _ratio(above: Value, below: Value) -> Value:
    """``[above, below]`` with whole numbers, not reduced: 6 of 9 stays 6 of 9."""
    if not below:
        return None
    if isinstance(above, list):
        return [above[0], above[1] * below]
    return [above, below]


def check(figure: Figure, dataset: Dataset) -> None:
    """Refuse a figure that its dataset cannot answer.

    Raises:
        ValueError: the text names the figure and what is wrong.
    """
    try:
        _check(figure, dataset)
    except ValueError as error:
        raise ValueError(f"figure {figure.name}: {error}") from None


def _check(figure: Figure, dataset: Dataset) -> None:
    if figure.dataset != dataset.name:
        raise ValueError(f"is over {figure.dataset}, not {dataset.name}")
    names = [m.name for m in figure.measures]
    if not names or len(set(names)) < len(names):
        raise ValueError("its measures need names of their own")
    for name in (figure.name, *names):
        if not _NAME.match(name):
            raise ValueError(f"{name!r} cannot be a name")
    for by in figure.by:
        column, _, unit = by.partition(":")
        kind = dataset.column(column).type
        if unit and (unit not in UNITS or kind not in ("moment", "date")):
            raise ValueError(f"cannot be grouped by {by}")
    for condition in figure.where:
        _check_condition(condition, dataset)
    for measure in figure.measures:
        _check_measure(measure, dataset)


def _check_measure(m: Measure, dataset: Dataset) -> None:
    if m.kind not in MEASURES:
        raise ValueError(f"there is no measure {m.kind}")
    if m.kind in _NEEDS:
        if dataset.column(m.column).type not in _NEEDS[m.kind]:
            raise ValueError(f"{m.kind} cannot be taken of {m.column}")
    elif m.column:
        raise ValueError(f"{m.kind} takes no column")
    if (m.kind == "percentile") != (m.p is not None) or not 0 <= (m.p or 0) <= 100:
        raise ValueError("a percentile needs p, a whole number from 0 to 100")
    if (m.kind == "rate") != (m.per is not None) or (m.per is not None and m.per < 1):
        raise ValueError("a rate needs per, a whole number over 0")
    if m.base is not None and (m.kind != "rate" or m.base < 0):
        raise ValueError("only a rate takes a base")
    if m.of and m.kind not in ("share", "rate"):
        raise ValueError(f"{m.kind} takes no 'of'")
    if dataset.persons and m.kind not in ("count", "count_where"):
        raise ValueError("figures over persons only count")
    for condition in (*m.where, *m.of):
        _check_condition(condition, dataset)


def _check_condition(c: Condition, dataset: Dataset) -> None:
    column = dataset.column(c.column)
    if c.op in ("is_null", "not_null"):
        return
    if c.op not in (*COMPARISONS, "in", "between"):
        raise ValueError(f"there is no condition {c.op}")
    if c.op in ("lt", "le", "gt", "ge", "between") and column.type not in ORDERED:
        raise ValueError(f"{c.column} has no order")
    if c.other:
        if c.op not in COMPARISONS or _family(dataset.column(c.other)) != _family(column):
            raise ValueError(f"{c.column} and {c.other} cannot be compared")
        return
    values = c.value if c.op in ("in", "between") else (c.value,)
    for value in values:
        if column.type == "boolean":
            good = isinstance(value, bool)
        elif column.type in _SHAPE:
            whole = isinstance(value, int) and not isinstance(value, bool)
            numeric = _family(column) == "numeric"
            good = (numeric and whole) or (
                isinstance(value, str)
                and (column.type == "number" or not numeric)
                and re.fullmatch(_SHAPE[column.type], value, re.ASCII) is not None
            )
        else:
            good = isinstance(value, str) and value != ""
        if not good:
            raise ValueError(f"{c.column} ({column.type}) is never {value!r}")


def _family(column: Column) -> str:
    return _CAST[column.type]


def _q(name: str) -> str:
    return f'"{name}"'


def _sort(column: Column) -> str:
    collate = ' COLLATE "C"' if _family(column) == "text" else ""
    return f"clean.{_q(column.name)}{collate} ASC NULLS LAST"


def _group(by: str, dataset: Dataset) -> str:
    column, _, unit = by.partition(":")
    if not unit:
        return _q(column)
    zone = " AT TIME ZONE 'UTC'" if dataset.column(column).type == "moment" else ""
    return f"to_char({_q(column)}{zone}, '{UNITS[unit][0]}')"


def _collate(by: str, dataset: Dataset) -> str:
    column, _, unit = by.partition(":")
    return ' COLLATE "C"' if unit or _family(dataset.column(column)) == "text" else ""


def _all(conditions: Iterable[Condition], dataset: Dataset, params: list[object]) -> str:
    return " AND ".join(_condition(c, dataset, params) for c in conditions)


def _condition(c: Condition, dataset: Dataset, params: list[object]) -> str:
    left = _q(c.column)
    cast = _family(dataset.column(c.column))
    if c.op == "is_null":
        return f"{left} IS NULL"
    if c.op == "not_null":
        return f"{left} IS NOT NULL"
    if c.other:
        return f"{left} {COMPARISONS[c.op]} {_q(c.other)}"
    if c.op == "in":
        if not c.value:
            return "FALSE"
        params.extend(c.value)
        return f"{left} IN ({', '.join([f'%s::{cast}'] * len(c.value))})"
    if c.op == "between":
        params.extend(c.value)
        return f"{left} BETWEEN %s::{cast} AND %s::{cast}"
    params.append(c.value)
    return f"{left} {COMPARISONS[c.op]} %s::{cast}"


def _filter(conditions: Iterable[Condition], dataset: Dataset, params: list[object]) -> str:
    text = _all(conditions, dataset, params)
    return f" FILTER (WHERE {text})" if text else ""


def _measure(m: Measure, dataset: Dataset, params: list[object]) -> list[str]:
    """The SQL of one measure: one expression, or numerator and denominator."""

    def rows(conditions: tuple[Condition, ...]) -> str:
        return _filter(conditions, dataset, params)

    if m.kind in ("count", "count_where"):
        return [f"count(*){rows(m.where)}"]
    if m.kind in ("share", "rate"):
        above = f"count(*){rows(m.of + m.where)}::numeric * {m.per or 1}"
        return [above, f"count(*){rows(m.of)}" if m.base is None else str(m.base)]
    column = _q(m.column)
    if m.kind == "distinct":
        return [f"count(DISTINCT {column}){rows(m.where)}"]
    if m.kind in ("min", "max"):
        return [f"{m.kind}({column}){rows(m.where)}"]
    known = (*m.where, Condition(m.column, "not_null"))
    if m.kind == "sum":
        return [f"coalesce(sum({column}::numeric){rows(m.where)}, 0)"]
    if m.kind == "mean":
        return [f"sum({column}::numeric){rows(m.where)}", f"count(*){rows(known)}"]
    # percentile_disc() takes a floating fraction and can miss the rank by one; this is exact.
    p = 50 if m.p is None else m.p
    values = f"(array_agg({column} ORDER BY {column}){rows(known)})"
    return [f"{values}[greatest(1, ({p} * count(*){rows(known)} + 99) / 100)]"]


def withhold(
    figure: Figure, dataset: Dataset, cells: list[dict[str, Value]]
) -> list[dict[str, Value]]:
    """Withhold small cells of persons, and enough others that no difference gives them away.

    In every line of the table (all groupings but one held fast) either no cell is withheld, or at
    least two are that together count ``cells_min`` or more, unless the line has no more cells.
    """
    least = dataset.cells_min
    hidden: set[tuple[int, int]] = set()
    for j in range(len(figure.measures)):
        counts = [int(cell["values"][j]) for cell in cells]
        gone = {i for i, n in enumerate(counts) if 0 < n < least}
        lines: dict[tuple[int, str], list[int]] = defaultdict(list)
        for i, cell in enumerate(cells):
            for k in range(len(figure.by)):
                lines[k, repr(cell["group"][:k] + cell["group"][k + 1 :])].append(i)
        changed = True
        while changed:
            changed = False
            for line in lines.values():
                out = [i for i in line if i in gone]
                left = sorted((counts[i], i) for i in line if i not in gone and counts[i])
                if out and left and (len(out) < 2 or sum(counts[i] for i in out) < least):
                    gone.add(left[0][1])
                    changed = True
        hidden |= {(i, j) for i in gone}
    # A count and a part of it give away their difference: a cell is withheld whole.
    rows = {i for i, _ in hidden}
    return [
        {**cell, "values": [None] * len(cell["values"])} if i in rows else cell
        for i, cell in enumerate(cells)
    ]
