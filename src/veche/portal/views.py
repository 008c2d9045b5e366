"""The first page: one question, a few doors, what is near, how terms are kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from veche import clock
from veche import kept as memory
from veche.city.ballots.queries.votes import open_now
from veche.city.delivery.queries.board import home_counts
from veche.city.problems import ground
from veche.city.problems.queries.categories import kinds
from veche.city.problems.views.common import cached
from veche.city.pulse import sentences
from veche.city.pulse.queries import now as pulse
from veche.core.organisations.middleware import asker
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas, atlas
from veche.languages import here
from veche.look.plan import Mark
from veche.look.words import number
from veche.portal import queries

VOTES = 3
"""Open votes that the first page names; the list has all of them."""


@dataclass(frozen=True)
class Door:
    """A large plain button of the first page."""

    word: str | Promise
    sentence: str | Promise
    icon: str
    url: str


_DOORS: tuple[tuple[str | Promise, str | Promise, str, str, frozenset[str]], ...] = (
    (
        _("Report"),
        _("Broken, dangerous, not cleaned. A moderator reads it within a day, an office answers."),
        "report",
        "problems:report",
        frozenset(),
    ),
    (
        _("Propose"),
        _("Write an idea, support those of others; every author gets an answer."),
        "plus",
        "ideas:calls",
        frozenset(),
    ),
    (
        _("Vote"),
        _("Questions of the city: vote, watch the count, check it yourself."),
        "vote",
        "votes:list",
        frozenset(),
    ),
    (
        _("Follow"),
        _("What was reported, who must answer and by when, what is late."),
        "clock",
        "problems:list",
        frozenset(),
    ),
    (
        _("Check"),
        _("Every row and every figure is open: recompute them yourself."),
        "count",
        "opendata:index",
        frozenset(),
    ),
    (
        _("Work"),
        _("The queue of your office, nearest terms first."),
        "office",
        "problems:queue",
        frozenset({"officer"}),
    ),
    (
        _("Moderate"),
        _("Reports that wait for a moderator, oldest first."),
        "office",
        "problems:moderation",
        frozenset({"moderator"}),
    ),
    (
        _("Watch"),
        _("Alarms that nobody has looked at yet, the worst first."),
        "bell",
        "pulse:alarms",
        frozenset({"operator"}),
    ),
)

_WAYS: tuple[tuple[str | Promise, str | Promise, str], ...] = (
    (
        _("The city now"),
        _("Air, heat, water, traffic: how the city is doing, and what is not as usual."),
        "pulse:now",
    ),
    (
        _("Shut-offs"),
        _("Water, heat, light: what does not come now, and until when."),
        "dispatch:shut-offs",
    ),
    (
        _("Incidents"),
        _("What needs several offices at once: who leads, who helps, what was done."),
        "dispatch:incidents",
    ),
    (
        _("City mode"),
        _("How grave it is now, what to do, and who commands in a crisis."),
        "dispatch:mode",
    ),
    (
        _("Water, energy, transport, safety"),
        _("Your meters, the next bus, cameras and what they are for."),
        "spheres:index",
    ),
    (
        _("Innovation pilots"),
        _("New solutions are tried in the city before it buys them: apply, test, or look."),
        "pilots:programme",
    ),
    (
        _("Red list"),
        _("Promises so long overdue that everybody is told, by office."),
        "portal:red-list",
    ),
    (
        _("Score cards of offices"),
        _("Every office beside the others: how fast, and how well."),
        "portal:offices",
    ),
    (
        _("How your matter moves"),
        _("Every step a matter can take, who takes it, how long it may last."),
        "cases:procedures",
    ),
    (
        _("Terms and working days"),
        _("What is promised for each step, and which days are free."),
        "cases:terms",
    ),
    (
        _("How terms are kept"),
        _("The same numbers by district, category and month."),
        "problems:statistics",
    ),
    (
        _("Write to an office"),
        _("A letter, a question or thanks: no place is needed."),
        "appeals:write",
    ),
    (
        _("The city's own list of things"),
        _("Lamps, stops and their owners; say what is missing or wrong."),
        "places:objects",
    ),
    (
        _("What moderators decided"),
        _("Every rejection and its reason, without names."),
        "moderation:log",
    ),
    (
        _("Be told"),
        _("Of a street, an area or a theme: by e-mail, on your device, by feed or calendar."),
        "notices:subscriptions",
    ),
)
"""Pages for everybody that no door leads to: word, sentence, name of the address."""


def ways() -> list[Door]:
    """The further pages that are built."""
    return [
        Door(word, sentence, "", url) for word, sentence, name in _WAYS if (url := _address(name))
    ]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _matter(number: str) -> str:
    try:
        return reverse("problems:matter", args=[number])
    except NoReverseMatch:
        return ""


def doors(roles: frozenset[str]) -> list[Door]:
    """The doors that lead somewhere for this person; a door not built yet is not drawn."""
    return [
        Door(word, sentence, icon, url)
        for word, sentence, icon, name, needed in _DOORS
        if (not needed or needed & roles) and (url := _address(name))
    ]


def _place(request: HttpRequest, places: Atlas, city: Territory) -> Territory:
    """The district the reader chose in the address, else the whole city."""
    chosen = places.by_code.get(request.GET.get("place", ""))
    return chosen if chosen is not None and chosen.city_id == city.pk else city


def week(kept: queries.Keeping) -> str:
    """The sentence of the week; its parts speak of different problems and make no sum."""
    parts = (
        (
            kept.reported_week,
            ngettext(
                "%(count)s problem reported", "%(count)s problems reported", kept.reported_week
            ),
        ),
        (
            kept.answered_week,
            ngettext("%(count)s answered", "%(count)s answered by offices", kept.answered_week),
        ),
        (
            kept.confirmed_week,
            ngettext(
                "%(count)s confirmed by its author",
                "%(count)s confirmed by their authors",
                kept.confirmed_week,
            ),
        ),
    )
    return gettext("; ").join(text % {"count": number(count)} for count, text in parts)


def city_now(at: dt.datetime, places: Atlas) -> str:
    """How the city is, in the sentence of its own page, not older than a minute; empty where
    nothing is measured."""

    def say() -> str:
        found = pulse.signs(pulse.seen_by(staff=False), places, at)
        return sentences.how_the_city_is(found, pulse.silent_sources()) if found else ""

    key = ("the city now", get_language())
    return memory.kept(key, at, say, large=lambda _sentence: True).value


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    at, places = clock.now(), atlas()
    city = places.home()
    context: dict[str, Any] = {"at": at, "doors": doors(asker(request).roles), "home": city}
    context["ways"] = ways()
    context["city_now"] = city_now(at, places)
    context["promised"] = home_counts(at)
    context["voting"] = [(vote, here(vote.config["title"])) for vote in open_now(VOTES)]
    if city is not None:
        place = _place(request, places, city)
        found = queries.near(place, at, places, kinds())
        kept = queries.keeping(city, at, places)
        marks = [
            Mark(
                row.problem.longitude,
                row.problem.latitude,
                row.label,
                row.tone or "pin",
                _matter(row.problem.case.number),
                row.problem.title,
            )
            for row in found
        ]
        context |= {
            "place": place,
            "whole": place.pk == city.pk,
            "districts": places.children(city),
            "near": [(row, _matter(row.problem.case.number)) for row in found],
            "view": ground.plan(
                ground.ground(city, places),
                place.bounds,
                focus=place,
                marks=marks,
                title=gettext("Map: the same problems as in the list"),
            ),
            "kept": kept,
            "week": week(kept),
            "list_url": _address("problems:list"),
            "counted_url": _address("problems:statistics") or _address("opendata:index"),
        }
    return cached(request, render(request, "portal/home.html", context))
