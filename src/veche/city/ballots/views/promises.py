"""The keys by which anybody checks the promises that were given for ballots."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.ballots.forms.promises import WithdrawKeyForm
from veche.city.ballots.operations.promises import (
    ADMINISTRATOR,
    NotTheKeysAdministrator,
    withdraw_promise_key,
)
from veche.city.ballots.queries.promises import key_terms, promise_keys
from veche.city.ballots.views.common import sign_in
from veche.core.organisations.access import holds_over_city
from veche.core.organisations.middleware import asker
from veche.errors import Refused


@require_safe
def key_list(request: HttpRequest) -> HttpResponse:
    """One key a line, the oldest first; the words are the same in all languages.

    A key that was withdrawn is followed by ``until`` and the moment.
    """
    text = "".join(f"{key}\n" for key in key_terms())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The same for people: since when each key held, until when, and why no longer.

    Raises:
        NotTheKeysAdministrator: somebody else withdraws one.
    """
    person, at = asker(request).person, clock.now()
    may = holds_over_city(person, (ADMINISTRATOR,), at)
    rows = promise_keys()
    form = WithdrawKeyForm(
        request.POST if request.method == "POST" else None,
        keys=[one.verifier for one in rows if one.withdrawn_at is None],
    )
    status = 200
    if request.method == "POST":
        if person is None:
            return sign_in(request)
        if not may:
            raise NotTheKeysAdministrator
        status = 422
        if form.is_valid():
            try:
                withdraw_promise_key(by=person, at=at, **form.cleaned_data)
                messages.success(request, gettext("The key is withdrawn."))
                return redirect("votes:keys")
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
    context = {"rows": rows, "form": form, "may": may}
    return render(request, "ballots/keys.html", context, status=status)
