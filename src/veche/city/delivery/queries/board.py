"""How the city keeps its promises: kept, late, broken, by office and district, with the money.

A promise that runs is late from the day after the date that was promised first: a later date, with
whatever reason, never hides it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet

from veche.city.delivery.models import Promise
from veche.city.delivery.procedure import RUNNING
from veche.core.cases.terms import city_zone
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas, atlas
from veche.kept import kept

GROUPS = ("late", "under_way", "acceptance", "kept", "unconfirmed", "broken", "replaced")
"""Where a promise stands, as the board tells it; each promise stands in exactly one."""
DONE = ("acceptance", "kept", "unconfirmed")
"""Groups in which the office says that it is done."""
PAGE = 30
LARGE = 2_000
"""So many promises, and the sums over all of them are counted at most once a minute."""

GROUP = """CASE
    WHEN c.state = ANY(%(running)s) THEN CASE
        WHEN p.first_due_on < %(today)s OR (p.first_due_on IS NULL AND c.due_at < %(at)s)
        THEN 'late' ELSE 'under_way' END
    ELSE c.state END"""
"""The group of a promise ``p`` with its case ``c``."""
ON_TIME = "(p.done_at AT TIME ZONE %(zone)s)::date <= p.first_due_on"
"""Whether it was done by the date that was promised first."""
_FROM = """
FROM delivery_promise p JOIN cases_case c ON c.id = p.case_id
WHERE c.hidden_at IS NULL AND c.state <> ''
"""
_SUMS = f"""
WITH money AS (
    SELECT promise_id, sum(amount) FILTER (WHERE kind = 'planned') AS planned,
        sum(amount) FILTER (WHERE kind = 'spent') AS spent
    FROM delivery_amount WHERE superseded_by_id IS NULL GROUP BY promise_id
)
SELECT c.organisation_id, c.territory_id, {GROUP} AS stands, count(*),
    count(*) FILTER (WHERE {ON_TIME}), coalesce(sum(m.planned), 0), coalesce(sum(m.spent), 0)
FROM delivery_promise p JOIN cases_case c ON c.id = p.case_id
    LEFT JOIN money m ON m.promise_id = p.case_id
