"""“This needs several offices”: an incident is made of a problem, or it is added to one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.dispatch.models import Incident
from veche.city.dispatch.procedure import OPEN
from veche.city.problems.models import Problem
from veche.city.problems.operations import several as operations
from veche.city.problems.several_forms import AddForm, CallForm
from veche.city.problems.views.common import problem_for
from veche.core.cases.operations import NoRoleForMove, role_name
from veche.core.moderation.procedure import DISPATCHER
from veche.core.organisations.middleware import asker
from veche.errors import Refused
from veche.look.http import sent

NEAR = 12
"""Open incidents of the same district that are offered."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def several(request: HttpRequest, number: str) -> HttpResponse:
    """Say that a problem needs several offices at once.

    Raises:
        NoRoleForMove: neither a moderator or dispatcher of the place nor an officer who has it.
    """
    problem, who = problem_for(request, number), asker(request)
    if who.person is None or not operations.may_call(problem.case, who.holdings):
        raise NoRoleForMove(role=role_name(DISPATCHER))
    data = sent(request) if request.method == "POST" else None
    adding = data is not None and data.get("do") == "add"
    call, add = CallForm(data if not adding else None), AddForm(data if adding else None)
    form = add if adding else call
    if data is None or not form.is_valid():
        return _page(request, problem, call, add, status=200 if data is None else 422)
    given, at = form.cleaned_data, clock.now()
    try:
        if adding:
            made = operations.add_to_incident(
                by=who.person, at=at, problem=problem, number=given["number"]
            )
        else:
            made = operations.make_incident(by=who.person, at=at, problem=problem, **given)
    except Refused as refusal:
        return _page(request, problem, call, add, refusal=str(refusal), status=refusal.status)
    said = _("It is a part of incident {number}; those who follow it are told.")
    messages.success(request, said.format(number=made.case.number))
    return redirect("dispatch:incident", made.case.number)


def _page(
    request: HttpRequest,
    problem: Problem,
    call: CallForm,
    add: AddForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    place = problem.case.territory
    around = place.district_id or place.pk
    rows = Incident.real.filter(case__state__in=OPEN).select_related("case", "kind")
    near = rows.filter(case__territory__in=[around, place.pk, place.city_id or place.pk])
    below = rows.filter(case__territory__district=around)
    context = {
        "problem": problem,
        "case": problem.case,
        "call": call,
        "add": add,
        "found": list((near | below).order_by("-reported_at")[:NEAR]),
        "refusal": refusal,
    }
    return render(request, "problems/several.html", context, status=status)
