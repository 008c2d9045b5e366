"""The city sets what points are given for and what they buy."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock, languages
from veche.city.points import words
from veche.city.points.forms import LimitsForm, RewardForm, RuleForm
from veche.city.points.models import Reward
from veche.city.points.operations import settings
from veche.city.points.queries.numbers import limits_now, rules_now
from veche.core.organisations.access import NotARuleKeeper, keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.errors import NotFound, Refused


def _check(person: Person) -> None:
    if not keeps_rules(person, clock.now()):
        raise NotARuleKeeper


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def rules(request: HttpRequest, person: Person) -> HttpResponse:
    """The numbers of every rule, each its own form, and what holds for all."""
    _check(person)
    at, posted, bad = clock.now(), request.POST.get("rule", ""), False
    shown: list[tuple[str, Any, RuleForm]] = []
    for rule in rules_now():
        sent = posted == rule.code
        form = RuleForm(request.POST if sent else None, initial=asdict(rule), prefix=rule.code)
        if sent and form.is_valid():
            settings.set_rule(by=person, at=at, rule=rule.code, **form.cleaned_data)
            messages.success(request, gettext("Set. It counts from now on."))
            return redirect("points:rules")
        bad = bad or sent
        shown.append((rule.code, words.RULES[rule.code], form))
    sent = posted == "limits"
    limits = LimitsForm(request.POST if sent else None, initial=asdict(limits_now()))
    if sent and limits.is_valid():
        settings.set_limits(by=person, at=at, **limits.cleaned_data)
        messages.success(request, gettext("Set. It counts from now on."))
        return redirect("points:rules")
    context = {"rules": shown, "limits": limits}
    return render(request, "points/rules.html", context, status=422 if bad or sent else 200)


@require_safe
@signed_in("")
def reward_list(request: HttpRequest, person: Person) -> HttpResponse:
    """Every reward there is or was."""
    _check(person)
    context = {"rewards": Reward.objects.order_by("-active", "cost", "code")}
    return render(request, "points/reward_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def reward(request: HttpRequest, person: Person, code: str = "") -> HttpResponse:
    """Add a reward, or change one.

    Raises:
        NotFound: there is none of this code.
    """
    _check(person)
    found = Reward.objects.filter(code=code).first() if code else None
    if code and found is None:
        raise NotFound
    posted = request.method == "POST"
    data = request.POST.copy() if posted else None
    if data is not None and found is not None:
        data["code"] = found.code
    form = RewardForm(data, initial=_initial(found))
    if posted and form.is_valid():
        values = form.cleaned_data
        try:
            settings.set_reward(
                by=person,
                at=clock.now(),
                code=values["code"],
                new=found is None,
                names=languages.said(values, "name"),
                texts=languages.said(values, "text"),
                cost=values["cost"],
                stock=values["stock"],
                until=values["until"],
                active=values["active"],
            )
        except settings.RewardExists as fault:
            form.add_error("code", str(fault))
        except Refused as fault:
            form.add_error("cost", str(fault))
        else:
            messages.success(request, gettext("Set. It counts from now on."))
            return redirect("points:reward-list")
    context = {"form": form, "reward": found}
    return render(request, "points/reward.html", context, status=422 if posted else 200)


def _initial(found: Reward | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "code": found.code,
        **{f"name_{one}": found.names.get(one, "") for one in languages.LANGUAGES},
        **{f"text_{one}": found.texts.get(one, "") for one in languages.LANGUAGES},
        "cost": found.cost,
        "stock": found.stock,
        "until": found.until,
        "active": found.active,
    }
