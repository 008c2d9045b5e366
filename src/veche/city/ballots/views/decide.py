"""Pages of the commission: single ballots are annulled, and a tie is drawn by dice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.ballots.forms.decide import AnnulForm, DiceForm
from veche.city.ballots.models import Vote
from veche.city.ballots.operations import roll
from veche.city.ballots.operations.annulling import annul_ballots
from veche.city.ballots.operations.outcome import throw_dice
from veche.city.ballots.queries.staff import my_vote
from veche.city.ballots.views.common import shared
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("commissioner", roll.NotOfTheCommission)
def annul(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Annul the ballots of one code, as an appeal was decided."""

    def do(vote: Vote, given: dict[str, Any]) -> str:
        many = annul_ballots(by=person, at=clock.now(), vote=vote, **given)
        return gettext("Annulled: {number}. The count follows within seconds.").format(number=many)

    return _form(request, number, AnnulForm, "ballots/staff/annul.html", do)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("commissioner", roll.NotOfTheCommission)
def dice(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Write down dice thrown in public, and let the count be announced."""

    def do(vote: Vote, given: dict[str, Any]) -> str:
        throw_dice(by=person, at=clock.now(), case=vote.case, **given)
        return gettext("The count is announced.")

    return _form(request, number, DiceForm, "ballots/staff/dice.html", do)


def _form(
    request: HttpRequest,
    number: str,
    kind: type[forms.Form],
    template: str,
    do: Callable[[Vote, dict[str, Any]], str],
) -> HttpResponse:
    vote = my_vote(number, asker(request).holdings, "commissioner")
    form = kind(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                messages.success(request, do(vote, form.cleaned_data))
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                return redirect("votes:manage", number=number)
    return render(request, template, {**shared(vote), "form": form}, status=status)
