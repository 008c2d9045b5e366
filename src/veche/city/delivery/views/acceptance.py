"""Residents say whether a promise is kept; the city sets the rule by which they are counted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.delivery import words as said
from veche.city.delivery.access import promise_for
from veche.city.delivery.forms.acceptance import RuleForm, VerdictForm
from veche.city.delivery.models import AcceptanceRule, Asked
from veche.city.delivery.operations import acceptance
from veche.city.delivery.operations.refusals import AskedLater, NotAsked, OwnWork
from veche.city.delivery.queries import acceptance as answers
from veche.city.delivery.queries import promise as queries
from veche.city.delivery.rules import AcceptRule
from veche.city.delivery.views.common import sent, shared, sign_in
from veche.core.organisations.access import NotARuleKeeper, keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Invalid, Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether a promise is kept; until the term ends the answer can be changed.

    Raises:
        AskedLater: nobody is asked now.
        NotAsked: the promise does not concern whoever asks.
        OwnWork: they work for the office that answers for it.
    """
    who, at, places = asker(request), clock.now(), atlas()
    found = promise_for(number, who.holdings)
    if found.case.state != "acceptance":
        raise AskedLater
    if who.person is None:
        return sign_in(request)
    if not answers.is_asked(who.person, found.pk, found.case.territory, at):
        raise OwnWork if answers.is_party(who.person, found.pk, at) else NotAsked
    mine = answers.said_by(who.person, found.pk, found.round)
    status, refusal = 200, ""
    if request.method == "POST":
        form = VerdictForm(sent(request), request.FILES)
        status = 422
        if form.is_valid():
            try:
                acceptance.give_verdict(by=who.person, at=at, case=found.case, **form.step())
            except Invalid as fault:
                form.add_error(fault.field if fault.field in form.fields else None, str(fault))
            except Refused as fault:
                status, refusal = fault.status, str(fault)
            else:
                messages.success(request, _("Thank you: your answer is counted."))
                return redirect(queries.address(found))
    else:
        form = VerdictForm(initial=_before(mine))
    steps = queries.steps_of(found, at)
    rule = acceptance.asked_by(found.case)
    why = Asked.objects.filter(promise=found, person=who.person).values_list("why", flat=True)
    context: dict[str, Any] = {
        **shared(found, places),
        "form": form,
        "mine": mine,
        "refusal": refusal,
        "why": said.WHY_YOU[why.first() or "lives"],
        "rule": rule,
        "steps": steps,
        "files": queries.put_files(found, steps),
        "told": next((one for one in queries.told_of(found) if one.move == "say_done"), None),
        "stand": queries.stand(found, at),
    }
    return render(request, "delivery/promise/accept.html", context, status=status)


def _before(mine: Any) -> dict[str, str]:
    if mine is None:
        return {}
    answer = "yes" if mine.accepts else "no"
    return {"answer": answer, "reason": mine.reason, "text": mine.text}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def rules(request: HttpRequest, person: Person) -> HttpResponse:
    """When what was done counts as refused: the city's own rule for each kind of place.

    Raises:
        NotARuleKeeper: whoever asks sets no rules of the city.
    """
    if not keeps_rules(person, clock.now()):
        raise NotARuleKeeper
    rows = {row.kind: row for row in AcceptanceRule.objects.all()}
    usual = AcceptRule()
    form = RuleForm(sent(request) if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            acceptance.set_rule(by=person, at=clock.now(), **form.cleaned_data)
            messages.success(
                request, _("The rule is set; it holds for promises asked about later.")
            )
            return redirect("delivery:acceptance-rules")
        status = 422
    names = {"": _("everywhere else"), **said.PLACES}
    context = {
        "form": form,
        "rows": [(name, rows.get(kind), usual) for kind, name in names.items()],
    }
    return render(request, "delivery/promise/rules.html", context, status=status)
