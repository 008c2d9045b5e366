"""Reading the queue: one page of it with the counts of its views, all of it for a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Case
from veche.core.desk import rules
from veche.core.desk.adapter import DeskLine, desk_of
from veche.core.desk.filters import Filters
from veche.core.desk.queries.choice import (
    EVERYTHING,
    Part,
    Waits,
    narrowed,
    states_of,
    waits_for,
)
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Person
from veche.core.places.queries import Atlas, atlas
from veche.look.states import find

SOON = dt.timedelta(days=1)


class SavedOne(NamedTuple):
    """A saved view: its number, name, filters, and whether an office shares it."""

    pk: int
    title: str
    query: str
    shared: bool


@dataclass(frozen=True)
class SeatNow:
    """How somebody sits at the desk, and what they keep there."""

    looked_at: dt.datetime | None
    single_keys: bool
    waits: bool
    """Whether a change of many of theirs can still be undone."""
    saved: Sequence[SavedOne]


_SEAT = """
SELECT s.looked_at, s.single_keys,
    EXISTS (SELECT FROM desk_bulkchange b WHERE b.by_id = s.person_id
        AND b.done_at IS NULL AND b.cancelled_at IS NULL),
    (SELECT json_agg(json_build_array(v.id, v.title, v.query, v.owner_id IS NULL)
        ORDER BY v.position, v.id) FROM desk_savedview v
        WHERE v.owner_id = s.person_id OR v.organisation_id = ANY(%s))
FROM desk_seat s WHERE s.person_id = %s
"""


def seat_of(person: Person, held: Sequence[Holding]) -> SeatNow | None:
    """How the person sits at the desk, in one query; None before the first visit."""
    offices = [h.organisation_id for h in held if h.organisation_id]
    with connection.cursor() as cursor:
        cursor.execute(_SEAT, [offices, person.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    return SeatNow(row[0], row[1], row[2], [SavedOne(*one) for one in row[3] or ()])


class Found(NamedTuple):
    """A case as the queue reads it."""

    id: int
    number: str
    procedure: str
    state: str
    seq: int
    moved_at: dt.datetime | None
    due_at: dt.datetime | None
    territory_id: int
    taken: str | None
    seen: int | None
    goes: dt.datetime | None

    @property
    def pk(self) -> int:
        """The number of the case in the database."""
        return self.id


@dataclass(frozen=True)
class Row:
    """One matter in the queue."""

    case: Found
    line: DeskLine
    district: str
    now: dt.datetime
    new: bool
    """It came, or moved, after this person last looked at it."""

    @property
    def number(self) -> str:
        """The number of the matter."""
        return self.case.number

    @property
    def taken(self) -> str:
        """Who works on it."""
        return self.case.taken or ""

    @property
    def goes(self) -> dt.datetime | None:
        """When a change of many that is ordered for it is carried out."""
        return self.case.goes

    @property
    def started(self) -> dt.datetime | None:
        """Since when it waits, for the clock bar."""
        return self.case.moved_at

    @property
    def due(self) -> dt.datetime | None:
        """Until when, for the clock bar."""
        return self.case.due_at

    @property
    def shown_state(self) -> str:
        """The state with the word that matters most to who must act."""
        due, state = self.case.due_at, self.case.state
        if due is not None and due < self.now:
            return "late"
        return "soon" if state == "work" and due and due - self.now <= SOON else state


@dataclass(frozen=True)
class View:
    """One word above the queue."""

    title: str | Promise
    query: str
    count: int | None = None
    current: bool = False
    hot: bool = False
    saved: SavedOne | None = None


@dataclass(frozen=True)
class Listing:
    """One page of the queue."""

    filters: Filters
    rows: Sequence[Row]
    count: int
    page: int
    last: int
    views: Sequence[View]
    states: Sequence[tuple[str, str]]
    """The states that lie on this desk: code and word."""
    offices: Sequence[Organisation] = field(default=())

    @cached_property
    def known(self) -> bool:
        """Whether these filters are one of the views above the queue."""
        return any(view.current for view in self.views)


PRESETS: tuple[tuple[str, str, str | Promise], ...] = (
    ("all", "", _("All")),
    ("mine", "taken=me", _("Mine")),
    ("free", "taken=nobody", _("Taken by nobody")),
    ("today", "due=today", _("Due today")),
    ("late", "due=late", _("Late")),
    ("returned", "state=returned", _("Returned by residents")),
    ("new", "new=1", _("New since I looked")),
)
"""The views everybody has: code, filters, words."""

_ORDERS = {
    "due": "cases_case.due_at, cases_case.id",  # NULLs come last by themselves
    "newest": "cases_case.moved_at DESC, cases_case.id DESC",
    "oldest": "cases_case.opened_at, cases_case.id",
}

_COLUMNS = """
    cases_case.id, cases_case.number, cases_case.procedure, cases_case.state, cases_case.seq,
    cases_case.moved_at, cases_case.due_at, cases_case.territory_id,
    (SELECT p.name FROM desk_taking t JOIN people_person p ON p.id = t.person_id
        WHERE t.case_id = cases_case.id),
    (SELECT k.seq FROM desk_look k WHERE k.person_id = %s AND k.case_id = cases_case.id),
    (SELECT min(b.due_at) FROM desk_bulkitem i JOIN desk_bulkchange b ON b.id = i.change_id
        WHERE i.case_id = cases_case.id AND b.done_at IS NULL AND b.cancelled_at IS NULL)
