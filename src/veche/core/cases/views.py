"""The terms and the calendar of the city: read by everybody, set by administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.core.cases import operations, queries
from veche.core.cases.access import OnlyAdministrators, sets_terms
from veche.core.cases.forms import ClimbForm, DayForm, TermForm
from veche.core.cases.models import CalendarDay
from veche.core.cases.rules import Unit
from veche.core.cases.terms import city_zone
from veche.core.organisations.middleware import asker
from veche.errors import Invalid
from veche.tables import csv_whole


def _may_set(request: HttpRequest) -> bool:
    return sets_terms(asker(request).person, clock.now())


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """How long each step may take, which days are free, and how the overdue climbs."""
    steps = [
        (f"{row.procedure}.{row.state}", row.words) for row in queries.terms() if not row.theme
    ]
    now = clock.now().astimezone(city_zone()).year
    asked = request.GET.get("year", "")
    known = asked.isascii() and asked.isdigit() and len(asked) == 4
    year = int(asked) if known and 2000 <= int(asked) <= 2100 else now
    sent = {
        "term": TermForm(steps=steps),
        "day": DayForm(),
        "climb": ClimbForm(),
    }
    status = 200
    if request.method == "POST":
        if not _may_set(request):
            raise OnlyAdministrators
        kind = request.POST.get("set", "")
        act = _SETTERS.get(kind)
        if act is None:
            return redirect("cases:terms")
        form = (
            TermForm(request.POST, steps=steps)
            if kind == "term"
            else DayForm(request.POST)
            if kind == "day"
            else ClimbForm(request.POST)
        )
        sent[kind] = form
        if form.is_valid():
            try:
                messages.success(request, act(request, form))
                return redirect("cases:terms")
            except Invalid as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
        status = 422
    context: dict[str, Any] = {
        "rows": queries.terms(),
        "steps": queries.climb_steps(),
        "days": queries.calendar_days(year),
        "year": year,
        "years": queries.calendar_years(),
        "may": _may_set(request),
        "forms": sent,
    }
    return render(request, "cases/terms.html", context, status=status)


def _set_term(request: HttpRequest, form: forms.Form) -> str:
    data = form.cleaned_data
    procedure, _dot, state = data["what"].partition(".")
    operations.set_term(
        by=asker(request).person,
        at=clock.now(),
        procedure=procedure,
        state=state,
        number=data["number"],
        unit=Unit(data["unit"]),
        theme=data["theme"].strip(),
    )
    return gettext("Set. It holds for what begins from now on.")


def _set_day(request: HttpRequest, form: forms.Form) -> str:
    data = form.cleaned_data
    name = data["name"].strip()
    names = dict.fromkeys(("en", "ru", "zh"), name) if name else {}
    before = CalendarDay.objects.filter(day=data["day"]).first()
    if not names and before is not None:
        names = before.names
    operations.set_calendar(
        by=asker(request).person,
        at=clock.now(),
        days={data["day"]: (data["works"] == "yes", names)},
    )
    return gettext("Set. Open terms of working days moved later where they had to, never earlier.")


def _set_climb(request: HttpRequest, form: forms.Form) -> str:
    data = form.cleaned_data
    step = next((s for s in queries.climb_steps() if s.level == data["level"]), None)
    operations.set_climb_step(
        by=asker(request).person,
        at=clock.now(),
        level=data["level"],
        days=data["days"],
        role=step.role if step else "",
    )
    return gettext("Set.")


_SETTERS: dict[str, Callable[[HttpRequest, forms.Form], str]] = {
    "term": _set_term,
    "day": _set_day,
    "climb": _set_climb,
}


@require_safe
def terms_csv(request: HttpRequest) -> HttpResponse:
    """The terms as a table file."""
    return csv_whole(
        "terms",
        [
            ["procedure", "step", "theme", "number", "unit"],
            *([r.procedure, r.state, r.theme, r.number, r.unit] for r in queries.terms()),
        ],
    )


@require_safe
def calendar_csv(request: HttpRequest) -> HttpResponse:
    """The days that are not what their weekday says, as a table file."""
    rows = CalendarDay.objects.order_by("day")
    return csv_whole(
        "calendar",
        [
            ["day", "works", "name_en", "name_ru", "name_zh"],
            *(
                [
                    row.day.isoformat(),
                    int(row.works),
                    *(row.names.get(code, "") for code in ("en", "ru", "zh")),
                ]
                for row in rows
            ),
        ],
    )
