"""My page and what can be done there."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ballots.queries.mine import coming_to, open_to
from veche.core.notices.queries import told_to, unseen
from veche.core.organisations.middleware import asker
from veche.core.organisations.roles import role_word
from veche.core.people.models import Person
from veche.core.people.once import verified
from veche.core.people.operations.erasure import erase_person
from veche.core.people.operations.once import address_digest
from veche.core.people.operations.signing import change_name, end_sign_ins
from veche.core.people.queries import residence_of
from veche.errors import Refused
from veche.languages import here
from veche.look.context import place
from veche.portal.me import queries
from veche.portal.me.forms import EraseForm, NameForm
from veche.tables import csv_whole

P = ParamSpec("P")


def mine(
    view: Callable[Concatenate[HttpRequest, Person, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Only for somebody signed in; visitors are led to the sign-in page and back."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = asker(request).person
        if person is None:
            back = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('people:sign-in')}?{back}")
        return view(request, person, *args, **kwargs)

    return guarded


SAID = 3
"""Matters of which my page says what was said of them last."""


@require_safe
@mine
def me(request: HttpRequest, person: Person) -> HttpResponse:
    """What I can do, and what the city knows of me."""
    at = clock.now()
    context = {
        "person": person,
        "residence": residence_of(person, at),
        "holdings": [(role_word(h.role), h) for h in asker(request).holdings],
        "protected": is_mfa_enabled(person),
        "has_password": person.has_usable_password(),
        "sign_on": bool(settings.SIGN_ON["url"]),
        "looks": queries.looks(person, 3),
        "sign_ins": len(queries.sign_ins(person, at)),
        "told": told_to(person)[0][:SAID],
        "unseen": unseen(person),
        "votes": [
            (one, here(one.vote.config["title"])) for one in (*open_to(person), *coming_to(person))
        ],
        "matters_url": place("problems:mine"),
        "subscriptions_url": place("notices:subscriptions"),
        "residence_url": place("organisations:residence"),
    }
    return render(request, "portal/me.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def name(request: HttpRequest, person: Person) -> HttpResponse:
    """Change how I am called and written to."""
    start = {"name": person.name, "language": person.language}
    form = NameForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        change_name(by=person, at=clock.now(), **form.cleaned_data)
        messages.info(request, gettext("Saved."))
        return redirect("portal:me")
    status = 422 if form.is_bound else 200
    return render(request, "portal/me_name.html", {"form": form}, status=status)


@require_safe
@mine
def looks(request: HttpRequest, person: Person) -> HttpResponse:
    """Who looked at my data."""
    context = {"looks": queries.looks(person), "most": queries.SHOWN}
    return render(request, "portal/me_looks.html", context)


@require_safe
@mine
def looks_csv(request: HttpRequest, person: Person) -> HttpResponse:
    """The same as a file."""
    head = ["at", "name", "role", "office", "what", "matter"]
    rows = [
        [look.at.isoformat(), look.name, look.role, look.office, look.what, look.matter]
        for look in queries.looks(person, 100_000)
    ]
    return csv_whole("looks", [head, *rows])


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def sign_ins(request: HttpRequest, person: Person) -> HttpResponse:
    """Where I am signed in; one or all others can be ended."""
    here = request.session.session_key
    rows = queries.sign_ins(person, clock.now())
    if request.method == "POST":
        number = request.POST.get("number", "")
        only = None
        if number:
            only = next((r.pk for r in rows if _short(r.pk) == number and r.pk != here), None)
            if only is None:
                return redirect("portal:me-sign-ins")
        end_sign_ins(by=person, at=clock.now(), keep=here, only=only)
        messages.info(request, gettext("Ended."))
        return redirect("portal:me-sign-ins")
    listed = [
        {"number": _short(r.pk), "device": r.device, "since": r.since, "here": r.pk == here}
        for r in rows
    ]
    return render(request, "portal/me_sign_ins.html", {"rows": listed})


def _short(key: str) -> str:
    """What may stand on a page of the name of a sign-in: whoever has the name is signed in."""
    import hashlib

    return hashlib.sha256(key.encode()).hexdigest()[:16]


@require_safe
@mine
def data(request: HttpRequest, person: Person) -> HttpResponse:
    """What the city keeps about me, and the way to take it along or have it erased."""
    return render(request, "portal/me_data.html", {"person": person})


@require_POST
@mine
def download(request: HttpRequest, person: Person) -> HttpResponse:
    """All of it as a ZIP of JSON files, one for each module."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, held in queries.everything(person).items():
            text = json.dumps(held, ensure_ascii=False, indent=2, default=str)
            box.writestr(f"{name}.json", text)
    response = HttpResponse(out.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def erase(request: HttpRequest, person: Person) -> HttpResponse:
    """Ask to be forgotten: what stays is said first, then it is me once more, then it is done."""
    ways = get_adapter().get_reauthentication_methods(person)
    if not ways and person.email and verified(request) != address_digest(person.email):
        # No password and no second factor: the address is shown once more instead.
        messages.info(request, gettext("Show first that this is you: a code goes to your address."))
        back = urlencode({"next": request.path})
        return redirect(f"{reverse('people:once')}?{back}")
    answer: HttpResponse = _erase(request, person)
    return answer


@reauthentication_required(app="veche.portal")  # type: ignore[untyped-decorator]
def _erase(request: HttpRequest, person: Person) -> HttpResponse:
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_person(by=person, at=clock.now(), person=person)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return render(request, "portal/me_erase.html", {"form": form}, status=refusal.status)
        logout(request)
        return render(request, "portal/me_erased.html")
    status = 422 if form.is_bound else 200
    return render(request, "portal/me_erase.html", {"form": form}, status=status)
