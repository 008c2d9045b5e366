"""The volunteer's pages: checks near me, one check; and how the author found it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.problems import ground as grounds
from veche.city.problems import operations, pending
from veche.city.problems.access import is_author
from veche.city.problems.check_forms import CheckForm, RateForm
from veche.city.problems.evidence import Taken
from veche.city.problems.models import Problem
from veche.city.problems.queries import checks as queries
from veche.city.problems.queries.matter import steps_of
from veche.city.problems.queries.satisfaction import may_rate
from veche.city.problems.views.common import problem_for, secret_of
from veche.city.problems.views.desk import signed_in
from veche.core.cases.queries import files, history
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Refused
from veche.look.plan import Mark, Plan, around

CLOSED_DAYS = dt.timedelta(days=14)
"""How long a volunteer is told why a check was taken from them."""


def _me(request: HttpRequest) -> Person:
    person = asker(request).person
    assert person is not None  # `signed_in` has seen to it
    return person


def _map(rows: list[queries.MyTask]) -> Plan | None:
    """The places that wait, numbered as in the list."""
    places = atlas()
    home = places.home()
    if home is None or not rows:
        return None
    points = [(one.problem.longitude, one.problem.latitude) for one in rows]
    return grounds.plan(
        grounds.ground(home, places),
        around(points, least=0.009, margin=0.2),
        marks=[
            Mark(
                *point,
                label=str(n),
                href=reverse("problems:check", args=[one.task.pk]),
                title=one.problem.title,
            )
            for n, (point, one) in enumerate(zip(points, rows, strict=True), 1)
        ],
        title=gettext("Map of the places that wait for you; the list says the same"),
        ratio="4x3",
    )


@never_cache
@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """Checks near me: what waits, what I said."""
    at, person = clock.now(), _me(request)
    waiting = queries.open_checks(person, at)
    context = {
        "waiting": waiting,
        "past": queries.past_checks(person),
        "closed": queries.closed_checks(person, at - CLOSED_DAYS),
        "own": queries.own_numbers(person),
        "map": _map(waiting),
        "volunteer": any(h.role == "volunteer" for h in asker(request).holdings),
        "now": at,
    }
    return render(request, "problems/checks.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def check(request: HttpRequest, key: int) -> HttpResponse:
    """One check: the place, what was said, and what the volunteer answers."""
    person = _me(request)
    over = queries.closed_check(person, key)
    if over is not None:
        context = {"task": over, "case": over.round.case}
        return render(request, "problems/check_over.html", context, status=410)
    found = queries.check_of(person, key)
    if request.method != "POST":
        return _page(request, found, CheckForm())
    at, do = clock.now(), request.POST.get("do", "answer")
    try:
        if do == "take":
            operations.take_check(by=person, at=at, task=found.task)
            messages.success(request, gettext("You go and look. Thank you."))
            return redirect("problems:check", key)
        if do == "decline":
            operations.decline_check(by=person, at=at, task=found.task)
            messages.info(request, gettext("Somebody else is asked."))
            return redirect("problems:checks")
    except Refused as refusal:
        return _page(request, found, CheckForm(), refusal=str(refusal), status=refusal.status)
    data = request.POST.copy()
    data["text"] = data.get("text", "").replace("\x00", "")
    form = CheckForm(data, request.FILES)
    taken = Taken.of(request)
    valid = form.is_valid()
    if taken.refusal:
        form.add_error("photographs", taken.refusal)
        valid = False
    if not valid:
        return _page(request, found, form, taken, status=taken.status or 422)
    try:
        operations.answer_check(
            by=person,
            at=at,
            task=found.task,
            said=form.cleaned_data["said"],
            text=form.cleaned_data["text"],
            photographs=taken.photographs,
        )
    except Refused as refusal:
        return _page(request, found, form, taken, refusal=str(refusal), status=refusal.status)
    pending.drop(taken.names)
    messages.success(request, gettext("Thank you for looking. Your answer is public, you are not."))
    return redirect("problems:checks")


def _page(
    request: HttpRequest,
    found: queries.MyTask,
    form: CheckForm,
    taken: Taken | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    problem = found.problem
    pictures = list(enumerate(files(problem.case), 1))
    context: dict[str, Any] = {
        "task": found.task,
        "problem": problem,
        "case": problem.case,
        "form": form,
        "refusal": refusal,
        "open": found.task.ended_at is None and found.task.due_at >= clock.now(),
        "map": _map([found]),
        "before": [(n, one) for n, one in pictures if one.kind == "before"],
        "after": [(n, one) for n, one in pictures if one.kind == "after"],
        "steps": steps_of(history(problem.case), problem, pictures),
        "kept_pictures": taken.shown() if taken else (),
    }
    return render(request, "problems/check.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """The author says how it went."""
    problem, who = problem_for(request, number), asker(request).person
    if not is_author(problem, who, secret_of(request, number)):
        raise operations.OnlyItsAuthor
    if request.method != "POST":
        if not may_rate(problem.case):
            raise operations.NothingToRate
        return _rate_page(request, problem, RateForm())
    data = request.POST.copy()
    data["text"] = data.get("text", "").replace("\x00", "")
    form = RateForm(data)
    if not form.is_valid():
        return _rate_page(request, problem, form, status=422)
    try:
        operations.rate(
            by=who if problem.case.author_id is not None else None,
            at=clock.now(),
            case=problem.case,
            **form.said(),
        )
    except Refused as refusal:
        return _rate_page(request, problem, form, refusal=str(refusal), status=refusal.status)
    messages.success(request, gettext("Thank you: the office reads it."))
    return redirect("problems:matter", number)


def _rate_page(
    request: HttpRequest, problem: Problem, form: RateForm, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"problem": problem, "case": problem.case, "form": form, "refusal": refusal}
    return render(request, "problems/rate.html", context, status=status)
