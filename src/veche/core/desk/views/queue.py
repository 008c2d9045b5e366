"""The queue: a page of it, the opened matter, the table file, print."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from veche import clock
from veche.core.cases.models import Case
from veche.core.desk import operations, queries
from veche.core.desk.adapter import DeskAction, actions_for, desk_of, desks
from veche.core.desk.filters import Filters
from veche.core.desk.guard import after, staff_only
from veche.core.desk.views.rows import html, options
from veche.core.desk.views.rows import views as written_views
from veche.core.organisations.middleware import Asker, asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import NotFound, Refused
from veche.tables import csv_answer


def seated(request: HttpRequest, at: dt.datetime) -> tuple[Asker, Person, queries.SeatNow]:
    """Who asks, and how they sit; at the first visit they sit down."""
    who = asker(request)
    assert who.person is not None  # `staff_only` has seen to it
    seat = queries.seat_of(who.person, who.holdings)
    if seat is None:
        operations.sit_down(by=who.person, at=at)
        seat = queries.seat_of(who.person, who.holdings)
        assert seat is not None
    return who, who.person, seat


@require_GET
@staff_only
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this person, soonest term first, and the matter they opened."""
    at = clock.now()
    opened = _opened(request, asker(request), at)
    if request.headers.get("HX-Target") == "panel" and opened is not None:
        response = render(request, "desk/panel.html", opened)
        patch_vary_headers(response, ("HX-Target",))
        return response
    who, person, seat = seated(request, at)
    filters = Filters.of(request.GET.dict())
    places = atlas()
    listing = queries.listing(
        person,
        who.holdings,
        filters=filters,
        number=_page(request),
        seat=seat,
        at=at,
        places=places,
    )
    home = places.home()
    kinds = [(one.procedures[0], one.title) for one in desks()]
    opened_number = opened["case"].number if opened else ""
    desk = reverse("desk:queue")
    context = {
        "listing": listing,
        "views": written_views(listing.views, desk),
        "filters": filters,
        "query": filters.query(),
        "here": _here(request),
        "seat": seat,
        "person": person,
        "desk": desk,
        "kinds": options(kinds, filters.kind) if len(kinds) > 1 else "",
        "offices": options([(one.code, one) for one in listing.offices], ""),
        "districts": options(
            [(one.code, one) for one in places.children(home)] if home else (), filters.district
        ),
        "themes": options(_themes(), filters.theme),
        "states": options(listing.states, filters.state),
        "rows": html(listing.rows, filters.query(), listing.page, opened_number),
        "moves": options([(code, f"{one.title}…") for code, one in _moves(who)], ""),
        "waiting": queries.waiting_bulks(person) if seat.waits else [],
        **(opened or {}),
    }
    response = render(request, "desk/queue.html", context)
    patch_vary_headers(response, ("HX-Target",))
    return response


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _here(request: HttpRequest) -> str:
    """The address of the present view and page, without what is opened."""
    query = Filters.of(request.GET.dict()).query()
    if _page(request) > 1:
        query += f"{'&' if query else ''}page={_page(request)}"
    return reverse("desk:queue") + (f"?{query}" if query else "")


REMEMBER_SECONDS = 60.0
_themes_known: dict[tuple[str, str], tuple[float, list[tuple[str, str]]]] = {}


def _themes() -> list[tuple[str, str]]:
    """Every theme and its word; they change a few times a year, so a minute-old list will do."""
    key = (str(connection.settings_dict["NAME"]), get_language() or "")
    until, known = _themes_known.get(key, (0.0, []))
    if not known or until < time.monotonic():
        found: dict[str, str] = {}
        for desk in desks():
            if desk.themes is not None:
                found |= desk.themes()
        known = sorted(found.items(), key=lambda pair: pair[1])
        _themes_known[key] = (time.monotonic() + REMEMBER_SECONDS, known)
    return known


def _moves(who: Asker) -> list[tuple[str, DeskAction]]:
    """The steps that can be made for many of what lies here: ``procedure.move`` and action."""
    found = []
    for desk in desks():
        for action in desk.actions:
            if action.bulk is None:
                continue
            for code in desk.procedures:
                if queries.can_ever(who.roles, code, action.move):
                    found.append((f"{code}.{action.move}", action))
    return found


