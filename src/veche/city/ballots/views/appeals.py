"""Appeals against a vote: all of them, filing one, and the page of one matter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ballots.forms.appeals import AppealForm
from veche.city.ballots.models import RollRequest, Vote, VoteAppeal
from veche.city.ballots.operations import appeals as operations
from veche.city.ballots.queries.roll import entry_of
from veche.city.ballots.queries.staff import appeals_of, reaches
from veche.city.ballots.queries.votes import public_vote
from veche.city.ballots.reasons import REASONS, RULINGS
from veche.city.ballots.views.common import cached, shared, sign_in
from veche.core.cases.line import line_in_words
from veche.core.cases.models import Case
from veche.core.cases.queries import clocks, history, procedure_of
from veche.core.desk.adapter import actions_for
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused


def state_word(case: Case) -> str:
    """The word of the state of an appeal or a request."""
    return str(procedure_of(case).by_code[case.state].title)


@require_safe
def appeals(request: HttpRequest, number: str) -> HttpResponse:
    """All appeals against a vote, with what was decided."""
    vote = public_vote(number)
    rows = [
        {
            "case": one.case,
            "about": REASONS[one.reason],
            "answer": one.answer,
            "ruling": RULINGS.get(one.ruling, ""),
            "tone": one.case.state,
            "word": state_word(one.case),
        }
        for one in appeals_of(vote)
    ]
    context = {**shared(vote), "rows": rows, "taken": vote.case.state in operations.TAKEN_IN}
    return cached(request, render(request, "ballots/staff/appeals.html", context))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """File an appeal."""
    vote, person = public_vote(number), asker(request).person
    if person is None:
        return sign_in(request)
    form = AppealForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = operations.file_appeal(
                    by=person, at=clock.now(), vote=vote, **form.cleaned_data
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, gettext("The commission has your appeal."))
                return redirect("votes:asked", number=made.case.number)
    context = {
        **shared(vote),
        "form": form,
        "taken": vote.case.state in operations.TAKEN_IN,
        "of_the_roll": entry_of(vote, person) is not None,
    }
    return render(request, "ballots/staff/appeal.html", context, status=status)


@never_cache
@require_safe
def asked(request: HttpRequest, number: str) -> HttpResponse:
    """One appeal or one request: its words are shown to its author and to the commission.

    Raises:
        NotFound: there is none; a request is its author's and the commission's only.
    """
    who = asker(request)
    case = (
        Case.objects.filter(number=number, procedure__in=["vote_appeal", "roll_correction"])
        .select_related("territory", "parent")
        .first()
    )
    if case is None:
        raise NotFound
    appeal_of = (
        VoteAppeal.objects.filter(case=case).first() if case.procedure == "vote_appeal" else None
    )
    request_of = None if appeal_of else RollRequest.objects.filter(case=case).first()
    vote = Vote.objects.select_related("case", "case__territory").get(pk=case.parent_id)
    author = who.person is not None and case.author_id == who.person.pk
    commission = reaches(who.holdings, vote, "commissioner")
    if request_of is not None and not (author or commission):
        raise NotFound
    found = appeal_of or request_of
    assert found is not None
    context: dict[str, Any] = {
        **shared(vote),
        "matter": case,
        "appeal": appeal_of,
        "about": REASONS[appeal_of.reason] if appeal_of else "",
        "ruling": RULINGS.get(appeal_of.ruling, "") if appeal_of else "",
        "text": found.text if author or commission else "",
        "answer": found.answer,
        "author": author,
        "open": case.closed_at is None,
        "tone": case.state,
        "word": state_word(case),
        "line": line_in_words(case, history(case), clocks(case)),
        "acts": [
            (one, reverse("desk:act", args=[number, one.move]))
            for one in actions_for(case, who.holdings)
        ],
        "late": case.due_at is not None and case.closed_at is None and case.due_at < clock.now(),
    }
    return render(request, "ballots/staff/asked.html", context)


@never_cache
@require_POST
@signed_in("")
def withdraw(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The author takes an appeal back.

    Raises:
        NotFound: there is none of theirs.
    """
    row = VoteAppeal.objects.select_related("case").filter(case__number=number).first()
    if row is None or row.case.author_id != person.pk:
        raise NotFound
    operations.withdraw(by=person, at=clock.now(), case=row.case)
    messages.success(request, gettext("You took it back."))
    return redirect("votes:asked", number=number)
