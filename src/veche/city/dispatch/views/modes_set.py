"""Entering, extending and ending a mode; what the levels are called and switch."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.forms.modes import EndForm, EnterForm, ExtendForm, LevelForm, RuleForm
from veche.city.dispatch.models import CityMode, IncidentKind, ModeRule
from veche.city.dispatch.operations import levels as level_operations
from veche.city.dispatch.operations import modes as operations
from veche.city.dispatch.queries import modes as queries
from veche.city.dispatch.views.modes import places
from veche.core.organisations.access import check_keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.roles import role_word
from veche.core.people.models import Person
from veche.errors import Refused
from veche.languages import here, said
from veche.look.fields import say_refusal
from veche.look.http import sent

USUAL_HOURS = 6
"""What the form proposes; the person says until when."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def enter(request: HttpRequest, person: Person) -> HttpResponse:
    """Enter a level at the city or a district.

    Raises:
        MayNotSetMode: the person enters none anywhere.
    """
    at, posted = clock.now(), request.method == "POST"
    mine = [one for one in places() if operations.may_set(person, at, one, 2)]
    if not mine:
        raise operations.MayNotSetMode
    grave = any(operations.may_set(person, at, one, rules.GRAVE) for one in mine)
    words = queries.levels()
    choices = [
        (n, f"{n} · {here(words[n].names)}") for n in rules.LEVELS[1:]
        if grave or not rules.power_over_modes(n)
    ]  # fmt: skip
    known = {one.code: one for one in mine}
    form = EnterForm(
        sent(request) if posted else None,
        levels=choices,
        places=[(one.code, str(one)) for one in mine],
        initial={
            "territory": request.GET.get("territory", mine[0].code),
            "until": at + dt.timedelta(hours=USUAL_HOURS),
        },
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            operations.enter_mode(
                by=person,
                at=clock.now(),
                territory=known[data["territory"]],
                level=data["level"],
                reason=data["reason"],
                until=data["until"],
                drill=data["drill"],
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Entered. Every page says it from now on."))
            return redirect("dispatch:mode")
    context = {
        "form": form,
        "levels": [(words[n], [role_word(role) for role in words[n].told]) for n, _w in choices],
        "tiers": list(ModeRule.objects.select_related("kind").order_by("level", "-tier", "pk")),
        "grave": grave,
    }
    return render(request, "dispatch/modes/enter.html", context, status=422 if posted else 200)


def _found(pk: int, at: dt.datetime) -> CityMode:
    found = queries.in_force(at).select_related("territory").filter(pk=pk).first()
    if found is None:
        raise operations.NoSuchMode
    return found


def _check(person: Person, found: CityMode, at: dt.datetime) -> None:
    if not operations.may_set(person, at, found.territory, found.level):
        if rules.power_over_modes(found.level):
            raise operations.ModeIsGrave
        raise operations.MayNotSetMode


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def extend(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Let a mode last longer.

    Raises:
        NoSuchMode: it is over.
        ModeIsGrave, MayNotSetMode: the person may not.
    """
    at, posted = clock.now(), request.method == "POST"
    found = _found(pk, at)
    _check(person, found, at)
    first = {"until": found.until + dt.timedelta(hours=USUAL_HOURS)}
    form = ExtendForm(sent(request) if posted else None, initial=first)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            operations.extend_mode(
                by=person, at=clock.now(), mode=pk, until=data["until"], reason=data["reason"]
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Extended."))
            return redirect("dispatch:mode")
    return _act(request, form, found, at, ends=False)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def end(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Return to the usual mode before the term.

    Raises:
        NoSuchMode: it is over.
        ModeIsGrave, MayNotSetMode: the person may not.
    """
    at, posted = clock.now(), request.method == "POST"
    found = _found(pk, at)
    _check(person, found, at)
    form = EndForm(sent(request) if posted else None)
    if posted and form.is_valid():
        try:
            operations.end_mode(
                by=person, at=clock.now(), mode=pk, reason=form.cleaned_data["reason"]
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Ended. The usual mode is in force again."))
            return redirect("dispatch:mode")
    return _act(request, form, found, at, ends=True)


def _act(
    request: HttpRequest, form: Any, found: CityMode, at: dt.datetime, *, ends: bool
) -> HttpResponse:
    context = {
        "form": form,
        "mode": found,
        "level": queries.levels().get(found.level),
        "age": at - found.since,
        "ends": ends,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/modes/act.html", context, status=status)


@require_safe
@signed_in("")
def levels(request: HttpRequest, person: Person) -> HttpResponse:
    """The five levels with what they switch, and from which tier on incidents are led.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(person, clock.now())
    return _levels(request, RuleForm())


def _levels(request: HttpRequest, form: RuleForm, status: int = 200) -> HttpResponse:
    context = {
        "levels": [
            (one, [role_word(role) for role in one.told]) for one in queries.levels().values()
        ],
        "tiers": list(ModeRule.objects.select_related("kind").order_by("level", "-tier", "pk")),
        "form": form,
    }
    return render(request, "dispatch/modes/levels.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def level(request: HttpRequest, person: Person, number: int) -> HttpResponse:
    """Word one level and set what it switches.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        NoSuchLevel: there are five.
    """
    check_keeps_rules(person, clock.now())
    found = queries.levels().get(number)
    if found is None:
        raise level_operations.NoSuchLevel
    posted = request.method == "POST"
    first = {
        **{f"name_{code}": word for code, word in found.names.items()},
        **{f"advice_{code}": word for code, word in found.advice.items()},
        "factor": found.factor,
        "told": found.told,
        "duty": found.duty,
    }
    form = LevelForm(sent(request) if posted else None, level=number, initial=first)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            level_operations.set_level(
                by=person,
                at=clock.now(),
                level=number,
                names=said(data, "name"),
                advice=said(data, "advice"),
                factor=data.get("factor", Decimal(1)),
                told=data.get("told", []),
                duty=data.get("duty", ""),
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Set. It counts from now on."))
            return redirect("dispatch:levels")
    context = {"form": form, "level": found}
    return render(request, "dispatch/modes/level.html", context, status=422 if posted else 200)


@require_POST
@signed_in("")
def rule(request: HttpRequest, person: Person) -> HttpResponse:
    """Set from which tier on incidents are led, or take the rule away.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(person, clock.now())
    form = RuleForm(sent(request))
    if form.is_valid():
        data = form.cleaned_data
        kind = IncidentKind.objects.filter(code=data["kind"]).first() if data["kind"] else None
        try:
            level_operations.set_rule(
                by=person, at=clock.now(), level=data["level"], kind=kind,
                severity=data["severity"], tier=data["tier"],
            )  # fmt: skip
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Set. It counts from now on."))
            return redirect("dispatch:levels")
    return _levels(request, form, 422)
