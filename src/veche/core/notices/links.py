"""Signed links: whoever holds one may do what it says without signing in."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import translation

from veche.core.notices.letters import link
from veche.core.notices.models import Reader, Wish

if TYPE_CHECKING:
    from veche.core.notices.models import Letter

_SALT = "veche.notices"


def _signer() -> Signer:
    return Signer(salt=_SALT)


def reader_token(pk: int, mark: str) -> str:
    """What a reader's links carry; it holds for as long as the reader's mark does."""
    return _signer().sign(f"r.{pk}.{mark}")


def reader_by(token: str) -> Reader | None:
    """The reader whose link this is; None for any other text."""
    parts = _opened(token)
    if parts is None or parts[0] != "r" or len(parts) != 3:
        return None
    return Reader.objects.filter(pk=int(parts[1]), mark=parts[2]).select_related("person").first()


def wish_token(wish: int, mark: str) -> str:
    """What the link in a confirmation letter carries."""
    return _signer().sign(f"w.{wish}.{mark}")


def wish_by(token: str) -> Wish | None:
    """The wish that this link confirms; None for any other text."""
    parts = _opened(token)
    if parts is None or parts[0] != "w" or len(parts) != 3:
        return None
    return (
        Wish.objects.filter(pk=int(parts[1]), reader__mark=parts[2])
        .select_related("reader")
        .first()
    )


def _opened(token: str) -> list[str] | None:
    if not token or len(token) > 200 or "\x00" in token:
        return None
    try:
        parts = _signer().unsign(token).split(".")
    except BadSignature:
        return None
    return parts if len(parts) == 3 and parts[1].isdigit() else None


def page(name: str, language: str, token: str) -> str:
    """The whole address of one of our pages with a token, in a language."""
    with translation.override(language):
        return link(f"{reverse(name)}?token={token}")


def message_id(letter: Letter) -> str:
    """The same for every try of a letter, so that a second copy is known as one."""
    secret = settings.SECRET_KEY.encode()
    mark = hmac.new(secret, f"letter:{letter.pk}".encode(), hashlib.sha256).hexdigest()[:16]
    return f"<letter-{letter.pk}.{mark}@{settings.MAIL_HOST}>"


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
