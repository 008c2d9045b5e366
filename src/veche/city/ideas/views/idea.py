"""The page of one idea, its earlier words, its photographs and its proof."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from veche import clock
from veche.city.ideas import access
from veche.city.ideas.access import HIDDEN, WORDS
from veche.city.ideas.models import Idea
from veche.city.ideas.procedure import UNPUBLISHED
from veche.city.ideas.queries import facilitation, initiatives, opinion, similar, story, talk
from veche.city.ideas.queries import idea as queries
from veche.city.ideas.views.common import cached, sign_in
from veche.core.cases.operations import subject
from veche.core.files.serving import Gone
from veche.core.files.serving import photograph as answer_photograph
from veche.core.journal.proofs import of_matter
from veche.core.moderation.beside import beside
from veche.core.moderation.queries import hidden, pictures
from veche.core.notices.operations import follow as follow_case
from veche.core.notices.operations import unfollow as unfollow_case
from veche.core.organisations.middleware import asker
from veche.core.places import ground as grounds
from veche.core.places.queries import atlas
from veche.errors import NotFound
from veche.languages import here
from veche.look.plan import Mark, Plan, around

SENT = "ideas-sent"
"""In the session: the idea just sent; its page lets the browser forget the draft."""
PARTS = {
    "talk": talk.about,
    "similar": similar.about,
    "opinion": opinion.about,
    "facilitation": facilitation.about,
    "story": story.about,
    "initiative": initiatives.about,
}
"""What the page shows besides: ``parts/<name>.html`` finds what its query gave under its name."""


def idea_for(request: HttpRequest, number: str) -> tuple[Idea, str]:
    """The idea of this number for whoever asks, and how much of it they may see.

    Raises:
        NotFound: there is none, or they may not know of it.
    """
    who = asker(request)
    return access.seen_by(number, who.person, who.holdings)


@require_safe
def idea(request: HttpRequest, number: str) -> HttpResponse:
    """Where an idea stands, what it says, what others say about it, what the reader can do."""
    if asker(request).person is None:
        return _visited(request, number)
    one, how = idea_for(request, number)
    return page(request, one, how)


MOST_KEPT = 500
"""Pages that one process keeps for visitors; when there are more, it begins anew."""
_kept: dict[tuple[Any, ...], SafeString] = {}


def _visited(request: HttpRequest, number: str) -> HttpResponse:
    """The page for whoever is not signed in: all visitors read the same, so its middle is written
    once for everything that it is made of, and for a minute."""
    read, how = access.visited(number)
    one, at = read.idea, clock.now()
    if how != WORDS or one.kind == Idea.Kind.INITIATIVE:
        return page(request, one, how)
    key = (read.rows, read.rest, request.path, at.replace(second=0, microsecond=0))
    kept = _kept.get(key)
    if kept is None:
        whole = {**shown(request, one), "request": request}
        kept = render_to_string("ideas/parts/whole.html", whole)
        if read.still():  # else it is made of two moments
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[key] = kept
    context = {"idea": one, "case": one.case, "kept": kept, **_of_call(one)}
    return cached(request, render(request, "ideas/idea.html", context))


def forget() -> None:
    """Write every page afresh, as after a start."""
    _kept.clear()


def _of_call(one: Idea) -> dict[str, Any]:
    return {"call": one.call, "call_title": here(one.call.titles) if one.call else ""}


def page(
    request: HttpRequest,
    one: Idea,
    how: str,
    *,
    refusal: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page; ``more`` is what a form that could not be accepted adds to it."""
    if how == HIDDEN:
        veiled = {"case": one.case, "call": one.call, "hidden": hidden(one.case)}
        return render(request, "ideas/hidden.html", veiled, status=status)
    context = {**shown(request, one), "refusal": refusal, **more}
    return cached(request, render(request, "ideas/idea.html", context, status=status))


