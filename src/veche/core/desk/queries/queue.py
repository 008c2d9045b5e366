"""Reading the queue: one page of it with the counts of its views, all of it for a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Case
from veche.core.desk import rules
from veche.core.desk.adapter import DeskLine, desk_of
from veche.core.desk.filters import Filters
from veche.core.desk.queries.choice import (
    narrowed,
    states_of,
    waits_for,
)
from veche.core.desk.queries.counts import COLUMNS, ORDERS, page
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
    kept: Sequence[int] = ()
    """Numbers of cases that are kept from them: the desk knows none of these."""


_SEAT = """
SELECT s.looked_at, s.single_keys,
    EXISTS (SELECT FROM desk_bulkchange b WHERE b.by_id = s.person_id
        AND b.done_at IS NULL AND b.cancelled_at IS NULL),
    (SELECT json_agg(json_build_array(v.id, v.title, v.query, v.owner_id IS NULL)
        ORDER BY v.position, v.id) FROM desk_savedview v
        WHERE v.owner_id = s.person_id OR v.organisation_id = ANY(%s)),
    ARRAY(SELECT k.case_id FROM cases_barred k WHERE k.person_id = s.person_id AND k.until IS NULL)
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
    return SeatNow(row[0], row[1], row[2], [SavedOne(*one) for one in row[3] or ()], row[4])


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
    def saved(self) -> list[View]:
        """Those of the views that somebody keeps under a name."""
        return [view for view in self.views if view.saved]

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
    ("signature", "waits=signature", _("Waits for your signature")),
    ("returned", "state=returned", _("Returned by residents")),
    ("new", "new=1", _("New since I looked")),
)
"""The views everybody has: code, filters, words."""


def presets_for(held: Sequence[Holding]) -> list[tuple[str, str, str | Promise]]:
    """Those of the usual views that make sense for these roles."""
    sense = {
        "returned": "returned" in states_of(held),
        "signature": any(one.role == "head" for one in held),
    }
    return [one for one in PRESETS if sense.get(one[0], True)]


def chosen(
    person: Person,
    held: Sequence[Holding],
    filters: Filters,
    seat: SeatNow,
    at: dt.datetime,
) -> QuerySet[Case]:
    """Every case of a view, in no order; none for somebody for whom nothing can wait."""
    places = atlas()
    wait = waits_for(held, places, seat.kept)
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
    wait = waits_for(held, places, seat.kept)
    presets = presets_for(held)
    current = filters.query(sort=False)
    counts: dict[str, int] = {}
    found: list[Found] = []
    if wait is not None:
        codes = {code: query for code, query, _title in presets}
        counts, rows = page(
            person, wait, codes, filters, number, looked_at=seat.looked_at, at=at, places=places
        )
        found = [Found(*row) for row in rows]
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


def read(ids: Sequence[int], person: Person, sort: str) -> list[Found]:
    """These cases as the queue reads them, in one query."""
    order = ORDERS.get(sort, ORDERS["due"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM cases_case WHERE id = ANY(%s) ORDER BY {order}",
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
