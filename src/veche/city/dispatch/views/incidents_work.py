"""The pages of those on duty: their work list, a new incident; and the public register."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch import access
from veche.city.dispatch import words as said
from veche.city.dispatch.forms.incidents import OpenForm
from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations.incidents import report
from veche.city.dispatch.queries import incidents as queries
from veche.city.dispatch.queries import lists
from veche.core.moderation.preview import pressed as hidden_words
from veche.core.organisations.middleware import asker
from veche.core.places import ground as grounds
from veche.core.places.pressing import STEPS, pressed, read_window
from veche.core.places.queries import Atlas, atlas
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import cached, sent, sign_in
from veche.look.plan import Bounds
from veche.tables import csv_whole


@never_cache
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """What is open for whoever asks, first things first.

    Raises:
        veche.city.dispatch.access.NotATeller: a resident.
    """
    who, at, places = asker(request), clock.now(), atlas()
    if who.person is None:
        return sign_in(request)
    if not access.tells(who.holdings):
        raise access.NotATeller
    drills = request.GET.get("drills") == "1"
    rows = [_row(one, at, places) for one in lists.work(who.holdings, drills=drills)]
    context: dict[str, Any] = {
        "rows": rows,
        "turn": sum(row["mine"].turn for row in rows),
        "late": sum(row["late"] for row in rows),
        "drills": drills,
        "drills_open": 0 if drills else lists.drills_open(),
        "most": len(rows) == lists.MOST_OF_MINE,
    }
    return render(request, "dispatch/incidents/work.html", context)


def _row(mine: lists.Mine, at: dt.datetime, places: Atlas) -> dict[str, Any]:
    one = mine.incident
    state = queries.state_of(one, at)
    case = mine.task.case if mine.task else one.case
    due = case.due_at
    return {
        "mine": mine,
        "incident": one,
        "state": f"incident-{one.case.state}",
        "late": state == "incident-late",
        "left": queries.left(at, due) if due else "",
        "overdue": due is not None and due < at,
        "place": places.by_id.get(one.case.territory_id),
        "severity": said.SEVERITIES[one.severity],
        "vulnerable": said.VULNERABLE[one.vulnerable] if one.vulnerable else "",
        "tier": said.TIERS[one.tier],
    }


@require_safe
def pending(request: HttpRequest) -> HttpResponse:
    """The register of what cannot be ended in time, each with the reason of its office."""
    at, places = clock.now(), atlas()
    rows = [_waiting(one, at, places) for one in lists.pending(at)]
    context = {"rows": rows, "late": sum(bool(row["late"]) for row in rows)}
    return cached(request, render(request, "dispatch/incidents/pending.html", context))


def _waiting(one: Incident, at: dt.datetime, places: Atlas) -> dict[str, Any]:
    return {
        "incident": one,
        "place": places.by_id.get(one.case.territory_id),
        "since": one.case.moved_at,
        "for_long": at - (one.case.moved_at or at),
        "late": one.case.due_at is not None and one.case.due_at < at,
    }


@require_safe
def pending_csv(request: HttpRequest) -> HttpResponse:
    """The register as a table."""
    places = atlas()
    lines: list[tuple[object, ...]] = [
        ("number", "kind", "title", "office", "territory", "since_datetime", "until_datetime",
         "reason")
    ]  # fmt: skip
    for one in lists.pending(clock.now()):
        case = one.case
        lines.append(
            (case.number, one.kind.code, one.title,
             case.organisation.code if case.organisation else "",
             places.by_id[case.territory_id].code,
             case.moved_at.isoformat(timespec="seconds") if case.moved_at else "",
             case.due_at.isoformat(timespec="seconds") if case.due_at else "",
             one.pending_reason)
        )  # fmt: skip
    return cached(request, csv_whole("pending-register", lines))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open an incident: the form, and the incident when it is sent.

    Raises:
        veche.city.dispatch.access.NotATeller: a resident, who reports problems.
    """
    who, at, places = asker(request), clock.now(), atlas()
    if who.person is None:
        return sign_in(request)
    if not access.tells(who.holdings):
        raise access.NotATeller
    home = places.home()
    window: Bounds = home.bounds if home else (-180.0, -85.0, 180.0, 85.0)
    if request.method != "POST":
        return _form(request, OpenForm(initial=_asked(request)).know(at), window)
    data = sent(request)
    window = pressed(data, read_window(data.get("window", "")) or window)
    step = data.get("do", "")
    if step in (*STEPS, "unpin") or "point.x" in data:
        if step == "unpin":
            data["longitude"] = data["latitude"] = ""
        initial: dict[str, Any] = {name: data.get(name) for name in data}
        initial["drill"] = bool(data.get("drill"))
        return _form(request, OpenForm(initial=initial).know(at), window)
    form = OpenForm(data).know(at)
    if not form.is_valid() or hidden_words(data) or form.place is None:
        return _form(request, form, window, status=422)
    cleaned = form.cleaned_data
    try:
        made = report(
            by=who.person,
            at=at,
            kind=form.kinds[cleaned["kind"]],
            territory=form.place,
            title=cleaned["title"],
            text=cleaned["text"],
            source=cleaned["source"],
            point=form.point(),
            drill=cleaned["drill"],
            submission=cleaned["submission"],
            **form.grade(),
        )
    except Refused as refusal:
        say_refusal(form, refusal)
        return _form(request, form, window, status=refusal.status)
    messages.success(request, _("The incident is open: make sure of it now."))
    return redirect(queries.address(made))


def _asked(request: HttpRequest) -> dict[str, str]:
    """What an address fills in: a kind, a place, a title."""
    names = ("kind", "territory", "title", "longitude", "latitude")
    return {
        name: request.GET[name].replace("\x00", "")[:160] for name in names if request.GET.get(name)
    }


def _form(
    request: HttpRequest, form: OpenForm, window: Bounds, *, status: int = 200
) -> HttpResponse:
    values = form.data if form.is_bound else form.initial
    lon, lat = values.get("longitude") or "", values.get("latitude") or ""
    try:
        stands = atlas().at(float(lon), float(lat))
    except (TypeError, ValueError):
        lon, lat, stands = "", "", None
    context = {
        "form": form,
        "lon": lon,
        "lat": lat,
        "here": stands,
        "window": ",".join(f"{part:.6f}" for part in window),
        "side": grounds.PICTURE_SIDE,
    }
    return render(request, "dispatch/incidents/new.html", context, status=status)
