"""What a founder does for a company: products and colleagues; what the agency does: support."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.city.pilots.access import companies as access
from veche.city.pilots.forms.companies import (
    LetterForm,
    ProductForm,
    SupportForm,
    product_of,
)
from veche.city.pilots.models import Company, Product, Support
from veche.city.pilots.operations import colleagues
from veche.city.pilots.operations import companies as operations
from veche.city.pilots.operations import support as supporting
from veche.city.pilots.operations.companies import mark_of
from veche.city.pilots.operations.company_refusals import UnknownProduct
from veche.city.pilots.queries.companies import people_of
from veche.city.pilots.views.companies import mine_of
from veche.city.pilots.views.tried import tried
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.fields import say_refusal
from veche.look.http import sent


def _product(found: Company, number: int | None) -> Product | None:
    if number is None:
        return None
    rows = Product.objects.filter(company=found, pk=number, retired_at__isnull=True)
    one = rows.select_related("company__organisation").first()
    if one is None:
        raise UnknownProduct
    return one


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def product(
    request: HttpRequest, person: Person, code: str, number: int | None = None
) -> HttpResponse:
    """Add something the company makes, or change what is said of it.

    Raises:
        UnknownCompany, NotTheCompany, UnknownProduct: there is none, or it is not theirs.
    """
    found = mine_of(request, code)
    known = _product(found, number)
    status = 200
    if request.method == "POST":
        form = ProductForm(sent(request))
        status = 422
        if form.is_valid():
            try:
                _keep_product(person, found, known, form)
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("The product is kept."))
                return redirect("pilots:own-company", code)
    elif known is not None:
        form = ProductForm(initial=product_of(known, mark_of(known)))
    else:
        form = ProductForm(initial={"submission": uuid.uuid4()})
    context = {"form": form, "company": found, "code": code, "product": known}
    return render(request, "pilots/companies_product.html", context, status=status)


def _keep_product(person: Person, found: Company, known: Product | None, form: ProductForm) -> None:
    at, one = clock.now(), form.cleaned_data
    if known is None:
        operations.add_product(
            by=person, at=at, company=found, product=form.given(), submission=one["submission"]
        )
    else:
        operations.set_product(
            by=person, at=at, product=known, given=form.given(), seen=one["seen"]
        )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def retire(request: HttpRequest, person: Person, code: str, number: int) -> HttpResponse:
    """Ask once more, then take a product off the list.

    Raises:
        UnknownCompany, NotTheCompany, UnknownProduct: there is none, or it is not theirs.
    """
    found = mine_of(request, code)
    known = _product(found, number)
    assert known is not None  # a number is given
    if request.method == "POST":
        operations.retire_product(by=person, at=clock.now(), product=known)
        messages.success(request, _("It is off the list."))
        return redirect("pilots:own-company", code)
    context = {"company": found, "code": code, "product": known}
    return render(request, "pilots/companies_retire.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def invite(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Ask a colleague by letter to act for the company too.

    Raises:
        UnknownCompany, NotTheCompany: there is none, or it is neither theirs nor do they run the
            programme.
    """
    found, held = access.company_for(code), asker(request).holdings
    mine = access.acts_for(held, found)
    if not mine and not access.runs(held, access.programme_or_none()):
        raise access.NotTheCompany
    form = LetterForm(
        sent(request) if request.method == "POST" else None, initial={"language": found.language}
    )
    status = tried(form, lambda: colleagues.invite_colleague(
        by=person, at=clock.now(), company=found, **form.letter()
    )) if form.is_bound else 200  # fmt: skip
    if not status:
        messages.success(request, form.told())
        return redirect("pilots:own-company" if mine else "pilots:company", code)
    context = {"form": form, "company": found, "code": code, "days": colleagues.DAYS, "mine": mine}
    return render(request, "pilots/companies_invite.html", context, status=status)


@require_POST
@signed_in("")
def uninvite(request: HttpRequest, person: Person, code: str, number: int) -> HttpResponse:
    """Take an invitation back.

    Raises:
        UnknownCompany, NotTheCompany: there is none, or it is not theirs.
        NoSuchColleague: the invitation is over.
    """
    found = mine_of(request, code)
    colleagues.take_invite_back(by=person, at=clock.now(), company=found, invite=number)
    messages.success(request, _("The invitation is taken back."))
    return redirect("pilots:own-company", code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def end(request: HttpRequest, person: Person, code: str, number: int) -> HttpResponse:
    """Ask once more, then let somebody act for the company no more.

    Raises:
        UnknownCompany, NotTheCompany, NoSuchColleague: there is none, or it is not theirs.
    """
    found, at = mine_of(request, code), clock.now()
    one = next((held for held in people_of(found, at) if held.pk == number), None)
    if one is None:
        raise colleagues.NoSuchColleague
    refusal, status = "", 200
    if request.method == "POST":
        try:
            colleagues.end_colleague(by=person, at=at, company=found, holding=number)
        except colleagues.LastFounder as last:
            refusal, status = str(last), last.status
        else:
            messages.success(request, _("They act for the company no more."))
            if one.person_id == person.pk:
                return redirect("pilots:own-companies")
            return redirect("pilots:own-company", code)
    context: dict[str, Any] = {
        "company": found, "code": code, "one": one, "refusal": refusal, "person": person,
    }  # fmt: skip
    return render(request, "pilots/companies_end.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def joined(request: HttpRequest, person: Person, word: str) -> HttpResponse:
    """The link of an invitation: accept it.

    Raises:
        InvitationOver: the link was used, taken back or is too old.
    """
    at = clock.now()
    found = colleagues.invite_by(word, at)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            company = colleagues.join_company(by=person, at=at, word=word)
        except Refused as no:
            refusal, status = str(no), no.status
        else:
            messages.success(request, _("You act for the company now."))
            return redirect("pilots:own-company", company.organisation.code)
    context = {"invite": found, "refusal": refusal}
    return render(request, "pilots/companies_joined.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def support(
    request: HttpRequest, person: Person, code: str, number: int | None = None
) -> HttpResponse:
    """Write down what was done for a company, or put another line in the place of a wrong one.

    Raises:
        UnknownCompany: there is none.
        NotTheAgency: whoever asks runs no programme.
        NotFound: there is no such line.
    """
    found, at = access.company_for(code), clock.now()
    if not access.runs(asker(request).holdings, access.programme()):
        raise access.NotTheAgency
    old = Support.objects.filter(company=found, pk=number).first() if number else None
    if number and old is None:
        raise NotFound
    status = 200
    if request.method == "POST":
        form = SupportForm(sent(request))
        status = 422
        if form.is_valid():
            try:
                if old is None:
                    supporting.give_support(
                        by=person,
                        at=at,
                        company=found,
                        given=form.given(),
                        submission=form.cleaned_data["submission"],
                    )
                else:
                    supporting.supersede_support(by=person, at=at, support=old, given=form.given())
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("It is written down."))
                return redirect("pilots:company", code)
    else:
        start: dict[str, Any] = {"submission": uuid.uuid4(), "on": at.date(), "kind": "expertise"}
        if old is not None:
            names = ("kind", "words", "amount", "on")
            start |= {name: getattr(old, name) for name in names}
        form = SupportForm(initial=start)
    context = {"form": form, "company": found, "code": code, "old": old}
    return render(request, "pilots/companies_support.html", context, status=status)
