"""An author objects; another moderator decides."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.core.cases.queries import procedure_of
from veche.core.cases.terms import due_at
from veche.core.moderation import operations, queries, reasons
from veche.core.moderation.forms import AppealForm, JudgeForm
from veche.core.moderation.views.common import carried_out, guarded, standing
from veche.core.moderation.written import words_of
from veche.errors import NotFound


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """The author objects once, in words."""
    here = standing(request, number, author=True)
    decision = queries.last_rejection(here.case)
    if decision is None or not here.author:
        raise NotFound
    possible = queries.may_appeal(here.case)
    form = AppealForm(
        request.POST if request.method == "POST" else None, initial={"seen": here.case.seq}
    )
    # Whoever objected before reads here how it stands: that is no fault of theirs.
    status, refusal = 200 if possible or decision.appeal else 409, ""
    if request.method == "POST":
        author = here.who.person if here.case.author_id is not None else None
        done, status, refusal = carried_out(
            request,
            form,
            lambda typed: operations.appeal(by=author, at=clock.now(), case=here.case, **typed),
            gettext("Your objection is with another moderator. You are told the outcome."),
        )
        if done:
            return redirect(here.written.url(here.case))
    context = {
        "case": here.case,
        "url": here.written.url(here.case),
        "decision": decision,
        "reason": reasons.words_of(decision.reason),
        "form": form,
        "possible": possible,
        "due": due_at(procedure_of(here.case), "appealed", here.case.theme, clock.now()),
        "refusal": refusal,
    }
    return render(request, "moderation/appeal.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def judge(request: HttpRequest, number: str) -> HttpResponse:
    """Another moderator reads the matter, the decision and the objection, and decides."""
    here = standing(request, number, judge=True)
    assert here.who.person is not None
    decision = queries.last_rejection(here.case)
    if decision is None or not decision.appeal:
        raise NotFound
    form = JudgeForm(
        request.POST if request.method == "POST" else None, initial={"seen": here.case.seq}
    )
    same = decision.person_id == here.who.person.pk
    status, refusal = 200, ""
    if request.method == "POST":
        person = here.who.person
        done, status, refusal = carried_out(
            request,
            form,
            lambda typed: operations.judge(
                by=person,
                at=clock.now(),
                case=here.case,
                overturn=typed["outcome"] == "overturn",
                text=typed["text"],
                seen=typed["seen"],
            ),
            gettext("Decided: {number}.").format(number=here.case.number),
        )
        if done:
            return redirect("moderation:log")
    context = {
        "case": here.case,
        "url": here.written.url(here.case),
        "decision": decision,
        "reason": reasons.words_of(decision.reason),
        "words": words_of(here.case),
        "pictures": queries.pictures(here.case),
        "form": form,
        "same": same,
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "moderation/judge.html", context, status=status)
