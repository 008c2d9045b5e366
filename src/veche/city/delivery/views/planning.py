"""What a planner does: begin a strategy, add a knot, supersede what it says, measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.delivery.forms import strategy as inputs
from veche.city.delivery.models import Goal
from veche.city.delivery.operations import strategy as operations
from veche.city.delivery.queries import strategy as queries
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Invalid, Refused

ONLY = operations.PlannersOnly


def _page(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[], str],
    *,
    title: str,
    button: str,
    back: str,
    **more: Any,
) -> HttpResponse:
    """Show a form, or save it and go to the address that ``act`` gives."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(act())
            except Invalid as refusal:
                name = refusal.field if refusal.field in form.fields else None
                form.add_error(name, str(refusal))
            except Refused as refusal:
                if refusal.status in (403, 404):
                    raise
                status = refusal.status
                form.add_error(None, str(refusal))
    context = {"form": form, "title": title, "button": button, "back": back, **more}
    return render(request, "delivery/strategy/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("planner", ONLY)
def new(request: HttpRequest, person: Person) -> HttpResponse:
    """Begin a strategy of the city."""
    form = inputs.StrategyForm(request.POST or None)

    def act() -> str:
        home = atlas().home()
        if home is None:
            raise queries.UnknownStrategy
        made = operations.add_strategy(
            by=person, at=clock.now(), code=form.cleaned_data["code"], titles=form.words("title"),
            territory=home, begins=form.cleaned_data["begins"], ends=form.cleaned_data["ends"],
        )  # fmt: skip
        return _address(made.code)

    return _page(
        request, form, act, title=_("A new strategy"), button=_("Begin it"),
        back=_reverse("delivery:strategies"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("planner", ONLY)
def add(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Add an item to a strategy."""
    strategy = queries.strategy_of(code)
    operations.check_plans(person, strategy.territory, clock.now())
    holders = sorted(
        queries.goals().filter(strategy=strategy).exclude(kind=Goal.Kind.MEASURE),
        key=lambda one: queries.in_order(one.code),
    )
    form = inputs.GoalForm(
        request.POST or None, above=[(one.code, str(one)) for one in holders],
        initial={"above": request.GET.get("above", ""), "kind": request.GET.get("kind", "")},
    )  # fmt: skip

    def act() -> str:
        above = next((one for one in holders if one.code == form.cleaned_data["above"]), None)
        made = operations.add_goal(
            by=person, at=clock.now(), strategy=strategy, code=form.cleaned_data["code"],
            kind=Goal.Kind(form.cleaned_data["kind"]), knot=form.knot(), above=above,
        )  # fmt: skip
        return _address(code, made.code)

    return _page(
        request, form, act, title=_("Add to “{strategy}”").format(strategy=strategy),
        button=_("Add it"), back=_address(code),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("planner", ONLY)
def change(request: HttpRequest, person: Person, code: str, goal: str) -> HttpResponse:
    """Put other dates, sums or targets in the place of an item's."""
    one = queries.goal_of(code, goal)
    operations.check_plans(person, one.strategy.territory, clock.now())
    initial = inputs.first_values(one) | {"seen": operations.replaced(one)}
    form = inputs.SupersedeForm(request.POST or None, initial=initial)

    def act() -> str:
        operations.supersede(
            by=person, at=clock.now(), goal=one, values=form.changes(),
            reason=form.cleaned_data["reason"], seen=form.cleaned_data["seen"],
        )  # fmt: skip
        return _address(code, goal)

    return _page(
        request, form, act, title=_("Replace what “{goal}” says").format(goal=one),
        button=_("Replace"), back=_address(code, goal),
        note=_("What stands there now stays written, with the day and the reason."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("planner", ONLY)
def measure(request: HttpRequest, person: Person, code: str, goal: str) -> HttpResponse:
    """Write down what the indicator of an item was found to be."""
    one = queries.goal_of(code, goal)
    operations.check_plans(person, one.strategy.territory, clock.now())
    form = inputs.MeasureForm(request.POST or None)

    def act() -> str:
        operations.measure(by=person, at=clock.now(), goal=one, **form.cleaned_data)
        return _address(code, goal)

    return _page(
        request, form, act, title=_("Measured for “{goal}”").format(goal=one),
        button=_("Write down"), back=_address(code, goal),
    )  # fmt: skip


def _reverse(name: str, *args: str) -> str:
    from django.urls import reverse

    return reverse(name, args=args)


def _address(code: str, goal: str = "") -> str:
    return _reverse("delivery:goal", code, goal) if goal else _reverse("delivery:strategy", code)
