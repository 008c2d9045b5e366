"""Making a call for ideas: the list of one's own, the form, the preview, the announcement."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ideas import access
from veche.city.ideas.forms.calls import CallForm, ReasonForm, first_phases, initial_of
from veche.city.ideas.models import Call
from veche.city.ideas.operations import calls as operations
from veche.city.ideas.operations.refusals import NotAnOrganiser
from veche.city.ideas.procedure import ORGANISER
from veche.city.ideas.queries import calls as queries
from veche.city.ideas.views.calls import page as call_page
from veche.city.ideas.views.common import sent
from veche.core.organisations.access import covers
from veche.core.organisations.choices import territories
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Organisation
from veche.core.organisations.queries import organisation_by_code
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.core.places.queries import atlas
from veche.errors import NotFound, Refused
from veche.languages import here

MOST = 200


def _places(request: HttpRequest) -> list[tuple[str, str]]:
    """The territories in which the person organises, as a form offers them."""
    held = [one for one in asker(request).holdings if one.role == ORGANISER]
    known = atlas().by_code
    return [
        (code, title)
        for code, title in territories(city=True)
        if any(covers(one, known.get(code)) for one in held)
    ]


def _mine(request: HttpRequest, number: str, *states: str) -> Call:
    """The call of this number in one of some states, for its organiser.

    Raises:
        NotFound: there is none.
        NotAnOrganiser: it is not theirs.
    """
    who = asker(request)
    call = access.call_seen_by(number, who.person, who.holdings)
    if not access.organises(call, who.holdings):
        raise NotAnOrganiser
    if call.case.state not in states:
        raise NotFound
    return call


@require_safe
@signed_in(ORGANISER, NotAnOrganiser)
def mine(request: HttpRequest, _person: Person) -> HttpResponse:
    """The calls of the places in which somebody organises, drafts first."""
    at = clock.now()
    rows = [
        {"call": one, "title": here(one.titles), "course": queries.course_of(one, at)}
        for one in queries.organised(asker(request).holdings)[:MOST]
    ]
    return render(request, "ideas/organise.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(ORGANISER, NotAnOrganiser)
def draft(request: HttpRequest, person: Person) -> HttpResponse:
    """A new call, blank with phases proposed."""
    at = clock.now()
    if request.method != "POST":
        start = {"who": "anyone", **first_phases(at)}
        return _form(request, CallForm(initial=start, territories=_places(request)))
    form = CallForm(sent(request), territories=_places(request))
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        place, office = _chosen(form)
        made = operations.draft_call(
            by=person, at=at, territory=place, office=office, **form.told()
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, status=refusal.status)
    messages.success(request, gettext("The draft is kept: look at it, then announce it."))
    return HttpResponseRedirect(reverse("ideas:call", args=[made.case.number]))


def _chosen(form: CallForm) -> tuple[Territory, Organisation]:
    given = form.cleaned_data
    return atlas().by_code[given["territory"]], organisation_by_code(given["office"])


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(ORGANISER, NotAnOrganiser)
def change(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """A draft, written anew."""
    call = _mine(request, number, "draft")
    if request.method != "POST":
        form = CallForm(initial=initial_of(call), territories=_places(request))
        return _form(request, form, call)
    data = sent(request)
    data["territory"] = call.case.territory.code  # a case stays where it was opened
    form = CallForm(data, territories=_places(request))
    if not form.is_valid():
        return _form(request, form, call, status=422)
    try:
        operations.change_call(
            by=person,
            at=clock.now(),
            case=call.case,
            office=_chosen(form)[1],
            seen=form.cleaned_data["seen"],
            **form.told(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, call, status=refusal.status)
    messages.success(request, gettext("The draft is kept: look at it, then announce it."))
    return HttpResponseRedirect(reverse("ideas:call", args=[number]))


def _form(
    request: HttpRequest, form: CallForm, call: Call | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "call": call, "title": here(call.titles) if call else ""}
    return render(request, "ideas/call_form.html", context, status=status)


@require_POST
@signed_in(ORGANISER, NotAnOrganiser)
def announce(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Everybody can read it from now on."""
    call = _mine(request, number, "draft")
    looked = request.POST.get("seen", "")
    seen = int(looked) if looked.isascii() and looked.isdigit() and len(looked) < 9 else None
    try:
        operations.announce_call(by=person, at=clock.now(), case=call.case, seen=seen)
    except Refused as refusal:
        return call_page(request, call, refusal=str(refusal), status=refusal.status)
    messages.success(request, gettext("It is announced: everybody can read it."))
    return HttpResponseRedirect(reverse("ideas:call", args=[number]))


@require_POST
@signed_in(ORGANISER, NotAnOrganiser)
def drop(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The draft is thrown away."""
    call = _mine(request, number, "draft")
    operations.drop_call(by=person, at=clock.now(), case=call.case)
    messages.success(request, gettext("The draft is dropped."))
    return HttpResponseRedirect(reverse("ideas:organise"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(ORGANISER, NotAnOrganiser)
def cancel(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """An announced call is called off, with a reason everybody reads."""
    call = _mine(request, number, "running", "answering")
    form = ReasonForm(sent(request) if request.method == "POST" else None)
    context: dict[str, Any] = {"call": call, "case": call.case, "title": here(call.titles)}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "ideas/cancel.html", {**context, "form": form}, status=status)
    try:
        operations.cancel_call(
            by=person, at=clock.now(), case=call.case, text=form.cleaned_data["text"]
        )
    except Refused as refusal:
        form.add_error("text", str(refusal))
        return render(
            request, "ideas/cancel.html", {**context, "form": form}, status=refusal.status
        )
    messages.success(request, gettext("It is called off."))
    return HttpResponseRedirect(reverse("ideas:call", args=[number]))
