"""The list of votes: open now, coming, ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.ballots import words
from veche.city.ballots.models import Vote
from veche.city.ballots.queries import mine, votes
from veche.city.ballots.views.common import address, cached
from veche.core.organisations.middleware import asker
from veche.core.places.queries import atlas
from veche.languages import here
from veche.tables import csv_answer

PAGE = 30
GROUP_WORDS = {"open": _("Open now"), "coming": _("Coming"), "ended": _("Ended")}
SHOW_WORDS = {
    "": _("all votes"),
    "open": _("votes that are open now"),
    "coming": _("votes that are coming"),
    "ended": _("votes that ended"),
}


@dataclass(frozen=True)
class Row:
    """One vote of the list."""

    vote: Vote
    title: str
    state: str
    turnout: int | None
    roll: int | None
    mine: str
    """``voted``, ``may`` (on the roll and not voted yet), or nothing."""


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The list; one part of it goes over several pages."""
    places, at = atlas(), clock.now()
    which = votes.read_filter(request.GET, places)
    rows = votes.chosen(which, places)
    numbers = votes.counts(rows)
    page = {"number": 1, "last": 1}
    parts = []
    for name, word in GROUP_WORDS.items():
        if which.group not in ("", name):
            continue
        part = votes.group(rows, name)
        if which.group == name:
            page = _page(request, numbers[name])
            found = list(part[(page["number"] - 1) * PAGE : page["number"] * PAGE])
        else:
            found = list(part[: PAGE if name == "open" else 10])
        parts.append((name, word, numbers[name], found))
    every = [vote for _name, _word, _n, found in parts for vote in found]
    shown = _rows(request, every)
    home = places.home()
    context: dict[str, Any] = {
        "which": which,
        "parts": [
            (name, word, n, [shown[vote.pk] for vote in found], n > len(found))
            for name, word, n, found in parts
            if n or which.group == name
        ],
        "count": sum(numbers.values()) if not which.group else numbers[which.group],
        "page": page,
        "shows": SHOW_WORDS.items(),
        "districts": places.children(home) if home else [],
        "query": which.parameters(),
        "now": at,
        "feed": address("notices:feed"),
        "signed_in": asker(request).person is not None,
    }
    return cached(request, render(request, "ballots/list.html", context))


def _page(request: HttpRequest, number: int) -> dict[str, int]:
    last = max(1, -(-number // PAGE))
    try:
        wanted = int(request.GET.get("page", "1"))
    except ValueError:
        wanted = 1
    return {"number": min(max(1, wanted), last), "last": last}


def _rows(request: HttpRequest, found: list[Vote]) -> dict[int, Row]:
    bodies = votes.bodies(found)
    person = asker(request).person
    own = mine.parts(person, [vote.pk for vote in found]) if person and found else {}
    rows = {}
    for vote in found:
        told = vote.result or bodies.get(vote.pk) or {}
        rows[vote.pk] = Row(
            vote=vote,
            title=here(vote.config["title"]),
            state=words.STATES[vote.case.state],
            turnout=told["turnout"]["number"] if told else None,
            roll=told["roll"]["number"] if told else None,
            mine={True: "voted", False: "may"}.get(own.get(vote.pk), ""),  # type: ignore[arg-type]
        )
    return rows


HEAD = (
    "number", "title", "place", "level", "state", "opens_datetime", "closes_datetime", "questions",
    "roll", "turnout",
)  # fmt: skip
MOST_ROWS = 100_000


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The votes of the filter as a table."""
    places = atlas()
    which = votes.read_filter(request.GET, places)
    rows = votes.chosen(which, places)
    if which.group:
        rows = votes.group(rows, which.group)
    return csv_answer("votes", _cells(list(rows[:MOST_ROWS])))


def _cells(rows: list[Vote]) -> Iterator[Sequence[object]]:
    yield HEAD
    bodies = votes.bodies(rows)
    for vote in rows:
        told = vote.result or bodies.get(vote.pk) or {}
        yield (
            vote.case.number,
            here(vote.config["title"]),
            vote.case.territory.code,
            vote.config["level"],
            vote.case.state,
            vote.opens_at.isoformat(timespec="seconds"),
            vote.closes_at.isoformat(timespec="seconds"),
            len(vote.config["questions"]),
            told["roll"]["number"] if told else "",
            told["turnout"]["number"] if told else "",
        )
