"""What every page shows of notices: how many the person has not seen."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from veche.core.notices.queries import unseen
from veche.core.organisations.middleware import asker


def bell(request: HttpRequest) -> dict[str, Any]:
    """``unseen_notices``: a number, asked of the database only where a page shows it."""

    def count() -> int:
        person = asker(request).person if hasattr(request, "user") else None
        return unseen(person) if person is not None else 0

    return {"unseen_notices": SimpleLazyObject(count)}
