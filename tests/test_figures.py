"""A figure in SQL and the same figure by the verifier: equal to the last digit."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from veche import figures as f
from veche.core.opendata import publish, verifier
from veche.figures_sql import withhold

AT = dt.datetime(2026, 3, 1, 12, 30, 45, tzinfo=dt.UTC)
CITY = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}
COLUMNS = (
    f.Column("id", "integer", "the number of the row"),
    f.Column("district", "text", "the district", nullable=True),
    f.Column("opened", "moment", "when it came", nullable=True),
    f.Column("due", "moment", "when it is due", nullable=True),
    f.Column("day", "date", "the day", nullable=True),
    f.Column("money", "number", "roubles", nullable=True),
    f.Column("took", "duration", "how long it took", nullable=True),
    f.Column("late", "boolean", "whether it was late", nullable=True),
    f.Column("place", "point", "where", nullable=True),
)
CASTS = ("int", "text", "timestamptz", "timestamptz", "date", "numeric", "int", "bool", "text")


def dataset(rows: list[tuple[Any, ...]], **more: Any) -> f.Dataset:
    """A dataset over literal rows."""
    names = ", ".join(c.name for c in COLUMNS)
    line = "(" + ", ".join(f"%s::{cast}" for cast in CASTS) + ")"
    sql = f"SELECT {names} FROM (VALUES {', '.join([line] * len(rows))}) AS v ({names})"
    params = [value for row in rows for value in row]
    if not rows:
        nulls = zip(COLUMNS, CASTS, strict=True)
        sql, params = "SELECT " + ", ".join(f"null::{k} AS {c.name}" for c, k in nulls), []
        sql += " LIMIT 0"
    return f.Dataset(
        "things", "Things", "All things.", COLUMNS, lambda at: (sql, params), ("id",), **more
    )


words = st.sampled_from(
    ["", "Центр", "Север, юг", 'say "hi"', "a\nb", "a\r\nb", "河湾", " x", "\\."]
)
moments = st.datetimes(
    dt.datetime(2024, 12, 30),
    dt.datetime(2025, 2, 3),
    timezones=st.just(dt.UTC),
)
days = st.dates(dt.date(2024, 12, 30), dt.date(2025, 2, 3))
money = st.decimals(-1000, 1000, allow_nan=False, places=2) | st.just(Decimal("1.50"))
spans = st.integers(-5, 400_000) | st.integers(0, 4)
points = st.sampled_from(["53.5 49.4", "-1 0.25"])
row = st.tuples(
    *(
        st.none() | kind
        for kind in (words, moments, moments, days, money, spans, st.booleans(), points)
    )
)
tables = st.lists(row, max_size=25).map(lambda rs: [(i, *r) for i, r in enumerate(rs)])
by_type = {
    "integer": st.integers(0, 25), "text": words.filter(bool), "moment": moments, "date": days,
    "number": money, "duration": spans, "boolean": st.booleans(), "point": points,
}  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn) -> f.Condition:
    """Any condition that the dataset can answer."""
    column = draw(st.sampled_from(COLUMNS))
    ordered = column.type in f.ORDERED
    value = by_type[column.type]
    kind = draw(st.sampled_from(["compare", "in", "null", "other", "between"]))
    make = st.sampled_from([f.eq, f.ne, f.lt, f.le, f.gt, f.ge] if ordered else [f.eq, f.ne])
    if kind == "in":
        return f.one_of(column.name, *draw(st.lists(value, max_size=3)))
    if kind == "null":
        return draw(st.sampled_from([f.is_null, f.not_null]))(column.name)
    if kind == "between" and ordered:
        return f.between(column.name, draw(value), draw(value))
    if kind == "other":
        left, right = draw(st.sampled_from([("opened", "due"), ("money", "took"), ("id", "took")]))
        return draw(st.sampled_from([f.eq, f.lt, f.ge, f.ne]))(left, f.Col(right))
    return draw(make)(column.name, draw(value))


@st.composite
def measures(draw: st.DrawFn, name: str) -> f.Measure:
    """Any measure that the dataset can answer."""
    where = draw(st.lists(conditions(), max_size=2))
    kind = draw(st.sampled_from(f.MEASURES))
    if kind == "count":
        return f.count(name)
    if kind == "count_where":
        return f.count_where(name, *where)
    if kind == "share":
        return f.share(name, *where, of=draw(st.lists(conditions(), max_size=1)))
    if kind == "rate":
        base = draw(st.none() | st.integers(0, 50))
        return f.rate(name, *where, per=draw(st.integers(1, 1000)), base=base)
    names = [c.name for c in COLUMNS]
    if kind in ("sum", "mean"):
        names = ["id", "money", "took"]
    elif kind != "distinct":
        names = [c.name for c in COLUMNS if c.type in f.ORDERED]
    p = draw(st.integers(0, 100)) if kind == "percentile" else None
    return f.Measure(name, kind, draw(st.sampled_from(names)), tuple(where), p=p)


groupings = st.sampled_from(
    [*(c.name for c in COLUMNS), "opened:month", "opened:day", "due:year", "day:month"]
)


@st.composite
def figures(draw: st.DrawFn, name: str = "any") -> f.Figure:
    """Any figure that the dataset can answer."""
    return f.Figure(
        name,
        "Any figure",
        "things",
        tuple(draw(measures(f"m{i}")) for i in range(draw(st.integers(1, 4)))),
        by=tuple(draw(st.lists(groupings, max_size=2, unique=True))),
        where=tuple(draw(st.lists(conditions(), max_size=2))),
    )


def published(folder: Path, rows: list[tuple[Any, ...]], *found: f.Figure) -> dict[str, Any]:
    """Publish into an empty folder."""
    with connection.cursor() as cursor, transaction.atomic():
        catalogue = publish.write(
            cursor, folder, datasets=[dataset(rows)], figures=found, at=AT, city=CITY
        )
        transaction.set_rollback(True)  # frees the locks of the temporary tables
    return catalogue


@pytest.mark.django_db
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=tables, one=figures("one"), two=figures("two"))
def test_sql_and_verifier_agree(
    db: None, rows: list[tuple[Any, ...]], one: f.Figure, two: f.Figure
) -> None:
    with tempfile.TemporaryDirectory() as name:
        catalogue = published(Path(name), rows, one, two)
        result = verifier.verify_publication(name)
    assert result["differences"] == []
    assert result["rows"] == len(rows)
    assert result["cells"] == sum(
        len(cell["values"]) for figure in catalogue["figures"] for cell in figure["cells"]
    )


@pytest.mark.django_db
def test_measures_by_hand() -> None:
    rows: list[tuple[Any, ...]] = [
        (i, "a" if i < 9 else None, None, None, None, Decimal(i) / 4, i * 60, i < 3, None)
        for i in range(1, 11)
    ]
    figure = f.Figure(
        "times",
        "How long did it take?",
        "things",
        (
            f.count("all"),
            f.share("late", f.eq("late", True)),
            f.median("half", "took"),
            f.percentile("p90", "took", 90),
            f.percentile("p7", "took", 7),
            f.mean("mean", "money"),
            f.total("sum", "money"),
            f.rate("per_1000", per=1000, base=7),
            f.least("least", "took", f.gt("took", 10_000)),
        ),
        by=("district",),
    )
    with connection.cursor() as cursor:
        cells = f.compute(cursor, figure, dataset(rows), AT)
    assert cells == [
        {
            "group": ["a"],
            "values": [8, [2, 8], 240, 480, 60, [9, 8], 9, [8000, 7], None],
        },
        {
            "group": [None],
            "values": [2, [0, 2], 540, 600, 540, [19, 8], [19, 4], [2000, 7], None],
        },
    ]


@pytest.mark.django_db
def test_nothing_is_one_cell_without_grouping_and_none_with() -> None:
    plain = f.Figure("n", "How many?", "things", (f.count("n"), f.total("s", "took")))
    grouped = f.Figure("g", "How many each?", "things", (f.count("n"),), by=("district",))
    with connection.cursor() as cursor:
        assert f.compute(cursor, plain, dataset([]), AT) == [{"group": [], "values": [0, 0]}]
        assert f.compute(cursor, grouped, dataset([]), AT) == []


@pytest.mark.parametrize(
    "figure",
    [
        f.Figure("x", "", "others", (f.count("n"),)),
        f.Figure("x", "", "things", ()),
        f.Figure("x", "", "things", (f.count("n"), f.count("n"))),
        f.Figure("x", "", "things", (f.count("n"),), by=("nowhere",)),
        f.Figure("x", "", "things", (f.count("n"),), by=("district:month",)),
        f.Figure("x", "", "things", (f.median("n", "district"),)),
        f.Figure("x", "", "things", (f.total("n", "late"),)),
        f.Figure("x", "", "things", (f.percentile("n", "took", 101),)),
        f.Figure("x", "", "things", (f.count("n"),), where=(f.lt("district", "a"),)),
        f.Figure("x", "", "things", (f.count("n"),), where=(f.eq("took", "1; drop"),)),
        f.Figure("x", "", "things", (f.count("n"),), where=(f.eq("opened", f.Col("took")),)),
        f.Figure('x"; drop', "", "things", (f.count("n"),)),
    ],
)
def test_impossible_figures_are_refused(figure: f.Figure) -> None:
    with pytest.raises(ValueError, match="figure "):
        f.to_sql(figure, dataset([]), AT)


def test_impossible_datasets_are_refused() -> None:
    one = f.Column("id", "integer", "")
    for columns, key in [((), ("id",)), ((one, one), ("id",)), ((one,), ("no",)), ((one,), ())]:
        with pytest.raises(ValueError, match="cannot be"):
            f.Dataset("d", "", "", columns, "SELECT 1", key)


def test_a_definition_is_plain_json() -> None:
    figure = f.Figure(
        "late", "Which were late?", "things", (f.share("s", f.gt("opened", f.Col("due"))),),
        by=("opened:month",), where=(f.ge("opened", AT), f.one_of("district", "a", "b")),
    )  # fmt: skip
    assert json.loads(json.dumps(figure.to_json())) == {
        "name": "late",
        "dataset": "things",
        "where": [
            {"column": "opened", "is": "ge", "value": "2026-03-01T12:30:45Z"},
            {"column": "district", "is": "in", "value": ["a", "b"]},
        ],
        "by": ["opened:month"],
        "measures": [
            {
                "name": "s",
                "measure": "share",
                "where": [{"column": "opened", "is": "gt", "other": "due"}],
            }
        ],
    }
    with pytest.raises(ValueError, match="time zone"):
        f.eq("opened", dt.datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="cannot stand"):
        f.eq("money", 1.5)


@given(
    counts=st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(1, 9), max_size=16
    )
)
def test_small_cells_of_persons_cannot_be_worked_out(counts: dict[tuple[int, int], int]) -> None:
    figure = f.Figure("p", "", "things", (f.count("n"),), by=("id", "took"))
    cells = [{"group": list(k), "values": [n]} for k, n in sorted(counts.items())]
    shown = withhold(figure, dataset([], persons=True), cells)
    for axis in (0, 1):
        for line in range(4):
            held = [
                counts[tuple(c["group"])]
                for c in shown
                if c["group"][axis] == line and c["values"] == [None]
            ]
            left = [c for c in shown if c["group"][axis] == line and c["values"] != [None]]
            assert all(c["values"][0] >= 5 for c in left)
            assert not held or not left or (len(held) >= 2 and sum(held) >= 5)


@pytest.mark.django_db
def test_persons_are_never_published_as_rows(tmp_path: Path) -> None:
    rows = [(i, "a" if i else "b", *[None] * 7) for i in range(20)]
    people = dataset(rows, persons=True)
    figure = f.Figure("n", "How many?", "things", (f.count("n"),), by=("district",))
    with connection.cursor() as cursor:
        publish.write(cursor, tmp_path, datasets=[people], figures=[figure], at=AT, city=CITY)
    assert not list((tmp_path / "data").iterdir())
    result = verifier.verify_publication(tmp_path)
    assert result["ok"] and "1 figures over persons" in result["summary"]
    published = json.loads((tmp_path / "figures/n.json").read_text())
    assert [c["values"] for c in published["cells"]] == [[None], [None]]
