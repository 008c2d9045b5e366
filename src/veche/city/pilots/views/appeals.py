"""An appeal of a company: its page, and the judgement."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pilots.access.appeals import appeal_for, judges
from veche.city.pilots.forms.applications import JudgeForm
from veche.city.pilots.operations.appeals import check_may_judge, judge_appeal
from veche.city.pilots.procedure import APPEAL, ARBITER
from veche.city.pilots.queries import applications as queries
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, MoveNotPossible, NoRoleForMove, role_name
from veche.core.cases.queries import history
from veche.core.organisations.middleware import asker
from veche.errors import Invalid, Refused
from veche.look.fields import say_refusal
from veche.look.http import sent, sign_in


@never_cache
@require_safe
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """Against what a company objects, why, and what was judged.

    Raises:
        UnknownAppeal: there is none, or not for whoever asks.
    """
    who, at = asker(request), clock.now()
    found = appeal_for(number, who.person, who.holdings, at)
    context = {**_shared(found, at), "judges": judges(found, who.person, who.holdings, at)}
    return render(request, "pilots/applications_appeal.html", context)


def _shared(found: Any, at: Any) -> dict[str, Any]:
    application = found.application
    events = history(application.case)
    against = [one for one in queries.told(application.case, events) if one.move in
               ("turn_down", "decline", "find_none")]  # fmt: skip
    return {
        "appeal": found,
        "case": found.case,
        "application": application,
        "title": application.title,
        "back": queries.address(application),
        "stand": queries.stand_in_words(found.case, str(application.programme.agency), at),
        "line": queries.line_of(found.case, history(found.case)),
        "against": against[0] if against else None,
        "now": at,
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: HttpRequest, number: str) -> HttpResponse:
    """The arbiter's judgement.

    Raises:
        UnknownAppeal: there is none, or not for whoever asks.
        veche.core.cases.operations.NoRoleForMove: they are no arbiter here.
        PartyToIt: they work for the agency.
        veche.core.cases.operations.MoveNotPossible: it was judged.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    found = appeal_for(number, who.person, who.holdings, at)
    if not judges(found, who.person, who.holdings, at):
        if APPEAL.by_code[found.case.state].final:
            raise MoveNotPossible(state=APPEAL.by_code[found.case.state].title)
        if ARBITER in who.roles:
            check_may_judge(who.person, found.application, at)
        raise NoRoleForMove(role=role_name(ARBITER))
    if request.method != "POST":
        return _page(request, found, JudgeForm(case=found.case))
    form = JudgeForm(sent(request), case=found.case)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        judge_appeal(
            by=who.person, at=at, appeal=found, seen=form.cleaned_data.get("seen"), **form.step()
        )
    except Invalid as refusal:
        say_refusal(form, refusal)
        return _page(request, found, form, status=refusal.status)
    except Refused as refusal:
        if isinstance(refusal, Changed):
            data = sent(request)
            data["seen"] = str(Case.objects.values_list("seq", flat=True).get(pk=found.case.pk))
            form = JudgeForm(data, case=found.case)
        return _page(request, found, form, refusal=str(refusal), status=refusal.status)
    messages.success(request, _("The appeal was judged."), extra_tags=f"judge-{number}")
    return redirect("pilots:work")


def _page(
    request: HttpRequest, found: Any, form: JudgeForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {**_shared(found, clock.now()), "form": form, "refusal": refusal}
    return render(request, "pilots/applications_judge.html", context, status=status)
