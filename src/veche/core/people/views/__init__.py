"""Signing in and out."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable

import requests
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.core.people.forms import SignInForm
from veche.core.people.models import Person
from veche.core.people.network import address
from veche.core.people.operations import TooManyTries, note_failed_sign_in
from veche.core.people.queries import may_try

_log = logging.getLogger(__name__)
_WRONG = _(
    "The address and the password do not match. Check them, or sign in with a code by e-mail."
)
"""The same words whether the account exists or not."""


def after(request: HttpRequest, wanted: str) -> str:
    """Where to go next: a page of ours that was asked for, else the first page."""
    if (
        wanted.startswith("/")
        and "\\" not in wanted
        and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    ):
        return wanted
    return f"/{get_language() or settings.LANGUAGE_CODE}/"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, and the sign-in by address and password."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(after(request, request.GET.get("next", "")[:500]))
        form = SignInForm(initial={"next": request.GET.get("next", "")[:500]})
        return _page(request, form)
    form = SignInForm(request.POST, use_required_attribute=False)
    if not form.is_valid():
        return _page(request, form, 422)
    email = form.cleaned_data["email"].strip().lower()
    at, keys = clock.now(), (_key("account", email), _key("address", address(request)))
    if not all(may_try(key, at) for key in keys):
        form.add_error(None, str(TooManyTries()))
        return _page(request, form, TooManyTries.status)
    person = authenticate(request, username=email, password=form.cleaned_data["password"])
    if not isinstance(person, Person):
        note_failed_sign_in(by=None, at=at, keys=keys)
        form.add_error(None, str(_WRONG))
        return _page(request, form, 422)
    go_on = after(request, form.cleaned_data["next"])
    found = Login(user=person, redirect_url=go_on, email=email)
    # From here on it is django-allauth's: a second factor, an address to be confirmed.
    answer: HttpResponse = perform_password_login(request, {"email": email}, found)
    return answer


def _page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "next": form["next"].value() or "",
        "sign_on_name": settings.SIGN_ON["url"] and (settings.SIGN_ON["name"] or "OpenID"),
    }
    return render(request, "people/sign_in.html", context, status=status)


def _key(kind: str, value: str) -> str:
    """What is written of an address that tried: a keyed digest, nothing that can be read back."""
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"sign-in:{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Where django-allauth sends those who are to sign in."""
    wanted = request.GET.urlencode()
    return redirect(reverse("people:sign-in") + (f"?{wanted}" if wanted else ""))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; the sign-in is gone from the server, whoever has a copy of the cookie."""
    logout(request)
    return redirect(reverse("people:sign-in"))


def to_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the city's sign-on; a page that says so when it does not answer."""
    return _by_sign_on(request, provider_id, openid.login)


def from_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the city's sign-on."""
    return _by_sign_on(request, provider_id, openid.callback)


def _by_sign_on(
    request: HttpRequest, provider_id: str, go: Callable[[HttpRequest, str], HttpResponse]
) -> HttpResponse:
    try:
        return go(request, provider_id)
    except (requests.RequestException, KeyError, ValueError) as fault:
        _log.warning("the sign-on does not answer as it should: %s", fault)
        return render(request, "socialaccount/authentication_error.html", status=503)
