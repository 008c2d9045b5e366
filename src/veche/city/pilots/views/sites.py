"""Pages of sites: the list with its map, one site with its calendar, its table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.pilots.access import sites as access
from veche.city.pilots.access.companies import programme_or_none, runs
from veche.city.pilots.models import Booking, Site, Trial
from veche.city.pilots.queries import sites as queries
from veche.city.pilots.queries.matching import history_of
from veche.city.pilots.rules.sites import OFFERED
from veche.city.pilots.words import sites as said
from veche.core.organisations.middleware import asker
from veche.core.places.ground import ground, plan
from veche.core.places.queries import Atlas, atlas
from veche.look.http import cached
from veche.look.plan import Mark, Plan, around
from veche.tables import csv_whole

HEAD = (
    "code", "name", "owner", "environment", "territory", "address", "latitude", "longitude",
    "offers", "requires", "people", "published_on", "next_free_from", "next_free_to", "places",
)  # fmt: skip
PAGE = 30
"""Sites on a page, and on the map beside it."""
WINDOW_HEAD = ("site", "from", "to", "places", "state", "application")


def row(site: Site, free: tuple[dt.date, dt.date, int] | None = None) -> dict[str, Any]:
    """What lists show of a site."""
    return {
        "site": site,
        "kind": said.ENVIRONMENTS.get(site.environment, site.environment),
        "offers": [said.feature(code, value) for code, value in site.offers.items()],
        "free": free,
    }


@require_safe
def sites(request: HttpRequest) -> HttpResponse:
    """The sites that take trials, on the map and in a list."""
    places, at, who = atlas(), clock.now(), asker(request)
    which = queries.read_filter(request.GET, places)
    found = queries.shown(which, at)
    free = queries.next_free(found, at)
    home = places.home()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    onto = list(page.object_list)
    shots = queries.first_photographs(onto)
    context = {
        "which": which,
        "rows": [
            {**row(one, free.get(one.pk)), "number": number, "shot": shots.get(one.pk)}
            for number, one in enumerate(onto, page.start_index())
        ],
        "total": len(found),
        "page": page,
        "free": len(free),
        "map": _map(onto, places, page.start_index()),
        "kinds": said.ENVIRONMENTS.items(),
        "features": [(one.code, said.FEATURES[one.code]) for one in OFFERED],
        "districts": places.children(home) if home else [],
        "keeps": bool(access.owned(who.holdings)),
        "agency": runs(who.holdings, programme_or_none()),
    }
    return cached(request, render(request, "pilots/sites_list.html", context))


def _map(found: Sequence[Site], places: Atlas, first: int) -> Plan | None:
    city = places.home()
    if city is None or not found:
        return None
    marks = [
        Mark(
            one.longitude,
            one.latitude,
            label=str(number),
            href=reverse("pilots:site", args=[one.code]),
            title=str(one),
        )
        for number, one in enumerate(found, first)
    ]
    title = _("Map of the sites; the list beside it says the same")
    return plan(ground(city, places), city.bounds, marks=marks, title=title)


@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """The sites of a choice as a table."""
    places, at = atlas(), clock.now()
    found = queries.shown(queries.read_filter(request.GET, places), at)
    free = queries.next_free(found, at)

    def lines() -> Iterator[Sequence[object]]:
        yield HEAD
        for one in found:
            first, last, count = free.get(one.pk, ("", "", ""))
            people = one.offers.get("people", "")
            offers = " ".join(
                code if value is True else f"{code}={value}" for code, value in one.offers.items()
            )
            yield (
                one.code, str(one), one.owner.code, one.environment, one.territory.code,
                one.address, one.latitude, one.longitude, offers, " ".join(one.requires), people,
                one.published_at.date() if one.published_at else "", first, last, count,
            )  # fmt: skip

    return cached(request, csv_whole("pilot-sites", lines()))


@require_safe
def site(request: HttpRequest, code: str) -> HttpResponse:
    """One site: what it is, what it offers and asks, when it is free, what was tested there.

    Raises:
        UnknownSite: there is none, or it is not published and they do not keep it.
    """
    at, places, who = clock.now(), atlas(), asker(request)
    one = access.site_for(code, who.holdings)
    windows, booked = queries.windows_of(one, at), queries.bookings_of(one, at)
    changes = access.changes(who.holdings, one)
    point = (one.longitude, one.latitude)
    city = places.by_id.get(one.territory.city_id or one.territory_id, one.territory)
    context = {
        **row(one, queries.next_free([one], at).get(one.pk)),
        "offered": [
            (said.KINDS.get(kind, kind), [said.feature(code, value) for code, value in rows])
            for kind, rows in queries.split(one.offers)
        ],
        "asks": [said.FEATURES[code] for code in one.requires],
        "reaches": [(said.GROUPS.get(group, group), n) for group, n in one.reaches.items()],
        "calendar": queries.calendar(windows, booked, at),
        "windows": [_window(window, booked, at) for window in windows],
        "photographs": list(one.photographs.select_related("file").order_by("place")),
        "trials": _trials(one, at),
        "history": history_of([one.pk]).get(one.pk),
        "map": plan(
            ground(city, places),
            around([point], least=0.012, margin=0.3),
            marks=[Mark(*point, tone="hot", title=str(one))],
            title=str(one),
        ),
        "changes": changes,
        "keeps": access.keeps(who.holdings, one),
        "held": [b for b in booked if b.standing == Booking.Standing.HELD] if changes else [],
        "at": at,
    }
    answer = render(request, "pilots/sites_site.html", context)
    return answer if changes else cached(request, answer)


def _window(window: Any, booked: Sequence[Booking], at: dt.datetime) -> dict[str, Any]:
    days = queries.days_of((window.during.lower, window.during.upper))
    mine = [one for one in booked if one.window_id == window.pk]
    return {
        "window": window,
        "days": days,
        "taken": [
            {
                "booking": one,
                "days": queries.days_of((one.during.lower, one.during.upper)),
                "state": said.STANDINGS[one.standing],
                # Held or booked, it was chosen by the panel: its title is public.
                "url": reverse("pilots:application", args=[one.application.case.number]),
            }
            for one in mine
        ],
    }


def _trials(one: Site, at: dt.datetime) -> list[Trial]:
    rows = Trial.objects.filter(site=one, application__case__hidden_at=None)
    return list(rows.select_related("application__case").order_by("-starts_at")[:30])


@require_safe
def windows_csv(request: HttpRequest, code: str) -> HttpResponse:
    """When a site is open and what is taken, as a table."""
    at = clock.now()
    one = access.site_for(code, asker(request).holdings)
    windows, booked = queries.windows_of(one, at), queries.bookings_of(one, at)

    def lines() -> Iterator[Sequence[object]]:
        yield WINDOW_HEAD
        for window in windows:
            first, last = queries.days_of((window.during.lower, window.during.upper)) or ("", "")
            yield one.code, first, last, window.places, "open", ""
        for taken in booked:
            days = queries.days_of((taken.during.lower, taken.during.upper)) or ("", "")
            yield one.code, *days, 1, taken.standing, taken.application.case.number

    return csv_whole(f"site-{one.code}", lines())
