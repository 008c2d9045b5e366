"""Feeds for everybody, and the calendar of one person."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from veche import clock
from veche.core.notices import calendars, feeds, operations
from veche.core.notices.links import digest
from veche.core.notices.models import Reader
from veche.core.notices.views.common import sign_in
from veche.core.organisations.middleware import asker


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The Atom feed of a matter, an area, a street, a circle or a theme."""
    made = feeds.build(request.GET, request.build_absolute_uri)
    if made is None:
        raise Http404
    response = HttpResponse(made.text, content_type="application/atom+xml; charset=utf-8")
    response["Last-Modified"] = _http(made.updated)
    return response


def _http(moment: dt.datetime) -> str:
    from django.utils.http import http_date

    return http_date(moment.timestamp())


@never_cache
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The calendar behind a secret address: what is due in the person's matters and offices."""
    key = request.GET.get("key", "")[:100]
    reader = (
        Reader.objects.filter(calendar_digest=digest(key), person__is_active=True)
        .select_related("person")
        .first()
        if key
        else None
    )
    if reader is None or reader.person is None:
        raise Http404
    text = calendars.build(reader.person, clock.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="veche.ics"'
    return response


@never_cache
@require_POST
def new_calendar(request: HttpRequest) -> HttpResponse:
    """Make a new secret address; it is shown once."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    secret = operations.new_calendar(by=person, at=clock.now())
    request.session["notices-calendar"] = (
        request.build_absolute_uri(reverse("notices:calendar")) + f"?key={secret}"
    )
    return HttpResponseRedirect(reverse("notices:settings") + "#calendar")
