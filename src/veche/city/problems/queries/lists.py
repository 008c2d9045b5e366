"""The list of problems: its filter, its rows, its counts and what stands on its map."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Avg, Count, F, FloatField, Q, QuerySet
from django.db.models.functions import Cast, Floor

from veche.city.problems.models import Problem
from veche.city.problems.procedure import OPEN, PUBLIC, UNANSWERED
from veche.city.problems.queries.categories import Kinds, kinds
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.look.plan import Bounds, around

PAGE = 50
LAST_PAGE = 2000
"""Pages beyond this are not asked of the database."""
STATES: dict[str, tuple[str, ...]] = {
    "open": OPEN,
    "late": UNANSWERED,
    "answered": ("check", "confirmed", "unconfirmed"),
    "confirmed": ("confirmed",),
    "unconfirmed": ("unconfirmed",),
    "refused": ("refused",),
    "all": PUBLIC,
}
ORDERS = ("newest", "due")
LONGEST_WORDS = 80


@dataclass(frozen=True)
class Filter:
    """What the reader wants to see; read from an address, and written back to it."""

    city: Territory
    place: Territory
    category: str = ""
    state: str = "open"
    office: str = ""
    order: str = "newest"
    words: str = ""
    box: Bounds | None = None
    page: int = 1
    view: Bounds | None = None
    """What the map shows without a box, where that is not the whole place."""

    def parameters(self, **changes: Any) -> str:
        """The address of this filter, with changes; what is usual is left out."""
        other = replace(self, **{"page": 1, **changes})
        pairs = {
            "place": other.place.code,
            "category": other.category,
            "state": other.state if other.state != "open" else "",
            "office": other.office,
            "order": other.order if other.order != "newest" else "",
            "q": other.words,
            "box": ",".join(f"{edge:.5f}" for edge in other.box) if other.box else "",
            "page": str(other.page) if other.page > 1 else "",
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})

    @property
    def bounds(self) -> Bounds:
        """What the map shows, in degrees."""
        return self.box or self.view or self.place.bounds


def read(query: Mapping[str, str], places: Atlas, known: Kinds) -> Filter | None:
    """The filter of an address; whatever it does not understand it leaves out.

    None when there is no city yet.
    """
    home = places.home()
    place = places.by_code.get(query.get("place", "")) or home
    if place is None:
        return None
    city = places.by_id.get(place.city_id or place.pk, place)
    state, order = query.get("state", ""), query.get("order", "")
    category, office = query.get("category", ""), query.get("office", "")
    return Filter(
        city=city,
        place=place,
        category=category if category in known.by_code else "",
        state=state if state in STATES else "open",
        office=office if len(office) <= 80 and "\x00" not in office else "",
        order=order if order in ORDERS else "newest",
        words=" ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST_WORDS],
        box=_box(query.get("box", "")),
        page=_page(query.get("page", "")),
    )


def _page(text: str) -> int:
    """A page that can be; the first for anything else."""
    if not (text.isascii() and text.isdigit()):
        return 1
    # Python refuses to read numbers of thousands of digits.
    return min(max(int(text[:12]), 1), LAST_PAGE)


def _box(text: str) -> Bounds | None:
    """West, south, east, north; None for anything that is not a box on the earth."""
    try:
        west, south, east, north = (float(edge) for edge in text.split(","))
    except ValueError:
        return None
    fits = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, south, east, north) if fits else None


def chosen(which: Filter, at: dt.datetime, places: Atlas, known: Kinds) -> QuerySet[Problem]:
    """The problems of a filter, in no order; only those that everybody may read."""
    rows = Problem.objects.filter(case__state__in=STATES[which.state])
    rows = rows.filter(case__territory_id__in=places.inside(which.place))
    if which.state == "late":
        rows = rows.filter(case__due_at__lt=at)
    if which.category:
        rows = rows.filter(category_id__in=known.under(which.category))
    if which.office:
        rows = rows.filter(case__organisation__code=which.office)
    if which.words:
        rows = rows.filter(
            Q(text__icontains=which.words)
            | Q(address__icontains=which.words)
            | Q(case__number=which.words)
        )
    if which.box:
        west, south, east, north = which.box
        rows = rows.filter(longitude__range=(west, east), latitude__range=(south, north))
    return rows


def ordered(rows: QuerySet[Problem], order: str) -> QuerySet[Problem]:
    """Newest first, or by the nearest end of a term."""
    if order == "due":
        return rows.order_by(F("case__due_at").asc(nulls_last=True), "case_id")
    return rows.order_by("-case__opened_at", "-case_id")


_SHOWN = (
    "text",
    "address",
    "longitude",
    "latitude",
    "category_id",
    "source",
    "case__number",
    "case__state",
    "case__opened_at",
    "case__due_at",
    "case__closed_at",
    "case__territory_id",
)


def page_of(
    which: Filter, at: dt.datetime, places: Atlas, known: Kinds, size: int = PAGE
) -> list[Problem]:
    """The rows of the filter's page, each with its case; the category comes from ``known``."""
    rows = ordered(chosen(which, at, places, known), which.order)
    first = (which.page - 1) * size
    found = list(rows.select_related("case").only(*_SHOWN)[first : first + size])
    for problem in found:
        if (kind := known.by_id.get(problem.category_id)) is not None:
            problem.category = kind
    return found


