"""A company's public page, the list of companies, and a founder's own profile."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.pilots.access import companies as access
from veche.city.pilots.forms.companies import ProfileForm, countries, profile_of
from veche.city.pilots.models import Company
from veche.city.pilots.operations import companies as operations
from veche.city.pilots.operations.companies import mark_of
from veche.city.pilots.operations.company_refusals import YoursAlready
from veche.city.pilots.operations.scouting import come_by_invitation, invited_by
from veche.city.pilots.queries import companies as queries
from veche.city.pilots.words import companies as said
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import cached, sent
from veche.tables import csv_whole

HEAD = (
    "code", "name", "register", "identifier", "country", "size", "women_led", "founded", "website",
    "confirmed_on", "products", "decided_applications",
)  # fmt: skip
SUPPORT_HEAD = ("id", "kind", "on", "what", "amount", "written", "superseded_by")


@require_safe
def company(request: HttpRequest, code: str) -> HttpResponse:
    """What is public about a company: profile, products, decided applications, support, contracts.

    Raises:
        UnknownCompany: there is none.
    """
    found, who = access.company_for(code), asker(request)
    context = {
        **_shared(found),
        "mine": access.acts_for(who.holdings, found),
        "agency": access.runs(who.holdings, access.programme_or_none()),
        "products": [(one, said.READINESS[one.readiness]) for one in queries.products_of(found)],
        "applications": queries.decided_of(found),
        "contracts": queries.contracts_of(found),
        "support": _support(found),
    }
    return cached(request, render(request, "pilots/companies_company.html", context))


def _shared(found: Company) -> dict[str, Any]:
    programme = access.programme_or_none()
    return {
        "company": found,
        "code": found.organisation.code,
        "size": said.SIZE_NAMES[found.size],
        "country": dict(countries()).get(found.country, found.country),
        "currency": programme.currency if programme else "",
    }


def _support(found: Company) -> dict[str, Any]:
    given = queries.support_of(found)
    return {
        "rows": [(one, said.SUPPORT[one.kind]) for one in given.lines],
        "money": given.money,
    }


@require_safe
def support_csv(request: HttpRequest, code: str) -> HttpResponse:
    """What the programme did for a company as a table; what was superseded stands in it too.

    Raises:
        UnknownCompany: there is none.
    """
    found = access.company_for(code)
    rows = [
        (
            one.pk,
            one.kind,
            one.on.isoformat(),
            one.words,
            "" if one.amount is None else one.amount,
            one.at.isoformat(timespec="seconds"),
            one.superseded_by_id or "",
        )
        for one in queries.support_of(found).lines
    ]
    return cached(request, csv_whole(f"support-{code}", [SUPPORT_HEAD, *rows]))


@require_safe
@signed_in("")
def listed(request: HttpRequest, _person: Person) -> HttpResponse:
    """All companies, for the agency: searched, filtered, page by page.

    Raises:
        NotTheAgency: whoever asks runs no programme.
    """
    access.check_runs(asker(request).holdings)
    which = queries.read(request.GET.dict())
    pages = Paginator(queries.chosen(which), queries.PAGE)
    page = pages.get_page(which.page)
    names = dict(countries())
    context = {
        "which": which,
        "count": pages.count,
        "rows": [
            (line, said.SIZE_NAMES[line.company.size], names.get(line.company.country, ""))
            for line in queries.lines(list(page.object_list))
        ],
        "page": page,
        "sizes": said.SIZE_NAMES.items(),
        "countries": [(code, names.get(code, code)) for code in queries.countries()],
        "query": which.parameters(),
    }
    return render(request, "pilots/companies_list.html", context)


@require_safe
@signed_in("")
def listed_csv(request: HttpRequest, _person: Person) -> HttpResponse:
    """The companies of the choice as a table.

    Raises:
        NotTheAgency: whoever asks runs no programme.
    """
    access.check_runs(asker(request).holdings)
    return csv_whole("companies", _table(queries.read(request.GET.dict())))


def _table(which: queries.Choice) -> Iterator[Sequence[object]]:
    yield HEAD
    for line in queries.lines(list(queries.chosen(which))):
        one = line.company
        yield (
            one.organisation.code, one.legal_name, one.scheme, one.identifier, one.country,
            one.size, {True: "yes", False: "no", None: ""}[one.women_led], one.founded or "",
            one.website, one.confirmed_at.date().isoformat() if one.confirmed_at else "",
            line.products, line.decided,
        )  # fmt: skip


@require_POST
@signed_in("")
def confirm(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The agency says that it compared a company with the register, or takes that back.

    Raises:
        NotTheAgency: whoever asks runs no programme.
        UnknownCompany: there is none.
    """
    found = access.company_for(code)
    confirmed = request.POST.get("confirmed") == "yes"
    operations.confirm_company(by=person, at=clock.now(), company=found, confirmed=confirmed)
    messages.success(
        request, _("The company is confirmed.") if confirmed else _("It is confirmed no more.")
    )
    return redirect("pilots:company", code)


