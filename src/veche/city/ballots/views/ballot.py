"""The ballot at home: for whoever is signed in and stands on the roll."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ballots.queries.right import right_of
from veche.city.ballots.queries.votes import public_vote
from veche.city.ballots.views import booth as screens
from veche.city.ballots.views.booth import Booth
from veche.city.ballots.views.common import sign_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person

# The browser may keep a screen, so that its way back works, but shows it to nobody else.
_own = cache_control(private=True, no_cache=True)


def booth_of(number: str, person: Person) -> Booth:
    """The booth of somebody at home.

    Raises:
        UnknownVote: no announced vote has this number.
    """
    return Booth(
        vote=public_vote(number),
        right=right_of(number, at=clock.now(), person=person.pk),
        question=lambda place: reverse("votes:question", args=[number, place]),
        review=reverse("votes:review", args=[number]),
        cast=reverse("votes:cast", args=[number]),
        leave=reverse("votes:vote", args=[number]),
    )


@_own
@require_safe
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """The first screen; visitors sign in first."""
    if asker(request).person is None:
        return sign_in(request)
    return HttpResponseRedirect(reverse("votes:question", args=[number, 1]))


@_own
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, number: str, place: int) -> HttpResponse:
    """One question."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    return screens.question(request, booth_of(number, person), place)


@_own
@require_safe
def review(request: HttpRequest, number: str) -> HttpResponse:
    """Everything chosen, before it is cast."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    return screens.review(request, booth_of(number, person))


@_own
@require_POST
def cast(request: HttpRequest, number: str) -> HttpResponse:
    """Cast it."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    done = reverse("votes:receipt", args=[number])
    return screens.cast(request, number, done, lambda: booth_of(number, person), person.pk)
