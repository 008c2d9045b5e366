"""Pages of the agency: one application, the sites ranked for it, and giving it one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots.access.conflicts import UnknownApplication
from veche.city.pilots.engines import match as engine
from veche.city.pilots.engines.match_parts import TOP
from veche.city.pilots.forms import sites as forms
from veche.city.pilots.models import Application, Booking, MatchRun, Site, SiteWindow
from veche.city.pilots.operations import booking, matching
from veche.city.pilots.operations.refusals_sites import OutsideWindow
from veche.city.pilots.queries import matching as queries
from veche.city.pilots.rules.sites import CRITERIA
from veche.city.pilots.views.matching import application_of, results_of
from veche.city.pilots.views.tried import tried
from veche.city.pilots.words import sites as said
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent
from veche.tables import csv_whole

METHODS = ["GET", "HEAD", "POST"]
SHOWN = 12
"""How many ranked sites stand on the page of one application; the table has all."""
MOST = 2**62


def _ranked(application: Application, at: dt.datetime) -> list[dict[str, Any]]:
    """All open sites for one application, the possible ones first, each by its score."""
    given = queries.instance(application.programme, [application], at, without=application)
    instance = engine.read(given)
    solved = engine.solve(instance)
    one = instance.solutions[0]
    parts = engine.parts_of(instance)
    rows = Site.objects.filter(code__in=[offer.id for offer in instance.sites])
    sites = {site.code: site for site in rows.select_related("owner", "territory")}
    found: list[dict[str, Any]] = []
    for column, offer in enumerate(instance.sites):
        reason = engine.possible(one, offer)
        starts = [
            (window, begins, given["sites"][column]["window_ids"][number])
            for number, window in enumerate(offer.windows)
            if (begins := engine.begin_in(one, window)) is not None
        ]
        first = min(starts, key=lambda start: start[1], default=None)
        found.append(
            {
                "site": sites[offer.id],
                "kind": said.ENVIRONMENTS.get(offer.environment, offer.environment),
                "score": float(solved.scores[0, column]),
                "parts": [
                    (said.CRITERIA[code], float(parts[k, 0, column]))
                    for k, code in enumerate(CRITERIA)
                ],
                "why": said.why(reason.code, reason.what) if reason else "",
                "begins": first[1] if first and reason is None else None,
                "window": first[2] if first and reason is None else None,
                "days": one.days,
            }
        )
    found.sort(key=lambda row: (bool(row["why"]), -row["score"], row["site"].code))
    return found


@require_safe
@signed_in("")
def one(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """One application with the sites ranked for it.

    Raises:
        NotTheAgency, UnknownApplication: they are none, or there is none for them.
    """
    return _one(request, application_of(request, person, number))


def _one(
    request: HttpRequest,
    application: Application,
    form: forms.ChooseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    ranked = _ranked(application, at)
    able = [row for row in ranked if not row["why"]]
    run = MatchRun.objects.filter(programme=application.programme).order_by("-pk").first()
    live = queries.live_bookings([application], at).get(application.pk, [])
    context = {
        "application": application,
        "case": application.case,
        "looking": application.case.state == "matching",
        "needs": _needs(application),
        "able": able[:SHOWN],
        "possible": len(able),
        "more": max(0, len(able) - SHOWN),
        "not_able": [row for row in ranked if row["why"]][:SHOWN],
        "not_able_count": len(ranked) - len(able),
        "sites": len(ranked),
        "top": TOP,
        "result": results_of(run).get(application.case.number),
        "bookings": [_row(b) for b in live],
        "booked": any(b.standing == Booking.Standing.BOOKED for b in live),
        "ended": _ended(application),
        "form": form,
        "at": at,
    }  # fmt: skip
    return render(request, "pilots/sites_match.html", context, status=status)


def _row(one: Booking) -> dict[str, Any]:
    days = queries.days_of((one.during.lower, one.during.upper))
    return {
        "booking": one,
        "days": days,
        "length": (days[1] - days[0]).days + 1 if days else None,
        "state": said.STANDINGS[one.standing],
    }


def _needs(application: Application) -> dict[str, Any] | None:
    found = queries.needs_of(application)
    if found is None:
        return None
    return {
        "needs": found,
        "environment": said.ENVIRONMENTS.get(found.environment, ""),
        "group": said.GROUPS.get(found.target_group, ""),
        "features": [said.feature(code, value) for code, value in found.needs.items()],
        "wishes": [said.feature(code, value) for code, value in found.wishes.items()],
        "brings": [said.FEATURES[code] for code in found.brings],
        "months": [MONTHS[month] for month in found.months],
    }


def _ended(application: Application) -> list[tuple[Booking, str]]:
    """What was given back, and why."""
    rows = Booking.objects.filter(application=application, standing="released")
    found = list(rows.select_related("site").order_by("-pk")[:20])
    return [(one, str(said.ENDS.get(one.ended_because, one.ended_because))) for one in found]


@require_safe
@signed_in("")
def one_csv(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """All sites ranked for an application, as a table."""
    application = application_of(request, person, number)
    ranked = _ranked(application, clock.now())

    def lines() -> Iterator[Sequence[object]]:
        yield "site", "name", "score", *CRITERIA, "first_day", "why_not"
        for row in ranked:
            yield (
                row["site"].code, str(row["site"]), round(row["score"], 4),
                *(round(value, 4) for _word, value in row["parts"]), row["begins"] or "",
                row["why"],
            )  # fmt: skip

    return csv_whole(f"sites-for-{application.case.number}", lines())


@require_POST
@signed_in("")
def choose(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Hold a place for an application, or give it its site."""
    application = application_of(request, person, number)
    form = forms.ChooseForm(sent(request))
    if not form.is_valid():
        return _one(request, application, form, 422)
    values = form.cleaned_data
    rows = SiteWindow.objects.select_related("site__owner")
    window = rows.filter(pk=min(values["window"], MOST)).first()
    begins = values["begins_on"]
    try:
        if window is None or not 2000 <= begins.year <= 2200:
            raise OutsideWindow(begins="—", ends="—")
        during = queries.span_of(begins, forms.last_day(begins, values["days"]))
        if request.POST.get("do") == "place":
            matching.place(
                by=person, at=clock.now(), application=application, site=window.site,
                window=window, during=during, seen=values["seen"],
            )  # fmt: skip
            messages.success(request, _("It has its site. Next comes the methodology."))
            return redirect("pilots:application", number)
        booking.hold(
            by=person, at=clock.now(), application=application, site=window.site, window=window,
            during=during,
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _one(request, application, form, refusal.status)
    messages.success(request, _("The place is held for five days; the owner is asked."))
    return redirect("pilots:matching-one", number)


@require_http_methods(METHODS)
@signed_in("")
def release(request: HttpRequest, person: Person, number: str, place: int) -> HttpResponse:
    """Give a place back that was held or booked for an application.

    Raises:
        NotTheAgency, UnknownApplication: they are none, or there is none for them.
    """
    application = application_of(request, person, number)
    found = Booking.objects.filter(application=application, pk=min(place, MOST)).first()
    if found is None:
        raise UnknownApplication(number=number)

    def run(values: dict[str, Any]) -> None:
        booking.release(by=person, at=clock.now(), booking=found, because=values["because"])

    return _act(request, application, forms.ReasonForm, _("Give the place back"), run)


@require_http_methods(METHODS)
@signed_in("")
def none(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """End an application for which there is no site."""
    application = application_of(request, person, number)

    def run(values: dict[str, Any]) -> None:
        matching.find_none(by=person, at=clock.now(), application=application, **values)

    return _act(
        request,
        application,
        forms.NoneForm,
        _("End it: no site fits"),
        run,
        grave=True,
        back="pilots:application",
    )


@require_http_methods(METHODS)
@signed_in("")
def needs(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Write down what the trial of an application needs."""
    application, places = application_of(request, person, number), atlas()
    kept = queries.needs_of(application)
    initial = forms.needs_initial(kept, places)
    form = (
        forms.NeedsForm(sent(request))
        if request.method == "POST"
        else forms.NeedsForm(initial=initial)
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                matching.set_needs(
                    by=person, at=clock.now(), application=application,
                    given=form.given(places, kept),
                )  # fmt: skip
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("What the trial needs is written down."))
                return redirect("pilots:matching-one", number)
    context = {"form": form, "application": application}
    return render(request, "pilots/sites_needs.html", context, status=status)


def _act(
    request: HttpRequest,
    application: Application,
    kind: type[Form],
    title: str,
    run: Callable[[dict[str, Any]], None],
    *,
    grave: bool = False,
    back: str = "pilots:matching-one",
) -> HttpResponse:
    """A page with one small form about an application."""
    initial = {"seen": application.case.seq}
    form = kind(sent(request)) if request.method == "POST" else kind(initial=initial)
    status = tried(form, lambda: run(form.cleaned_data)) if form.is_bound else 200
    if not status:
        messages.success(request, _("It is done; whom it concerns is told."))
        return redirect(back, application.case.number)
    context = {"form": form, "title": title, "application": application, "grave": grave}
    return render(request, "pilots/sites_match_act.html", context, status=status)
