"""The page of one act around a problem: what it means, the form, the step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.problems import acts, pending
from veche.city.problems.access import is_author, sees_hidden
from veche.city.problems.evidence import Taken
from veche.city.problems.models import Problem
from veche.city.problems.queries.matter import stand, steps_of
from veche.city.problems.queries.responsibility import duty
from veche.city.problems.views.common import problem_for, secret_of
from veche.core.cases.operations import Changed, MoveNotPossible, NoRoleForMove, role_name
from veche.core.cases.procedure import AUTHOR
from veche.core.cases.queries import files, history, procedure_of
from veche.core.desk.adapter import DeskForm
from veche.core.organisations.middleware import asker
from veche.errors import Invalid, NotFound, Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One act: its form, and the step when it is sent."""
    which = acts.BY_CODE.get(code)
    if which is None:
        raise NotFound
    problem, who, at = problem_for(request, number), asker(request), clock.now()
    author = is_author(problem, who.person, secret_of(request, number))
    person = who.person
    if which.role == AUTHOR:
        if not author:
            raise NoRoleForMove(role=role_name(AUTHOR))
        person = who.person if problem.case.author_id is not None else None
    elif which.role not in who.roles or (
        problem.case.hidden_at is not None and not sees_hidden(problem, person, who.holdings)
    ):
        # Before the form is looked at: its page holds words that may be hidden from this reader.
        raise _refusal(which, problem)
    possible = acts.may(which, problem.case, who.holdings, author, at)
    if request.method != "POST":
        if not possible:
            raise _refusal(which, problem)
        form = which.form(case=problem.case)
        return _page(request, problem, which, form)
    data = request.POST.copy()
    for name, value in data.items():
        if isinstance(value, str):
            data[name] = value.replace("\x00", "")
    form = which.form(data, request.FILES, case=problem.case)
    taken = Taken.of(request) if "photographs" in form.fields else None
    valid = form.is_valid()
    if taken is not None and taken.refusal:
        form.add_error("photographs", taken.refusal)
        valid = False
    if not valid:
        return _page(request, problem, which, form, taken, status=(taken and taken.status) or 422)
    step: dict[str, Any] = {**form.step()}
    if taken is not None:
        step["photographs"] = taken.photographs
    try:
        which.run(by=person, at=at, case=problem.case, seen=form.cleaned_data.get("seen"), **step)
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _page(request, problem, which, form, taken, status=refusal.status)
    except (Changed, MoveNotPossible) as refusal:
        problem = problem_for(request, number)
        data["seen"] = str(problem.case.seq)
        anew = which.form(data, request.FILES, case=problem.case)
        return _page(
            request, problem, which, anew, taken, status=refusal.status, refusal=str(refusal)
        )
    except Refused as refusal:
        return _page(
            request, problem, which, form, taken, status=refusal.status, refusal=str(refusal)
        )
    if taken is not None:
        pending.drop(taken.names)
    messages.success(request, str(which.done))
    return redirect(_after(request, number))


def _refusal(which: acts.Act, problem: Problem) -> Refused:
    """Why it cannot be done: the state, or the role."""
    case = problem.case
    if case.state in which.states and which.role != AUTHOR:
        return NoRoleForMove(role=role_name(which.role))
    return MoveNotPossible(state=procedure_of(case).by_code[case.state].title)


def _after(request: HttpRequest, number: str) -> str:
    """Back to where the act was begun, within this site; else to the problem."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("problems:matter", args=[number])


def _page(
    request: HttpRequest,
    problem: Problem,
    which: acts.Act,
    form: DeskForm,
    taken: Taken | None = None,
    *,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    at, who = clock.now(), asker(request)
    events = history(problem.case)
    author = is_author(problem, who.person, secret_of(request, problem.case.number))
    context: dict[str, Any] = {
        "act": which,
        "problem": problem,
        "case": problem.case,
        "form": form,
        "possible": acts.may(which, problem.case, who.holdings, author, at),
        "refusal": refusal,
        "stand": stand(problem, at, events),
        "steps": steps_of(events, problem, list(enumerate(files(problem.case), 1))),
        "duty": duty(problem, events, at, inside=bool(who.holdings)),
        "kept_pictures": taken.shown() if taken else (),
        "kept_words": form.data.get(form.words, "") if form.words else "",
        "draft": f"{which.code}-{problem.case.number}",
        "next": request.POST.get("next", "") or request.GET.get("next", ""),
        "back": _after(request, problem.case.number),
    }
    return render(request, "problems/act.html", context, status=status)