def _opened(request: HttpRequest, who: Asker, at: dt.datetime) -> dict[str, Any] | None:
    """The matter in the side panel; a number that leads nowhere opens nothing."""
    number = request.GET.get("open", "")[:20].replace("\x00", "")
    assert who.person is not None  # `staff_only` has seen to it
    found = queries.opened(number, who.person) if number else None
    if found is None:
        return None
    case, beside = found
    try:
        context = folder(request, case, beside, who, _here(request))
    except Refused:
        return None
    if beside.seen != case.seq:
        operations.look(by=who.person, at=at, case=case)
    return context


def folder(
    request: HttpRequest, case: Case, beside: queries.Beside, who: Asker, here: str
) -> dict[str, Any]:
    """What the panel shows: the module's part, who works on it, templates, drafts, steps.

    Raises:
        Refused: this person may not see the matter.
    """
    desk = desk_of(case.procedure)
    if desk is None:
        raise NotFound
    drafts = beside.drafts
    panel = desk.panel(request, case, **({"drafts": drafts} if desk.own_forms else {}))
    line = panel.line or desk.lines([case.pk]).get(case.pk)
    forms = []
    if not desk.own_forms:
        for action in actions_for(case, who.holdings):
            if action.address:
                address = reverse(action.address, args=[case.number])
            else:
                address = reverse("desk:act", args=[case.number, action.move])
            form = action.form(
                case=case,
                auto_id=f"id_{action.move}_%s",
                initial={"next": here, **drafts.get(action.move, {})},
            )
            forms.append((action, form, address))
    return {
        "case": case,
        "line": line,
        "panel": panel,
        "here": here,
        "acts": forms,
        "taking": beside.taking,
        "me": who.person,
        "drafts": drafts,
        "templates": queries.templates_for(case, case.organisation, line, beside.words),
        "now": clock.now(),
        **panel.context,
    }


@require_GET
@staff_only
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """One matter for print: what the panel shows, on a page of its own."""
    who = asker(request)
    assert who.person is not None
    found = queries.opened(number, who.person)
    if found is None:
        raise NotFound
    context = folder(request, *found, who, reverse("desk:queue"))
    return render(request, "desk/matter.html", context)


@require_GET
@staff_only
def csv(request: HttpRequest) -> HttpResponseBase:
    """The view as a table file."""
    at = clock.now()
    who, person, seat = seated(request, at)
    filters = Filters.of(request.GET.dict())
    cases = queries.chosen(person, who.holdings, filters, seat, at)
    rows = queries.sheet(cases, person, filters.sort, at)
    return csv_answer(f"desk-{at:%Y-%m-%d}", rows)


MOST_PRINTED = 300
"""Rows of a printed list."""


@require_GET
@staff_only
def printed(request: HttpRequest) -> HttpResponse:
    """The view as a list for paper, with room for a tick and a word."""
    at = clock.now()
    who, person, seat = seated(request, at)
    filters = Filters.of(request.GET.dict())
    cases = queries.chosen(person, who.holdings, filters, seat, at)
    ids = queries.ordered(cases, filters.sort).values_list("pk", flat=True)[:MOST_PRINTED]
    found = queries.read(list(ids), person, filters.sort)
    rows = queries.rows_of(found, seat, at, atlas())
    context = {
        "rows": rows,
        "count": cases.count(),
        "most": MOST_PRINTED,
        "now": at,
        "back": reverse("desk:queue") + f"?{filters.query()}",
    }
    return render(request, "desk/print.html", context)


@require_POST
@staff_only
def seen(request: HttpRequest) -> HttpResponse:
    """Everything counts as seen from now on."""
    who = asker(request)
    assert who.person is not None
    operations.see_all(by=who.person, at=clock.now())
    return redirect(after(request))


@require_POST
@staff_only
def keys(request: HttpRequest) -> HttpResponse:
    """Turn single-letter commands on or off."""
    who = asker(request)
    assert who.person is not None
    operations.set_keys(by=who.person, at=clock.now(), single=request.POST.get("on") == "1")
    return redirect(after(request))
