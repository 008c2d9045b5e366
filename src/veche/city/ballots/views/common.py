"""What the public pages of votes share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from veche.city.ballots.models import Vote
from veche.city.ballots.queries.votes import config_of
from veche.city.ballots.vote.assurance import assurance
from veche.languages import here
from veche.look.http import sign_in as sign_in


def cached(request: HttpRequest, response: HttpResponse, seconds: int = 2) -> HttpResponse:
    """Let the router answer other visitors with the same page for some seconds."""
    personal = request.COOKIES or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    if request.method == "GET" and not personal and response.status_code == 200:
        response["X-Veche-Cache"] = str(seconds)
    return response


def address(name: str, *args: object) -> str:
    """The address of a page, or an empty string where this city has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def shared(vote: Vote) -> dict[str, Any]:
    """What every page about one vote shows."""
    config = config_of(vote)
    return {
        "vote": vote,
        "case": vote.case,
        "config": config,
        "title": here(config.title),
        "assurance": assurance(config.level, get_language() or "en"),
    }
