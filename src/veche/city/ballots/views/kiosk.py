"""The kiosk: a screen in a service centre on which anybody with a code votes.

Nobody is signed in there. The code opens one ballot; what this browser then holds is a signed note
of whose ballot it is, for half an hour or until a minute without a touch. With the cast it opens
the receipt only, once: whoever stands there next cannot vote for who has left.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ballots.forms.paper import CodeForm
from veche.city.ballots.operations.channels import use_kiosk_code
from veche.city.ballots.queries.right import Right, right_of
from veche.city.ballots.queries.votes import public_vote
from veche.city.ballots.views import booth as screens
from veche.city.ballots.views.booth import RECEIPT, SHEET, Booth
from veche.city.ballots.views.counter import tell
from veche.city.ballots.views.receipt import page, receipt_of
from veche.errors import Refused

COOKIE, SALT = "kiosk", "veche.ballots.kiosk"
CAST = ":cast"
"""Stands behind the note of whose ballot it is once it was cast."""
TERM = 30 * 60
"""Seconds for which a ballot stays open at the kiosk."""
LEFT = 300
"""Seconds after which a screen goes back to the start by itself, even without JavaScript."""
BASE = "ballots/channels/kiosk.html"


def _start() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("votes:kiosk"))


def _kiosk(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A screen of the kiosk: kept nowhere, and left by itself where no program of ours runs."""

    @wraps(view)
    @never_cache
    def shown(request: HttpRequest, /, **others: Any) -> HttpResponse:
        response = view(request, **others)
        if response.status_code not in (301, 302, 303):
            response.headers["Refresh"] = f"{LEFT}; url={reverse('votes:kiosk')}"
        return response

    return shown


def _held(request: HttpRequest) -> Right | None:
    """Whose ballot is open in this browser."""
    number, _, entry = _note(request).removesuffix(CAST).partition(":")
    if not entry:
        return None
    return right_of(number, at=clock.now(), entry=int(entry), channel="kiosk")


def _note(request: HttpRequest) -> str:
    """The vote and the entry of the roll, as they were noted when the code was typed."""
    try:
        return request.get_signed_cookie(COOKIE, salt=SALT, max_age=TERM) or ""
    except (KeyError, BadSignature):
        return ""


def _hold(request: HttpRequest, response: HttpResponse, note: str) -> None:
    response.set_signed_cookie(
        COOKIE, note, salt=SALT, max_age=TERM, httponly=True, samesite="Strict",
        secure=request.is_secure(),
    )  # fmt: skip


def _booth(request: HttpRequest, *, cast: bool = False) -> Booth | None:
    """The booth of who stands there: to vote, or, ``cast``, to take the receipt."""
    right = _held(request)
    if right is None or _note(request).endswith(CAST) != cast:
        return None
    return Booth(
        vote=public_vote(_note(request).partition(":")[0]),
        right=right,
        question=lambda place: reverse("votes:kiosk-question", args=[place]),
        review=reverse("votes:kiosk-review"),
        cast=reverse("votes:kiosk-cast"),
        leave=reverse("votes:kiosk"),
        base=BASE,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The first screen: the code from the counter. Coming back here ends what was open."""
    form = CodeForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            entry = use_kiosk_code(by=None, at=clock.now(), text=form.cleaned_data["code"])
        except Refused as refusal:
            status = tell(form, refusal)
        else:
            way = HttpResponseRedirect(reverse("votes:kiosk-question", args=[1]))
            _hold(request, way, f"{entry.vote.config['vote']}:{entry.pk}")
            return way
    context = {"base": BASE, "form": form}
    return _forget(request, render(request, "ballots/channels/start.html", context, status=status))


@require_http_methods(["GET", "HEAD", "POST"])
@_kiosk
def question(request: HttpRequest, place: int) -> HttpResponse:
    """One question, in large type."""
    booth = _booth(request)
    return _start() if booth is None else screens.question(request, booth, place)


@require_safe
@_kiosk
def review(request: HttpRequest) -> HttpResponse:
    """Everything chosen, before it is cast."""
    booth = _booth(request)
    return _start() if booth is None else screens.review(request, booth)


@require_POST
@_kiosk
def cast(request: HttpRequest) -> HttpResponse:
    """Cast it."""
    booth = _booth(request)
    if booth is None:
        return _start()
    number = str(booth.vote.case.number)
    response = screens.cast(request, number, reverse("votes:kiosk-receipt"), lambda: booth)
    if response.status_code == 303:
        _hold(request, response, _note(request) + CAST)
    return response


@require_safe
@_kiosk
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipt, once: to be photographed or printed, then the kiosk is the next person's."""
    booth = _booth(request, cast=True)
    if booth is None or booth.right.code is None:
        return _start()
    found = receipt_of(request, booth.vote, booth.right.code.hex())
    return _forget(request, page(request, found, file="", base=BASE, kiosk=True))


def _forget(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Nothing of whoever stood here stays in the browser."""
    for name in request.COOKIES:
        if name == COOKIE or name.startswith((SHEET, RECEIPT)):
            response.delete_cookie(name, samesite="Lax")
    return response