"""


def presets_for(held: Sequence[Holding]) -> list[tuple[str, str, str | Promise]]:
    """Those of the usual views that make sense for these roles."""
    states = states_of(held)
    return [one for one in PRESETS if one[0] != "returned" or "returned" in states]


def chosen(
    person: Person,
    held: Sequence[Holding],
    filters: Filters,
    seat: SeatNow,
    at: dt.datetime,
) -> QuerySet[Case]:
    """Every case of a view, in no order; none for somebody for whom nothing can wait."""
    places = atlas()
    wait = waits_for(held, places)
    if wait is None:
        return Case.objects.none()
    whole, narrow = wait.whole, narrowed(person, filters, seat.looked_at, at, places)
    return Case.objects.extra(where=[whole.sql, narrow.sql], params=[*whole.values, *narrow.values])


def ordered(rows: QuerySet[Case], sort: str) -> QuerySet[Case]:
    """The rows of a view in the order asked for."""
    orders = {"newest": ("-moved_at", "-pk"), "oldest": ("opened_at", "pk")}
    return rows.order_by(*orders.get(sort, ("due_at", "pk")))


def listing(
    person: Person,
    held: Sequence[Holding],
    *,
    filters: Filters,
    number: int,
    seat: SeatNow,
    at: dt.datetime,
    places: Atlas,
) -> Listing:
    """One page of the queue; a page that does not exist is the nearest."""
    wait = waits_for(held, places)
    presets = presets_for(held)
    current = filters.query(sort=False)
    counts: dict[str, int] = {}
    found: list[Found] = []
    if wait is not None:

        def part(which: Filters) -> Part:
            return narrowed(person, which, seat.looked_at, at, places)

        measures = {code: part(Filters.of(query)) for code, query, _title in presets}
        measures["now"] = part(filters)
        counts, found = _page(person, wait, measures, filters.sort, number)
    views = [
        View(title, query, counts.get(code, 0), query == current, code == "late")
        for code, query, title in presets
    ] + [View(v.title, v.query, None, v.query == current, saved=v) for v in seat.saved]
    count = counts.get("now", 0)
    last = max(1, -(-count // rules.PAGE))
    offices = {h.organisation_id: h.organisation for h in held if h.organisation is not None}
    return Listing(
        filters=filters,
        rows=rows_of(found, seat, at, places),
        count=count,
        page=min(max(1, number), last),
        last=last,
        views=views,
        states=[(code, str(find(code).word)) for code in states_of(held)],
        offices=list(offices.values()),
    )


def _page(
    person: Person, wait: Waits, measures: dict[str, Part], sort: str, number: int
) -> tuple[dict[str, int], list[Found]]:
    """The counts of the views and the rows of a page, in one statement.

    What waits is counted in one pass. In the order of the terms the page itself is read off the
    index, branch by branch; in another order it is sorted.
    """
    order, now, whole = _ORDERS.get(sort, _ORDERS["due"]), measures["now"], wait.whole
    heads: list[str] = []
    values: list[Any] = []
    for place, measure in enumerate(measures.values()):
        some = "" if measure is EVERYTHING else f" FILTER (WHERE {measure.sql})"
        heads.append(f"count(*){some} AS n{place}")
        values += measure.values
    values += whole.values
    branches = wait.branches if order is _ORDERS["due"] else []
    page, more = _ids(branches or [whole], now, order, number * rules.PAGE)
    values += [*more, number - 1, rules.PAGE, rules.PAGE, rules.PAGE, person.pk]
    names = [f"n{place}" for place in range(len(measures))]
    sql = f"""
