"""Pages of corrections: the list, one of them, proposing one on a map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.appeals import operations, words
from veche.city.appeals.access import is_author, reads_note
from veche.city.appeals.forms import CorrectionForm
from veche.city.appeals.models import Correction
from veche.city.appeals.operations.refusals import AlreadyProposed, AlreadyWritten
from veche.city.appeals.queries import lists
from veche.city.appeals.queries.matter import matter as matter_of
from veche.city.appeals.views.common import sent, sign_in
from veche.core.cases.queries import procedure_of
from veche.core.organisations.middleware import asker
from veche.core.places import ground as grounds
from veche.core.places.models import CityObject
from veche.core.places.pressing import STEPS, pressed, read_window
from veche.core.places.queries import atlas
from veche.core.places.queries.objects import object_of
from veche.errors import Invalid, NotFound, Refused
from veche.look.plan import Bounds, Mark, Plan, around
from veche.tables import csv_answer

PAGE = 50


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """What residents said of the registry, and what its keepers decided."""
    state = request.GET.get("state", "")
    counts = lists.correction_counts()
    rows = lists.corrections()
    if state in counts:
        rows = rows.filter(case__state=state)
    count = rows.count()
    last = max(1, -(-count // PAGE))
    try:
        number = min(max(1, int(request.GET.get("page", "1"))), last)
    except ValueError:
        number = 1
    context = {
        "rows": [
            (one, words.WRONGS[one.what]) for one in rows[(number - 1) * PAGE : number * PAGE]
        ],
        "counts": counts,
        "count": count,
        "state": state,
        "page": {"number": number, "last": last},
        "now": clock.now(),
    }
    return render(request, "appeals/corrections.html", context)


HEAD = (
    "number", "what", "kind", "object", "territory", "state", "proposed_datetime",
    "expected_datetime", "closed_datetime", "long", "lat", "owner",
)  # fmt: skip


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """All corrections as a table."""
    return csv_answer("corrections", _cells())


def _cells() -> Iterator[Sequence[object]]:
    yield HEAD
    for one in lists.corrections().iterator(chunk_size=1000):
        case = one.case
        yield (
            case.number,
            one.what,
            one.kind.code,
            one.object.identifier if one.object else "",
            case.territory.code,
            case.state,
            case.opened_at.isoformat(timespec="seconds"),
            case.due_at.isoformat(timespec="seconds") if case.due_at else "",
            case.closed_at.isoformat(timespec="seconds") if case.closed_at else "",
            "" if one.longitude is None else one.longitude,
            "" if one.latitude is None else one.latitude,
            one.owner.code if one.owner else "",
        )


@require_safe
def correction(request: HttpRequest, number: str) -> HttpResponse:
    """One correction: what was said, what was decided, what became of the entry."""
    return page(request, number)


def page(
    request: HttpRequest, number: str, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """The page of the correction of this number.

    Raises:
        NotFound: there is none.
    """
    one = lists.corrections().filter(case__number=number).first()
    if one is None:
        raise NotFound
    who, at, case = asker(request), clock.now(), one.case
    moves = {move.name for move in procedure_of(case).moves_from(case.state)}
    author = is_author(one, who.person)
    context = {
        "one": one,
        "case": case,
        "title": words.WRONGS[one.what],
        "matter": matter_of(case, at, {}),
        "note": one.note if reads_note(one, who.person, who.holdings) else "",
        "author": author,
        "may": moves & {"withdraw"} if author else set(),
        "map": _where(one),
        "refusal": refusal,
        "now": at,
    }
    return render(request, "appeals/correction.html", context, status=status)


def _where(one: Correction) -> Plan | None:
    """Where the registry has it and where it is said to stand."""
    marks = []
    if one.object is not None:
        marks.append(Mark(one.object.longitude, one.object.latitude, title=str(one.object)))
    if one.longitude is not None and one.latitude is not None:
        marks.append(
            Mark(one.longitude, one.latitude, tone="hot", title=gettext("said to be here"))
        )
    places = atlas()
    place = places.by_id.get(one.case.territory_id)
    if not marks or place is None:
        return None
    city = places.by_id.get(place.city_id or place.pk, place)
    return grounds.plan(
        grounds.ground(city, places),
        around([(m.lon, m.lat) for m in marks], least=0.006, margin=0.3),
        marks=marks,
        title=gettext("The place on the map"),
    )


@never_cache
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The author takes it back."""
    one = lists.corrections().filter(case__number=number).first()
    if one is None or not is_author(one, asker(request).person):
        raise NotFound
    try:
        operations.withdraw(by=asker(request).person, at=clock.now(), case=one.case)
    except Refused as refusal:
        return page(request, number, refusal=str(refusal), status=refusal.status)
    messages.success(request, gettext("You took it back."))
    return HttpResponseRedirect(reverse("appeals:correction", args=[number]))


