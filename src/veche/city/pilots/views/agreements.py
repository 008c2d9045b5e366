"""The agreement of three: its texts, who has signed, and how to sign."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pilots.access.agreements import (
    agreements_of,
    is_party,
    standing_for,
    text_for,
)
from veche.city.pilots.access.applications import Standing
from veche.city.pilots.engines import gost
from veche.city.pilots.forms.agreements import BecauseForm, DrawUpForm, SignatureForm
from veche.city.pilots.models import Agreement, Signature
from veche.city.pilots.operations import agreements
from veche.city.pilots.operations.refusals_agreements import (
    NotAccepted,
    NotTheirAgency,
    UnknownAgreement,
)
from veche.city.pilots.operations.signatures import acts_for_party
from veche.city.pilots.queries import agreements as queries
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent


@never_cache
@require_safe
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """Who agrees upon which text, who has signed, and what the reader can do.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
        UnknownAgreement: nothing is to be agreed upon yet.
    """
    at = clock.now()
    stand = standing_for(number, asker(request).person, at)
    check = "check" in request.GET and is_party(stand)
    return render(request, "pilots/agreements_agreement.html", _context(stand, at, check=check))


def _context(stand: Standing, at: dt.datetime, *, check: bool = False) -> dict[str, Any]:
    application = stand.application
    found = agreements_of(stand)
    may_draw = stand.agency and application.case.state == "agreement"
    current = next((one for one in found if one.ended_at is None), None)
    if not found and not may_draw:
        raise UnknownAgreement
    open_text = current is not None and current.complete_at is None
    signing = open_text and application.case.state == "agreement"
    why: dict[str, str] = {}
    if check and current is not None:
        whole = text_for(stand, current.version)
        why = {one.party.part: one.sentence for one in agreements.check_all(agreement=whole, at=at)}
    mine = [
        party.part
        for party in (current.parties.select_related("organisation") if current and signing else ())
        if acts_for_party(stand.person, party, application, at)
    ]
    shown = queries.parties(current, mine, why) if current else []
    trusted, _gone = queries.authorities(at)
    return {
        "application": application,
        "case": application.case,
        "stand": stand,
        "insider": is_party(stand),
        "current": current,
        "former": [one for one in found if one is not current],
        "parties": shown,
        "mine": any(one.mine for one in shown),
        "signing": signing,
        "checked": check and current is not None,
        "revoked": any(one.look and one.look.standing == "revoked" for one in shown),
        "authorities": trusted,
        "gost": gost.available(),
        "form": SignatureForm(),
        "draw": DrawUpForm(initial={"seen": len(found), "language": application.language})
        if may_draw and current is None
        else None,
        "may_send_back": may_draw and not (current and current.complete_at),
        "now": at,
    }


@require_http_methods(["POST"])
@signed_in("")
def draw_up(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Make the text to sign.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
    """
    at = clock.now()
    stand = standing_for(number, person, at)
    form = DrawUpForm(sent(request))
    if form.is_valid():
        try:
            agreements.draw_up(by=person, at=at, application=stand.application, **form.cleaned_data)
        except Refused as refusal:
            say_refusal(form, refusal)
        else:
            messages.success(request, _("The text is made. Now the three sign it."))
            return redirect("pilots:agreement", number)
    context = {**_context(stand, at), "draw": form}
    return render(request, "pilots/agreements_agreement.html", context, status=422)


@require_http_methods(["POST"])
@signed_in("")
def sign(request: HttpRequest, person: Person, number: str, part: str) -> HttpResponse:
    """Bring the signature of a party.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
        UnknownAgreement: there is no text to sign.
    """
    at = clock.now()
    stand = standing_for(number, person, at)
    current = next((one for one in agreements_of(stand) if one.ended_at is None), None)
    if current is None or not is_party(stand):
        raise UnknownAgreement
    form = SignatureForm(sent(request), request.FILES)
    status = 422
    if "file" in request.META.get("veche.too_large", ()):
        form.add_error("file", str(NotAccepted(why="too-large")))
        status = 413
    elif form.is_valid():
        file = form.cleaned_data["file"]
        try:
            agreements.sign(
                by=person, at=at, agreement=current, part=part, data=file.read(),
                name=str(file.name or ""),
            )  # fmt: skip
        except Refused as refusal:
            say_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("The signature is valid and is kept."))
            return redirect("pilots:agreement", number)
    context = {**_context(stand, at), "form": form, "part": part}
    return render(request, "pilots/agreements_agreement.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def send_back(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The agency sends the methodology back, and the text to sign ends.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
        NotTheirAgency: they do not run the programme.
    """
    at = clock.now()
    stand = standing_for(number, person, at)
    if not stand.agency:
        raise NotTheirAgency
    form = BecauseForm(sent(request) if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                agreements.send_back(
                    by=person, at=at, application=stand.application, **form.cleaned_data
                )
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("It went back: the methodology is written anew."))
                return redirect("pilots:methodology", number)
    context = {"application": stand.application, "case": stand.application.case, "form": form}
    return render(request, "pilots/agreements_send_back.html", context, status=status)


@never_cache
@require_safe
def text(request: HttpRequest, number: str, version: int, what: str) -> HttpResponse:
    """The bytes: the PDF as it was made (``text``), with the signatures so far (``signed``), or a
    detached signature, by the party.

    Raises:
        UnknownApplication: it is not shown to whoever asks.
        UnknownAgreement: there are none, or they are not shown to whoever asks.
    """
    stand = standing_for(number, asker(request).person, clock.now())
    found = text_for(stand, version)
    data, ending = _bytes(found, what)
    kind = "application/pdf" if ending == "pdf" else "application/pkcs7-signature"
    name = f"agreement-{number}-{version}" + ("" if what == "text" else f"-{what}")
    return HttpResponse(
        data,
        headers={
            "Content-Type": kind,
            "Content-Disposition": f'attachment; filename="{name}.{ending}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _bytes(found: Agreement, what: str) -> tuple[bytes, str]:
    if what == "text":
        return bytes(found.text), "pdf"
    if what == "signed":
        return bytes(found.signed if found.signed is not None else found.text), "pdf"
    rows = Signature.objects.filter(party__agreement=found, party__part=what)
    detached = rows.values_list("detached", flat=True).first()
    if detached is None:
        raise UnknownAgreement
    return bytes(detached), "p7s"
