"""Exchange agreements: a public list and pages to be printed; stewards make, change and end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pulse.access import STEWARD, NotASteward, stewards
from veche.city.pulse.forms.sources import AgreementForm, WhyForm, initial_names
from veche.city.pulse.models import Agreement, Source
from veche.city.pulse.operations import agreements as operations
from veche.city.pulse.queries import sources as queries
from veche.city.pulse.source_words import STATES as SOURCE_STATES
from veche.city.pulse.source_words import Told
from veche.core.cases.terms import city_zone
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.queries import organisation_by_code
from veche.core.people.models import Person
from veche.errors import Invalid, NotFound, Refused
from veche.languages import here, said
from veche.look.http import cached, sent
from veche.tables import csv_whole

STATES: dict[str, Told] = {
    "held": Told("held", _("in force"), "", "good", "good"),
    "ends": Told("ends", _("ends soon"), "", "watch", "wait"),
    "coming": Told("coming", _("not begun"), "", "wait", "wait"),
    "ended": Told("ended", _("over"), "", "stale", "stop"),
}


class UnknownAgreement(NotFound):
    """There is no such agreement."""

    code = "unknown-agreement"
    sentence = _("There is no exchange agreement with the code “{asked}”.")


def _found(code: str) -> Agreement:
    rows = Agreement.objects.select_related("giver", "taker")
    found: Agreement | None = rows.filter(code=code).first()
    if found is None:
        raise UnknownAgreement(asked=code)
    return found


def giver_of(agreement: Agreement) -> str:
    """Who gives, in words."""
    return str(agreement.giver) if agreement.giver else agreement.giver_name


def _today() -> Any:
    return clock.now().astimezone(city_zone()).date()


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every agreement; what ends soon stands first."""
    rows = [
        (one, giver_of(one), STATES[state], count)
        for one, state, count in queries.agreements(_today())
    ]
    context = {
        "rows": rows,
        "ending": sum(1 for row in rows if row[2].code == "ends"),
        "held": sum(1 for row in rows if row[2].code in ("held", "ends")),
        "steward": stewards(asker(request).holdings),
    }
    return cached(request, render(request, "pulse/sources/agreements.html", context))


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The same as a table."""
    head = ["code", "name", "giver", "taker", "since", "until", "state", "sources", "fields"]
    rows = (
        [
            one.code,
            here(one.names),
            giver_of(one),
            here(one.taker.names),
            one.since.isoformat(),
            one.until.isoformat() if one.until else "",
            state,
            count,
            " ".join(one.fields),
        ]
        for one, state, count in queries.agreements(_today())
    )
    return cached(request, csv_whole("agreements", [head, *rows]))


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One agreement: who gives what to whom, for what, until when, and by which systems.

    Raises:
        UnknownAgreement: there is none.
    """
    found, at = _found(code), clock.now()
    day = at.astimezone(city_zone()).date()
    hang = Source.objects.filter(agreement=found).select_related("owner").order_by("code")
    context = {
        "agreement": found,
        "giver": giver_of(found),
        "state": STATES[queries.agreement_state(found, day)],
        "left": found.until - day if found.until else None,
        "sources": [(s, SOURCE_STATES[queries.state_of(s, at)]) for s in hang],
        "steward": stewards(asker(request).holdings),
    }
    return render(request, "pulse/sources/agreement.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(STEWARD, NotASteward)
def make(request: HttpRequest, person: Person) -> HttpResponse:
    """Write down an agreement."""
    posted = request.method == "POST"
    form = AgreementForm(sent(request) if posted else None, new=True, initial={"since": _today()})
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            made = operations.agree(
                by=person,
                at=clock.now(),
                code=data["code"],
                names=said(data, "name"),
                giver=organisation_by_code(data["giver"]) if data["giver"] else None,
                giver_name=data["giver_name"],
                taker=organisation_by_code(data["taker"]),
                purpose=data["purpose"],
                ground=data["ground"],
                fields=form.gives(),
                since=data["since"],
                until=data["until"],
            )
        except Refused as fault:
            _say(form, fault)
        else:
            messages.success(request, gettext("The agreement is written down."))
            return redirect("pulse:agreement", made.code)
    context = {"form": form, "agreement": None}
    template = "pulse/sources/agreement_form.html"
    return render(request, template, context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(STEWARD, NotASteward)
def change(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Change what an agreement says.

    Raises:
        UnknownAgreement: there is none.
    """
    found, posted = _found(code), request.method == "POST"
    known = {
        **initial_names(found.names),
        "until": found.until,
        "purpose": found.purpose,
        "ground": found.ground,
        "gives": "\n".join(found.fields),
    }
    form = AgreementForm(sent(request) if posted else None, new=False, initial=known)
    if posted and form.is_valid():
        data = form.cleaned_data
        values = {
            "names": said(data, "name"),
            "purpose": data["purpose"],
            "ground": data["ground"],
            "fields": form.gives(),
            "until": data["until"],
        }
        try:
            operations.change_agreement(by=person, at=clock.now(), agreement=found, values=values)
        except Refused as fault:
            _say(form, fault)
        else:
            messages.success(request, gettext("Kept."))
            return redirect("pulse:agreement", found.code)
    context = {"form": form, "agreement": found}
    template = "pulse/sources/agreement_form.html"
    return render(request, template, context, status=422 if posted else 200)


def _say(form: AgreementForm, fault: Refused) -> None:
    field = fault.field if isinstance(fault, Invalid) and fault.field in form.fields else None
    form.add_error(field, str(fault))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(STEWARD, NotASteward)
def end(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """End an agreement before its last day: its sources go off.

    Raises:
        UnknownAgreement: there is none.
    """
    found, posted = _found(code), request.method == "POST"
    form = WhyForm(sent(request) if posted else None)
    if posted and form.is_valid():
        operations.end_agreement(
            by=person, at=clock.now(), agreement=found, why=form.cleaned_data["why"]
        )
        messages.success(request, gettext("The agreement has ended; its sources are off."))
        return redirect("pulse:agreement", found.code)
    context = {
        "agreement": found,
        "form": form,
        "sources": Source.objects.filter(agreement=found).exclude(state=Source.State.OFF),
    }
    template = "pulse/sources/agreement_end.html"
    return render(request, template, context, status=422 if posted else 200)