# Proposing one ----------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest) -> HttpResponse:
    """The form: what the registry says wrongly, and where it is; sent, it becomes a matter."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    places = atlas()
    home = places.home()
    if home is None:
        raise Http404
    thing = _thing(request)
    if request.method != "POST":
        start = _start(request, thing)
        return _form(request, CorrectionForm(initial=start), thing, _window(start, home.bounds))
    data = sent(request)
    window = read_window(data.get("window", "")) or home.bounds
    window = pressed(data, window)
    form = CorrectionForm(data)
    if data.get("do") in STEPS or "point.x" in data:
        form._errors = ErrorDict()  # type: ignore[attr-defined]  # not sent yet: nothing to scold
        return _form(request, form, thing, window)
    if not form.is_valid():
        return _form(request, form, thing, window, status=422)
    try:
        made = operations.propose(
            by=person,
            at=clock.now(),
            submission=form.cleaned_data["submission"],
            what=form.cleaned_data["what"],
            kind=thing.kind if thing else form.kind_chosen(),
            thing=thing,
            longitude=form.cleaned_data["longitude"],
            latitude=form.cleaned_data["latitude"],
            owner=form.owner_chosen(),
            note=form.cleaned_data["note"],
        )
    except (AlreadyWritten, AlreadyProposed) as refusal:
        number = refusal.details["number"]
        if not number:
            return _form(request, form, thing, window, status=409)
        messages.info(request, str(refusal))
        return HttpResponseRedirect(reverse("appeals:correction", args=[number]))
    except Refused as refusal:
        field = refusal.field if isinstance(refusal, Invalid) else None
        form.add_error(field if field in ("owner", "note", "kind") else None, str(refusal))
        return _form(request, form, thing, window, status=refusal.status)
    number = made.case.number
    messages.success(request, gettext("We have it: number %(number)s.") % {"number": number})
    return HttpResponseRedirect(reverse("appeals:correction", args=[number]))


def _thing(request: HttpRequest) -> CityObject | None:
    """The object the address names; None where one is missing.

    Raises:
        UnknownObject: there is none of this identifier.
    """
    given = request.POST if request.method == "POST" else request.GET
    identifier = given.get("object", "").replace("\x00", "")
    if not identifier:
        return None
    return object_of(given.get("kind", "").replace("\x00", ""), identifier)


def _start(request: HttpRequest, thing: CityObject | None) -> dict[str, Any]:
    what = request.GET.get("what", "")
    if what not in Correction.What.values or thing is None:
        what = "missing" if thing is None else "gone"
    start: dict[str, Any] = {"what": what, "kind": request.GET.get("kind", "")[:40]}
    if thing is not None:
        start |= {"kind": thing.kind.code}
    try:
        start["longitude"] = float(request.GET["longitude"])
        start["latitude"] = float(request.GET["latitude"])
    except (KeyError, ValueError):
        if thing is not None and what == "place":
            start |= {"longitude": thing.longitude, "latitude": thing.latitude}
    return start


def _window(start: dict[str, Any], whole: Bounds) -> Bounds:
    if "longitude" not in start or "latitude" not in start:
        return whole
    return around([(start["longitude"], start["latitude"])], least=0.006, margin=0.1)


def _form(
    request: HttpRequest,
    form: CorrectionForm,
    thing: CityObject | None,
    window: Bounds,
    *,
    status: int = 200,
) -> HttpResponse:
    values = form.data if form.is_bound else form.initial
    what = str(values.get("what") or "missing")
    lon, lat = values.get("longitude") or "", values.get("latitude") or ""
    context = {
        "form": form,
        "thing": thing,
        "what": what,
        "title": words.WRONGS.get(what, ""),
        "placed": what in ("missing", "place"),
        "lon": lon,
        "lat": lat,
        "here": _here(lon, lat),
        "window": ",".join(f"{part:.6f}" for part in window),
        "side": grounds.PICTURE_SIDE,
    }
    return render(request, "appeals/correct.html", context, status=status)


def _here(lon: Any, lat: Any) -> Any:
    try:
        return atlas().at(float(lon), float(lat))
    except (TypeError, ValueError):
        return None
