"""Planned work: what is under way and what is to come, announcing it, ending it early."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pulse.access import OPERATOR, WATCHERS, NotAnOperator
from veche.city.pulse.forms.maintenance import WorkForm
from veche.city.pulse.models import Maintenance, Source, Thing
from veche.city.pulse.operations import maintenance as operations
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Invalid, Refused
from veche.languages import here
from veche.look.http import sent
from veche.tables import csv_whole

SHOWN = 200
"""Planned works on one page, the newest end first."""


def _rows(most: int) -> list[tuple[Maintenance, int]]:
    """Planned works, each with the number of alarms it has put away."""
    rows = (
        Maintenance.objects.select_related("thing", "source", "territory", "made_by", "ended_by")
        .annotate(count=Count("alarms"))
        .order_by("-until", "-pk")
    )
    return [(one, one.count) for one in rows[:most]]


def of(work: Maintenance) -> str:
    """What is worked on, in the active language."""
    if work.thing is not None:
        return str(work.thing.name)
    return here(work.source.names) if work.source is not None else str(work.territory)


def state(work: Maintenance, at: dt.datetime) -> str:
    """``now``, ``to come`` or ``over``."""
    if work.ended_at is not None or work.until <= at:
        return "over"
    return "now" if work.since <= at else "to come"


def _check(request: HttpRequest) -> None:
    if not asker(request).roles & WATCHERS:
        raise NotAnOperator


@require_safe
@signed_in("")
def listing(request: HttpRequest, person: Person) -> HttpResponse:
    """Planned work and how many alarms each has put away.

    Raises:
        NotAnOperator: the person does not watch the city.
    """
    _check(request)
    at = clock.now()
    rows = [(one, of(one), state(one, at), count) for one, count in _rows(SHOWN)]
    context = {
        "rows": rows,
        "now": sum(1 for row in rows if row[2] == "now"),
        "coming": sum(1 for row in rows if row[2] == "to come"),
        "does": OPERATOR in asker(request).roles,
    }
    return render(request, "pulse/maintenance/list.html", context)


@require_safe
@signed_in("")
def table(request: HttpRequest, person: Person) -> HttpResponse:
    """The same as a table.

    Raises:
        NotAnOperator: the person does not watch the city.
    """
    _check(request)
    at = clock.now()
    head = [
        "work",
        "device",
        "source",
        "place",
        "since",
        "until",
        "ended",
        "state",
        "alarms",
        "why",
    ]
    rows = (
        [
            one.pk,
            one.thing.name if one.thing else "",
            one.source.code if one.source else "",
            one.territory.code if one.territory else "",
            one.since.isoformat(),
            one.until.isoformat(),
            one.ended_at.isoformat() if one.ended_at else "",
            state(one, at),
            count,
            one.why,
        ]
        for one, count in _rows(50_000)
    )
    return csv_whole("works", [head, *rows])


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(OPERATOR, NotAnOperator)
def announce(request: HttpRequest, person: Person) -> HttpResponse:
    """Announce planned work: in a place, on a source, or (``?thing=``) on one device."""
    at, posted = clock.now(), request.method == "POST"
    asked = request.GET.get("thing", "")
    thing = (
        get_object_or_404(Thing, pk=int(asked)) if asked.isdecimal() and len(asked) < 18 else None
    )
    begin = at.replace(second=0, microsecond=0)
    form = WorkForm(
        sent(request) if posted else None,
        thing=thing,
        initial={"since": begin, "until": begin + dt.timedelta(hours=4)},
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            operations.announce(
                by=person,
                at=at,
                since=data["since"],
                until=data["until"],
                why=data["why"],
                thing=thing,
                source=Source.objects.filter(code=data.get("source") or "-").first(),
                territory=atlas().by_code.get(data.get("place") or ""),
            )
        except Refused as fault:
            field = fault.field if isinstance(fault, Invalid) else None
            form.add_error(field if field in form.fields else None, str(fault))
        else:
            messages.success(request, _("Announced. Its alarms are put away while it lasts."))
            return redirect("pulse:works")
    context = {"form": form, "thing": thing}
    template = "pulse/maintenance/form.html"
    return render(request, template, context, status=422 if posted else 200)


@require_POST
@signed_in(OPERATOR, NotAnOperator)
def end(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Say that planned work is over."""
    operations.end_work(by=person, at=clock.now(), maintenance=pk)
    messages.success(request, _("It is over. Alarms that still stand come back as new."))
    return redirect("pulse:works")
