"""The same thing twice: suggestions while typing, “this is mine too”, joining and separating."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from veche import clock
from veche.city.problems import operations
from veche.city.problems.check_forms import JoinForm
from veche.city.problems.models import Joined, Problem
from veche.city.problems.operations.merging import why_not
from veche.city.problems.procedure import OFFICER
from veche.city.problems.queries.categories import category
from veche.city.problems.queries.merging import Alike, alike, family, people_behind
from veche.city.problems.rules import metres
from veche.city.problems.views.common import problem_for
from veche.core.cases.operations import NoRoleForMove, in_scope, role_name
from veche.core.moderation.procedure import DISPATCHER, MODERATOR
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.errors import NotAllowed, Refused
from veche.look.context import place as address_of

JOINS = {
    "moderation": (MODERATOR, "territory"),
    "routing": (DISPATCHER, "territory"),
    "work": (OFFICER, "organisation"),
    "returned": (OFFICER, "organisation"),
}
"""State of a problem → who may join it to another."""


def may_join(problem: Problem, held: tuple[Holding, ...]) -> bool:
    """Whether somebody with these roles can join the problem to another now."""
    role, scope = JOINS.get(problem.case.state, ("", ""))
    return any(h.role == role and in_scope(h, problem.case, scope) for h in held)


def may_part(problem: Problem, held: tuple[Holding, ...]) -> bool:
    """Whether somebody with these roles can separate the problem again now."""
    return problem.case.state == "merged" and any(
        h.role == MODERATOR and in_scope(h, problem.case, "territory") for h in held
    )


def may_take_back(problem: Problem, held: tuple[Holding, ...], person: Person | None) -> bool:
    """Whether this person joined the problem and can still take that back."""
    if problem.case.state != "merged" or person is None:
        return False
    joined = (
        Joined.objects.filter(child_id=problem.pk, until__isnull=True)
        .select_related("parent")
        .first()
    )
    if joined is None or not operations.may_unjoin(joined, person):
        return False
    scope = "organisation" if joined.role == OFFICER else "territory"
    return any(h.role == joined.role and in_scope(h, problem.case, scope) for h in held)


def suggestions(values: Any) -> list[Alike]:
    """What may be the same as what a form says so far; nothing while it has no point."""
    kind = category(str(values.get("category", "")).replace("\x00", ""))
    try:
        lon, lat = float(values.get("longitude", "")), float(values.get("latitude", ""))
    except (TypeError, ValueError):
        return []
    if kind is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return []
    text = str(values.get("text", ""))[:1000]
    return alike(category=kind, longitude=lon, latitude=lat, text=text, at=clock.now())


@require_GET
def near(request: HttpRequest) -> HttpResponse:
    """Possible duplicates: a part of the report form, fetched while it is filled in."""
    return render(request, "problems/parts/alike.html", {"alike": suggestions(request.GET)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine_too(request: HttpRequest, number: str) -> HttpResponse:
    """“This is mine too”: followed instead of reported again."""
    person = asker(request).person
    back = reverse("problems:matter", args=[number])
    if person is None:
        if target := address_of("people:sign-in"):
            return redirect(f"{target}?{urlencode({'next': back})}")
        raise NotAllowed
    if request.method == "POST":
        problem = problem_for(request, number)
        operations.mine_too(by=person, at=clock.now(), case=problem.case)
        messages.success(request, gettext("You are counted, and told of every step."))
    return redirect(back)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, number: str) -> HttpResponse:
    """Join a problem to an earlier one: choose, look at what it means, do it."""
    problem, held, at = problem_for(request, number), asker(request).holdings, clock.now()
    if not may_join(problem, held):
        role, _scope = JOINS.get(problem.case.state, (OFFICER, ""))
        raise NoRoleForMove(role=role_name(role))
    person = asker(request).person
    assert person is not None  # nobody else holds a role
    given = request.POST if request.method == "POST" else request.GET
    data = {name: str(value).replace("\x00", "").strip() for name, value in given.items()}
    if "number" not in data:
        return _join_page(request, problem, JoinForm())
    form = JoinForm(data)
    if not form.is_valid():
        return _join_page(request, problem, form, status=422)
    rows = Problem.objects.select_related("case", "case__territory", "case__organisation")
    parent = rows.filter(case__number=form.cleaned_data["number"]).first()
    if parent is None:
        form.add_error("number", gettext("There is no problem with this number. Check the number."))
        return _join_page(request, problem, form, status=422)
    if why := why_not(problem.case, parent.case):
        form.add_error("number", str(operations.NotTheSame(why=why)))
        return _join_page(request, problem, form, status=422)
    if request.method != "POST":
        return _join_page(request, problem, form, parent=parent)
    try:
        operations.merge(
            by=person,
            at=at,
            case=problem.case,
            parent=parent.case,
            seen=form.cleaned_data["seen"],
        )
    except Refused as refusal:
        problem = problem_for(request, number)
        return _join_page(
            request, problem, form, parent=parent, refusal=str(refusal), status=refusal.status
        )
    messages.success(request, gettext("Joined to {number}.").format(number=parent.case.number))
    return redirect("problems:matter", number)


def _join_page(
    request: HttpRequest,
    problem: Problem,
    form: JoinForm,
    *,
    parent: Problem | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    case = problem.case
    found: list[Alike] = []
    if parent is None:
        found = [
            one
            for one in alike(
                category=problem.category,
                longitude=problem.longitude,
                latitude=problem.latitude,
                text=problem.text,
                at=clock.now(),
                but=case,
                opened_before=case.opened_at,
                most=8,
            )
            if not why_not(case, one.case)
        ]
    context: dict[str, Any] = {
        "problem": problem,
        "case": case,
        "form": form,
        "found": found,
        "parent": parent,
        "refusal": refusal,
    }
    if parent is not None:
        counted = people_behind([case.pk, parent.pk])
        far = metres(problem.longitude, problem.latitude, parent.longitude, parent.latitude)
        context |= {
            "metres": round(far),
            "told": counted.get(case.pk, 0),
            "there": counted.get(parent.pk, 0),
        }
    return render(request, "problems/join.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, number: str) -> HttpResponse:
    """Separate a problem again, after having been asked once more."""
    problem, who = problem_for(request, number), asker(request)
    own = may_take_back(problem, who.holdings, who.person)
    if not own and not may_part(problem, who.holdings):
        raise NoRoleForMove(role=role_name(MODERATOR))
    assert who.person is not None  # nobody else holds a role
    if request.method != "POST":
        context = {
            "problem": problem,
            "case": problem.case,
            "family": family(problem),
            "own": own,
        }
        return render(request, "problems/part.html", context)
    seen = request.POST.get("seen", "")
    step = operations.unjoin if own else operations.split
    step(
        by=who.person,
        at=clock.now(),
        case=problem.case,
        seen=int(seen) if seen.isascii() and seen.isdigit() else None,
    )
    said = gettext("Separated: an office answers for it on its own.")
    messages.success(request, gettext("Taken back: it stands where it stood.") if own else said)
    return redirect("problems:matter", number)
