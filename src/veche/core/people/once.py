"""“Verify once, act, done”: who has shown an e-mail address a moment ago may act once without an
account, and nothing of them is kept but a keyed digest and, by letter, the way back to the act.

A page that needs to know who asks sends visitors to `people:once` with ``next``; when they are
back, `verified` gives the digest of their address, `send_link` sends the way back in the
transaction of the act, and `finish` ends it after.
"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest

from veche import clock
from veche.core.people.operations.once import send_way_back

KEY = "once"
TERM = dt.timedelta(minutes=30)
"""How long after the code the act may be begun and sent."""


def hold(request: HttpRequest, email: str, digest: str) -> None:
    """The address was shown: remember it in this browser's session for `TERM`."""
    until = (clock.now() + TERM).isoformat()
    request.session[KEY] = {"email": email, "digest": digest, "until": until}


def verified(request: HttpRequest) -> str | None:
    """The keyed digest of the address shown a moment ago; None when there was none."""
    held = request.session.get(KEY)
    if not isinstance(held, dict) or "digest" not in held:
        return None
    if dt.datetime.fromisoformat(held["until"]) < clock.now():
        del request.session[KEY]
        return None
    return str(held["digest"])


def address(request: HttpRequest) -> str:
    """The address shown a moment ago; empty where none was."""
    return str(request.session[KEY]["email"]) if verified(request) is not None else ""


def send_link(request: HttpRequest, link: str, *, kept_days: int = 0) -> None:
    """Send the way back to an act to the address shown; nothing where none was. ``kept_days``: the
    act keeps the address so long.

    Called in the transaction of the act, so that the letter goes exactly when the act is kept;
    `finish` follows when that is sure.
    """
    if email := address(request):
        send_way_back(
            by=None,
            at=clock.now(),
            email=email,
            link=link,
            language=getattr(request, "LANGUAGE_CODE", "en"),
            kept_days=kept_days,
        )


def finish(request: HttpRequest) -> None:
    """The act is done: forget the address."""
    request.session.pop(KEY, None)
    request.session.set_expiry(None)
