"""The services that must go on: a public list; keepers of the city's rules change it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch.forms.essential import ServiceForm
from veche.city.dispatch.models import EssentialService, Incident
from veche.city.dispatch.operations import essential as operations
from veche.city.dispatch.procedure import OPEN
from veche.core.organisations.access import RULE_KEEPERS, check_keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Organisation
from veche.core.people.models import Person
from veche.errors import Refused
from veche.languages import here, said
from veche.look.fields import say_refusal
from veche.look.http import cached, sent
from veche.tables import csv_whole


def _rows() -> list[tuple[EssentialService, int]]:
    """The services on the list, those that stand still first, with how many incidents say so."""
    stopped = dict(
        Incident.objects.filter(
            case__state__in=OPEN, drill=False, service__isnull=False, kind__public=True
        )
        .values_list("service")
        .annotate(n=Count("pk"))
        .order_by()
    )
    rows = EssentialService.objects.filter(until__isnull=True).select_related("organisation")
    found = [(one, int(stopped.get(one.pk, 0))) for one in rows]
    return sorted(found, key=lambda row: (-row[1], here(row[0].names)))


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every service that must go on, who keeps it going, what is done first, and what stands."""
    rows = _rows()
    context = {
        "rows": rows,
        "stopped": sum(1 for _one, count in rows if count),
        "keeps": bool(asker(request).city_roles & frozenset(RULE_KEEPERS)),
    }
    return cached(request, render(request, "dispatch/modes/essential.html", context))


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The same as a table."""
    rows: list[tuple[object, ...]] = [("service", "name", "office", "incidents", "first")]
    for one, count in _rows():
        office = one.organisation.code if one.organisation else ""
        rows.append((one.code, here(one.names), office, count, here(one.advice)))
    return cached(request, csv_whole("essential-services", rows))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def add(request: HttpRequest, person: Person) -> HttpResponse:
    """Put a service on the list.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    return _edit(request, person, None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def change(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Change what is said of a service.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        NoSuchService: there is none.
    """
    check_keeps_rules(person, clock.now())
    return _edit(request, person, _found(code))


def _found(code: str) -> EssentialService:
    rows = EssentialService.objects.select_related("organisation")
    found: EssentialService | None = rows.filter(code=code, until__isnull=True).first()
    if found is None:
        raise operations.NoSuchService(asked=code)
    return found


def _edit(request: HttpRequest, person: Person, found: EssentialService | None) -> HttpResponse:
    check_keeps_rules(person, clock.now())
    posted = request.method == "POST"
    first = {}
    if found is not None:
        first = {
            **{f"name_{code}": word for code, word in found.names.items()},
            **{f"advice_{code}": word for code, word in found.advice.items()},
            "office": found.organisation.code if found.organisation else "",
        }
    form = ServiceForm(sent(request) if posted else None, new=found is None, initial=first)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            operations.set_service(
                by=person,
                at=clock.now(),
                code=found.code if found else data["code"],
                names=said(data, "name"),
                organisation=Organisation.objects.filter(code=data["office"]).first(),
                advice=said(data, "advice"),
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, gettext("Kept."))
            return redirect("dispatch:essential")
    context = {"form": form, "service": found}
    status = 422 if posted else 200
    return render(request, "dispatch/modes/service.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def end(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Ask once more, and take a service off the list.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        NoSuchService: there is none.
    """
    check_keeps_rules(person, clock.now())
    found, refusal = _found(code), ""
    if request.method == "POST":
        try:
            operations.end_service(by=person, at=clock.now(), code=code)
        except operations.StandsStill as fault:
            refusal = str(fault)
        else:
            messages.success(request, gettext("Taken off the list."))
            return redirect("dispatch:essential")
    context = {"service": found, "refusal": refusal}
    status = 409 if refusal else 200
    return render(request, "dispatch/modes/service_end.html", context, status=status)
