"""What the pages of ideas share: signing in first, uploads, clean input, the short cache."""

from __future__ import annotations

from django.http import HttpRequest

from veche.core.moderation.limits import network_address
from veche.look.http import cached as cached
from veche.look.http import sent as sent
from veche.look.http import sign_in as sign_in


def sender_of(request: HttpRequest) -> dict[str, str]:
    """Against whose limits an idea counts besides the person's own: the network's."""
    return {"address": network_address(request)}


def page_number(text: str, last: int) -> int:
    """A page that exists; the first for anything else."""
    wanted = int(text[:9]) if text.isascii() and text.isdigit() else 1
    return min(max(1, wanted), last)
