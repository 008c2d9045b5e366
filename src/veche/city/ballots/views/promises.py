"""The keys by which anybody checks the promises that were given for ballots."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from veche.city.ballots.queries.promises import promise_keys


@require_safe
def key_list(request: HttpRequest) -> HttpResponse:
    """One key a line, the oldest first; the words are the same in all languages."""
    text = "".join(f"{key}\n" for key in promise_keys())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
