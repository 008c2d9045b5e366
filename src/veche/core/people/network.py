"""Where a request comes from, as far as limits need to know."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """The network address that asks: behind the city's own proxy the one that the proxy saw.

    Only the last address of the header is the proxy's word; anybody can write those before it.
    """
    seen = str(request.META.get("HTTP_X_FORWARDED_FOR", "")) if settings.HTTPS else ""
    return seen.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
