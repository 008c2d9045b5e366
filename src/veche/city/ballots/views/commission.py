"""The page of those who run a vote: what is due, what can be done, what waits for a decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.ballots import words
from veche.city.ballots.forms.appeals import StrikeForm
from veche.city.ballots.models import InvitationPass, Part, RollEntry
from veche.city.ballots.operations import roll
from veche.city.ballots.queries.page import way_of
from veche.city.ballots.queries.roll import counts
from veche.city.ballots.queries.staff import appeals_of, due, my_vote, reaches, requests_of
from veche.city.ballots.views.appeals import state_word
from veche.city.ballots.views.common import shared
from veche.core.cases.models import CaseEvent
from veche.core.desk.adapter import actions_for
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Refused


@require_safe
@signed_in("")
def manage(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Everything about one vote for its organiser and the commission."""
    who, at = asker(request), clock.now()
    vote = my_vote(number, who.holdings)
    if vote.case.state == "draft":
        return redirect("votes:draft", number=number)
    if vote.case.state == "dropped":
        return redirect("votes:made")
    named = CaseEvent.objects.filter(case=vote.case, actor__isnull=False).select_related("actor")
    known = atlas().by_code
    found = counts(vote)
    parts = dict(
        Part.objects.filter(entry__vote=vote)
        .values_list("entry__territory__code")
        .annotate(Count("pk"))
    )
    commission = reaches(who.holdings, vote, "commissioner")
    context: dict[str, Any] = {
        **shared(vote),
        "way": way_of(vote, at),
        "state": words.STATES[vote.case.state],
        "due": due(vote),
        "named": [
            {"at": e.at, "who": e.actor.name if e.actor else "",
             "did": words.DID.get(e.move, e.move), "reason": e.public.get("reason", "")}
            for e in named.order_by("-seq")
        ],
        "acts": [
            (one, _address(number, one.move, one.address))
            for one in actions_for(vote.case, who.holdings)
        ],
        "appeals": [_row(one.case) for one in appeals_of(vote)],
        "requests": [_row(one.case) for one in requests_of(vote)] if commission else [],
        "commission": commission,
        "organises": reaches(who.holdings, vote, "organiser"),
        "roll": sum(found.values()),
        "voted": sum(parts.values()),
        "places": [(str(known[c]) if c in known else c, n, parts.get(c, 0))
                   for c, n in found.items()],
        "invited": InvitationPass.objects.filter(pk=vote.pk).first(),
        "running": vote.case.state in ("published", "open", "suspended"),
    }  # fmt: skip
    return render(request, "ballots/staff/manage.html", context)


def _address(number: str, move: str, page: str) -> str:
    return reverse(page, args=[number]) if page else reverse("desk:act", args=[number, move])


def _row(case: Any) -> dict[str, Any]:
    return {"case": case, "tone": case.state, "word": state_word(case)}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("commissioner", roll.NotOfTheCommission)
def strike(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Strike somebody off the roll, with a public reason."""
    vote = my_vote(number, asker(request).holdings, "commissioner")
    form = StrikeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            entry = RollEntry.objects.filter(
                vote=vote, person__email__iexact=form.cleaned_data["email"], struck_at=None
            ).first()
            if entry is None:
                form.add_error("email", gettext("Nobody with this address is on the roll."))
            else:
                try:
                    roll.strike(
                        by=person, at=clock.now(), vote=vote, entry=entry.pk,
                        reason=form.cleaned_data["reason"],
                    )  # fmt: skip
                except Refused as refusal:
                    form.add_error(None, str(refusal))
                    status = refusal.status
                else:
                    messages.success(request, gettext("The person is struck off the roll."))
                    return redirect("votes:manage", number=number)
    context = {**shared(vote), "form": form}
    return render(request, "ballots/staff/strike.html", context, status=status)
