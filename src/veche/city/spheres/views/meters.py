"""A resident's own meters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.spheres import words
from veche.city.spheres.access import own_meter
from veche.city.spheres.forms import MeterForm, NumberForm
from veche.city.spheres.models import MeterEntry
from veche.city.spheres.operations import meters as operations
from veche.city.spheres.queries import meters as queries
from veche.city.spheres.rules import meters as rules
from veche.core.files.serving import photograph
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Invalid, NotFound, Refused
from veche.look import words as look
from veche.look.http import sent, sign_in
from veche.tables import csv_whole


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """One's meters: what is due, the last numbers, what was used and what it costs."""
    person = asker(request).person
    context: dict[str, Any] = {"person": person}
    if person is not None:
        rows = queries.mine(person, clock.now())
        context |= {
            "rows": [_row(one) for one in rows if one.meter.ended_at is None],
            "closed": [_row(one) for one in rows if one.meter.ended_at is not None],
            "waits": sum(
                1 for one in rows if one.meter.ended_at is None and one.due in ("now", "late")
            ),
        }
    response = render(request, "spheres/meters.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _row(one: queries.Mine) -> dict[str, Any]:
    kind = one.meter.kind
    return {
        "mine": one,
        "kind": words.METERS[kind],
        "unit": words.UNITS[kind],
        "due": words.DUE[one.due],
        "wanted": one.due in ("now", "late"),
    }


@require_safe
@signed_in("")
def meter(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """One meter with all its numbers.

    Raises:
        NotFound: the person has no such meter.
    """
    own_meter(person, pk)
    at = clock.now()
    one = queries.mine(person, at, pk)[0]
    last = one.last
    context = {
        **_row(one),
        "undo": last is not None and _can_undo(last.entry, at),
    }
    return render(request, "spheres/meter.html", context)


def _can_undo(entry: MeterEntry, at: dt.datetime) -> bool:
    return at <= max(entry.recorded_at, entry.at) + dt.timedelta(hours=operations.UNDO_HOURS)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def add(request: HttpRequest, person: Person) -> HttpResponse:
    """Add a meter."""
    posted = request.method == "POST"
    form = MeterForm(sent(request) if posted else None)
    if posted and form.is_valid():
        try:
            made = operations.add_meter(by=person, at=clock.now(), **form.cleaned_data)
        except Refused as fault:
            form.add_error("serial", str(fault))
        else:
            messages.success(request, gettext("Added. Now enter what it shows."))
            return redirect("spheres:meter-give", made.pk)
    context = {"form": form}
    return render(request, "spheres/meter_add.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def give(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Enter what a meter shows; what looks wrong is asked about once.

    Raises:
        NotFound: the person has no such meter in use.
    """
    found = own_meter(person, pk)
    if found.ended_at is not None:
        raise NotFound
    at = clock.now()
    one = queries.mine(person, at, pk)[0]
    last = one.last
    correct = request.GET.get("correct") == "1" and last is not None
    posted, asked = request.method == "POST", ""
    form = NumberForm(sent(request) if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        pictures = form.cleaned_data["photograph"]
        try:
            operations.give_number(
                by=person,
                at=at,
                meter=pk,
                number=form.cleaned_data["number"],
                photograph=pictures[0] if pictures else None,
                sure=form.cleaned_data["sure"],
                corrects=last.entry.pk if correct and last else None,
            )
        except operations.IsItRight as fault:
            asked = _asked(fault.verdict, one)
        except Invalid as fault:
            form.add_error("number", str(fault))
        else:
            messages.success(request, gettext("Taken. You can undo it for a day."))
            return redirect("spheres:meter", pk)
    context = {
        **_row(one),
        "form": form,
        "asked": asked,
        "correct": correct,
    }
    return render(request, "spheres/meter_give.html", context, status=422 if posted else 200)


def _asked(verdict: rules.Verdict, one: queries.Mine) -> str:
    """Why it is asked whether a number is right."""
    last = one.last
    return str(words.VERDICTS[verdict.what]).format(
        last=look.number(last.entry.number, 1) if last else "",
        used=look.number(verdict.used or 0, 1),
        usual=look.number(verdict.usual or 0, 1),
        unit=words.UNITS[one.meter.kind],
    )


@require_POST
@signed_in("")
def undo(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take the newest number back."""
    try:
        found = operations.undo_number(by=person, at=clock.now(), entry=pk)
    except (operations.NotTheLast, operations.TooLateToChange) as fault:
        messages.error(request, str(fault))
        return redirect("spheres:meters")
    messages.success(request, gettext("Taken back."))
    return redirect("spheres:meter", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def close(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Ask once more, and close a meter that is no longer there."""
    found = own_meter(person, pk)
    if request.method == "POST":
        operations.close_meter(by=person, at=clock.now(), meter=pk)
        messages.success(request, gettext("Closed. Its numbers stay here for you."))
        return redirect("spheres:meters")
    context = {"meter": found, "kind": words.METERS[found.kind]}
    return render(request, "spheres/meter_close.html", context)


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The photograph of one's own meter.

    Raises:
        NotFound: who asks sent none with this number.
    """
    person = asker(request).person
    if person is None:
        return sign_in(request)
    entry = MeterEntry.objects.filter(pk=pk, meter__person=person).first()
    if entry is None or entry.photograph is None:
        raise NotFound
    small = request.GET.get("small") == "1"
    return photograph(request, entry.photograph, small=small, public=False)


@require_safe
@signed_in("")
def table(request: HttpRequest, person: Person) -> HttpResponse:
    """All numbers of one's meters as a table file."""
    rows: list[list[object]] = [["meter", "kind", "place", "at", "number", "used", "cost"]]
    for one in queries.mine(person, clock.now()):
        about = [one.meter.serial, one.meter.kind, one.meter.place]
        rows += [
            [*about, use.entry.at.isoformat(), use.entry.number, use.used, use.cost]
            for use in one.uses
        ]
    return csv_whole("meters", rows)


_CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//veche//meters//EN
BEGIN:VEVENT
UID:meters@{host}
DTSTAMP:{stamp}
DTSTART;VALUE=DATE:{day}
RRULE:FREQ=MONTHLY;BYMONTHDAY={number}
SUMMARY:{words}
URL:{url}
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:{words}
TRIGGER:PT9H
END:VALARM
END:VEVENT
END:VCALENDAR
"""


@require_safe
def reminder(request: HttpRequest) -> HttpResponse:
    """A reminder for any calendar: every month, on the day the numbers may first be given."""
    at = clock.now()
    day = at.date().replace(day=rules.FIRST_DAY)
    text = _CALENDAR.format(
        host=request.get_host(),
        stamp=at.strftime("%Y%m%dT%H%M%SZ"),
        day=day.strftime("%Y%m%d"),
        number=rules.FIRST_DAY,
        words=gettext("Give the numbers of the meters").replace(",", "\\,"),
        url=request.build_absolute_uri(redirect("spheres:meters").url),
    )
    response = HttpResponse(text.replace("\n", "\r\n"), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="meters.ics"'
    return response
