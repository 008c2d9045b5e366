"""Who commands for the mayor, what was done so, and who is seconded where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.forms.command import NameForm, SecondForm
from veche.city.dispatch.forms.modes import EndForm, ExtendForm
from veche.city.dispatch.models import Command, CommandAct, Secondment
from veche.city.dispatch.operations import command as operations
from veche.city.dispatch.operations import seconding
from veche.city.dispatch.queries import command as queries
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Organisation
from veche.core.people.models import Person
from veche.core.places.queries import Atlas, atlas
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import cached, sent
from veche.tables import csv_whole

STAFF_SEE = frozenset({"mayor", "commander", "controller", "dispatcher", "administrator", "head"})
"""Roles that are shown names; everybody else is shown roles and offices."""
NAMED_FROM = ("head", "dispatcher", "controller")
"""Roles from whose holders a commander is chosen."""
MOST = 100


@require_safe
def command(request: HttpRequest) -> HttpResponse:
    """Who commands now with which powers until when; what was done for the mayor; who is lent."""
    at, who, places = clock.now(), asker(request), atlas()
    now = queries.commander(at)
    mayor = queries.is_mayor(who.person, at, places.home()) if "mayor" in who.roles else False
    seconds = mayor or (
        "commander" in who.roles and queries.acting(who.person, rules.SECONDING, at) is not None
    )
    lent, commands = list(queries.secondments()[:MOST]), list(queries.commands()[:MOST])
    codes = {act.subject for one in commands for act in one.acts.all()}
    offices = {one.code: str(one) for one in Organisation.objects.filter(code__in=codes)}
    context = {
        "at": at,
        "now": now,
        "commands": [
            (one, [(act, _subject(act, offices, places))
                   for act in sorted(one.acts.all(), key=lambda act: (act.at, act.pk))],
             (one.ended_at or one.until) <= at)
            for one in commands
        ],
        "seconded": [one for one in lent if _lasts(one, at)],
        "coming": [one for one in lent if one.ended_at is None and one.since > at],
        "over": [one for one in lent if (one.ended_at or one.until) <= at],
        "mayor": mayor,
        "seconds": seconds,
        "lays_down": now is not None and who.person is not None and now.person_id == who.person.pk,
        "names": bool(who.roles & STAFF_SEE),
    }  # fmt: skip
    return cached(request, render(request, "dispatch/modes/command.html", context))


def _subject(act: CommandAct, offices: Mapping[str, str], places: Atlas) -> str:
    """What an act was about, in words: an office, a place, or the number of an incident."""
    if act.kind != CommandAct.Kind.ACTED:
        return offices.get(act.subject, act.subject)
    place = places.by_code.get(act.subject) if act.what.startswith("mode-") else None
    return str(place) if place is not None else act.subject


def _lasts(one: Secondment, at: dt.datetime) -> bool:
    return one.since <= at < (one.ended_at or one.until)


HEAD = ("what", "number", "office", "role", "where", "powers", "since", "until", "ended", "reason")


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """Every command and every secondment as a table, without names."""
    rows: list[tuple[object, ...]] = [HEAD]
    for one in queries.commands():
        office = one.organisation.code if one.organisation else ""
        rows.append(
            ("command", one.pk, office, "commander", one.territory.code, " ".join(one.powers),
             *_times(one), one.reason)
        )  # fmt: skip
    for lent in queries.secondments():
        where = lent.organisation or lent.territory
        rows.append(
            ("secondment", lent.pk, lent.origin.code, lent.role, where.code if where else "", "",
             *_times(lent), lent.reason)
        )  # fmt: skip
    return cached(request, csv_whole("command", rows))


def _times(one: Command | Secondment) -> tuple[str, str, str]:
    return (
        one.since.isoformat(timespec="seconds"),
        one.until.isoformat(timespec="seconds"),
        one.ended_at.isoformat(timespec="seconds") if one.ended_at else "",
    )


def _check_mayor(person: Person, at: dt.datetime) -> None:
    if not queries.is_mayor(person, at, atlas().home()):
        raise operations.NotTheMayor


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def name(request: HttpRequest, person: Person) -> HttpResponse:
    """The mayor names who commands.

    Raises:
        NotTheMayor: anybody else.
        CommanderThere: somebody commands.
    """
    at, posted = clock.now(), request.method == "POST"
    _check_mayor(person, at)
    if queries.commander(at) is not None:
        raise operations.CommanderThere
    form = NameForm(
        sent(request) if posted else None,
        people=queries.officials(at, NAMED_FROM),
        initial={"until": at + dt.timedelta(days=2), "powers": list(rules.POWERS)},
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            operations.name_commander(
                by=person,
                at=clock.now(),
                person=Person.objects.get(pk=form.person()),
                powers=data["powers"],
                reason=data["reason"],
                until=data["until"],
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Named. The powers end by themselves."))
            return redirect("dispatch:command")
    context = {"form": form, "days": rules.LONGEST_COMMAND.days}
    return render(request, "dispatch/modes/name.html", context, status=422 if posted else 200)


def _found(pk: int, at: dt.datetime) -> Command:
    found = queries.commander(at)
    if found is None or found.pk != pk:
        raise operations.NoSuchCommand
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def extend(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """The mayor lets a command last longer.

    Raises:
        NotTheMayor: anybody else.
        NoSuchCommand: it is over.
    """
    at, posted = clock.now(), request.method == "POST"
    _check_mayor(person, at)
    found = _found(pk, at)
    form = ExtendForm(
        sent(request) if posted else None, initial={"until": found.until + dt.timedelta(days=1)}
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            operations.extend_command(
                by=person, at=clock.now(), command=pk, until=data["until"], reason=data["reason"]
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Extended."))
            return redirect("dispatch:command")
    return _act(request, form, "extend", command=found)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def end(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """The mayor takes the powers back, or the commander lays them down.

    Raises:
        NoSuchCommand: it is over.
        NotTheMayor: anybody else.
    """
    at, posted = clock.now(), request.method == "POST"
    found = queries.commander(at)
    if found is None or found.person_id != person.pk:
        _check_mayor(person, at)
    found = _found(pk, at)
    form = EndForm(sent(request) if posted else None)
    if posted and form.is_valid():
        try:
            operations.end_command(
                by=person, at=clock.now(), command=pk, reason=form.cleaned_data["reason"]
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Ended. The mayor acts again."))
            return redirect("dispatch:command")
    return _act(request, form, "end", command=found)


def _act(request: HttpRequest, form: Any, what: str, **about: Any) -> HttpResponse:
    context = {"form": form, "what": what, **about}
    status = 422 if request.method == "POST" else 200
    return render(request, "dispatch/modes/command_act.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def second(request: HttpRequest, person: Person) -> HttpResponse:
    """Second somebody of an office, until a moment.

    Raises:
        MayNotSecond: neither the mayor nor a commander with this power.
    """
    at, posted = clock.now(), request.method == "POST"
    seconding.power(person, at)
    form = SecondForm(
        sent(request) if posted else None,
        people=[one for one in queries.officials(at, operations.OF_OFFICE) if one[0][-2:] != ":0"],
        initial={"until": at + dt.timedelta(days=1)},
    )
    if posted and form.is_valid():
        data, places = form.cleaned_data, atlas()
        who, office = form.chosen()
        kind, code = form.where()
        now = clock.now()
        try:
            seconding.second(
                by=person,
                at=now,
                person=Person.objects.get(pk=who),
                origin=Organisation.objects.get(pk=office),
                role=data["role"],
                organisation=Organisation.objects.filter(code=code).first()
                if kind == "office"
                else None,
                territory=places.by_code.get(code) if kind == "place" else None,
                since=max(data["since"], now) if data["since"] else None,
                until=data["until"],
                reason=data["reason"],
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Written down. The role ends by itself."))
            return redirect("dispatch:command")
    context = {"form": form}
    return render(request, "dispatch/modes/second.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def recall(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Revoke a secondment.

    Raises:
        MayNotSecond: neither the mayor nor a commander with this power.
        NoSuchSecondment: it is over.
    """
    at, posted = clock.now(), request.method == "POST"
    seconding.power(person, at)
    found = queries.secondments().filter(pk=pk, ended_at__isnull=True, until__gt=at).first()
    if found is None:
        raise seconding.NoSuchSecondment
    form = EndForm(sent(request) if posted else None)
    if posted and form.is_valid():
        try:
            seconding.recall(
                by=person, at=clock.now(), secondment=pk, reason=form.cleaned_data["reason"]
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Revoked. The role has ended."))
            return redirect("dispatch:command")
    return _act(request, form, "recall", secondment=found)
