"""What was said to me, and how I want to be told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.core.notices import operations, queries
from veche.core.notices.forms import WaysForm
from veche.core.notices.push import public_key
from veche.core.notices.rules import TOPICS
from veche.core.notices.views.common import linked, sign_in, token_of
from veche.core.notices.words import TOPIC_WORDS
from veche.core.organisations.middleware import asker
from veche.core.organisations.queries import holdings

LAST_PAGE = 1000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """The notices of the person; sent, it marks all as seen."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    if request.method == "POST":
        operations.mark_seen(by=person, at=clock.now())
        return HttpResponseRedirect(reverse("notices:mine"))
    asked, topic = request.GET.get("page", ""), request.GET.get("topic", "")
    page = min(max(int(asked[:6]), 1), LAST_PAGE) if asked.isascii() and asked.isdigit() else 1
    topic = topic if topic in TOPICS else ""
    told, more = queries.told_to(person, page, topic)
    context = {
        "told": told,
        "topic": topic,
        "topics": TOPIC_WORDS.items(),
        "page": {"number": page, "last": page + 1 if more else page},
        "unseen": queries.unseen(person),
    }
    return render(request, "notices/mine.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """How and when the reader is told; by a link from a letter, or signed in."""
    person, reader = asker(request).person, linked(request)
    if reader is None:
        if person is None:
            return sign_in(request)
        reader = queries.reader_of(person)
    called = bool(holdings(reader.person if reader else person, clock.now()))
    if request.method == "POST":
        form = WaysForm(request.POST, reader=reader, called=called)
        if form.is_valid():
            at = clock.now()
            if reader is None:
                assert person is not None
                reader = operations.reader_for(by=person, at=at)
            operations.choose_ways(
                by=person, at=at, reader=reader, ways=form.ways(), quiet=form.quiet()
            )
            messages.success(request, gettext("Your choice holds from now on."))
            return HttpResponseRedirect(request.get_full_path())
    else:
        form = WaysForm(reader=reader, called=called)
    context = {
        "form": form,
        "reader": reader,
        "own": person is not None and (reader is None or reader.person_id == person.pk),
        "token": token_of(request),
        "push_key": public_key() if person is not None else "",
        "devices": queries.devices(person) if person is not None else 0,
        "secret": request.session.pop("notices-calendar", "") if person is not None else "",
    }
    return render(request, "notices/settings.html", context, status=422 if form.errors else 200)
