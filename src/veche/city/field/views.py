"""The officer's pages on site, and the page of a contractor's one-time link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from veche import clock
from veche.city.field import operations, queries, rules
from veche.city.field.forms import AnswerForm, ForwardForm, SiteForm
from veche.city.field.models import OneTimeLink
from veche.city.problems import operations as problems
from veche.city.problems import pending
from veche.city.problems.access import seen_by
from veche.city.problems.evidence import Taken
from veche.city.problems.models import Problem
from veche.core.cases.operations import NoRoleForMove, role_holding, role_name
from veche.core.cases.queries import files
from veche.core.files.photographs import MOST_BYTES, Photograph, PhotographTooLarge, clean
from veche.core.files.queries import now_shown, path_of
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.ground import ground, plan
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotFound, Refused
from veche.look.plan import Mark, Plan, around


def _officer(request: HttpRequest) -> Person | HttpResponse:
    """The officer who asks; visitors are led to the sign-in page.

    Raises:
        NoRoleForMove: they are nobody's officer.
    """
    who = asker(request)
    if who.person is None:
        return redirect(f"{reverse('people:sign-in')}?{urlencode({'next': request.path})}")
    if "officer" not in who.roles:
        raise NoRoleForMove(role=role_name("officer"))
    return who.person


def _mine(request: HttpRequest, number: str) -> Problem:
    """The problem, for an officer of the office it lies with.

    Raises:
        NotFound, NoRoleForMove: not theirs.
    """
    who = asker(request)
    problem = seen_by(number, who.person, who.holdings)
    role_holding(problem.case, "officer", "organisation", who.person, clock.now())
    return problem


def _pictures(request: HttpRequest) -> tuple[list[Photograph], str]:
    """The clean photographs sent, and why one could not be taken."""
    good: list[Photograph] = []
    for upload in request.FILES.getlist("photographs")[: rules.MOST_PHOTOGRAPHS]:
        try:
            if (upload.size or 0) > MOST_BYTES:
                raise PhotographTooLarge
            good.append(clean(upload.read()))
        except Refused as refusal:
            return good, f"{upload.name}: {refusal}"
    return good, ""


def _map(
    spots: list[queries.Spot], here: tuple[float, float] | None, *, listed: bool = False
) -> Plan | None:
    """The map of matters; where the page lists them, a press on a mark leads to its row."""
    points = [(s.problem.longitude, s.problem.latitude) for s in spots]
    places = atlas()
    home = places.home()
    if not points or home is None:
        return None
    marks = [
        Mark(
            s.problem.longitude,
            s.problem.latitude,
            label=str(n),
            href=f"#m{n}" if listed else "",
            title=s.problem.address or s.problem.title,
        )
        for n, s in enumerate(spots[:20], 1)
    ]
    if here is not None:
        marks.append(Mark(*here, tone="hot", title=gettext("You are here")))
        points = [*points[:20], here]
    return plan(
        ground(home, places),
        around(points, least=0.004, margin=0.2),
        marks=marks,
        title=gettext("Matters near you"),
        ratio="4x3",
    )


@never_cache
@require_GET
def spots(request: HttpRequest) -> HttpResponse:
    """What is in work with the officer's office, the nearest first."""
    officer = _officer(request)
    if isinstance(officer, HttpResponse):
        return officer
    here = _position(request)
    found, count = queries.spots(asker(request).holdings, here)
    context = {
        "spots": found,
        "count": count,
        "here": here,
        "map": _map(found, here, listed=True),
        "now": clock.now(),
        "places": [t for t in atlas().by_id.values() if t.kind == "neighbourhood"],
        "chosen": request.GET.get("place", ""),
    }
    return render(request, "field/list.html", context)


def _position(request: HttpRequest) -> tuple[float, float] | None:
    """Where the officer stands: told by the phone, or the middle of a chosen neighbourhood."""
    try:
        lon, lat = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
        if -180 <= lon <= 180 and -90 <= lat <= 90:
            return lon, lat
    except ValueError:
        pass
    place = atlas().by_code.get(request.GET.get("place", ""))
    if place is None:
        return None
    import json

    import shapely

    point = shapely.from_geojson(json.dumps(place.outline)).representative_point()
    return point.x, point.y


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def spot(request: HttpRequest, number: str) -> HttpResponse:
    """One matter on site: where it is, a photograph, a few words, the answer."""
    officer = _officer(request)
    if isinstance(officer, HttpResponse):
        return officer
    problem = _mine(request, number)
    form = AnswerForm(initial={"seen": problem.case.seq})
    status, taken = 200, Taken()
    if request.method == "POST":
        form = AnswerForm(request.POST, request.FILES)
        taken = Taken.of(request)
        if taken.refusal:
            form.add_error("photographs", taken.refusal)
            status = taken.status
        if form.is_valid():
            try:
                problems.answer(
                    by=officer,
                    at=clock.now(),
                    case=problem.case,
                    text=form.cleaned_data["text"],
                    photographs=taken.photographs,
                    seen=form.cleaned_data.get("seen"),
                )
            except Invalid as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
                status = refusal.status
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                pending.drop(taken.names)
                messages.success(request, gettext("Answered. The author checks the result."))
                return redirect("field:list")
        status = status if status != 200 else 422
    here = (problem.longitude, problem.latitude)
    context = {
        "problem": problem,
        "case": problem.case,
        "form": form,
        "map": _map([queries.Spot(problem, None)], None),
        "geo": f"geo:{here[1]:.6f},{here[0]:.6f}",
        "links": queries.links(problem.case, clock.now()),
        "pictures": _shown(problem),
        "kept_pictures": taken.shown(),
        "now": clock.now(),
    }
    return render(request, "field/spot.html", context, status=status)


