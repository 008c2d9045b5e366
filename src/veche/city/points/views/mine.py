"""A person's own points."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.points import rules, words
from veche.city.points.models import Spending
from veche.city.points.operations import accounts, spending
from veche.city.points.queries import mine as queries
from veche.city.points.views.code import code_page
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.tables import csv_whole


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The balance, the ledger and the codes; to whoever has none, what points are."""
    person = asker(request).person
    account = queries.account_of(person)
    at = clock.now()
    context: dict[str, object] = {"account": account, "person": person}
    if account is not None:
        lines = queries.with_balances(account, queries.ledger(account, queries.FEW))
        context |= {
            "lines": [
                (one, words.what_for(one), words.number_of(one), left) for one, left in lines
            ],
            "few": queries.FEW,
            "codes": [
                (one, words.STATES[one.state], _can_undo(one, at), _is_good(one, at))
                for one in queries.codes(account)
            ],
        }
    response = render(request, "points/mine.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _is_good(one: Spending, at: dt.datetime) -> bool:
    return one.state == "open" and at < one.until


def _can_undo(one: Spending, at: dt.datetime) -> bool:
    return _is_good(one, at) and at <= one.at + dt.timedelta(hours=rules.UNDO_HOURS)


@require_safe
@signed_in("")
def table(request: HttpRequest, person: Person) -> HttpResponse:
    """The whole ledger as a table file.

    Raises:
        PointsAreOff: there is none.
    """
    account = queries.account_of(person)
    if account is None:
        raise accounts.PointsAreOff
    rows: list[list[object]] = [["at", "kind", "what", "matter", "reward", "points", "balance"]]
    for one, balance in queries.with_balances(account, queries.ledger(account)):
        reward = one.spending.reward.code if one.spending else ""
        rows.append(
            [one.at.isoformat(), one.kind, one.rule, one.matter, reward, one.amount, balance]
        )
    return csv_whole("points", rows)


@require_POST
@signed_in("")
def turn_on(request: HttpRequest, person: Person) -> HttpResponse:
    """Turn points on."""
    accounts.turn_on(by=person, at=clock.now())
    messages.success(request, gettext("Points are on. What you do from now on earns."))
    return redirect("points:mine")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def turn_off(request: HttpRequest, person: Person) -> HttpResponse:
    """Ask once more, and turn points off."""
    if request.method == "POST":
        accounts.turn_off(by=person, at=clock.now())
        messages.success(request, gettext("Points are off. Nothing leads from them to you."))
        return redirect("points:mine")
    account = queries.account_of(person)
    if account is None:
        return redirect("points:mine")
    return render(request, "points/off.html", {"account": account})


@require_POST
@signed_in("")
def undo(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Give a reward back."""
    try:
        spending.undo(by=person, at=clock.now(), spending=pk)
    except (spending.CodeEnded, spending.TooLateToUndo) as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, gettext("Given back. The points are yours again."))
    return redirect("points:mine")


@require_POST
@signed_in("")
def renew(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Make another code for a reward, and show it once."""
    try:
        got = spending.renew(by=person, at=clock.now(), spending=pk)
    except Refused as fault:
        if fault.status == 404:
            raise
        messages.error(request, str(fault))
        return redirect("points:mine")
    return code_page(request, got)
