"""Everybody's pages of shut-offs, and what their offices do with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch import access, access_housing
from veche.city.dispatch import words_housing as said
from veche.city.dispatch.forms import housing as forms
from veche.city.dispatch.models import ShutOff
from veche.city.dispatch.operations import shutoffs
from veche.city.dispatch.queries import housing as queries
from veche.core.cases.line import line_in_words
from veche.core.cases.queries import clocks, history
from veche.core.organisations.middleware import asker
from veche.core.places.ground import ground, plan
from veche.core.places.queries import Atlas, atlas
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import cached, sent, sign_in
from veche.look.plan import Mark, Plan, around
from veche.tables import csv_whole


def _row(one: ShutOff, at: dt.datetime, places: Atlas) -> dict[str, Any]:
    place = places.by_id.get(one.case.territory_id, one.case.territory)
    state = queries.state_of(one, at)
    return {
        "one": one,
        "case": one.case,
        "place": place,
        "service": said.SERVICES[one.service],
        "where": said.where(one, place),
        "state": f"shut-off-{state}",
        "late": state == "late",
        "later": one.ends_at > one.first_ends_at,
    }


@require_safe
def shut_offs(request: HttpRequest) -> HttpResponse:
    """What does not come now and what will not, on the map and in a list."""
    places, at = atlas(), clock.now()
    which = queries.read_filter(request.GET, places)
    rows = queries.shown(which, at, places)
    running = [one for one in rows if one.case.state == "running"]
    home = places.home()
    context = {
        "which": which,
        "asked": ", ".join(part for part in (which.street, which.house) if part),
        "rows": [_row(one, at, places) for one in rows],
        "running": len(running),
        "announced": sum(one.case.state == "announced" for one in rows),
        "counts": queries.counts(rows),
        "services": said.SERVICES.items(),
        "map": _map(running, places),
        "districts": places.children(home) if home else [],
        "works": access_housing.answers(asker(request).holdings),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
    }
    return cached(request, render(request, "dispatch/housing/list.html", context))


def _map(rows: Sequence[ShutOff], places: Atlas) -> Plan | None:
    city = places.home()
    if city is None:
        return None
    marks = [
        Mark(
            one.longitude,
            one.latitude,
            tone="pin",
            href=reverse("dispatch:shut-off", args=[one.case.number]),
            title=said.title(one, places.by_id.get(one.case.territory_id)),
        )
        for one in rows
        if one.longitude is not None and one.latitude is not None
    ]
    title = _("Map of what is shut off now; the list beside it says the same")
    return plan(ground(city, places), city.bounds, marks=marks, title=title)


@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """The shut-offs of the choice as a table."""
    places, at = atlas(), clock.now()
    rows = queries.shown(queries.read_filter(request.GET, places), at, places)
    lines: list[Sequence[object]] = [
        ("number", "service", "state", "planned", "office", "territory", "street", "houses",
         "starts_datetime", "ends_datetime", "first_ends_datetime", "restored_datetime", "reason")
    ]  # fmt: skip
    lines += [
        (
            one.case.number, one.service, queries.state_of(one, at), one.planned,
            one.case.organisation.code if one.case.organisation else "",
            places.by_id[one.case.territory_id].code, one.street, " ".join(one.houses),
            _moment(one.starts_at), _moment(one.ends_at), _moment(one.first_ends_at),
            _moment(one.restored_at), one.reason,
        )
        for one in rows
    ]  # fmt: skip
    return cached(request, csv_whole("shut-offs", lines))


def _moment(value: dt.datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


@require_safe
def shut_off(request: HttpRequest, number: str) -> HttpResponse:
    """One shut-off: what, where, until when, why, what to do; as a notice for the door on paper."""
    at, places, who = clock.now(), atlas(), asker(request)
    one = queries.shut_off(number)
    events = history(one.case)
    point = None
    if one.longitude is not None and one.latitude is not None:
        point = (one.longitude, one.latitude)
    place = places.by_id.get(one.case.territory_id, one.case.territory)
    city = places.by_id.get(place.city_id or place.pk, place)
    mine = one.case.organisation_id in access.offices(who.holdings)
    context = {
        **_row(one, at, places),
        "line": line_in_words(one.case, events, clocks(one.case)),
        "told": [
            (event.at, said.DID[event.move], event.public.get("text", ""))
            for event in reversed(events)
        ],
        "map": plan(
            ground(city, places),
            around([point], least=0.009, margin=0.3),
            marks=[Mark(*point, tone="hot", title=said.where(one, place))],
            title=said.where(one, place),
            ratio="4x3",
        )
        if point is not None
        else None,
        "may_end": mine and one.case.state == "running",
        "may_call_off": mine and one.case.state == "announced",
        "may_prolong": mine and one.case.state in ("running", "announced"),
        "at": at,
    }
    answer = render(request, "dispatch/housing/one.html", context)
    return answer if mine else cached(request, answer)


# --- what offices do ----------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: HttpRequest) -> HttpResponse:
    """Announce a shut-off, or tell of one that came without notice.

    Raises:
        veche.city.dispatch.access_housing.NotOfTheOffice: a resident.
    """
    who, at, places = asker(request), clock.now(), atlas()
    if who.person is None:
        return sign_in(request)
    dispatches = any(one.role == access.DISPATCHER for one in who.holdings)
    allowed = forms.allowed_offices(access.offices(who.holdings), all_of_them=dispatches)
    if not allowed:
        raise access_housing.NotOfTheOffice
    if request.method != "POST":
        return _announcing(request, forms.ShutOffForm(allowed=allowed))
    form = forms.ShutOffForm(sent(request), allowed=allowed)
    if not form.is_valid():
        return _announcing(request, form, 422)
    values = form.cleaned_data
    place = places.by_code[values["territory"]]
    try:
        made = shutoffs.announce(
            by=who.person,
            at=at,
            service=values["service"],
            organisation=form.allowed[values["organisation"]],
            territory=place,
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            reason=values["reason"],
            street=values["street"],
            houses=values["houses"],
            instead=values["instead"],
            point=queries.point_of(values["street"], place),
            submission=values["submission"],
        )
    except Refused as refusal:
        say_refusal(form, refusal)
        return _announcing(request, form, refusal.status)
    messages.success(request, _("It is announced; whom it concerns is told."))
    return redirect("dispatch:shut-off", made.case.number)


def _announcing(request: HttpRequest, form: forms.ShutOffForm, status: int = 200) -> HttpResponse:
    return render(request, "dispatch/housing/announce.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def later(request: HttpRequest, number: str) -> HttpResponse:
    """Tell a later end."""
    return _act(request, number, _("Tell a later end"), forms.LaterForm, shutoffs.prolong)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def restored(request: HttpRequest, number: str) -> HttpResponse:
    """It comes again."""
    return _act(request, number, _("It is restored"), forms.RestoredForm, shutoffs.restore)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def called_off(request: HttpRequest, number: str) -> HttpResponse:
    """It does not take place."""
    return _act(request, number, _("Call it off"), forms.WordsForm, shutoffs.call_off)


def _act(
    request: HttpRequest, number: str, title: str, kind: type[Form], run: Callable[..., ShutOff]
) -> HttpResponse:
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    one = queries.shut_off(number)
    access_housing.check_owner(who.person, at, one)
    initial = {"seen": one.case.seq, "ends_at": one.ends_at}
    form = kind(sent(request)) if request.method == "POST" else kind(initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run(by=who.person, at=at, shut_off=one, **form.cleaned_data)
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("It is written down; whom it concerns is told."))
                return redirect("dispatch:shut-off", number)
    context = {**_row(one, at, atlas()), "form": form, "title": title}
    return render(request, "dispatch/housing/act.html", context, status=status)
