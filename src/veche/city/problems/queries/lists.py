"""The list of problems: its filter, its rows, its counts and what stands on its map."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from veche.city.problems.procedure import OPEN, PUBLIC, UNANSWERED
from veche.city.problems.queries.categories import Kinds, kinds
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.look.plan import Bounds, around
from veche.searching import holds

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
ALIVE = ("open", "late")
"""Lists that are as long as the city's work, not as its past."""
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

    def boxes(self) -> Callable[[Bounds], str]:
        """What gives the address of this filter in a box, for the many boxes of a map."""
        whole = self.parameters(box=None)
        start = f"{whole}&box=" if whole else "?box="
        return lambda box: start + "%2C".join([f"{edge:.5f}" for edge in box])

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


def choice(
    which: Filter, at: dt.datetime, places: Atlas, known: Kinds
) -> tuple[str, str, list[Any]]:
    """The problems of a filter in SQL: what stands after FROM, after WHERE, and its parameters.

    The case is ``c``; the problem is ``p`` and named only where a condition needs it. Only what
    everybody may read is chosen.
    """
    tables = "cases_case c"
    wanted = ["c.procedure = 'problem'", "c.state = ANY(%s)", "c.territory_id = ANY(%s)"]
    wanted.append("c.hidden_at IS NULL")
    values: list[Any] = [list(STATES[which.state]), places.inside(which.place)]
    if which.state == "late":
        wanted.append("c.due_at < %s")
        values.append(at)
    if which.office:
        wanted.append(
            "c.organisation_id = (SELECT id FROM organisations_organisation WHERE code = %s)"
        )
        values.append(which.office)
    if which.category:
        wanted.append("p.category_id = ANY(%s)")
        values.append(list(known.under(which.category)))
    if which.words:
        found, more = holds("p.text || ' ' || p.address", which.words)
        if any(letter.isdigit() for letter in which.words):  # each by its own index
            found = (
                f"p.case_id IN (SELECT p.case_id FROM problems_problem p WHERE {found}"
                " UNION SELECT n.id FROM cases_case n WHERE n.number = %s)"
            )
            more.append(which.words)
        wanted.append(found)
        values += more
    if which.box:
        west, south, east, north = which.box
        wanted.append("p.longitude BETWEEN %s AND %s AND p.latitude BETWEEN %s AND %s")
        values += [west, east, south, north]
    if which.category or which.words or which.box:
        alive = which.state in ALIVE and not which.words
        tables += EACH_PROBLEM if alive else WITH_PROBLEM
    return tables, " AND ".join(wanted), values


WITH_PROBLEM = " JOIN problems_problem p ON p.case_id = c.id"
EACH_PROBLEM = (
    " CROSS JOIN LATERAL (SELECT * FROM problems_problem q WHERE q.case_id = c.id OFFSET 0) p"
)
"""The same, looked up one by one: a planner that joins all at once reads the whole past."""


Key = tuple[dt.datetime, int]
"""Where a row stands in a list of the newest: when it was opened, and its case."""


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
    newest: dt.datetime | None
    """When the newest of them was opened; none where there are none."""
    at: dt.datetime
    """The moment of the counts."""
    due: int = 0
    """How many of them are due at some moment: what has ended is not."""
    more: bool = False
    """Whether only the newest `COUNTED` were counted, because there are so many."""
    landmarks: list[Key] = field(default_factory=list, compare=False)
    """Where some rows of a long list stand; :mod:`~veche.city.problems.queries.rows` reads them."""

    @property
    def large(self) -> bool:
        """Whether it is counted at most every `SETTLED_SECONDS`."""
        return self.count > LARGE


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


_COUNTS = """
SELECT territory_id, col, line, count(*), count(*) FILTER (WHERE late), count(due_at),
    sum(longitude), sum(latitude), max(opened_at)
FROM (
    SELECT c.territory_id, c.opened_at, c.due_at, c.state = ANY(%s) AND c.due_at < %s AS late,
        p.longitude, p.latitude,
        floor((p.longitude - %s) / %s)::int AS col, floor((p.latitude - %s) / %s)::int AS line
    FROM {} WHERE {}) one
GROUP BY territory_id, col, line
"""
COUNTED = PAGE * LAST_PAGE
"""So many of the newest are counted where a list holds what has ended: no page lies beyond them."""
_NEWEST = " ORDER BY c.opened_at DESC, c.id DESC LIMIT {}"


