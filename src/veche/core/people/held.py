"""Secrets by which a browser acts for what was sent without an account, kept in its session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.http import HttpRequest

MOST = 8
"""Of each kind a browser holds the newest; older matters are reached by the mailed link."""


@dataclass(frozen=True)
class Held:
    """The secrets of one kind of matter; ``name`` is theirs in the session."""

    name: str

    def of(self, request: HttpRequest, number: str) -> str:
        """The secret this browser holds for a matter; empty when it holds none."""
        held = request.session.get(self.name) if "sessionid" in request.COOKIES else None
        return str(held.get(number, "")) if isinstance(held, dict) else ""

    def hold(self, request: HttpRequest, number: str, secret: str) -> None:
        """Let this browser act as the author of a matter."""
        held = request.session.get(self.name)
        kept = dict(held) if isinstance(held, dict) else {}
        kept[number] = secret
        request.session[self.name] = dict(list(kept.items())[-MOST:])


def secret_in(given: str) -> str:
    """The secret that was made with a form; a new one when it was tampered with."""
    fits = len(given) == 32 and all(c.isalnum() or c in "-_" for c in given)
    return given if fits else secrets.token_urlsafe(24)
