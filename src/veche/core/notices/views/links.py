"""What links in letters do: confirm a subscription, stop all letters."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.core.notices import links, operations, queries
from veche.core.notices.operations.subscribing import LinkOver
from veche.core.notices.views.common import linked, token_of
from veche.core.organisations.middleware import asker


@never_cache
@csrf_exempt  # the signed token is the right; a letter's reader has no cookie of ours
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """Stop all letters (RFC 8058): a POST does it at once, a GET asks first, so that a program
    that only looks at links in letters ends nothing."""
    reader = linked(request)
    done = False
    if reader is not None and request.method == "POST":
        operations.stop_letters(
            by=asker(request).person,
            at=clock.now(),
            reader=reader,
            danger=request.POST.get("danger") == "1",
        )
        done = True
    context = {
        "known": reader is not None,
        "done": done,
        "account": reader is not None and reader.person_id is not None,
        "token": token_of(request),
    }
    return render(request, "notices/stop.html", context, status=200 if reader else 404)


@never_cache
@csrf_exempt  # as above
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm what was asked by e-mail: a GET shows what it is, a POST does it."""
    wish = links.wish_by(token_of(request))
    if wish is None:
        raise LinkOver
    what = queries.wish_words(wish, get_language() or "en")
    context = {"what": what, "token": token_of(request), "done": wish.done_at is not None}
    if request.method == "POST":
        reader = operations.confirm_wish(by=None, at=clock.now(), wish=wish)
        context |= {"done": True, "manage": links.reader_token(reader.pk, reader.mark)}
    return render(request, "notices/confirm.html", context)
