"""The page of one problem, and its photographs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from veche import clock
from veche.city.problems import acts
from veche.city.problems import ground as grounds
from veche.city.problems.access import is_author, key_digest, sees_hidden
from veche.city.problems.forms import ReturnForm, SeenForm
from veche.city.problems.models import Problem
from veche.city.problems.operations.several import may_call
from veche.city.problems.procedure import PUBLIC
from veche.city.problems.queries.asked import answered
from veche.city.problems.queries.checks import looks
from veche.city.problems.queries.matter import Matter
from veche.city.problems.queries.matter import matter as matter_of
from veche.city.problems.queries.merging import family, known
from veche.city.problems.queries.recurrence import past_of
from veche.city.problems.queries.satisfaction import may_rate, ratings
from veche.city.problems.views.common import cached, hold_secret, problem_for, secret_of
from veche.city.problems.views.merging import may_join, may_part, may_take_back
from veche.city.problems.views.report import SENT
from veche.core.cases.operations import in_scope
from veche.core.cases.queries import files, procedure_of
from veche.core.files.models import ADDRESS_LENGTH, StoredFile
from veche.core.files.serving import Gone
from veche.core.files.serving import photograph as answer_photograph
from veche.core.moderation.beside import beside
from veche.core.moderation.queries import hidden as hidden_case
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import NotFound
from veche.look.context import place as address_of
from veche.look.plan import Mark, Plan, around

AUTHOR_MOVES = ("confirm", "return", "withdraw")


@require_safe
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """Where a problem stands, and what the reader can do."""
    if key := request.GET.get("key", ""):
        problem = Problem.objects.filter(case__number=number, author_key=key_digest(key)).first()
        if problem is None:
            raise Http404
        # The secret goes from the address into this browser's session, so that a copied address
        # does not give it away.
        hold_secret(request, number, key)
        return HttpResponseRedirect(reverse("problems:matter", args=[number]))
    problem = problem_for(request, number)
    return cached(request, page(request, problem))


def page(
    request: HttpRequest,
    problem: Problem,
    *,
    returning: ReturnForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, with a form that could not be accepted when there is one."""
    at, who, case = clock.now(), asker(request).person, problem.case
    held = asker(request).holdings
    secret = secret_of(request, case.number)
    author = is_author(problem, who, secret)
    moves = {move.name for move in procedure_of(case).moves_from(case.state)}
    places = atlas()
    place = places.by_id.get(case.territory_id, case.territory)
    city = places.by_id.get(place.city_id or place.pk, place)
    sent = request.COOKIES.get(SENT) == case.number
    if case.hidden_at is not None and not sees_hidden(problem, who, held, secret):
        veiled = {"case": case, "hidden": hidden_case(case), "place": place}
        return render(request, "problems/hidden.html", veiled, status=status)
    context: dict[str, Any] = {
        "moderation": beside(case, who, held, author=author),
        "hidden": hidden_case(case),
        "matter": (found := matter_of(problem, who, at, inside=bool(held))),
        "duty": found.duty,
        "acts": acts.acts_for(case, held, author, at, found.duty.asked is not None),
        "problem": problem,
        "case": case,
        "now": at,
        "place": place,
        "district": places.by_id.get(place.district_id or 0),
        "city_place": city,
        "map": _map(problem, places, place),
        "group": problem.category.group,
        "answers": answered(problem),
        "author": author,
        "may": {name for name in AUTHOR_MOVES if author and name in moves},
        "public": case.state in PUBLIC,
        "returning": returning or ReturnForm(initial={"seen": case.seq}),
        "seen": SeenForm(initial={"seen": case.seq}),
        "refusal": refusal,
        **_stood_up(problem, found, who, author=author, held=held),
        "person": who,
        "sign_in": address_of("people:sign-in"),
        "sent": sent,
        "link": (
            request.build_absolute_uri(reverse("problems:matter", args=[case.number]))
            + f"?key={secret}"
            if sent and secret
            else ""
        ),
    }
    response = render(request, "problems/matter.html", context, status=status)
    if sent:
        response.delete_cookie(SENT)
    return response


def _stood_up(
    problem: Problem,
    found: Matter,
    person: Person | None,
    *,
    author: bool,
    held: tuple[Holding, ...],
) -> dict[str, Any]:
    """How the answer stood up: to volunteers, to its author, to time; and what is joined."""
    case = problem.case
    there = known(case)
    inside = any(in_scope(h, case, "organisation") for h in held if h.organisation_id)
    return {
        "looks": looks(case) if there.looked else (),
        "witness": found.witness,
        "family": family(problem, there),
        "past": past_of(problem) if there.back else None,
        "ratings": ratings(case, inside=inside) if there.rated else (),
        "inside": inside,
        "may_rate": author and may_rate(case),
        "incident": there.incident,
        "may_call": bool(held) and may_call(case, held),
        "may_join": may_join(problem, held),
        "may_part": may_part(problem, held),
        "may_take_back": may_take_back(problem, held, person),
    }


def _map(problem: Problem, places: Any, place: Any) -> Plan:
    city = places.by_id.get(place.city_id or place.pk, place)
    point = (problem.longitude, problem.latitude)
    return grounds.plan(
        grounds.ground(city, places),
        around([point], least=0.009, margin=0.3),
        marks=[Mark(*point, tone="hot", title=problem.address or str(place))],
        title=problem.address or str(place),
        ratio="4x3",
    )


@require_GET
def photograph(request: HttpRequest, number: str, n: str, size: str) -> HttpResponseBase:
    """A photograph of a problem, for whoever may see it; by its number a way to its address.

    Raises:
        NotFound: there is none.
        veche.core.files.serving.Gone: a part of it was covered, or the problem is hidden.
    """
    problem, who = problem_for(request, number), asker(request)
    case, pictures = problem.case, files(problem.case)
    secret = secret_of(request, number)
    if case.hidden_at is not None and not sees_hidden(problem, who.person, who.holdings, secret):
        raise Gone
    file: StoredFile | None
    if len(n) < ADDRESS_LENGTH:
        if not 1 <= int(n) <= len(pictures):
            raise NotFound
        file = pictures[int(n) - 1].file
    else:
        file = next((one.file for one in pictures if one.file.address == n), None)
    public = case.state in PUBLIC and case.hidden_at is None
    return answer_photograph(request, file, address=n, small=size == "small", public=public)
