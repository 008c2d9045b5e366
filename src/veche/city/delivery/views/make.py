"""A planner writes down a promise, and asks those who took part how satisfied they are."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.delivery.access import plans, promise_for
from veche.city.delivery.forms.promise import MakeForm
from veche.city.delivery.operations.promises import decide_promise
from veche.city.delivery.operations.refusals import NotAPlanner
from veche.city.delivery.operations.satisfaction import ask_satisfaction
from veche.city.delivery.procedure import CONTROLLER, PLANNER
from veche.city.delivery.queries import promise as queries
from veche.city.delivery.views.common import sent, shared
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Invalid, Refused


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def make(request: HttpRequest, person: Person) -> HttpResponse:
    """Write down a mayor's word, a programme, a budget or a hearing as a promise.

    Raises:
        NotAPlanner: whoever asks plans or controls nothing.
    """
    if not {PLANNER, CONTROLLER} & set(asker(request).roles):
        raise NotAPlanner
    status = 200
    if request.method == "POST":
        form = MakeForm(sent(request))
        status = 422
        if form.is_valid():
            try:
                made = decide_promise(by=person, at=clock.now(), **form.step())
            except Invalid as fault:
                form.add_error(fault.field if fault.field in form.fields else None, str(fault))
            except Refused as fault:
                form.add_error(None, str(fault))
                status = fault.status
            else:
                messages.success(request, _("The promise is written down: its office is told."))
                return redirect(queries.address(made))
    else:
        names = ("goal", "theme", "territory", "longitude", "latitude")
        form = MakeForm(initial={n: request.GET[n] for n in names if n in request.GET})
    return render(request, "delivery/promise/make.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def satisfaction(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Draft a vote among those who took part on how satisfied they are.

    Raises:
        NotAPlanner: whoever asks plans or controls nothing there.
    """
    found = promise_for(number, asker(request).holdings)
    if not plans(found, asker(request).holdings):
        raise NotAPlanner
    status, refusal = 200, ""
    if request.method == "POST":
        try:
            vote = ask_satisfaction(by=person, at=clock.now(), case=found.case)
        except Refused as fault:
            status, refusal = fault.status, str(fault)
        else:
            told = _("Vote {number} is drafted; an organiser of votes announces it.")
            messages.success(request, told.format(number=vote.case.number))
            return redirect(queries.address(found))
    context = {**shared(found, atlas()), "refusal": refusal}
    return render(request, "delivery/promise/satisfaction.html", context, status=status)
