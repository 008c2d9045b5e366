"""What a unit costs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.spheres import words
from veche.city.spheres.forms import TariffForm
from veche.city.spheres.operations.tariffs import set_tariff
from veche.city.spheres.queries.meters import tariffs
from veche.core.cases.terms import city_zone
from veche.core.organisations.access import NotARuleKeeper, keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.errors import Invalid
from veche.look.http import cached, sent
from veche.tables import csv_whole


@require_safe
def shown(request: HttpRequest) -> HttpResponse:
    """The tariffs that hold, those to come and those that held."""
    today = clock.now().astimezone(city_zone()).date()
    rows = [
        (words.METERS[one.kind], words.UNITS[one.kind], one,
         "next" if one.since > today else "now" if not one.until or one.until > today else "over")
        for one in tariffs()
    ]  # fmt: skip
    context = {
        "now": [row for row in rows if row[3] != "over"],
        "over": [row for row in rows if row[3] == "over"],
    }
    return cached(request, render(request, "spheres/tariffs.html", context))


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """All tariffs as a table file."""
    rows: list[list[object]] = [
        ["kind", "since", "until", "price", "norm", "price_above", "ground"]
    ]
    rows += [
        [one.kind, one.since, one.until, one.price, one.norm, one.price_above, one.ground]
        for one in tariffs()
    ]
    return csv_whole("tariffs", rows)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def change(request: HttpRequest, person: Person) -> HttpResponse:
    """Set what holds from a day on.

    Raises:
        NotARuleKeeper: the person sets no rules of the city.
    """
    if not keeps_rules(person, clock.now()):
        raise NotARuleKeeper
    posted = request.method == "POST"
    form = TariffForm(sent(request) if posted else None)
    if posted and form.is_valid():
        try:
            set_tariff(by=person, at=clock.now(), **form.cleaned_data)
        except Invalid as fault:
            form.add_error(fault.field, str(fault))
        else:
            messages.success(request, gettext("Set. It counts from its first day on."))
            return redirect("spheres:tariffs")
    context = {"form": form}
    return render(request, "spheres/tariff_set.html", context, status=422 if posted else 200)
