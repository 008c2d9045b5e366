"""Pages of entities and everything they are expanded by, one query for each relation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.db import connection

from veche.city.pulse.sensorthings import keys as order
from veche.city.pulse.sensorthings.answers import BadQuery, TooMuch
from veche.city.pulse.sensorthings.compile import where
from veche.city.pulse.sensorthings.days import by_time, windows
from veche.city.pulse.sensorthings.documents import entity_document, row_of, shows
from veche.city.pulse.sensorthings.entities import KINDS, Kind, Link
from veche.city.pulse.sensorthings.geometry import Looked
from veche.city.pulse.sensorthings.grammar import Options
from veche.city.pulse.sensorthings.pieces import Sql, joined
from veche.city.pulse.sensorthings.scopes import Context, Query, Scope

USUAL: Final = 100
"""Entities of a page, where nothing is asked."""
MOST: Final = 1_000
BUDGET: Final = 50_000
"""Entities of one answer, everything it is expanded by included."""
FURTHEST: Final = 10_000_000
"""The most that `$skip` may leave out."""

Row = dict[str, Any]
Span = tuple[dt.datetime | None, dt.datetime | None] | None
_BEGIN = dt.datetime.min.replace(tzinfo=dt.UTC)
_END = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Parent:
    """The entity behind whose relation a set stands; of many at once where ``number`` is None."""

    kind: Kind
    link: Link
    number: int | None = None
    span: Span = None
    """Of a stream: between which times its readings lie. The other days are not looked at."""


@dataclass
class Page:
    """A part of a set."""

    rows: list[Row]
    next: str = ""
    """Where the next part begins; empty after the last one."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A query of a page."""

    sql: Sql
    columns: list[str]
    """Names of what it selects."""
    keys: list[order.Sorted]
    key_columns: list[str]
    """Which of the columns are its order."""

    def token(self, row: Row) -> str:
        """Where the page after this row begins."""
        return order.token([row[name] for name in self.key_columns])


