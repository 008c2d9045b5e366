"""Reporting a problem: one page, with or without JavaScript, where nothing typed is lost."""

from __future__ import annotations

import secrets
from contextlib import nullcontext
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from veche import clock
from veche.city.problems import ground as grounds
from veche.city.problems import operations, pending, rules
from veche.city.problems.access import key_digest
from veche.city.problems.forms import PREFIX, ReportForm
from veche.city.problems.models import Category, Problem
from veche.city.problems.queries.categories import category, kinds, made_by
from veche.city.problems.queries.near import chosen, nearby
from veche.city.problems.views.common import hold_secret, pictures, sender_of
from veche.city.problems.views.merging import suggestions
from veche.core.files.photographs import Photograph
from veche.core.moderation import preview as previews
from veche.core.moderation.limits import TooMany
from veche.core.moderation.preview import Preview
from veche.core.organisations.middleware import asker
from veche.core.people.held import secret_in
from veche.core.people.once import finish, send_link, verified
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas, atlas
from veche.errors import Invalid
from veche.look.context import place as address_of
from veche.look.plan import Bounds, Mark, around

EMERGENCY_NUMBER = "112"
SENT = "problems-sent"
_STEPS = ("questions", "zoom", "forget")
"""Buttons that only change the page."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; sent, it becomes a problem and leads to its page."""
    sent = request.method == "POST"
    places, known = atlas(), kinds(active=True, imported=False, questions=sent)
    if not sent:
        start = _start(request, places)
        kind = category(start.get("category", ""))
        form = ReportForm(initial=start, kinds=known, places=places, kind=kind)
        return _page(request, form, places, kind)
    data = request.POST.copy()
    _clear(data)
    kind = known.by_code.get(data.get("category", ""))
    if kind is not None and not kind.active:  # a group that only holds others
        kind = None
    kept, faults = _photographs(request, data)
    _moved_pin(data, places)
    hiding = previews.pressed(data)
    if hiding:
        previews.carry_out(data, _public_fields(kind))
    form = ReportForm(data, request.FILES, kinds=known, places=places, kind=kind)
    step = data.get("do", "")
    if step in _STEPS or step.startswith("forget:") or "point.x" in data:
        form._errors = ErrorDict()  # type: ignore[attr-defined]  # not sent yet: nothing to scold
        return _page(request, form, places, kind, kept=kept)
    status = 200
    if not form.is_valid():
        status = 422
    for code, sentence in faults:
        form.add_error("photographs", sentence)
        status = code
    if len(kept) > rules.MOST_PHOTOGRAPHS:
        kept = kept[: rules.MOST_PHOTOGRAPHS]
        form.add_error(
            "photographs",
            gettext("At most {most} photographs: the first {most} are kept.").format(
                most=rules.MOST_PHOTOGRAPHS
            ),
        )
        status = 422
    who = asker(request).person
    shown = verified(request)
    if kind is not None and who is None and not shown and not kind.anonymous_allowed:
        form.add_error("category", str(operations.AnonymousNotAllowed()))
        status = 422
    urgent = rules.urgent(kind.urgent_words, data.get("text", "")) if kind else None
    asks_urgent = urgent is not None and not data.get("not_urgent")
    if asks_urgent:
        status = 422
    if status != 200 or step == "look" or hiding or not _preview(form, kind).looked(data):
        # What was found in the words is looked at once before they go.
        return _page(
            request,
            form,
            places,
            kind,
            kept=kept,
            urgent=urgent or "",
            preview=status == 200,
            status=status,
        )
    return _send(request, form, places, kind, kept)


