"""What points are given for, and what they buy."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.points import rules, words
from veche.city.points.models import Reward
from veche.city.points.operations import spending
from veche.city.points.queries import mine as queries
from veche.city.points.queries.numbers import limits_now, rules_now
from veche.city.points.views.code import code_page
from veche.core.cases.terms import city_zone
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """What points are given for: the rules as they count now."""
    context = {
        "rules": [(one, words.RULES[one.code]) for one in rules_now() if one.active],
        "limits": limits_now(),
        "hours": rules.UNDO_HOURS,
    }
    return render(request, "points/how.html", context)


@require_safe
def offered(request: HttpRequest) -> HttpResponse:
    """Every reward, and to whom it concerns how many points are missing."""
    account = queries.account_of(asker(request).person)
    day = clock.now().astimezone(city_zone()).date()
    context = {"account": account, "offers": queries.offers(account, day)}
    return render(request, "points/rewards.html", context)


def _submission(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def get(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Ask once more, and get a reward; the answer shows its code.

    Raises:
        NotFound: there is no such reward.
    """
    reward = Reward.objects.filter(code=code, active=True).first()
    if reward is None:
        raise NotFound
    at = clock.now()
    refusal, status = "", 200
    if request.method == "POST":
        given = _submission(request.POST.get("submission", ""))
        try:
            got = spending.get_reward(by=person, at=at, reward=code, submission=given)
        except spending.GotAlready as fault:
            messages.info(request, str(fault))
            return redirect("points:mine")
        except Refused as fault:
            refusal, status = str(fault), fault.status
        else:
            return code_page(request, got)
    account = queries.account_of(person)
    context = {
        "reward": reward,
        "account": account,
        "left": account.balance - reward.cost if account is not None else 0,
        "open": queries.can_be_had(reward, at.astimezone(city_zone()).date()),
        "submission": uuid.uuid4(),
        "days": limits_now().code_days,
        "hours": rules.UNDO_HOURS,
        "refusal": refusal,
    }
    return render(request, "points/get.html", context, status=status)
