"""“Verify once, act, done”: who has shown an e-mail address a moment ago may act once without an
account, and nothing of them is kept but a keyed digest and, by letter, the way back to the act.

A page that needs to know who asks sends visitors to `people:once` with ``next``; when they are
back, `verified` gives the digest of their address, and `finish` ends it after the act.
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


def finish(request: HttpRequest, link: str) -> None:
    """The act is done: send the way back to it to the address, and forget the address."""
    digest = verified(request)
    held = request.session.pop(KEY, {})
    request.session.set_expiry(None)
    if digest is not None:
        language = getattr(request, "LANGUAGE_CODE", "en")
        send_way_back(by=None, at=clock.now(), email=held["email"], link=link, language=language)
