"""The records of a letter or a correction in the city's sealed log, for whoever may see it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.appeals.access import HIDDEN, seen_by
from veche.city.appeals.queries import lists
from veche.city.appeals.queries.matter import matter
from veche.city.appeals.views.common import secret_of
from veche.core.cases.models import Case
from veche.core.cases.operations import subject
from veche.core.journal.proofs import of_matter
from veche.core.organisations.middleware import asker
from veche.errors import NotFound


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """Each step's record, its place in the log and its receipt.

    Raises:
        NotFound: there is no such letter, or they may not see it or its hidden page.
    """
    who = asker(request)
    appeal, how = seen_by(number, who.person, who.holdings, secret_of(request, number))
    if how == HIDDEN:
        raise NotFound
    response = _records(request, appeal.case, reverse("appeals:matter", args=[number]))
    if not appeal.public:
        response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def of_correction(request: HttpRequest, number: str) -> HttpResponse:
    """Each record of a correction, its place in the log and its receipt; everybody may see them.

    Raises:
        NotFound: there is no such correction.
    """
    one = lists.corrections().filter(case__number=number).first()
    if one is None:
        raise NotFound
    return _records(request, one.case, reverse("appeals:correction", args=[number]))


def _records(request: HttpRequest, case: Case, back: str) -> HttpResponse:
    steps = reversed(matter(case, clock.now(), {}).steps)
    found = of_matter(subject(case), case.procedure, ((step.at, step.did) for step in steps))
    context = {
        "number": case.number,
        "back": back,
        "lines": found.lines,
        "others": found.others,
    }
    return render(request, "journal/proof.html", context)