@dataclass(frozen=True)
class Cell:
    """A square of the map's grid: how many problems, and where their middle lies."""

    column: int
    row: int
    count: int
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Tally:
    """How many, and how many of them late; in all and by the territory of the problem."""

    count: int
    late: int
    by_territory: Mapping[int, tuple[int, int]]
    cells: tuple[Cell, ...]
    offices: tuple[Organisation, ...]


CELLS = 8
"""Squares along the map's longer side."""


def grid(bounds: Bounds) -> tuple[float, float]:
    """Width and height of a square of the grid, in degrees."""
    west, south, east, north = bounds
    narrow = max(0.05, math.cos(math.radians((south + north) / 2)))
    side = max((east - west) * narrow, north - south, 1e-6) / CELLS
    return side / narrow, side


_VIEW = """
SELECT percentile_disc(array[0.005, 0.995]) WITHIN GROUP (ORDER BY p.longitude),
       percentile_disc(array[0.005, 0.995]) WITHIN GROUP (ORDER BY p.latitude)
FROM problems_problem p JOIN cases_case c ON c.id = p.case_id WHERE c.territory_id = ANY(%s)
"""
_views: dict[tuple[str, int, int], Bounds | None] = {}


def seen(which: Filter, places: Atlas) -> Filter:
    """The filter with a map that shows where nearly all problems are.

    An outline drawn around imported records reaches to the one that was put a hundred kilometres
    off; the map shows the rest large enough to be read.
    """
    if which.box or not which.place.drawn_around:
        return which
    key = (str(connection.settings_dict["NAME"]), which.place.pk, places.version[0])
    if key not in _views:
        with connection.cursor() as cursor:
            cursor.execute(_VIEW, [places.inside(which.place)])
            longitudes, latitudes = cursor.fetchone()
        _views[key] = (
            around([(x, y) for x in longitudes for y in latitudes]) if longitudes else None
        )
    return replace(which, view=_views[key])


def tally(which: Filter, at: dt.datetime, places: Atlas, known: Kinds, position: Position) -> Tally:
    """Counts and squares of a filter; remembered until something happens, five seconds at most.

    ``position`` is where the journal stands (:func:`stands`).
    """
    key = (position, replace(which, page=1, order="newest").parameters())
    kept = _remembered.get(key)
    if kept is not None and time.monotonic() - kept[0] < REMEMBER_SECONDS:
        return kept[1]
    rows = chosen(which, at, places, known)
    late = Q(case__state__in=UNANSWERED, case__due_at__lt=at)
    by_territory = {
        pk: (count, overdue)
        for pk, count, overdue in rows.order_by()
        .values("case__territory_id")
        .annotate(count=Count("pk"), overdue=Count("pk", filter=late))
        .values_list("case__territory_id", "count", "overdue")
    }
    wide, tall = grid(which.bounds)
    west, south, _east, _north = which.bounds
    column = Floor((Cast("longitude", FloatField()) - west) / wide)
    row = Floor((Cast("latitude", FloatField()) - south) / tall)
    cells = tuple(
        Cell(int(one["column"]), int(one["row"]), one["count"], one["lon"], one["lat"])
        for one in rows.order_by()
        .annotate(column=column, row=row)
        .values("column", "row")
        .annotate(count=Count("pk"), lon=Avg("longitude"), lat=Avg("latitude"))
    )
    made = Tally(
        count=sum(count for count, _ in by_territory.values()),
        late=sum(overdue for _, overdue in by_territory.values()),
        by_territory=by_territory,
        cells=cells,
        offices=_offices(which, places),
    )
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[key] = (time.monotonic(), made)
    return made


REMEMBER_SECONDS = 5.0
MOST_REMEMBERED = 200
_remembered: dict[tuple[Any, ...], tuple[float, Tally]] = {}


Position = tuple[str, int, str]
"""The database, its last journal record, and which transactions are seen to have ended."""


def stands() -> Position:
    """Where the journal stands: whatever changes moves it. What is kept in memory is kept by it.

    The number of the last record alone would not do: it is given before the commit, and what was
    read in between would be kept as if it were what stands after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value, pg_current_snapshot()::text FROM journal_record_id_seq")
        number, snapshot = cursor.fetchone()
    return str(connection.settings_dict["NAME"]), int(number), snapshot


# With the state, which every case has after its first step, the index of queues serves it.
_SOME_OFFICES = """
SELECT o.id FROM organisations_organisation o WHERE EXISTS (
    SELECT FROM cases_case c
    WHERE c.organisation_id = o.id AND c.state <> '' AND c.territory_id = ANY(%s))
"""


def _offices(which: Filter, places: Atlas) -> tuple[Organisation, ...]:
    """The offices that have had something in the city."""
    inside = places.inside(which.city)
    return tuple(
        sorted(
            Organisation.objects.raw(
                f"SELECT * FROM organisations_organisation WHERE id IN ({_SOME_OFFICES})", [inside]
            ),
            key=str,
        )
    )


def forget() -> None:
    """Count afresh at the next call."""
    _remembered.clear()
    _kinds.clear()


def everything(position: Position) -> Kinds:
    """All categories, imported ones too; read again only after something has happened."""
    if position not in _kinds:
        _kinds.clear()
        _kinds[position] = kinds()
    return _kinds[position]


_kinds: dict[Position, Kinds] = {}
