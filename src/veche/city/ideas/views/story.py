"""The whole story of an idea on one page, and all ideas of a person on theirs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.ideas import access
from veche.city.ideas.access import WORDS
from veche.city.ideas.queries import mine as own
from veche.city.ideas.queries import story as queries
from veche.city.ideas.views.common import cached
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound
from veche.languages import here


@require_safe
def story(request: HttpRequest, number: str) -> HttpResponse:
    """From the first words to the accepted work.

    Raises:
        NotFound: there is no such idea, or it is hidden.
    """
    who = asker(request)
    one, how = access.seen_by(number, who.person, who.holdings)
    if how != WORDS:
        raise NotFound
    context = {
        "idea": one,
        "case": one.case,
        "call": one.call,
        "call_title": here(one.call.titles) if one.call else "",
        "moments": queries.story(one, clock.now()),
    }
    return cached(request, render(request, "ideas/story.html", context))


@require_safe
@signed_in("")
def mine(request: HttpRequest, person: Person) -> HttpResponse:
    """What somebody proposed and what became of it, where their words went, what they support."""
    context = {
        "written": own.written(person),
        "cited": own.cited(person),
        "supported": own.supported(person),
    }
    return render(request, "ideas/mine.html", context)
