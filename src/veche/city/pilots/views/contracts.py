"""Contracts that followed pilots: their list, their pages, how they are written down, and OCDS."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pilots import ocds
from veche.city.pilots.access.applications import application_for, is_public
from veche.city.pilots.access.conflicts import check_may_see
from veche.city.pilots.access.contracts import contract_for, reads_inside
from veche.city.pilots.forms.evaluations import AmendForm, ContractForm, PayForm
from veche.city.pilots.models import Contract
from veche.city.pilots.operations import contracts as operations
from veche.city.pilots.operations.refusals_evaluations import (
    NotForContracts,
    NotPublicYet,
    TheirOwn,
)
from veche.city.pilots.queries import applications as pilots
from veche.city.pilots.queries import contracts as queries
from veche.city.pilots.views.tried import tried
from veche.city.pilots.words import evaluations as said
from veche.core.notices.letters import link
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound
from veche.look.http import cached, sent, sign_in
from veche.tables import csv_answer


@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """The contracts of a choice, with their sums."""
    which = queries.read_filter(request.GET)
    sums = queries.sums(which)
    total = sum(one.count for one in sums)
    last = max(1, -(-total // queries.PAGE))
    which = replace(which, page=min(which.page, last))
    first = (which.page - 1) * queries.PAGE
    rows = list(queries.matching(which)[first : first + queries.PAGE])
    paid = queries.paid_of(rows)
    context: dict[str, Any] = {
        "which": which,
        "sums": sums,
        "total": total,
        "rows": [(one, paid.get(one.pk, 0)) for one in rows],
        "page": {"number": which.page, "last": last},
        "years": queries.years(),
        "query": which.parameters(),
        "words": said,
    }
    return cached(request, render(request, "pilots/contracts_list.html", context))


@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """The contracts of a choice as a table."""
    rows = queries.cells(queries.read_filter(request.GET))
    return csv_answer("contracts", rows)  # type: ignore[return-value]


@require_safe
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract: who, over what, what changed, what was paid, and which pilot it follows."""
    found = contract_for(pk)
    payments = list(found.payments.select_related("superseded_by").order_by("on", "pk"))
    pilot = found.application
    inside = reads_inside(found, asker(request).person, clock.now())
    context: dict[str, Any] = {
        "contract": found,
        "pilot": pilot if pilot is not None and is_public(pilot) else None,
        "amendments": list(found.amendments.order_by("place")),
        "documents": [one for one in found.documents.order_by("place") if one.public or inside],
        "payments": payments,
        "paid": sum(one.amount for one in payments if one.superseded_by_id is None),
        "may_write": _may_write(request, found),
        "ended": found.standing in operations.ENDED,
        "words": said,
    }
    answer = render(request, "pilots/contracts_contract.html", context)
    return answer if inside else cached(request, answer)


def _may_write(request: HttpRequest, found: Contract) -> bool:
    who, at = asker(request), clock.now()
    pilot = found.application
    if who.person is None or pilot is None or not who.holdings:
        return False
    stand = application_for(pilot.case.number, who.person, at)
    return stand.staff and operations.writes_contracts(who.person, pilot, at)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, number: str) -> HttpResponse:
    """Write down a contract that follows a pilot.

    Raises:
        UnknownApplication: there is none, or not for whoever asks.
        NotForContracts: they neither buy nor run the programme.
        NotPublicYet: the panel has not chosen it.
    """
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    found = application_for(number, who.person, at).application
    check_may_see(who.person, found, at)
    if not operations.writes_contracts(who.person, found, at):
        raise NotForContracts
    if found.decided_at is None or found.case.state in operations.BEFORE:
        raise NotPublicYet
    form = ContractForm(sent(request) if request.method == "POST" else None, application=found)

    def run(step: dict[str, Any], person: Person) -> Contract:
        return operations.add_contract(by=person, at=clock.now(), application=found, **step)

    title = _("Write down a contract")
    return step_page(request, who.person, form, run, title, pilots.address(found), found.title)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the sum, the end or the standing of a contract."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    found = writable(request, pk)
    form = AmendForm(sent(request) if request.method == "POST" else None, contract=found)

    def run(step: dict[str, Any], person: Person) -> Contract:
        operations.amend_contract(by=person, at=clock.now(), contract=found, **step)
        return found

    title = _("Change the contract")
    return step_page(request, person, form, run, title, to_contract(found), found.title)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a payment, or the right one in the place of a wrong one."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    found = writable(request, pk)
    standing = list(found.payments.filter(superseded_by=None).order_by("on", "pk"))
    form = PayForm(sent(request) if request.method == "POST" else None, payments=standing)

    def run(step: dict[str, Any], person: Person) -> Contract:
        operations.pay(by=person, at=clock.now(), contract=found, **step)
        return found

    title = _("Write down a payment")
    return step_page(request, person, form, run, title, to_contract(found), found.title)


def writable(request: HttpRequest, pk: int) -> Contract:
    """A contract, for who may write about it.

    Raises:
        UnknownContract: there is none.
        TheirOwn: it was read from another publisher.
        NotForContracts: it is not theirs to write about.
    """
    found = contract_for(pk)
    if found.application is None:
        raise TheirOwn
    if not _may_write(request, found):
        raise NotForContracts
    return found


def to_contract(found: Contract) -> str:
    """The address of a contract."""
    return reverse("pilots:contract", args=[found.pk])


def step_page(
    request: HttpRequest,
    person: Person,
    form: django_forms.Form,
    run: Callable[[dict[str, Any], Person], Contract],
    title: str,
    back: str,
    about: str,
    *,
    files: bool = False,
) -> HttpResponse:
    """A form about contracts, and its step when it is sent; ``files``: it takes one."""
    made: list[Contract] = []
    step = form.step  # type: ignore[attr-defined]
    status = tried(form, lambda: made.append(run(step(), person))) if form.is_bound else 200
    if not status:
        messages.success(request, _("It is written down, and public."))
        return redirect(to_contract(made[0]))
    context = {"form": form, "title": title, "back": back, "about": about, "files": files}
    return render(request, "pilots/contracts_write.html", context, status=status)


@require_safe
def releases(request: HttpRequest, ocid: str = "") -> HttpResponse:
    """A release package (OCDS 1.1) of everything, or of one contracting process."""
    return _package(request, ocid, ocds.releases_package)


@require_safe
def records(request: HttpRequest, ocid: str = "") -> HttpResponse:
    """A record package (OCDS 1.1) of everything, or of one contracting process."""
    return _package(request, ocid, ocds.records_package)


class NothingPublished(NotFound):
    """There is no contract yet, or none of this process: OCDS knows no empty package."""

    code = "no-contracts"


def _package(
    request: HttpRequest,
    ocid: str,
    make: Callable[[ocds.Packages, str, int], ocds.Page | None],
) -> HttpResponse:
    # One address for all languages: the packages name themselves by it.
    known = "\x00" not in ocid  # which no database can look for
    number = request.GET.get("page", "1")
    wanted = int(number) if number.isdecimal() and len(number) < 7 else 0
    made = make(ocds.published(ocid), link(request.path), wanted) if known and wanted else None
    if made is None:
        raise NothingPublished
    text = json.dumps(made.package, ensure_ascii=False)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    for rel, address in made.links.items():  # the same by RFC 8288, for whoever reads heads alone
        response.headers.setdefault("Link", "")
        before = response.headers["Link"]
        response.headers["Link"] = f'{before}{", " if before else ""}<{address}>; rel="{rel}"'
    return cached(request, response, 60)
