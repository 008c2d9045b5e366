"""Showing an e-mail address for one act, without an account."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.core.people import once as held_once
from veche.core.people.forms import OnceCodeForm, OnceForm
from veche.core.people.operations import TooManyTries
from veche.core.people.operations.once import CodeOver, send_once_code, use_once_code
from veche.core.people.views import after

_ASKED = "once-asked"
_LIMITS = {"once": "20/m/ip,100/h/ip,3/m/key,10/h/key"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def once(request: HttpRequest) -> HttpResponse:
    """First the address, then the code that came there, then back to where one wanted to go."""
    wanted = (request.POST.get("next") or request.GET.get("next", ""))[:500]
    asked = request.session.get(_ASKED)
    if request.method == "POST" and "email" in request.POST:
        return _ask(request, wanted)
    if not isinstance(asked, dict) or "again" in request.GET:
        return _page(request, OnceForm(), wanted)
    form = OnceCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            digest = use_once_code(
                by=None,
                at=clock.now(),
                number=int(asked["number"]),
                email=str(asked["email"]),
                code=form.cleaned_data["code"],
            )
        except CodeOver as refusal:
            del request.session[_ASKED]
            first = OnceForm(initial={"email": asked["email"]})
            messages.warning(request, str(refusal))
            return _page(request, first, wanted, refusal.status)
        if digest is not None:
            del request.session[_ASKED]
            held_once.hold(request, str(asked["email"]), digest)
            return redirect(after(request, wanted))
        form.add_error("code", gettext("This is not the code. Check it and type it again."))
    status = 422 if form.is_bound else 200
    return _page(request, form, wanted, status, email=str(asked["email"]))


def _ask(request: HttpRequest, wanted: str) -> HttpResponse:
    form = OnceForm(request.POST)
    if not form.is_valid():
        return _page(request, form, wanted, 422)
    email = form.cleaned_data["email"].strip().lower()
    # Tries are counted as for signing in: for the address of the network and of the mail.
    if not ratelimit.consume(request, app="veche.people", action="once", config=_LIMITS, key=email):
        form.add_error(None, str(TooManyTries()))
        return _page(request, form, wanted, TooManyTries.status)
    number = send_once_code(by=None, at=clock.now(), email=email, language=get_language() or "en")
    request.session[_ASKED] = {"number": number, "email": email}
    if not request.user.is_authenticated:
        # What was typed is not kept for long if nothing comes of it.
        request.session.set_expiry(3600)
    return redirect(f"{request.path}?{urlencode({'next': wanted})}" if wanted else request.path)


def _page(
    request: HttpRequest,
    form: OnceForm | OnceCodeForm,
    wanted: str,
    status: int = 200,
    *,
    email: str = "",
) -> HttpResponse:
    context = {"form": form, "next": wanted, "email": email}
    return render(request, "people/once.html", context, status=status)