WITH tally AS (SELECT {", ".join(heads)} FROM cases_case WHERE {whole.sql}),
page AS (
    SELECT id FROM ({page}) cases_case ORDER BY {order}
    OFFSET greatest(0, least(%s, (SELECT ({names[-1]} - 1) / %s FROM tally))) * %s LIMIT %s
)
SELECT {", ".join(f"tally.{name}" for name in names)}, {_COLUMNS}
FROM tally LEFT JOIN (page JOIN cases_case USING (id)) ON TRUE ORDER BY {order}
"""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    size = len(measures)
    counts = dict(zip(measures, rows[0][:size], strict=True))
    return counts, [Found(*row[size:]) for row in rows if row[size] is not None]


def _ids(branches: Sequence[Part], now: Part, order: str, most: int) -> tuple[str, list[Any]]:
    """The first cases of each branch that the filters let through, all of them in order."""
    values: list[Any] = []
    parts = []
    for branch in branches:
        parts.append(
            "(SELECT id, due_at, moved_at, opened_at FROM cases_case"
            f" WHERE {branch.sql} AND {now.sql} ORDER BY {order} LIMIT %s)"
        )
        values += [*branch.values, *now.values, most]
    return " UNION ALL ".join(parts), values


def read(ids: Sequence[int], person: Person, sort: str) -> list[Found]:
    """These cases as the queue reads them, in one query."""
    order = _ORDERS.get(sort, _ORDERS["due"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM cases_case WHERE id = ANY(%s) ORDER BY {order}",
            [person.pk, list(ids)],
        )
        return [Found(*row) for row in cursor.fetchall()]


def rows_of(
    found: Sequence[Found], seat: SeatNow | None, at: dt.datetime, places: Atlas
) -> list[Row]:
    """Cases as rows: one query of each module that has any of them."""
    lines = lines_of(found)
    since = seat.looked_at if seat else None
    names: dict[int, str] = {}
    rows = []
    for case in found:
        place = case.territory_id
        if place not in names:
            territory = places.by_id[place]
            names[place] = str(places.by_id.get(territory.district_id or place, territory))
        moved = since is not None and case.moved_at is not None and case.moved_at > since
        rows.append(
            Row(
                case=case,
                line=lines.get(case.pk) or DeskLine(title=case.number, place="", url=""),
                district=names[place],
                now=at,
                new=moved and (case.seen is None or case.seen < case.seq),
            )
        )
    return rows


def lines_of(cases: Sequence[Found] | Sequence[Case]) -> dict[int, DeskLine]:
    """What the modules say of these cases, one query for each module."""
    by_procedure: dict[str, list[int]] = {}
    for case in cases:
        by_procedure.setdefault(case.procedure, []).append(case.pk)
    asked: dict[int, list[int]] = {}
    desks = {}
    for code, ids in by_procedure.items():
        desk = desk_of(code)
        if desk is not None:
            desks[id(desk)] = desk
            asked.setdefault(id(desk), []).extend(ids)
    lines: dict[int, DeskLine] = {}
    for key, ids in asked.items():
        lines |= desks[key].lines(ids)
    return lines
