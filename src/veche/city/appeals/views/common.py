"""What the pages share: signing in first, tables, clean input."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import urlencode

from veche.city.appeals.operations.refusals import SignInFirst
from veche.core.moderation.limits import network_address
from veche.core.people.held import Held
from veche.core.people.once import verified
from veche.look.context import place as address_of
from veche.look.http import sent as sent


def sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in page and back.

    Raises:
        SignInFirst: there is no such page.
    """
    if target := address_of("people:sign-in"):
        back = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{target}?{back}")
    raise SignInFirst


_HELD = Held("letters")
secret_of, hold_secret = _HELD.of, _HELD.hold
"""What this browser holds for letters written without an account."""


SENT = "appeals-sent"
"""In the session: the letter just sent; its page lets the browser forget the draft."""


def once(request: HttpRequest) -> HttpResponseRedirect:
    """To where a visitor shows an e-mail address for one letter, or signs in, and back."""
    if target := address_of("people:once"):
        back = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{target}?{back}")
    return sign_in(request)


def sender_of(request: HttpRequest) -> dict[str, str]:
    """Against whose limits the letter of a visitor counts: the address shown, and the network."""
    return {"person": verified(request) or "", "address": network_address(request)}
