"""The pages of those on the telephone and of those who send crews."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.city.dispatch import access, access_housing
from veche.city.dispatch import words_housing as said
from veche.city.dispatch.forms import housing as forms
from veche.city.dispatch.models import Call, Crew, CrewTrip
from veche.city.dispatch.operations import calls as operations
from veche.city.dispatch.operations import crews as crew_operations
from veche.city.dispatch.queries import housing as queries
from veche.city.dispatch.queries.lists import kinds_now
from veche.core.organisations.middleware import asker
from veche.core.places.models import Territory
from veche.core.places.queries import atlas
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent, sign_in

COUNTED = dt.timedelta(days=7)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def calls(request: HttpRequest) -> HttpResponse:
    """Take a call: what is known already stands beside; below, whom to ring back and the last.

    Raises:
        veche.city.dispatch.access_housing.NotOnTheTelephone: a resident.
    """
    who, at, places = asker(request), clock.now(), atlas()
    if who.person is None:
        return sign_in(request)
    access_housing.check_telephone(who.person, at)
    data = sent(request) if request.method == "POST" else request.GET
    chosen = places.by_code.get(data.get("territory", ""))
    place: Territory | None = chosen or places.home()
    off, open_ones = queries.known_near(place, at, places) if place else ([], [])
    titles = [(one, said.title(one, places.by_id.get(one.case.territory_id))) for one in off]
    post = request.method == "POST" and data.get("do") != "look"
    form = forms.CallForm(data) if post else forms.CallForm(initial=_typed(data))
    form.know(kinds_now(at), open_ones, titles)
    status = 200
    if post:
        status = 422
        if form.is_valid() and chosen is not None and _has_spot(form, chosen):
            values = form.cleaned_data
            try:
                made = operations.take_call(
                    by=who.person,
                    at=at,
                    outcome=values["outcome"],
                    territory=chosen,
                    kind=form.kinds.get(values["kind"]),
                    title=values["title"],
                    incident=form.incidents.get(values["incident"]),
                    shut_off=form.shut_offs.get(values["shut_off"]),
                    address=values["address"],
                    said=values["said"],
                    name=values["name"],
                    telephone=values["telephone"],
                    ring_back=values["ring_back"],
                    vulnerable=values["vulnerable"],
                    point=values.get("point"),
                    submission=values["submission"],
                )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The call is written down."))
                if made.outcome == Call.Outcome.INCIDENT and made.incident is not None:
                    return redirect("dispatch:incident", made.incident.case.number)
                return redirect("dispatch:calls")
    found = queries.calls_by_outcome(at - COUNTED)
    context = {
        "form": form,
        "place": place,
        "known": titles,
        "open": open_ones,
        "ring": queries.to_ring_back(),
        "calls": [(one, said.OUTCOMES[one.outcome]) for one in queries.calls()],
        "week": found.total(),
        "answered": found["known"] + found["advice"],
    }
    return render(request, "dispatch/housing/calls.html", context, status=status)


def _has_spot(form: forms.CallForm, place: Territory) -> bool:
    """Find the pin that is asked for; where nothing tells where it stands, the form says so."""
    values = form.cleaned_data
    if values["spot"] and values["outcome"] == Call.Outcome.INCIDENT:
        values["point"] = queries.spot_of(values["address"], place)
        if values["point"] is None:
            form.add_error(
                "address", _("Neither the map nor a register knows this address in this place.")
            )
    return not form.errors


def _typed(data: QueryDict) -> dict[str, Any]:
    """What was typed, for a form that is shown once more and not judged yet."""
    return {name: data[name] for name in forms.CallForm.base_fields if name in data}


@never_cache
@require_POST
def rung(request: HttpRequest, number: int) -> HttpResponse:
    """The caller was told."""
    who = asker(request)
    if who.person is None:
        return sign_in(request)
    call = get_object_or_404(Call, pk=number)
    operations.rung_back(by=who.person, at=clock.now(), call=call)
    messages.success(request, _("Written down: the caller was rung."))
    return redirect("dispatch:calls")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def crews(request: HttpRequest) -> HttpResponse:
    """Where the crews are: free ones first; send one, add one.

    Raises:
        veche.city.dispatch.access_housing.NotOfTheOffice: somebody with no crews to send.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    own = access.offices(who.holdings)
    dispatches = any(one.role == access.DISPATCHER for one in who.holdings)
    if not own and not dispatches:
        raise access_housing.NotOfTheOffice
    rows, open_ones = queries.crews(who.holdings), queries.open_incidents(who.holdings)
    free = [one for one in rows if not one.now]  # type: ignore[attr-defined]
    allowed = forms.allowed_offices(own, all_of_them=False)
    data = sent(request) if request.method == "POST" else None
    adding = data is not None and data.get("do") == "add"
    add = forms.CrewForm(data if adding else None, allowed=allowed)
    send = forms.SendForm(
        data if data is not None and not adding else None, crews=free, incidents=open_ones
    )
    status = 200
    form: forms.CrewForm | forms.SendForm = add if adding else send
    if data is not None:
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                if adding:
                    crew_operations.add_crew(
                        by=who.person,
                        at=at,
                        organisation=add.allowed[values["organisation"]],
                        name=values["name"],
                        skills=values["skills"],
                    )
                else:
                    crew_operations.send_crew(
                        by=who.person,
                        at=at,
                        crew=send.crews[values["crew"]],
                        incident=send.incidents[values["incident"]],
                    )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                done = _("The crew is added.") if adding else _("The crew is sent.")
                messages.success(request, done)
                return redirect("dispatch:crews")
    context = {
        "rows": rows,
        "free": len(free),
        "add": add if allowed else None,
        "send": send if free and open_ones else None,
    }
    return render(request, "dispatch/housing/crews.html", context, status=status)


@never_cache
@require_POST
def trip(request: HttpRequest, number: int) -> HttpResponse:
    """The crew has arrived, or is free."""
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    found = get_object_or_404(CrewTrip, pk=number)
    act = crew_operations.arrive if request.POST.get("do") == "arrive" else crew_operations.free
    act(by=who.person, at=at, trip=found)
    messages.success(request, _("Written down."))
    return redirect("dispatch:crews")


@never_cache
@require_POST
def crew_end(request: HttpRequest, number: int) -> HttpResponse:
    """A crew is no longer there."""
    who = asker(request)
    if who.person is None:
        return sign_in(request)
    crew_operations.end_crew(by=who.person, at=clock.now(), crew=get_object_or_404(Crew, pk=number))
    messages.success(request, _("The crew is taken off the list."))
    return redirect("dispatch:crews")