def _send(
    request: HttpRequest,
    form: ReportForm,
    places: Atlas,
    kind: Category | None,
    kept: list[str],
) -> HttpResponse:
    who, secret = asker(request).person, secret_in(str(form.data.get("key", "")))
    point = form.point()
    assert point is not None
    try:
        # No report without its way back, whatever dies in between.
        mailed = who is None and verified(request) is not None
        with transaction.atomic() if mailed else nullcontext():
            problem = operations.report(
                by=who,
                at=clock.now(),
                submission=form.cleaned_data["submission"],
                category=form.cleaned_data["category"],
                text=form.cleaned_data["text"],
                longitude=point[0],
                latitude=point[1],
                address=form.cleaned_data["address"],
                answers=form.answers(),
                photographs=_kept(kept),
                author_key=key_digest(secret) if who is None else None,
                sender=sender_of(request, who),
                not_urgent=bool(form.cleaned_data["not_urgent"]),
                vouched=mailed,
                object_id=chosen(form.data),
                side=str(form.data.get("side", "")),
                places=places,
            )
            number = problem.case.number
            way = reverse("problems:matter", args=[number])
            if mailed:
                send_link(
                    request, request.build_absolute_uri(f"{way}?{urlencode({'key': secret})}")
                )
    except TooMany as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, places, kind, kept=kept, status=refusal.status)
    except operations.AlreadyReported:
        number = made_by(form.cleaned_data["submission"])
        if not number:  # taken back in the same moment: the form can be sent again
            return _page(request, form, places, kind, kept=kept, status=409)
        if who is None:
            hold_secret(request, number, secret)
        messages.info(request, gettext("This form was sent before: here is what it made."))
        return HttpResponseRedirect(reverse("problems:matter", args=[number]))
    except Invalid as refusal:
        name = {"point": "neighbourhood", "photograph": "photographs"}.get(
            refusal.field, refusal.field
        )
        form.add_error(name if name in form.fields else None, str(refusal))
        return _page(request, form, places, kind, kept=kept, status=refusal.status)
    pending.drop(kept)
    if who is None:
        hold_secret(request, number, secret)
        if mailed:
            finish(request)
    response = HttpResponseRedirect(way)
    # Said once, on the next page: not worth a write to the table of sign-ins.
    response.set_cookie(
        SENT, number, max_age=600, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response


def _public_fields(kind: Category | None) -> list[str]:
    """The fields of the form whose words everybody will read."""
    asked = kind.questions if kind else ()
    return [
        "text",
        "address",
        *(f"{PREFIX}{q['code']}" for q in asked if q.get("kind") not in ("choice", "yesno")),
    ]


def _preview(form: ReportForm, kind: Category | None) -> Preview:
    """The words of the form as everybody will see them."""
    return Preview.of(
        {
            name: (form.fields[name].label or "", str(form.cleaned_data.get(name) or ""))
            for name in _public_fields(kind)
            if name in form.fields
        }
    )


def _clear(data: QueryDict) -> None:
    """Take out the one character that PostgreSQL cannot keep."""
    for name, values in list(data.lists()):
        if any("\x00" in str(value) for value in values):
            data.setlist(name, [str(value).replace("\x00", "") for value in values])


def _start(request: HttpRequest, places: Atlas) -> dict[str, Any]:
    """What an address may bring along: a category, a point."""
    start: dict[str, Any] = {}
    if code := request.GET.get("category", "").replace("\x00", ""):
        start["category"] = code
    if object_id := chosen(request.GET):
        start["object"] = str(object_id)
    try:
        lon, lat = float(request.GET["longitude"]), float(request.GET["latitude"])
    except (KeyError, ValueError):
        return start
    if -180 <= lon <= 180 and -90 <= lat <= 90 and places.at(lon, lat):
        start["longitude"], start["latitude"] = lon, lat
    return start


def _photographs(request: HttpRequest, data: QueryDict) -> tuple[list[str], list[tuple[int, str]]]:
    """Names of the pictures kept so far with those just sent, and what was refused."""
    gone = data.get("do", "").partition("forget:")[2]
    named = [name for name in data.getlist("kept") if name and name != gone]
    named = named[: rules.MOST_PHOTOGRAPHS]
    kept = [name for name in named if pending.thumbnail(name)]
    good, faults = pictures(request, request.FILES.getlist("photographs"))
    if len(kept) < len(named):
        sentence = gettext("A photograph waited too long and is gone: choose it again.")
        faults.append((422, sentence))
    kept += [pending.put(one, asker(request).person) for one in good[: rules.MOST_PHOTOGRAPHS + 1]]
    return kept, faults


def _kept(names: list[str]) -> list[Photograph]:
    return [one for one in map(pending.get, names) if one is not None]


def _bounds(data: Any, places: Atlas) -> Bounds:
    """What the still map shows: the chosen neighbourhood, else the city."""
    home = places.home()
    area = places.by_code.get(str(data.get("neighbourhood") or "")) or home
    if area is None:
        return (0.0, 0.0, 1.0, 1.0)
    return area.bounds


def _moved_pin(data: QueryDict, places: Atlas) -> None:
    """A click on the still map becomes a point."""
    if "point.x" not in data:
        return
    try:
        x, y = float(data.get("point.x", "")), float(data.get("point.y", ""))
    except ValueError:
        return
    area = places.by_code.get(data.get("drawn", ""))
    bounds = area.bounds if area else _bounds(data, places)
    if 0 <= x <= grounds.PICTURE_SIDE and 0 <= y <= grounds.PICTURE_SIDE:
        lon, lat = grounds.clicked(bounds, x, y)
        data["longitude"], data["latitude"] = f"{lon:.6f}", f"{lat:.6f}"


def _page(
    request: HttpRequest,
    form: ReportForm,
    places: Atlas,
    kind: Category | None,
    *,
    kept: list[str] | None = None,
    urgent: str = "",
    preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    home = places.home()
    values = form.data if form.is_bound else form.initial
    lon, lat = values.get("longitude") or "", values.get("latitude") or ""
    context: dict[str, Any] = {
        "form": form,
        "kind": kind,
        "kept": kept or [],
        "home": home,
        "lon": lon,
        "lat": lat,
        "here": _where(lon, lat, home, places),
        "drawn": str(values.get("neighbourhood") or ""),
        "side": grounds.PICTURE_SIDE,
        "key": secret_in(str(values.get("key", "")))
        if form.is_bound
        else secrets.token_urlsafe(24),
        "urgent": urgent,
        "emergency": EMERGENCY_NUMBER,
        "sign_in": address_of("people:sign-in"),
        "signed_in": asker(request).person,
        "vouched": verified(request),
        "most": rules.MOST_PHOTOGRAPHS,
        "near": nearby(values, kind, places, clock.now().date()),
        "alike": suggestions(values),
    }
    if preview:
        context["shown"] = Problem(
            category=kind,
            text=form.cleaned_data["text"],
            address=form.cleaned_data["address"],
        )
        context["preview"] = _preview(form, kind)
        point = form.point()
        context["preview_place"] = places.at(*point, city=home.pk) if point and home else None
        if point and home:
            context["preview_map"] = grounds.plan(
                grounds.ground(home, places),
                around([point], least=0.009, margin=0.3),
                marks=[Mark(*point, tone="hot", title=form.cleaned_data["address"] or str(home))],
                title=form.cleaned_data["address"] or str(home),
                ratio="4x3",
            )
    return render(request, "problems/report.html", context, status=status)


def _where(lon: Any, lat: Any, home: Territory | None, places: Atlas) -> Territory | None:
    """The territory the pin stands in."""
    try:
        return places.at(float(lon), float(lat), city=home.pk if home else None)
    except (TypeError, ValueError):
        return None


@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """The questions of a category: a part of the form, fetched when the category changes."""
    code = request.GET.get("category", "")
    kind = category(code)
    known = kinds(active=True, imported=False)
    data = request.GET.copy()
    _clear(data)
    form = ReportForm(data, kinds=known, places=atlas(), kind=kind)
    form._errors = ErrorDict()  # type: ignore[attr-defined]  # nothing was sent
    context: dict[str, Any] = {"form": form, "kind": kind}
    context["signed_in"] = asker(request).person
    context["vouched"] = verified(request)
    return render(request, "problems/parts/questions.html", context)


@require_GET
def picture(request: HttpRequest) -> HttpResponse:
    """The still map one can click: of the city or of a neighbourhood, with the pin."""
    places = atlas()
    home = places.home()
    if home is None:
        raise Http404
    area = places.by_code.get(request.GET.get("place", "")) or home
    point = None
    try:
        point = (float(request.GET["longitude"]), float(request.GET["latitude"]))
    except (KeyError, ValueError):
        point = None
    if point is not None and not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        point = None
    under = grounds.ground(home, places)
    response = HttpResponse(
        grounds.picture(under, area.bounds, point), content_type="image/svg+xml; charset=utf-8"
    )
    response["Cache-Control"] = "private, max-age=300"
    return response


@require_GET
def ground(request: HttpRequest) -> HttpResponse:
    """Outlines and features of the home city, for the live map."""
    places = atlas()
    home = places.home()
    if home is None:
        raise Http404
    response = HttpResponse(
        grounds.collection(grounds.ground(home, places)), content_type="application/geo+json"
    )
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_GET
def kept_picture(request: HttpRequest, name: str) -> HttpResponse:
    """The small picture of a photograph that waits for its form."""
    small = pending.thumbnail(name)
    if small is None:
        raise Http404
    response = HttpResponse(small, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