WHERE c.hidden_at IS NULL AND c.state <> ''
GROUP BY 1, 2, 3
"""


Cell = tuple[int | None, int, str, int, int, Decimal, Decimal]
"""Office, territory, group; how many, how many by their first date, planned, spent."""


@dataclass
class Line:
    """The promises of an office, of a district, or of the whole choice."""

    groups: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GROUPS, 0))
    on_time: int = 0
    """Of those that residents accepted, how many were done by the date promised first."""
    planned: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)

    def add(self, cell: Cell) -> None:
        """Count some more promises."""
        _office, _territory, group, count, on_time, planned, spent = cell
        self.groups[group] = self.groups.get(group, 0) + count
        if group == "kept":
            self.on_time += on_time
        self.planned += planned
        self.spent += spent

    @property
    def count(self) -> int:
        """How many promises."""
        return sum(self.groups.values())

    @property
    def share(self) -> float | None:
        """Of the promises that were to be done by now and ended or are late, the share kept by
        the date promised first; None where there is none."""
        due = sum(self.groups[name] for name in ("late", "kept", "unconfirmed", "broken"))
        return self.on_time / due if due else None

    @property
    def spent_share(self) -> float | None:
        """What was spent, as a share of what was planned."""
        return float(self.spent / self.planned) if self.planned else None


@dataclass(frozen=True)
class Counts:
    """All promises of the city, for the first page."""

    at: dt.datetime
    kept: int
    on_time: int
    late: int
    under_way: int
    acceptance: int
    unconfirmed: int
    broken: int
    replaced: int

    @property
    def all(self) -> int:
        """How many promises were made."""
        return sum(getattr(self, name) for name in GROUPS)


@dataclass(frozen=True)
class Filter:
    """Which promises a board shows; its parameters stand in the address."""

    place: Territory | None = None
    office: str = ""
    group: str = ""
    page: int = 1

    def parameters(self, **other: Any) -> str:
        """The filter as it stands in an address; what is usual is left out."""
        values: dict[str, Any] = {
            "place": self.place.code if self.place else "",
            "office": self.office,
            "show": self.group,
        }
        kept_values = {name: value for name, value in {**values, **other}.items() if value}
        return "?" + urlencode(kept_values) if kept_values else ""


def read_filter(given: Mapping[str, str], places: Atlas) -> Filter:
    """The filter of an address; what is not known is left out."""
    place = places.by_code.get(given.get("place", "")[:80].replace("\x00", ""))
    if place is not None and place.kind == Territory.Kind.CITY and place == places.home():
        place = None
    group = given.get("show", "")
    page = given.get("page", "1")
    return Filter(
        place=place,
        office=given.get("office", "")[:80].replace("\x00", ""),
        group=group if group in GROUPS else "",
        page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
    )


def values(at: dt.datetime) -> dict[str, Any]:
    """What the parts of statements above need."""
    zone = city_zone()
    return {
        "at": at,
        "today": at.astimezone(zone).date(),
        "zone": str(zone),
        "running": list(RUNNING),
    }


def _cells(at: dt.datetime) -> list[Cell]:
    """The sums over all promises by office, territory and group; kept for a minute when many."""

    def count() -> list[Cell]:
        with connection.cursor() as cursor:
            cursor.execute(_SUMS, values(at))
            return list(cursor.fetchall())

    def large(cells: list[Cell]) -> bool:
        return sum(cell[3] for cell in cells) >= LARGE

    return kept(("delivery-board",), at, count, large).value


def counts(at: dt.datetime) -> Counts:
    """All promises of the city by where they stand."""
    line = Line()
    for cell in _cells(at):
        line.add(cell)
    return Counts(at=at, on_time=line.on_time, **line.groups)


@dataclass(frozen=True)
class Board:
    """The sums of a choice."""

    total: Line
    offices: list[tuple[Organisation, Line]]
    """The most promises first."""
    districts: list[tuple[Territory, Line]]
    """In the order of the atlas; promises of the whole city stand under the city."""
    matching: int
    """How many promises the list has."""


def board(which: Filter, at: dt.datetime, places: Atlas) -> Board:
    """The sums of a choice, over all groups."""
    inside = set(places.inside(which.place)) if which.place else None
    cells = [cell for cell in _cells(at) if inside is None or cell[1] in inside]
    known = Organisation.objects.in_bulk({cell[0] for cell in cells if cell[0] is not None})
    total, offices, districts = Line(), dict[int, Line](), dict[int, Line]()
    for cell in cells:
        office, territory = cell[:2]
        if office is not None:
            offices.setdefault(office, Line()).add(cell)
        if which.office and (office is None or known[office].code != which.office):
            continue
        total.add(cell)
        place = places.by_id[territory]
        districts.setdefault(place.district_id or place.pk, Line()).add(cell)
    return Board(
        total=total,
        offices=sorted(
            ((known[pk], line) for pk, line in offices.items()),
            key=lambda one: (-one[1].count, one[0].code),
        ),
        districts=[(place, districts[pk]) for pk, place in places.by_id.items() if pk in districts],
        matching=total.groups[which.group] if which.group else total.count,
    )


# What is late begins with the oldest, what is under way with the nearest date; the rest with the
# newest. Each order follows an index, so that a page costs the same however many there are.
_ORDERS = {
    "late": "p.first_due_on, p.case_id",
    "under_way": "p.due_on, p.case_id",
    "": "p.case_id DESC",
}


def _chosen(
    which: Filter, at: dt.datetime, places: Atlas, order: str, size: int, first: int
) -> list[tuple[int, str]]:
    """The numbers of promises of a choice, each with its group."""
    given = values(at) | {"size": size, "first": first}
    where = ""
    if which.place:
        where += " AND c.territory_id = ANY(%(inside)s)"
        given["inside"] = places.inside(which.place)
    if which.office:
        where += """ AND c.organisation_id = (
            SELECT id FROM organisations_organisation WHERE code = %(office)s)"""
        given["office"] = which.office
    if which.group:
        where += f" AND {GROUP} = %(group)s"
        given["group"] = which.group
    statement = f"""SELECT p.case_id, {GROUP} {_FROM} {where} ORDER BY {order}
        LIMIT %(size)s OFFSET %(first)s"""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


@dataclass(frozen=True)
class Row:
    """One promise of the list."""

    promise: Promise
    group: str
    days: int
    """Days after the date promised first; 0 unless it is late."""
    planned: Decimal
    spent: Decimal

    @property
    def state(self) -> str:
        """The code of the state as the look shows it."""
        state = self.promise.case.state
        told = state if self.group == "under_way" and state != "under_way" else self.group
        return f"promise-{told}"

    @property
    def ended_on(self) -> dt.date | None:
        """The day it was done, of a promise that is at its end or judged by residents."""
        done = self.promise.done_at if self.group in DONE else None
        return done.astimezone(city_zone()).date() if done else None


def promises() -> QuerySet[Promise]:
    """Promises with what their rows name."""
    return Promise.objects.select_related("case__organisation", "goal__strategy")


def page_of(
    which: Filter, at: dt.datetime, places: Atlas, size: int = PAGE, order: str | None = None
) -> list[Row]:
    """One page of the list."""
    if order is None:
        order = _ORDERS.get(which.group, _ORDERS[""])
    chosen = _chosen(which, at, places, order, size, (which.page - 1) * size)
    return rows_of(chosen, at)


def rows_of(chosen: Sequence[tuple[int, str]], at: dt.datetime) -> list[Row]:
    """The rows of promises of which number and group are known."""
    if not chosen:
        return []
    numbers = [pk for pk, _group in chosen]
    found = {one.pk: one for one in promises().filter(pk__in=numbers)}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT promise_id, coalesce(sum(amount) FILTER (WHERE kind = 'planned'), 0),
                coalesce(sum(amount) FILTER (WHERE kind = 'spent'), 0)
            FROM delivery_amount WHERE promise_id = ANY(%s) AND superseded_by_id IS NULL
            GROUP BY 1""",
            [numbers],
        )
        money = {pk: (planned, spent) for pk, planned, spent in cursor.fetchall()}
    today = values(at)["today"]
    rows = []
    for pk, group in chosen:
        first = found[pk].first_due_on
        days = (today - first).days if group == "late" and first else 0
        planned, spent = money.get(pk, (Decimal(0), Decimal(0)))
        rows.append(Row(found[pk], group, days, planned, spent))
    return rows


def all_of(which: Filter, at: dt.datetime, places: Atlas, most: int) -> Iterator[Row]:
    """Every promise of a choice, the newest first, read in pages."""
    size, page = 500, 1
    while (page - 1) * size < most:
        rows = page_of(replace(which, page=page), at, places, size, _ORDERS[""])
        yield from rows
        if len(rows) < size:
            return
        page += 1


def newest(which: Filter, at: dt.datetime, places: Atlas, most: int) -> list[Row]:
    """What moved last, for a feed."""
    return page_of(replace(which, page=1), at, places, most, "c.moved_at DESC, p.case_id DESC")


def home_counts(at: dt.datetime) -> Counts | None:
    """The counts for the first page; None where nothing was promised yet."""
    found = counts(at)
    return found if found.all else None


def offices_of(board: Board) -> list[Organisation]:
    """The offices a reader can choose, by name."""
    return sorted((office for office, _line in board.offices), key=str)


def districts() -> list[Territory]:
    """The districts a reader can choose."""
    places = atlas()
    home = places.home()
    return places.children(home) if home else []