@dataclass
class Reader:
    """One request's reading: what it may see, and what it has read so far."""

    base: str
    now: dt.datetime
    allowed: list[int] | None
    sources: set[int] = field(default_factory=set)
    """Sources of what was read."""
    streams: set[int] = field(default_factory=set)
    """Streams of readings that were read."""
    read: int = 0
    looked: Looked = field(init=False)

    def __post_init__(self) -> None:
        self.looked = Looked(self.allowed)

    # --- one query ----------------------------------------------------------------------------

    def _select(
        self, kind: Kind, options: Options, parent: Parent | None, *,
        numbers: Collection[int] | None = None, token: str = "", limit: int = 0, skip: int = 0,
        counting: bool = False, within: tuple[dt.datetime, dt.datetime] | None = None,
    ) -> Selected:  # fmt: skip
        """The query of a page."""
        query = Query(Context(self.now, self.allowed, self.looked))
        root = query.begin(kind)
        t = root.alias
        conditions = self._of_parent(query, kind, t, parent)
        if numbers is not None:
            conditions.append(Sql(f"{t}.id = ANY(%s::bigint[])", (list(numbers),)))
            conditions += _days(kind, t, numbers)
        if within is not None:
            conditions.append(Sql(f"{t}.at >= %s AND {t}.at < %s", within))
        if options.filter is not None:
            conditions.append(where(options.filter, Scope(root)))
        in_stream = parent is not None and parent.link.there == "stream_id"
        ordered = bool(parent and parent.link.via and "streamproperty" in parent.link.via[0])
        keys: list[order.Sorted] = []
        if not counting:
            keys = order.order(
                options.order, Scope(root), in_stream=in_stream,
                number="via.number" if ordered and not parent_is_property(parent) else "",
            )  # fmt: skip
            if token:
                conditions += self._after(kind, t, keys, token)
        columns = {name: Sql(f"{t}.{name}") for name in kind.columns}
        if kind.name == "Observation":
            columns["multi"] = Sql(_multi(t, parent))
        if counting:
            columns = {"count": Sql("count(*)")}
        names = []
        for n, key in enumerate(keys):
            known = key.of.text.removeprefix(f"{t}.")
            names.append(known if known in columns else f"key {n}")
            columns.setdefault(names[-1], key.of)
        parts = list(columns.values())
        tables = query.after_from
        every = joined(" AND ", [*query.conditions, *conditions]) if conditions else Sql("TRUE")
        text = f"SELECT {', '.join(part.text for part in parts)} FROM {tables.text}"
        text += f" WHERE {every.text}"
        parameters = [one for part in parts for one in part.parameters]
        parameters += [*tables.parameters, *every.parameters]
        if keys:
            text += f" ORDER BY {', '.join(key.order.text for key in keys)}"
            parameters += [one for key in keys for one in key.of.parameters]
        if limit:
            text += f" LIMIT {limit}"
        if skip:
            text += f" OFFSET {skip}"
        return Selected(Sql(text, tuple(parameters)), list(columns), keys, names)

    def _of_parent(self, query: Query, kind: Kind, t: str, parent: Parent | None) -> list[Sql]:
        """Conditions that an entity stands behind the relation, and may be seen."""
        seen = query.context.seen(kind, t)
        if parent is None:
            return seen
        here = Sql("p.id") if parent.number is None else Sql("%s", (parent.number,))
        link = parent.link
        if link.via:
            table, mine, other = link.via
            query.tables.append(Sql(f"JOIN {table} via ON via.{other} = {t}.id"))
            return [Sql(f"via.{mine} = {here.text}", here.parameters), *seen]
        if link.there in ("stream_id", "thing_id") and kind.source.startswith(
            f"{{t}}.{link.there}"
        ):
            # What is seen of a stream or a thing is seen of what belongs to it.
            seen = [Sql(kind.only.format(t=t))] if kind.only else []
        column = link.there or "id"
        found = [Sql(f"{t}.{column} = {here.text}", here.parameters), *seen]
        if link.there == "stream_id" and parent.number is None:
            found.append(Sql(f"{t}.at >= p.since AND {t}.at <= p.until"))
        elif parent.span is not None:
            ends = (parent.span[0] or _BEGIN, parent.span[1] or _END)
            found.append(Sql(f"{t}.at >= %s AND {t}.at <= %s", ends))
        return found

    def _after(self, kind: Kind, t: str, keys: list[order.Sorted], token: str) -> list[Sql]:
        values = order.read_token(token, keys)
        found = [order.after(keys, values)]
        if kind.name == "Observation" and keys[0].of.text == f"{t}.id" and not keys[0].falling:
            day = order.day_of(int(values[0])) if isinstance(values[0], int) else None
            if day is not None:
                found.append(Sql(f"{t}.at >= %s", (day,)))
        return found

    def _rows(self, kind: Kind, query: Sql, names: Sequence[str]) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(query.text, query.parameters)
            found = [row_of(kind, names, values) for values in cursor.fetchall()]
        self.read += len(found)
        if self.read > BUDGET:
            raise TooMuch(what=f"more than {BUDGET} entities in one answer; ask for a smaller $top")
        for row in found:
            if row.get("source_id") is not None:
                self.sources.add(row["source_id"])
            elif "stream_id" in row:
                self.streams.add(row["stream_id"])
        return found

    # --- what is asked for --------------------------------------------------------------------

    def page(
        self, kind: Kind, options: Options, parent: Parent | None = None, token: str = "",
        most: int = MOST,
    ) -> Page:  # fmt: skip
        """A page of a set.

        Raises:
            BadQuery, TooMuch: it cannot be asked so.
        """
        top = min(USUAL if options.top is None else options.top, most)
        if options.skip > FURTHEST:
            raise TooMuch(what=f"$skip of more than {FURTHEST}")
        spans: Iterable[tuple[dt.datetime, dt.datetime] | None] = (None,)
        in_stream = parent is not None and parent.link.there == "stream_id"
        if kind.name == "Observation" and not in_stream and not options.skip and by_time(
            options.order
        ):  # fmt: skip
            spans = list(windows(falling=options.order[0].falling)) or spans
        rows: list[Row] = []
        for within in spans:
            found = self._select(
                kind, options, parent, token=token, limit=top + 1 - len(rows),
                skip=options.skip, within=within,
            )  # fmt: skip
            rows += self._rows(kind, found.sql, found.columns)
            if len(rows) > top > 0:
                return Page(rows[:top], found.token(rows[top - 1]))
        return Page(rows[:top])

    def count(self, kind: Kind, options: Options, parent: Parent | None = None) -> int:
        """How many there are, on all pages."""
        query = self._select(kind, options, parent, counting=True).sql
        with connection.cursor() as cursor:
            cursor.execute(query.text, query.parameters)
            return int(cursor.fetchone()[0])

    def one(self, kind: Kind, number: int, parent: Parent | None = None) -> Row | None:
        """The entity with this number, behind the relation where one is named."""
        found = self._select(kind, Options(), parent, numbers=(number,), limit=1)
        rows = self._rows(kind, found.sql, found.columns)
        return rows[0] if rows else None

    def documents(self, kind: Kind, rows: Sequence[Row], options: Options) -> list[dict[str, Any]]:
        """The entities as JSON, with everything they are expanded by.

        Raises:
            BadQuery: something is no property or no relation.
            TooMuch: there would be too many.
        """
        select = _checked(kind, options)
        found = [entity_document(kind, row, self.base, select) for row in rows]
        for name, inside in options.expand.items():
            link = kind.link(name)
            if link is None:
                raise BadQuery(what=f"{kind.name} has no relation {name[:40]}")
            if link.many:
                self._expand_many(kind, link, rows, found, inside)
            else:
                self._expand_one(link, rows, found, inside)
        return found

    def _expand_one(
        self, link: Link, rows: Sequence[Row], found: list[dict[str, Any]], inside: Options
    ) -> None:
        target = KINDS[link.target]
        numbers = {row[link.here] for row in rows if row[link.here] and shows(link, row)}
        behind: dict[int, dict[str, Any]] = {}
        if numbers:
            query = self._select(target, inside, None, numbers=sorted(numbers))
            others = self._rows(target, query.sql, query.columns)
            told = self.documents(target, others, inside)
            behind = {row["id"]: one for row, one in zip(others, told, strict=True)}
        else:
            _checked(target, inside)
        for row, document in zip(rows, found, strict=True):
            if row[link.here] in behind and shows(link, row):
                document[link.name] = behind[row[link.here]]

    def _expand_many(
        self, kind: Kind, link: Link, rows: Sequence[Row], found: list[dict[str, Any]],
        inside: Options,
    ) -> None:  # fmt: skip
        target = KINDS[link.target]
        parent = Parent(kind, link)
        top = min(USUAL if inside.top is None else inside.top, MOST)
        if inside.skip > FURTHEST:
            raise TooMuch(what=f"$skip of more than {FURTHEST}")
        spans = {row["id"]: row for row in rows}
        numbers = sorted(spans)
        query = self._select(target, inside, parent, limit=top + 1, skip=inside.skip)
        table, told_of = _parents(numbers, spans, link)
        all_of = Sql(
            f"SELECT x.*, p.id FROM {table} CROSS JOIN LATERAL ({query.sql.text}) x"
            f" LIMIT {BUDGET + 1}",
            (*told_of, *query.sql.parameters),
        )
        others = self._rows(target, all_of, [*query.columns, "parent"])
        behind: dict[int, list[int]] = {number: [] for number in numbers}
        for n, row in enumerate(others):
            behind[row["parent"]].append(n)
        kept = [n for some in behind.values() for n in some[:top]]
        told = dict(
            zip(kept, self.documents(target, [others[n] for n in kept], inside), strict=True)
        )
        counts = self._counts(target, inside, parent, spans) if inside.count else {}
        more = options_text(inside.raw)
        for row, document in zip(rows, found, strict=True):
            some = behind[row["id"]]
            document[link.name] = [told[n] for n in some[:top]]
            if inside.count:
                document[f"{link.name}@iot.count"] = counts.get(row["id"], 0)
            if len(some) > top > 0:
                address = f"{self.base}/{kind.plural}({row['id']})/{link.name}"
                token = query.token(others[some[top - 1]])
                document[f"{link.name}@iot.nextLink"] = f"{address}?{more}$skiptoken={token}"

    def _counts(
        self, kind: Kind, options: Options, parent: Parent, rows: dict[int, Row]
    ) -> dict[int, int]:
        query = self._select(kind, options, parent, counting=True).sql
        table, told_of = _parents(sorted(rows), rows, parent.link)
        text = f"SELECT p.id, x.count FROM {table} CROSS JOIN LATERAL ({query.text}) x"
        with connection.cursor() as cursor:
            cursor.execute(text, [*told_of, *query.parameters])
            return dict(cursor.fetchall())


