"""The records of one problem in the city's sealed log, for whoever may see the problem."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from veche.city.problems.access import sees_hidden
from veche.city.problems.queries.matter import steps_of
from veche.city.problems.views.common import cached, problem_for, secret_of
from veche.core.cases.operations import subject
from veche.core.cases.queries import history
from veche.core.journal.proofs import of_matter
from veche.core.organisations.middleware import asker
from veche.errors import NotFound


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """Each step's record, its place in the log and its receipt.

    Raises:
        NotFound: there is no such problem, or they may not see it; a hidden one is shown only to
            those who see what is hidden.
    """
    problem, who = problem_for(request, number), asker(request)
    case, secret = problem.case, secret_of(request, number)
    if case.hidden_at is not None and not sees_hidden(problem, who.person, who.holdings, secret):
        raise NotFound
    steps = reversed(steps_of(history(case), problem, ()))
    found = of_matter(subject(case), case.procedure, ((step.at, step.did) for step in steps))
    context = {
        "number": case.number,
        "back": reverse("problems:matter", args=[case.number]),
        "lines": found.lines,
        "others": found.others,
    }
    return cached(request, render(request, "journal/proof.html", context))