def _shown(problem: Problem) -> list[str]:
    """The addresses of the author's photographs on the page of the problem."""
    return [now_shown(one.file).address for one in files(problem.case) if one.kind == "before"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forward(request: HttpRequest, number: str) -> HttpResponse:
    """Send a contractor there: the form, and once the address of the link."""
    officer = _officer(request)
    if isinstance(officer, HttpResponse):
        return officer
    problem = _mine(request, number)
    form, address, status = ForwardForm(), "", 200
    if request.method == "POST":
        form = ForwardForm(request.POST)
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                _link, secret = operations.forward(
                    by=officer,
                    at=clock.now(),
                    case=problem.case,
                    firm=data["firm"],
                    note=data["note"],
                    days=data["days"],
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                address = request.build_absolute_uri(reverse("field:link", args=[secret]))
                form, status = ForwardForm(), 200
    context = {
        "problem": problem,
        "case": problem.case,
        "form": form,
        "address": address,
        "links": queries.links(problem.case, clock.now()),
    }
    return render(request, "field/forward.html", context, status=status)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a link back."""
    officer = _officer(request)
    if isinstance(officer, HttpResponse):
        return officer
    link = OneTimeLink.objects.select_related("case", "case__territory").filter(pk=pk).first()
    if link is None:
        raise NotFound
    operations.revoke(by=officer, at=clock.now(), link=link)
    messages.success(request, gettext("The link is no longer valid."))
    return redirect("field:forward", link.case.number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """What a contractor sees: public words, the place, the note; and the form of the report."""
    at = clock.now()
    link = operations.link_of(secret[:100], at)
    problem = Problem.objects.select_related("case", "category", "case__territory").get(
        case=link.case
    )
    form, status = SiteForm(), 200
    if request.method == "POST":
        form = SiteForm(request.POST, request.FILES)
        taken, fault = _pictures(request)
        if fault:
            form.add_error("photographs", fault)
        status = 422
        if form.is_valid():
            try:
                operations.report(
                    by=None,
                    at=at,
                    secret=secret[:100],
                    text=form.cleaned_data["text"],
                    photographs=taken,
                )
            except Invalid as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
            else:
                return _quiet(render(request, "field/thanks.html", {"case": link.case}))
    context: dict[str, Any] = {
        "link": link,
        "problem": problem,
        "case": link.case,
        "form": form,
        "map": _map([queries.Spot(problem, None)], None),
        "geo": f"geo:{problem.latitude:.6f},{problem.longitude:.6f}",
        "pictures": _shown(problem),
    }
    return _quiet(render(request, "field/link.html", context, status=status))


def _quiet(response: HttpResponse) -> HttpResponse:
    """The secret in the address is told to nobody: neither to search engines nor to other sites.

    Not ``no-referrer``: a browser would then send the form without saying where it comes from, and
    the form would be refused.
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


def _reported(request: HttpRequest, pk: int) -> OneTimeLink:
    """A contractor's report, for an officer of the office.

    Raises:
        NotFound: there is none.
        NoRoleForMove: not theirs.
    """
    link = (
        OneTimeLink.objects.select_related("case", "case__territory")
        .filter(pk=pk, used_at__isnull=False)
        .first()
    )
    if link is None:
        raise NotFound
    role_holding(link.case, "officer", "organisation", asker(request).person, clock.now())
    return link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A contractor's report as the draft of an answer: read, change, choose pictures, send."""
    officer = _officer(request)
    if isinstance(officer, HttpResponse):
        return officer
    link = _reported(request, pk)
    pictures = list(link.photographs.select_related("file").order_by("id"))
    chosen = {one.pk for one in pictures}
    form, status = AnswerForm(initial={"text": link.text, "seen": link.case.seq}), 200
    if request.method == "POST":
        form, status = AnswerForm(request.POST), 422
        ticked = set(request.POST.getlist("picture"))
        chosen = {one.pk for one in pictures if str(one.pk) in ticked}
        if form.is_valid():
            try:
                operations.answer_with(
                    by=officer,
                    at=clock.now(),
                    link=link,
                    text=form.cleaned_data["text"],
                    photographs=sorted(chosen),
                    seen=form.cleaned_data.get("seen"),
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, gettext("Answered. The author checks the result."))
                return redirect("problems:matter", link.case.number)
    context = {
        "link": link,
        "case": link.case,
        "form": form,
        "pictures": [(n, one, one.pk in chosen) for n, one in enumerate(pictures, 1)],
    }
    return render(request, "field/draft.html", context, status=status)


@never_cache
@require_GET
def picture(request: HttpRequest, pk: int, n: int) -> HttpResponseBase:
    """A contractor's photograph, for the officers of the office only."""
    link = _reported(request, pk)
    pictures = list(link.photographs.select_related("file").order_by("id"))
    if not 1 <= n <= len(pictures):
        raise Http404
    try:
        file = path_of(now_shown(pictures[n - 1].file).digest).open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
