"""The settings of the pilot programme: terms, technologies, targets, themes of demand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.pilots.access.companies import NotASetter, programme_or_none, runs
from veche.city.pilots.forms import settings as forms
from veche.city.pilots.models import DemandTheme, Target, Technology
from veche.city.pilots.operations import settings as operations
from veche.city.pilots.queries.demand import themes
from veche.core.organisations.access import keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.fields import say_refusal
from veche.look.http import sent


def _may(request: HttpRequest, person: Person) -> bool:
    """Let pass who sets the programme; returns whether they set the rules of the city.

    Raises:
        NotASetter: whoever asks does neither.
    """
    keeper = keeps_rules(person, clock.now())
    if not keeper and not runs(asker(request).holdings, programme_or_none()):
        raise NotASetter
    return keeper


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def settings(request: HttpRequest, person: Person) -> HttpResponse:
    """Who runs the programme, its terms, and the words it sorts by.

    Raises:
        NotASetter: whoever asks runs no programme and sets no rules.
    """
    keeper, found = _may(request, person), programme_or_none()
    start = forms.settings_of(found, operations.mark_of(found))
    data = sent(request) if request.method == "POST" else None
    form = forms.ProgrammeForm(data, initial=start, may_give=keeper)
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                operations.set_programme(
                    by=person,
                    at=clock.now(),
                    given=form.given(),
                    code=found.code if found else "main",
                    seen=form.cleaned_data["seen"] if found else None,
                )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The settings are kept."))
                return redirect("pilots:settings")
    set_themes = {one.theme: one for one in DemandTheme.objects.all()}
    goals = Target.objects.filter(goal__isnull=True)
    under = Target.objects.filter(goal__isnull=False).select_related("goal")
    context: dict[str, Any] = {
        "form": form,
        "programme": found,
        "technologies": Technology.objects.order_by("code"),
        "goals": [
            (goal, [one for one in under if one.goal_id == goal.pk])
            for goal in sorted(goals, key=lambda one: _order(one.code))
        ],
        "themes": [(code, name, set_themes.get(code)) for code, name in themes()],
    }
    return render(request, "pilots/programme_settings.html", context, status=status)


def _order(code: str) -> tuple[int, str]:
    first = code.split(".")[0]
    return (int(first) if first.isascii() and first.isdigit() else 10**6, code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def word(request: HttpRequest, person: Person, kind: str, code: str = "") -> HttpResponse:
    """Add a technology, a goal or a target, or name one anew.

    Raises:
        NotASetter: whoever asks runs no programme and sets no rules.
        NotFound: there is none of this code.
    """
    _may(request, person)
    model = Technology if kind == "technology" else Target
    known: Technology | Target | None = None
    if code:
        known = None if "\x00" in code else model.objects.filter(code=code).first()
        if known is None:
            raise NotFound
    data = sent(request) if request.method == "POST" else None
    form = forms.WordForm(data, known=known, kind=kind)
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            one = form.cleaned_data
            try:
                if kind == "technology":
                    operations.set_technology(
                        by=person, at=clock.now(), code=one["code"], names=form.names()
                    )
                else:
                    operations.set_target(
                        by=person, at=clock.now(), code=one["code"], names=form.names(),
                        goal=form.goal_chosen(),
                    )  # fmt: skip
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("It is kept."))
                return redirect("pilots:settings")
    context = {"form": form, "known": known, "kind": kind}
    return render(request, "pilots/programme_word.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def theme(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Say what belongs to a theme of demand.

    Raises:
        NotASetter: whoever asks runs no programme and sets no rules.
        NotFound: the city has no such theme.
    """
    _may(request, person)
    name = dict(themes()).get(code)
    if name is None:
        raise NotFound
    data = sent(request) if request.method == "POST" else None
    known = DemandTheme.objects.filter(theme=code).first()
    form = forms.ThemeForm(data, initial=forms.theme_of(known))
    if data is not None and form.is_valid():
        operations.set_demand_theme(by=person, at=clock.now(), theme=code, **form.told())
        messages.success(request, _("It is kept."))
        return redirect("pilots:settings")
    context = {"form": form, "name": name}
    status = 422 if data is not None else 200
    return render(request, "pilots/programme_theme.html", context, status=status)
