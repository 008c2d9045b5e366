"""Scouting: what the agency's scouts found, and the page a letter invites its maker to."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pilots.access import companies as access
from veche.city.pilots.forms.companies import LetterForm, ScoutForm
from veche.city.pilots.models import Scouted
from veche.city.pilots.operations import scouting as operations
from veche.city.pilots.queries import companies as queries
from veche.city.pilots.views.tried import tried
from veche.city.pilots.words import companies as said
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.fields import say_refusal
from veche.look.http import sent, sign_in
from veche.tables import csv_whole

HEAD = ("solution", "maker", "where", "found", "invited", "state", "company", "call")


@require_safe
@signed_in("")
def listed(request: HttpRequest, _person: Person) -> HttpResponse:
    """What scouts found, the newest first.

    Raises:
        NotTheAgency: whoever asks runs no programme.
    """
    access.check_runs(asker(request).holdings)
    state = request.GET.get("show", "")
    state = state if state in queries.STATES else ""
    pages = Paginator(queries.scouted(state), queries.PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = []
    for one in page.object_list:
        code = queries.state_of(one)
        rows.append((one, said.SCOUTED[code], code in ("found", "invited")))
    context = {
        "rows": rows,
        "count": pages.count,
        "page": page,
        "show": state,
        "shows": [(code, word) for code, (word, _tone, _shape) in said.SCOUTED.items()],
    }
    return render(request, "pilots/companies_scouted.html", context)


@require_safe
@signed_in("")
def csv(request: HttpRequest, _person: Person) -> HttpResponse:
    """What scouts found as a table, without addresses.

    Raises:
        NotTheAgency: whoever asks runs no programme.
    """
    access.check_runs(asker(request).holdings)
    return csv_whole("scouted", _table(request.GET.get("show", "")))


def _table(state: str) -> Iterator[Sequence[object]]:
    yield HEAD
    for one in queries.scouted(state):
        yield (
            one.name, one.maker, one.where, one.found_at.date().isoformat(),
            one.invited_at.date().isoformat() if one.invited_at else "", queries.state_of(one),
            one.company.organisation.code if one.company else "",
            one.call.case.number if one.call else "",
        )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def scout(request: HttpRequest, person: Person) -> HttpResponse:
    """Write down a solution.

    Raises:
        NotTheAgency: whoever asks runs no programme.
    """
    access.check_runs(asker(request).holdings)
    status = 200
    if request.method == "POST":
        form = ScoutForm(sent(request))
        status = 422
        if form.is_valid():
            try:
                operations.scout(
                    by=person,
                    at=clock.now(),
                    found=form.given(),
                    submission=form.cleaned_data["submission"],
                )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("It is written down. Invite its maker when you like."))
                return redirect("pilots:scouted")
    else:
        form = ScoutForm(initial={"submission": uuid.uuid4()})
    return render(request, "pilots/companies_scout.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def invite(request: HttpRequest, person: Person, number: int) -> HttpResponse:
    """Invite the maker by letter.

    Raises:
        NotTheAgency: whoever asks runs no programme.
        NotFound: nothing of this number was scouted.
    """
    access.check_runs(asker(request).holdings)
    found = Scouted.objects.filter(pk=number).first()
    if found is None:
        raise NotFound
    form = LetterForm(sent(request) if request.method == "POST" else None)
    status = tried(form, lambda: operations.invite(
        by=person, at=clock.now(), scouted=found, **form.letter()
    )) if form.is_bound else 200  # fmt: skip
    if not status:
        messages.success(request, form.told())
        return redirect("pilots:scouted")
    context = {"form": form, "scouted": found}
    return render(request, "pilots/companies_scout_invite.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invited(request: HttpRequest, word: str) -> HttpResponse:
    """The page of a letter: register, come with a company one acts for, or decline with one press.

    Raises:
        InvitationOver: the link was used or is too old.
    """
    found, who = operations.invited_by(word), asker(request)
    mine = access.own_companies(who.holdings)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            if request.POST.get("do") == "decline":
                operations.decline(by=who.person, at=clock.now(), word=word)
                return render(request, "pilots/companies_declined.html", {"scouted": found})
            if who.person is None:
                return sign_in(request)
            company = next(
                (one for one in mine if one.organisation.code == request.POST.get("company")), None
            )
            if company is None:
                raise access.NotTheCompany
            operations.come_by_invitation(by=who.person, at=clock.now(), word=word, company=company)
        except Refused as no:
            refusal, status = str(no), no.status
        else:
            messages.success(request, _("You came by an invitation: the agency sees it."))
            if found.call is not None and found.call.case.state == "open":
                return redirect("pilots:call", found.call.case.number)
            return redirect("pilots:own-company", company.organisation.code)
    context = {"scouted": found, "companies": mine, "word": word, "refusal": refusal}
    return render(request, "pilots/companies_invited.html", context, status=status)
