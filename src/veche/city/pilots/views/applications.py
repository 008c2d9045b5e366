"""The one page of an application: for its company, the staff, and after the decision for all."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.pilots.access.applications import application_for, is_public
from veche.city.pilots.queries import applications as queries
from veche.core.organisations.middleware import asker


@never_cache
@require_safe
def application(request: HttpRequest, number: str) -> HttpResponse:
    """Where an application stands, and all that the reader may see of it.

    Raises:
        UnknownApplication: there is none, or not for whoever asks.
    """
    at = clock.now()
    stand = application_for(number, asker(request).person, at)
    found = stand.application
    context: dict[str, Any] = {
        "application": found,
        "case": found.case,
        "stand": stand,
        "public": is_public(found),
        "sections": list(queries.sections(request, stand, at)),
        "now": at,
    }
    return render(request, "pilots/applications_application.html", context)
