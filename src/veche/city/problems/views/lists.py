"""The list of problems with its map, as a page, a table and a feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.problems import ground as grounds
from veche.city.problems.queries import lists
from veche.city.problems.queries import rows as queries
from veche.city.problems.queries.categories import Kinds
from veche.city.problems.queries.lists import Filter, Position, Tally
from veche.city.problems.views import hits
from veche.city.problems.views.common import cached
from veche.city.problems.views.hits import Hit
from veche.core.cases.models import Case
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas, atlas
from veche.errors import NotFound
from veche.look.plan import Cluster, Mark, Plan, draw

MARKED = 12
"""Rows of the page that stand on the map by their number."""
STATE_WORDS = {
    "open": _("not solved yet"),
    "late": _("overdue"),
    "answered": _("answered by the office"),
    "confirmed": _("confirmed by the author"),
    "unconfirmed": _("answered, not confirmed"),
    "refused": _("refused by the office"),
    "all": _("any"),
}
ORDER_WORDS = {"newest": _("newest first"), "due": _("due soonest first")}


def asked(request: HttpRequest) -> tuple[Filter, Atlas, Kinds, Position]:
    """The filter of the address, what it was read by, and where the journal stands.

    Raises:
        NotFound: there is no city yet.
    """
    places, position = atlas(), lists.stands()
    known = lists.everything(position)
    which = lists.read(request.GET, places, known)
    if which is None:
        raise NotFound
    return lists.seen(which, places), places, known, position


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """The list and the map."""
    which, places, known, position = asked(request)
    at = clock.now()
    if which.words and Case.objects.filter(number=which.words, procedure="problem").exists():
        return HttpResponseRedirect(reverse("problems:matter", args=[which.words]))
    total = lists.tally(which, at, places, known, position)
    last = max(1, -(-total.count // lists.PAGE))
    which = replace(which, page=min(which.page, last))
    shown = hits.rows(queries.rows_of(which, at, places, known, total), at, places, known)
    context: dict[str, Any] = {
        "which": which,
        "total": total,
        "bar": _bar(which, total, position),
        "hits": hits.html(shown, MARKED),
        "page": {"number": which.page, "last": min(last, lists.LAST_PAGE)},
        "sentence": _sentence(which, total, places, known, position),
        "map": _drawn(which, total, shown, places, position),
        "beside": _beside(which, total, places, position),
        "query": which.parameters(),
    }
    return cached(request, render(request, "problems/list.html", context))


# Parts of the page that change only when something happens: kept by the journal's position.
_parts_kept: dict[tuple[Any, ...], str] = {}
MOST_PARTS = 60


def _kept(position: Position, key: tuple[Any, ...], make: Callable[[], str]) -> SafeString:
    full = (*position, get_language(), *key)
    known = _parts_kept.get(full)
    if known is None:
        if len(_parts_kept) >= MOST_PARTS:
            _parts_kept.clear()
        known = _parts_kept[full] = make()
    return SafeString(known)


def _age(total: Tally) -> dt.datetime | None:
    """What the parts that show counts are kept by besides the journal's position: the counts of a
    large list may be of an earlier one, and are all of one moment on a page."""
    return total.at if total.large else None


def _sentence(
    which: Filter, total: Tally, places: Atlas, known: Kinds, position: Position
) -> SafeString:
    """The filter as a sentence of choices."""

    def make() -> str:
        return render_to_string(
            "problems/parts/sentence.html",
            {
                "which": which,
                "total": total,
                "places": _places(places, which),
                "categories": _categories(known, which),
                "states": STATE_WORDS.items(),
                "orders": ORDER_WORDS.items(),
            },
        )

    return _kept(position, ("sentence", replace(which, page=1, box=None).parameters()), make)


def _bar(which: Filter, total: Tally, position: Position) -> SafeString:
    """How many there are, and what can be done with all of them."""

    def make() -> str:
        return render_to_string(
            "problems/parts/bar.html",
            {
                "which": which,
                "total": total,
                "wider": which.parameters(box=None) if which.box else "",
                "wordless": which.parameters(words="") or reverse("problems:list"),
                "query": which.parameters(),
            },
        )

    return _kept(position, ("bar", which.parameters(), total.late, _age(total)), make)


def _drawn(
    which: Filter, total: Tally, rows: Sequence[Hit], places: Atlas, position: Position
) -> SafeString:
    """The map of a page."""
    marks = tuple((row.number, row.late) for row in rows[:MARKED])
    key = ("map", which.parameters(), total.late, _age(total), marks)
    return _kept(position, key, lambda: draw(_map(which, total, rows, places)))


def _beside(which: Filter, total: Tally, places: Atlas, position: Position) -> SafeString:
    """What the map means, and the table of places; the same on every page of a filter."""

    def make() -> str:
        return render_to_string(
            "problems/parts/beside.html", {"parts": _parts(which, total, places)}
        )

    return _kept(position, ("beside", which.parameters(), total.late, _age(total)), make)


def _map(which: Filter, total: Tally, rows: Sequence[Hit], places: Atlas) -> Plan:
    """The first rows by their numbers, and circles that count the others."""
    bounds = which.bounds
    wide, tall = lists.grid(bounds)
    west, south = bounds[0], bounds[1]
    taken: dict[tuple[int, int], int] = {}
    marks = []
    for row in rows[:MARKED]:
        square = (int((row.lon - west) // wide), int((row.lat - south) // tall))
        taken[square] = taken.get(square, 0) + 1
        marks.append(
            Mark(
                row.lon,
                row.lat,
                label=str(row.n),
                tone="late" if row.late else "pin",
                href=row.url,
                title=row.title,
            )
        )
    clusters = []
    closer = which.boxes()
    titles: dict[int, str] = {}
    for cell in total.cells:
        count = cell.count - taken.get((cell.column, cell.row), 0)
        if count < 1:
            continue
        box = (
            west + cell.column * wide,
            south + cell.row * tall,
            west + (cell.column + 1) * wide,
            south + (cell.row + 1) * tall,
        )
        if count not in titles:
            titles[count] = ngettext(
                "%(count)s more problem here: look closer",
                "%(count)s more problems here: look closer",
                count,
            ) % {"count": count}
        clusters.append(
            Cluster(cell.longitude, cell.latitude, count, href=closer(box), title=titles[count])
        )
    return grounds.plan(
        grounds.ground(which.city, places),
        bounds,
        focus=which.place,
        marks=marks,
        clusters=clusters,
        title=gettext("Map of these problems; the list beside it says the same"),
    )


def _parts(which: Filter, total: Tally, places: Atlas) -> list[dict[str, Any]]:
    """The districts of a city, or the neighbourhoods of a district, with their counts."""
    rows = []
    for part in places.children(which.place):
        inside = places.inside(part)
        count = sum(total.by_territory.get(pk, (0, 0))[0] for pk in inside)
        late = sum(total.by_territory.get(pk, (0, 0))[1] for pk in inside)
        link = which.parameters(place=part, box=None)
        rows.append({"name": str(part), "count": count, "late": late, "url": link})
    return sorted(rows, key=lambda row: (-row["count"], row["name"]))


def _places(places: Atlas, which: Filter) -> list[dict[str, Any]]:
    """The choices of the place: every city with what lies in it, only names for other cities."""
    found: list[dict[str, Any]] = [{"label": "", "rows": list(places.cities)}]
    for district in places.children(which.city):
        below: list[Territory] = [district, *places.children(district)]
        found.append({"label": str(district), "rows": below})
    return found


def _categories(known: Kinds, which: Filter) -> list[dict[str, Any]]:
    """The choices of the category: own ones for the own city, imported ones for an imported."""
    return [{"group": group, "rows": rows} for group, rows in known.of(which.city).groups]
