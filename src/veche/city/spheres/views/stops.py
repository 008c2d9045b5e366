"""When the next one comes: plain text first, read aloud without a map."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.spheres import words
from veche.city.spheres.models import Stop
from veche.city.spheres.queries import transport as queries
from veche.core.places.queries import atlas
from veche.look.http import cached


@require_safe
def stops(request: HttpRequest) -> HttpResponse:
    """Find a stop by its name."""
    feed, at = queries.feed(), clock.now()
    text = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    context: dict[str, Any] = {
        "feed": feed,
        "text": text,
        "stops": queries.stops(feed, text) if feed else [],
        "fleet": queries.fleet(at),
        "at": at,
    }
    return cached(request, render(request, "spheres/stops.html", context))


@require_safe
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """What comes to a stop, in sentences.

    Raises:
        NotFound: there is no such stop.
    """
    return _page(request, queries.stop_of(pk), "spheres/stop.html")


@require_safe
def coming(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes, asked for every half minute.

    Raises:
        NotFound: there is no such stop.
    """
    return _page(request, queries.stop_of(pk), "spheres/parts/coming.html")


def _page(request: HttpRequest, found: Stop, template: str) -> HttpResponse:
    at = clock.now()
    zone = ZoneInfo(found.feed.time_zone)
    rows = [
        (one, _sentence(one, at), one.at.astimezone(zone).strftime("%H:%M"))
        for one in queries.arrivals(found, at)
    ]
    territory = atlas().by_id.get(found.territory_id) if found.territory_id else None
    context = {
        "stop": found,
        "territory": territory,
        "rows": rows,
        "at": at.astimezone(zone).strftime("%H:%M"),
    }
    return cached(request, render(request, template, context))


def _sentence(one: queries.Arrival, at: Any) -> str:
    """“Bus 12 to the station: in 3 minutes, 2 minutes late.”"""
    wait = max(0, round((one.at - at).total_seconds() / 60))
    comes = (
        gettext("now")
        if wait == 0
        else ngettext("in %(n)s minute", "in %(n)s minutes", wait) % {"n": wait}
    )
    if not one.told:
        late = gettext("by the timetable")
    elif one.minutes > 0:
        late = ngettext("%(n)s minute late", "%(n)s minutes late", one.minutes) % {"n": one.minutes}
    elif one.minutes < 0:
        early = -one.minutes
        late = ngettext("%(n)s minute early", "%(n)s minutes early", early) % {"n": early}
    else:
        late = gettext("on time")
    parts = {
        "mode": words.mode(one.mode), "line": one.line, "to": one.headsign or one.line_name,
        "comes": comes, "late": late,
    }  # fmt: skip
    return gettext("%(mode)s %(line)s to %(to)s: %(comes)s, %(late)s.") % parts