def _parents(numbers: list[int], rows: dict[int, Row], link: Link) -> tuple[str, tuple[Any, ...]]:
    """The entities that are expanded as a table ``p``; streams with the times of their readings."""
    if link.there != "stream_id":
        return "unnest(%s::bigint[]) AS p(id)", (numbers,)
    since = [rows[number]["phenomenon_from"] or _BEGIN for number in numbers]
    until = [rows[number]["phenomenon_until"] or _END for number in numbers]
    table = "unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS p(id, since, until)"
    return table, (numbers, since, until)


def parent_is_property(parent: Parent | None) -> bool:
    """Whether a set stands behind an observed property, where the order of parts says nothing."""
    return parent is not None and parent.kind.name == "ObservedProperty"


def _multi(t: str, parent: Parent | None) -> str:
    """Whether a reading is one of a multi-datastream: known from its parent, or looked up."""
    if parent is not None and parent.link.there == "stream_id":
        return "TRUE" if parent.kind.name == "MultiDatastream" else "FALSE"
    return f"(SELECT s.multi FROM pulse_stream s WHERE s.id = {t}.stream_id)"


def _days(kind: Kind, t: str, numbers: Collection[int]) -> list[Sql]:
    """Readings are looked for on the days that their numbers say."""
    if kind.name != "Observation" or not numbers:
        return []
    days = [day for number in numbers if (day := order.day_of(number)) is not None]
    if not days:
        return []
    try:
        end = max(days) + dt.timedelta(days=1)
    except OverflowError:
        return []
    return [Sql(f"{t}.at >= %s AND {t}.at < %s", (min(days), end))]


def _checked(kind: Kind, options: Options) -> Collection[str] | None:
    """What is selected; None: everything."""
    for name in options.select:
        if kind.field(name) is None and kind.link(name) is None:
            raise BadQuery(what=f"{kind.name} has no property {name[:40]}")
    return frozenset(options.select) if options.select else None


def options_text(raw: dict[str, str]) -> str:
    """The options as part of an address, without where the page began; ends with an ampersand."""
    options = {name: text for name, text in raw.items() if name not in ("$skip", "$skiptoken")}
    return f"{urlencode(options, safe='$')}&" if options else ""


def following(address: str, raw: dict[str, str], token: str) -> str:
    """The address of the next page: the same options, and where it begins."""
    return f"{address}?{options_text(raw)}$skiptoken={token}"
