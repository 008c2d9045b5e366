"""The ideas of a call: the choice of an address, rows, counts and what stands on the map.

The rows are read in the order of an index and their counters stand in the idea itself: what a page
costs depends neither on how many ratings there are nor on how many ideas.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.db import connection

from veche import kept
from veche.look.plan import Bounds
from veche.searching import holds

if TYPE_CHECKING:
    from veche.city.ideas.models import Call
    from veche.core.places.models import Territory
    from veche.core.places.queries import Atlas

PAGE = 30
LAST_PAGE = 2_000
LARGE = 500
"""More ideas than these are counted at most once a minute."""
LONGEST_WORDS = 80
CELLS = 8
"""Squares along the longer side of the map."""
ORDERS: Mapping[str, str] = {
    "newest": "i.published_at DESC, i.case_id DESC",
    "supported": "i.supporters DESC, i.case_id DESC",
    "discussed": "i.comments DESC, i.case_id DESC",
}
STATES: Mapping[str, tuple[str, ...]] = {
    "open": ("open",),
    "shortlisted": ("shortlisted", "at_vote", "objected"),
    "accepted": ("accepted", "promised"),
    "refused": ("refused",),
    "withdrawn": ("withdrawn", "called_off"),
}
WORDS = "i.title || ' ' || i.text"
"""What is searched, as its index has it."""


@dataclass(frozen=True)
class Choice:
    """Which ideas of a call a reader wants to see."""

    order: str = "newest"
    state: str = ""
    place: Territory | None = None
    words: str = ""
    page: int = 1

    def parameters(self, **changes: Any) -> str:
        """The address of this choice, with changes; what is usual is left out."""
        other = replace(self, **{"page": 1, **changes})
        pairs = {
            "order": other.order if other.order != "newest" else "",
            "state": other.state,
            "place": other.place.code if other.place else "",
            "q": other.words,
            "page": str(other.page) if other.page > 1 else "",
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


class Row(NamedTuple):
    """One idea of the list."""

    case: int
    number: str
    title: str
    kind: str
    state: str
    territory: int
    published_at: dt.datetime
    supporters: int
    opponents: int
    comments: int
    longitude: float | None
    latitude: float | None


class Cell(NamedTuple):
    """A square of the map's grid: how many ideas, and where their middle lies."""

    ideas: int
    longitude: float
    latitude: float
    west: float
    south: float


@dataclass(frozen=True)
class Tally:
    """How many ideas a choice has, and where they lie on the map."""

    count: int
    cells: tuple[Cell, ...]


def read(query: Mapping[str, str], places: Atlas) -> Choice:
    """The choice of an address; what it does not understand it leaves out."""
    order, state, page = query.get("order", ""), query.get("state", ""), query.get("page", "")
    fits = page.isascii() and page.isdigit()
    return Choice(
        order=order if order in ORDERS else "newest",
        state=state if state in STATES else "",
        place=places.by_code.get(query.get("place", "")),
        words=" ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST_WORDS],
        page=min(max(int(page[:12]), 1), LAST_PAGE) if fits else 1,
    )


def _wanted(call: Call, which: Choice, places: Atlas) -> tuple[str, list[Any]]:
    wanted, values = ["i.call_id = %s", "i.public", "i.into_id IS NULL"], [call.pk]
    if which.state:
        wanted.append("c.state = ANY(%s)")
        values.append(list(STATES[which.state]))
    if which.place is not None:
        wanted.append("c.territory_id = ANY(%s)")
        values.append(places.inside(which.place))
    if which.words:
        found, more = holds(WORDS, which.words)
        wanted.append(found)
        values += more
    return " AND ".join(wanted), values


_ROWS = """
SELECT c.id, c.number, i.title, i.kind, c.state, c.territory_id, i.published_at, i.supporters,
    i.opponents, i.comments, i.longitude, i.latitude
FROM ideas_idea i JOIN cases_case c ON c.id = i.case_id WHERE {} ORDER BY {} LIMIT %s OFFSET %s
"""


def rows(call: Call, which: Choice, places: Atlas) -> list[Row]:
    """The ideas of one page; one query."""
    wanted, values = _wanted(call, which, places)
    with connection.cursor() as cursor:
        cursor.execute(
            _ROWS.format(wanted, ORDERS[which.order]), [*values, PAGE, (which.page - 1) * PAGE]
        )
        return [Row(*row) for row in cursor.fetchall()]


_TALLY = """
SELECT count(*), floor((i.longitude - %s) / %s)::int AS col,
    floor((i.latitude - %s) / %s)::int AS line, avg(i.longitude), avg(i.latitude)
FROM ideas_idea i {} WHERE {} GROUP BY col, line
"""


def tally(call: Call, which: Choice, places: Atlas, bounds: Bounds, at: dt.datetime) -> Tally:
    """How many, and where; one query, which many ideas let stand for a minute."""
    # The order of a page does not change what is counted.
    key = ("ideas", call.pk, replace(which, page=1, order="newest").parameters())

    def counted() -> Tally:
        wanted, values = _wanted(call, which, places)
        joined = "JOIN cases_case c ON c.id = i.case_id" if which.state or which.place else ""
        west, south, east, north = bounds
        side = max(east - west, north - south, 1e-6) / CELLS
        with connection.cursor() as cursor:
            cursor.execute(_TALLY.format(joined, wanted), [west, side, south, side, *values])
            found = cursor.fetchall()
        cells = [
            Cell(count, lon, lat, west + column * side, south + line * side)
            for count, column, line, lon, lat in found
            if column is not None
        ]
        return Tally(sum(row[0] for row in found), tuple(sorted(cells, key=lambda one: -one.ideas)))

    return kept.kept(key, at, counted, lambda made: made.count > LARGE).value


_EVERY = """
SELECT i.case_id, c.number, i.kind, c.state, i.title, i.text, i.language, i.answers::text, t.code,
    i.published_at, i.supporters, i.opponents, i.comments, i.longitude, i.latitude, i.promise
FROM ideas_idea i JOIN cases_case c ON c.id = i.case_id
    JOIN places_territory t ON t.id = c.territory_id
WHERE {} AND i.case_id > %s ORDER BY i.case_id LIMIT {}
"""
HEAD = (
    "number", "kind", "state", "title", "text", "language", "answers", "territory",
    "published_datetime", "supporters", "opponents", "comments", "long", "lat", "promise",
)  # fmt: skip
AT_ONCE = 1_000


def table(call: Call, which: Choice, places: Atlas) -> Iterator[tuple[Any, ...]]:
    """All ideas of a choice as the rows of a table, the oldest first, read as they are written."""
    yield HEAD
    wanted, values = _wanted(call, which, places)
    found: list[tuple[Any, ...]] = [(0,)]
    while found:
        with connection.cursor() as cursor:
            cursor.execute(_EVERY.format(wanted, AT_ONCE), [*values, found[-1][0]])
            found = cursor.fetchall()
        for _case, *cells in found:
            yield tuple(
                cell.isoformat(timespec="seconds")
                if isinstance(cell, dt.datetime)
                else ""
                if cell is None
                else cell
                for cell in cells
            )