@require_safe
@signed_in("")
def own(request: HttpRequest, _person: Person) -> HttpResponse:
    """The companies I act for: one is opened at once; without one the way to register."""
    mine = access.own_companies(asker(request).holdings)
    if len(mine) == 1:
        return redirect("pilots:own-company", mine[0].organisation.code)
    return render(request, "pilots/companies_mine.html", {"companies": mine})


def mine_of(request: HttpRequest, code: str) -> Company:
    """The company of this code, for who acts for it.

    Raises:
        UnknownCompany: there is none.
        NotTheCompany: it is not theirs.
    """
    found = access.company_for(code)
    if not access.acts_for(asker(request).holdings, found):
        raise access.NotTheCompany
    return found


@require_safe
@signed_in("")
def own_company(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Everything about my company in one place.

    Raises:
        UnknownCompany, NotTheCompany: there is none, or it is not theirs.
    """
    found, at = mine_of(request, code), clock.now()
    context = {
        **_shared(found),
        "products": [(one, said.READINESS[one.readiness]) for one in queries.products_of(found)],
        "people": queries.people_of(found, at),
        "invites": queries.invites_of(found),
        "support": _support(found),
        "person": person,
        "steps": _steps(found),
    }
    return render(request, "pilots/companies_own.html", context)


def _steps(found: Company) -> list[tuple[str, bool]]:
    """What makes an application quick, and whether it is there."""
    return [
        (_("What the company does is said."), bool(found.text)),
        (_("There is a product to apply with."), found.products.filter(retired_at=None).exists()),
        (_("The agency compared it with the register."), found.confirmed_at is not None),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def register(request: HttpRequest, person: Person) -> HttpResponse:
    """Register a company; by an invitation of a scout what was scouted comes to stand with it."""
    word = (request.POST.get("invited") or request.GET.get("invited") or "")[:80]
    language = (getattr(request, "LANGUAGE_CODE", "en") or "en")[:2]
    status = 200
    if request.method == "POST":
        form = ProfileForm(sent(request))
        status = 422
        if form.is_valid():
            at = clock.now()
            try:
                made = operations.register_company(by=person, at=at, profile=form.given())
            except YoursAlready as yours:
                return redirect("pilots:own-company", yours.details["code"])
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                return _registered(request, person, made, word, at)
    else:
        form = ProfileForm(initial={**_first(word), "language": language, "size": "small"})
    context = {"form": form, "invited": word}
    return render(request, "pilots/companies_register.html", context, status=status)


def _first(word: str) -> dict[str, Any]:
    """What the form of somebody who was invited begins with."""
    start: dict[str, Any] = {"country": "RU", "scheme": "RU-INN"}
    if word:
        with contextlib.suppress(Refused):  # an old link: they register all the same
            start["legal_name"] = invited_by(word).maker
    return start


def _registered(
    request: HttpRequest, person: Person, made: Company, word: str, at: dt.datetime
) -> HttpResponse:
    if word:
        try:
            come_by_invitation(by=person, at=at, word=word, company=made)
        except Refused as refusal:
            messages.warning(request, str(refusal))
    messages.success(request, _("The company is registered. Add what you would like to test."))
    return redirect("pilots:own-company", made.organisation.code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def change(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Change the profile of my company.

    Raises:
        UnknownCompany, NotTheCompany: there is none, or it is not theirs.
    """
    found = mine_of(request, code)
    status = 200
    if request.method == "POST":
        form = ProfileForm(sent(request))
        status = 422
        if form.is_valid():
            try:
                operations.set_profile(
                    by=person,
                    at=clock.now(),
                    company=found,
                    profile=form.given(),
                    seen=form.cleaned_data["seen"],
                )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The profile is kept."))
                return redirect("pilots:own-company", code)
    else:
        form = ProfileForm(initial=profile_of(found, mark_of(found)))
    context = {"form": form, "company": found, "code": code}
    return render(request, "pilots/companies_register.html", context, status=status)
