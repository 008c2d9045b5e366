"""The register of cameras, and the person who looks before anything counts."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from veche import clock
from veche.city.spheres import access, words
from veche.city.spheres.forms import DecisionForm
from veche.city.spheres.models import Camera
from veche.city.spheres.operations import cameras as operations
from veche.city.spheres.queries import cameras as queries
from veche.core.cases.terms import city_zone
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places import ground as grounds
from veche.core.places.queries import atlas
from veche.errors import Refused
from veche.look.http import cached, sent
from veche.look.plan import Mark
from veche.tables import csv_whole

DAYS = 90


def _today() -> dt.date:
    return clock.now().astimezone(city_zone()).date()


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """All cameras on a map and in a list: whose they are and what for."""
    places, at = atlas(), clock.now()
    found = list(queries.cameras(_today()))
    home = places.home()
    marks = [
        Mark(one.longitude, one.latitude, str(n), "pin", f"#camera-{one.code}", _title(one))
        for n, one in enumerate(found, 1)
    ]
    context = {
        "cameras": [(n, one, _notices(one)) for n, one in enumerate(found, 1)],
        "faces": sum(1 for one in found if one.faces),
        "ended": list(queries.cameras(_today(), ended=True)),
        "map": grounds.plan(
            grounds.ground(home, places), home.bounds, marks=marks,
            title=gettext("Cameras of the city"),
        )
        if home and found
        else None,
        "numbers": queries.numbers(at - dt.timedelta(days=DAYS)),
        "days": DAYS,
        "operates": "operator" in asker(request).roles,
    }  # fmt: skip
    return cached(request, render(request, "spheres/cameras.html", context))


def _title(one: Camera) -> str:
    from veche.languages import here

    return here(one.names)


def _notices(one: Camera) -> list[str]:
    return [words.word(words.EVENTS, code) for code in one.notices]


@require_safe
def camera(request: HttpRequest, code: str) -> HttpResponse:
    """One camera: everything the register says, and how often it was right.

    Raises:
        NotFound: there is none of this code.
    """
    one = queries.camera_of(code)
    at = clock.now()
    context = {
        "camera": one,
        "notices": _notices(one),
        "numbers": queries.numbers(at - dt.timedelta(days=DAYS), one),
        "days": DAYS,
        "ended": one.until is not None and one.until <= _today(),
    }
    return cached(request, render(request, "spheres/camera.html", context))


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The register as a table file."""
    rows: list[list[object]] = [
        ["code", "owner", "longitude", "latitude", "purpose", "ground", "notices", "keeps_days",
         "faces", "object_to", "since"]
    ]  # fmt: skip
    rows += [
        [one.code, one.owner.code, one.longitude, one.latitude, one.purpose.get("en", ""),
         one.ground.get("en", ""), " ".join(one.notices), one.keeps_days, one.faces, one.object_to,
         one.since]
        for one in queries.cameras(_today())
    ]  # fmt: skip
    return csv_whole("cameras", rows)


@require_safe
@signed_in("operator", access.NotTheWatch)
def queue(request: HttpRequest, person: Person) -> HttpResponse:
    """What waits for a person."""
    at = clock.now()
    waiting = queries.waiting(at, access.watching(asker(request).holdings))
    context = {
        "events": [(one, words.word(words.EVENTS, one.kind), one.until - at) for one in waiting],
        "mine": [
            (one, words.word(words.EVENTS, one.kind), words.EVENT_STATES[one.state])
            for one in queries.decided_by(person, at)
        ],
        "hours": operations.LOOK_HOURS,
    }
    return render(request, "spheres/camera_queue.html", context)


@require_POST
@signed_in("operator", access.NotTheWatch)
def decide(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Confirm or refute."""
    form = DecisionForm(sent(request))
    if form.is_valid():
        confirmed = form.cleaned_data["answer"] == "confirm"
        try:
            operations.decide(
                by=person, at=clock.now(), event=pk, confirmed=confirmed,
                why=form.cleaned_data["why"],
            )  # fmt: skip
        except Refused as fault:
            if fault.status in (403, 404):
                raise
            messages.error(request, str(fault))
        else:
            said = gettext("Refuted: it counts for nothing.")
            if confirmed:
                said = gettext("Confirmed: it counts.")
            messages.success(request, said)
    return redirect("spheres:camera-queue")


@require_POST
@signed_in("operator", access.NotTheWatch)
def undo(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take one's own decision back."""
    try:
        operations.undo_decision(by=person, at=clock.now(), event=pk)
    except operations.DecidedAlready as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, gettext("Taken back: it waits for a person again."))
    return redirect("spheres:camera-queue")