def shown(request: HttpRequest, one: Idea) -> dict[str, Any]:
    """What the page shows of an idea to whoever asks."""
    case, at, who = one.case, clock.now(), asker(request)
    author = access.is_author(one, who.person)
    sent_now = author and request.session.get(SENT) == case.number
    if sent_now:
        del request.session[SENT]
    return {
        "idea": one,
        "case": case,
        **_of_call(one),
        "matter": queries.matter(case, at, str(one.call.office) if one.call else ""),
        "author": author,
        "sent": sent_now,
        "may": author_moves(one) if author else frozenset(),
        "answers": _answers(one),
        "photographs": pictures(case),
        "map": where(one),
        "moderation": beside(case, who.person, who.holdings, author=author),
        "hidden": hidden(case) if case.hidden_at else None,
        "unpublished": case.state in UNPUBLISHED,
        "now": at,
        **{name: about(one, who, at) for name, about in PARTS.items()},
    }


def author_moves(one: Idea) -> frozenset[str]:
    """What its author can do now."""
    from veche.core.cases.queries import procedure_of

    named = {move.name for move in procedure_of(one.case).moves_from(one.case.state)}
    return frozenset(named & {"reword", "withdraw", "object"})


def _answers(one: Idea) -> list[tuple[str, str]]:
    """What it says to the questions of its call, in their order."""
    asked = one.call.questions if one.call else []
    return [
        (here(question["names"]), one.answers[question["code"]])
        for question in asked
        if one.answers.get(question["code"])
    ]


def where(one: Idea) -> Plan | None:
    """Its place on the map; None where it has none."""
    if one.longitude is None or one.latitude is None:
        return None
    places = atlas()
    home = places.home()
    if home is None:
        return None
    point = (one.longitude, one.latitude)
    return grounds.plan(
        grounds.ground(home, places),
        around([point], least=0.009, margin=0.3),
        marks=[Mark(*point, tone="hot", title=one.title)],
        title=one.title,
        ratio="4x3",
    )


@require_safe
def versions(request: HttpRequest, number: str) -> HttpResponse:
    """What an idea said before, with what was changed.

    Raises:
        NotFound: there is none, or it is hidden.
    """
    one, how = idea_for(request, number)
    if how != WORDS:
        raise NotFound
    context = {
        "idea": one,
        "case": one.case,
        "call": one.call,
        "call_title": here(one.call.titles) if one.call else "",
        "versions": queries.versions(one),
    }
    return render(request, "ideas/versions.html", context)


@require_safe
def photograph(request: HttpRequest, number: str, address: str, size: str) -> HttpResponseBase:
    """A photograph of an idea, for whoever may read its words.

    Raises:
        NotFound: there is none, or it is not for whoever asks.
        veche.core.files.serving.Gone: a part of it was covered, or the idea is hidden.
    """
    one, how = idea_for(request, number)
    if how != WORDS:
        raise Gone if one.case.hidden_at is not None else NotFound
    file = next((file for file in pictures(one.case) if file.address == address), None)
    return answer_photograph(
        request, file, address=address, small=size == "small", public=one.public
    )


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """The records of an idea in the city's sealed log.

    Raises:
        NotFound: there is none, or it is hidden.
    """
    one, how = idea_for(request, number)
    if how != WORDS:
        raise NotFound
    steps = reversed(queries.matter(one.case, clock.now()).steps)
    found = of_matter(subject(one.case), one.case.procedure, ((s.at, s.did) for s in steps))
    context = {
        "number": number,
        "back": reverse("ideas:idea", args=[number]),
        "lines": found.lines,
        "others": found.others,
    }
    return render(request, "journal/proof.html", context)


@never_cache
@require_POST
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Be told of every step, without saying what one thinks of it."""
    return _follow(request, number, True)


@never_cache
@require_POST
def unfollow(request: HttpRequest, number: str) -> HttpResponse:
    """Be told no more."""
    return _follow(request, number, False)


def _follow(request: HttpRequest, number: str, wanted: bool) -> HttpResponse:
    one, how = idea_for(request, number)
    person = asker(request).person
    if person is None:
        return sign_in(request)
    if how != WORDS:
        raise NotFound
    act = follow_case if wanted else unfollow_case
    act(by=person, at=clock.now(), case=one.case)
    messages.success(
        request,
        gettext("You will be told of every step.") if wanted else gettext("You are told no more."),
    )
    return HttpResponseRedirect(reverse("ideas:idea", args=[number]))