def tally(which: Filter, at: dt.datetime, places: Atlas, known: Kinds, position: Position) -> Tally:
    """Counts and squares of a filter; remembered until something happens, five seconds at most,
    those of a large list for a quarter of a minute or a hundred times as long as it took.

    ``position`` is where the journal stands (:func:`stands`).
    """
    parameters = replace(which, page=1, order="newest").parameters()
    key, settled = (position, parameters), (position[0], parameters)
    for known_as, seconds in ((key, REMEMBER_SECONDS), (settled, SETTLED_SECONDS)):
        kept = _remembered.get(known_as)
        # The demo's clock may have been turned by days meanwhile: then it is counted again.
        if (
            kept is not None
            and time.monotonic() - kept[0] < seconds
            and abs(at - kept[1].at) < dt.timedelta(minutes=2)
        ):
            return kept[1]
    tables, wanted, values = choice(which, at, places, known)
    tables += EACH_PROBLEM if tables == "cases_case c" else ""
    newest_only = "" if which.state in ALIVE else _NEWEST.format(COUNTED)
    (wide, tall), (west, south) = grid(which.bounds), which.bounds[:2]
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTS.format(tables, wanted + newest_only),
            [list(UNANSWERED), at, west, wide, south, tall, *values],
        )
        counted = cursor.fetchall()
    by_territory: dict[int, tuple[int, int]] = {}
    squares: dict[tuple[int, int], tuple[int, float, float]] = {}
    newest: dt.datetime | None = None
    total_due = 0
    for territory, column, row, count, late, due, longitudes, latitudes, opened in counted:
        newest = max(newest or opened, opened)
        total_due += due
        known_count, known_late = by_territory.get(territory, (0, 0))
        by_territory[territory] = (known_count + count, known_late + late)
        here = squares.get((column, row), (0, 0.0, 0.0))
        squares[column, row] = (here[0] + count, here[1] + longitudes, here[2] + latitudes)
    cells = tuple(
        Cell(column, row, count, longitudes / count, latitudes / count)
        for (column, row), (count, longitudes, latitudes) in sorted(squares.items())
    )
    total = sum(count for count, _ in by_territory.values())
    made = Tally(
        count=total,
        late=sum(overdue for _, overdue in by_territory.values()),
        by_territory=by_territory,
        cells=cells,
        offices=_offices(which.city, places),
        newest=newest,
        at=at,
        due=total_due,
        more=total == COUNTED and which.state not in ALIVE,
    )
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    longer = max(min((time.monotonic() - begun) * 100, LONGEST_SECONDS) - SETTLED_SECONDS, 0)
    since = time.monotonic() + (longer if made.large else 0)
    _remembered[settled if made.large else key] = (since, made)
    return made


REMEMBER_SECONDS = 5.0
SETTLED_SECONDS, LONGEST_SECONDS = 15.0, 60.0
LARGE = 10_000
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


def _offices(city: Territory, places: Atlas) -> tuple[Organisation, ...]:
    """The offices that have had something in the city; a new one is there within a minute."""
    key = (str(connection.settings_dict["NAME"]), city.pk)
    kept = _city_offices.get(key)
    if kept is not None and time.monotonic() - kept[0] < REMEMBER_OFFICES_SECONDS:
        return kept[1]
    found = Organisation.objects.raw(
        f"SELECT * FROM organisations_organisation WHERE id IN ({_SOME_OFFICES})",
        [places.inside(city)],
    )
    made = tuple(sorted(found, key=str))
    _city_offices[key] = (time.monotonic(), made)
    return made


REMEMBER_OFFICES_SECONDS = 60.0
_city_offices: dict[tuple[str, int], tuple[float, tuple[Organisation, ...]]] = {}


def forget() -> None:
    """Count afresh at the next call."""
    _remembered.clear()
    _city_offices.clear()
    _kinds.clear()


def everything(position: Position) -> Kinds:
    """All categories, imported ones too; read again only after something has happened."""
    if position not in _kinds:
        _kinds.clear()
        _kinds[position] = kinds()
    return _kinds[position]


_kinds: dict[Position, Kinds] = {}
