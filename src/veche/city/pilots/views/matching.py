"""Pages of the agency: which site fits which application, and giving one to it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pilots.access.applications import to_staff
from veche.city.pilots.access.companies import NotTheAgency, programme, runs
from veche.city.pilots.access.conflicts import UnknownApplication
from veche.city.pilots.forms import sites as forms
from veche.city.pilots.models import Application, MatchRun, Programme, Site
from veche.city.pilots.operations import matching
from veche.city.pilots.queries import matching as queries
from veche.city.pilots.words import sites as said
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent

METHODS = ["GET", "HEAD", "POST"]


def agency_of(request: HttpRequest) -> Programme:
    """The programme, for the officers of its agency.

    Raises:
        NotTheAgency: they are none.
    """
    found = programme()
    if not runs(asker(request).holdings, found):
        raise NotTheAgency
    return found


def application_of(request: HttpRequest, person: Person, number: str) -> Application:
    """An application that an officer of the agency may know of.

    Raises:
        NotTheAgency, UnknownApplication: they are none, or there is none for them.
    """
    of = agency_of(request)
    rows = to_staff(person, clock.now()).filter(programme=of, case__number=number)
    found = rows.first()
    if found is None:
        raise UnknownApplication(number=number)
    return found


@require_http_methods(METHODS)
@signed_in("")
def overview(request: HttpRequest, person: Person) -> HttpResponse:
    """The applications that look for a site, and the last matching of those.

    Raises:
        NotTheAgency: they do not run the programme.
    """
    of, at = agency_of(request), clock.now()
    if request.method == "POST":
        matching.match(by=person, at=at, programme=of)
        messages.success(request, _("The sites are matched. Nothing is booked by it."))
        return redirect("pilots:matching")
    rows = list(
        to_staff(person, at).filter(programme=of, case__state="matching").order_by("case__due_at")
    )
    run = MatchRun.objects.filter(programme=of).order_by("-pk").first()
    results = results_of(run)
    live = queries.live_bookings(rows, at)
    names = dict(Site.objects.filter(code__in=[r["site"] for r in results.values() if "site" in r])
                 .values_list("code", "pk"))  # fmt: skip
    sites = {one.code: one for one in Site.objects.filter(pk__in=names.values())}
    context = {
        "rows": [
            {
                "application": one,
                "result": results.get(one.case.number),
                "site": sites.get(results.get(one.case.number, {}).get("site", "")),
                "bookings": live.get(one.pk, []),
                "late": one.case.due_at is not None and one.case.due_at < at,
            }
            for one in rows
        ],
        "run": run,
        "weights": _shares(of),
        "at": at,
    }
    return render(request, "pilots/sites_matching.html", context)


def _shares(of: Programme) -> list[tuple[Any, float]]:
    """The parts of a score with their share of all weights."""
    weights = queries.weights_of(of)
    whole = sum(weights.values())
    return [(said.CRITERIA[code], weight / whole) for code, weight in weights.items()]


def results_of(run: MatchRun | None) -> dict[str, dict[str, Any]]:
    """What a matching said, by the numbers of applications; reasons in words."""
    if run is None:
        return {}
    found = {row["solution"]: dict(row) for row in run.result.get("matches", ())}
    for row in found.values():
        row["next_best"] = [
            {**one, "words": said.why(one["why"], one["what"])} for one in row["next_best"]
        ]
    for row in run.result.get("unmatched", ()):
        found[row["solution"]] = {**row, "why": said.why(row["why"]), "next_best": []}
    return found


@require_safe
@signed_in("")
def run_json(request: HttpRequest, person: Person) -> HttpResponse:
    """What went into the last matching, as the file that ``veche pilots match`` reads; without what
    the reader may not know of.

    Raises:
        NotTheAgency: they do not run the programme.
    """
    of, at = agency_of(request), clock.now()
    run = MatchRun.objects.filter(programme=of).order_by("-pk").first()
    data = dict(run.instance) if run else {"solutions": [], "sites": []}
    known = set(to_staff(person, at).filter(programme=of).values_list("case__number", flat=True))
    data["solutions"] = [one for one in data["solutions"] if one["id"] in known]
    return HttpResponse(
        json.dumps(data, ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="matching.json"'},
    )


@require_http_methods(METHODS)
@signed_in("")
def weights(request: HttpRequest, person: Person) -> HttpResponse:
    """Say what makes a site fit.

    Raises:
        NotTheAgency: they do not run the programme.
    """
    of = agency_of(request)
    form = forms.WeightsForm(
        sent(request) if request.method == "POST" else None, initial=queries.weights_of(of)
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                matching.set_weights(
                    by=person, at=clock.now(), programme=of, weights=form.weights()
                )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The weights are kept; match anew to use them."))
                return redirect("pilots:matching")
    return render(request, "pilots/sites_weights.html", {"form": form}, status=status)
