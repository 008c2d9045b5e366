"""A ballot while it is filled in: kept in the voter's own browser, and nowhere else.

A receipt waits in the same way, for longer: the city's promise for a ballot is kept nowhere else.

The choices go into a sealed cookie, so that every page works without JavaScript, with the
browser's way back and in two windows, and the server keeps no choice that is not cast. The name
of the cookie follows from the voter's code: whoever sits down at the same screen next meets their
own sheet.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

TERM = 2 * 60 * 60
"""Seconds for which a sheet waits."""
RECEIPT = "receipt"
"""What begins the names of receipts: a purpose of `name_of`."""
RECEIPT_TERM = 90 * 24 * 60 * 60
"""Seconds for which a receipt waits: the longest vote and its appeals are over by then."""
MOST_RECEIPTS = 5
"""In one browser: all of them travel with every page."""
_PART = 3600
_MOST_PARTS = 4


@lru_cache(maxsize=2)
def _box(secret: str) -> Fernet:
    key = salted_hmac("veche.ballots.sheet", "seal", secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def name_of(purpose: str, vote: int, code: bytes) -> str:
    """The name of the cookie of one voter in one vote; nobody can tell the code from it."""
    text = f"{purpose} {vote} {code.hex()}"
    mac = salted_hmac("veche.ballots.sheet-name", text, algorithm="sha256").digest()
    return f"{purpose}{base64.b32encode(mac[:10]).decode().rstrip('=').lower()}"


def read(request: HttpRequest, name: str) -> dict[str, Any]:
    """What waits in the browser; nothing when it is gone, too old or not ours."""
    text = "".join(request.COOKIES.get(f"{name}{n}", "") for n in range(_MOST_PARTS))
    if not text:
        return {}
    try:
        raw = _box(settings.SECRET_KEY).decrypt(text.encode(), ttl=_term(name))
        found = json.loads(zlib.decompress(raw))
    except (InvalidToken, ValueError, zlib.error):
        return {}
    return found if isinstance(found, dict) else {}


def write(request: HttpRequest, response: HttpResponse, name: str, body: dict[str, Any]) -> None:
    """Let it wait in the browser; what no longer fits is taken from before."""
    raw = zlib.compress(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(), 9)
    text = _box(settings.SECRET_KEY).encrypt(raw).decode()
    for n in range(_MOST_PARTS):
        part = text[n * _PART : (n + 1) * _PART]
        if part:
            response.set_cookie(
                f"{name}{n}",
                part,
                max_age=_term(name),
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE or request.is_secure(),
            )
        elif f"{name}{n}" in request.COOKIES:
            response.delete_cookie(f"{name}{n}", samesite="Lax")
    if name.startswith(RECEIPT):
        for old in _receipts(request, name)[MOST_RECEIPTS - 1 :]:
            drop(request, response, old)


def _term(name: str) -> int:
    return RECEIPT_TERM if name.startswith(RECEIPT) else TERM


def _receipts(request: HttpRequest, but: str) -> list[str]:
    """The names of the receipts in a browser but one, the newest first."""

    def age(cookie: str) -> int:
        try:  # version, then eight bytes of seconds: the head of a Fernet token
            return int.from_bytes(
                base64.urlsafe_b64decode(request.COOKIES[cookie][:12])[1:9], "big"
            )
        except ValueError:
            return 0

    first = [one for one in request.COOKIES if one.startswith(RECEIPT) and one.endswith("0")]
    return [one[:-1] for one in sorted(first, key=age, reverse=True) if one[:-1] != but]


def drop(request: HttpRequest, response: HttpResponse, name: str) -> None:
    """Take it out of the browser."""
    for n in range(_MOST_PARTS):
        if f"{name}{n}" in request.COOKIES:
            response.delete_cookie(f"{name}{n}", samesite="Lax")


def fingerprint(text: str) -> str:
    """A short name of a text, to see whether it is still the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
