"""What only the demo town has: signing in as any of the cast, and turning the clock forward.

Nothing here answers outside a demo: the supervisor must have said so, the database must be marked
as a demo's (`veche.demo_guard`), and the request must come from this machine. Otherwise every
address is as if it did not exist.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from veche import clock
from veche.core.cases.operations import SWEEP, advance
from veche.core.journal.operations import turn_clock
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.people.queries import cast_members
from veche.core.people.views import after
from veche.demo_guard import is_demo
from veche.look import words

P = ParamSpec("P")
TURNS = (1, 24, 192)
"""Hours by which the clock can be turned at once."""
MOST_SWEEPS = 200
"""Sweeps after one turn; what is left then is done by the worker, which comes by itself."""

PARTS: dict[str, tuple[str | Promise, str | Promise, str]] = {
    "resident": (_("Resident"), _("Reports problems, checks answers."), "problems:mine"),
    "other-resident": (
        _("Resident of another district"),
        _("Reports and follows problems elsewhere in the city."),
        "problems:mine",
    ),
    "moderator": (
        _("Moderator"),
        _("Reads every report within a day and publishes it, or says why not."),
        "desk:queue",
    ),
    "second-moderator": (
        _("Another moderator"),
        _("Judges the objections to what the first one rejected."),
        "desk:queue",
    ),
    "officer": (
        _("Officer of a department"),
        _("Answers or refuses what lies with the office, with evidence."),
        "desk:queue",
    ),
    "head": (
        _("Head of an office"),
        _("Signs a later date, and sees what is late with the office."),
        "desk:queue",
    ),
    "arbiter": (
        _("Arbiter"),
        _("Decides within a working day which office must answer."),
        "desk:queue",
    ),
    "controller": (
        _("Control department"),
        _("Sees what stays late after the head was told."),
        "desk:queue",
    ),
    "dispatcher": (
        _("District dispatcher"),
        _("Finds the office for what nobody answers for."),
        "desk:queue",
    ),
    "watch": (
        _("Dispatcher of the city"),
        _("Leads what is more than a district can do; on duty until the evening."),
        "portal:wall",
    ),
    "second-watch": (
        _("Dispatcher of the next shift"),
        _("Takes over what is open, with what was written down for them."),
        "desk:queue",
    ),
    "mayor": (
        _("Mayor"),
        _("Sees the city at a glance, names who commands in a crisis, keeps promises."),
        "portal:wall",
    ),
    "volunteer": (
        _("Volunteer"),
        _("Goes and looks at what an office calls finished, near by."),
        "problems:checks",
    ),
    "clerk": (
        _("Clerk"),
        _("Takes reports by telephone or at a counter, for those who ask."),
        "problems:take",
    ),
    "registrar": (
        _("Keeper of the registry"),
        _("Decides on corrections of the city's own data."),
        "desk:queue",
    ),
    "organiser": (
        _("Organiser of votes"),
        _("Puts a question to the city, a district or a neighbourhood."),
        "votes:made",
    ),
    "commissioner": (
        _("Member of the voting commission"),
        _("Decides on rolls and appeals, certifies results."),
        "desk:queue",
    ),
    "poll-clerk": (
        _("Poll clerk"),
        _("Serves people who vote at a counter, and counts paper ballots."),
        "votes:channels",
    ),
    "second-poll-clerk": (
        _("Another poll clerk"),
        _("Enters the same paper ballots once more, without seeing the first entry."),
        "votes:channels",
    ),
    "facilitator": (
        _("Facilitator"),
        _("An independent expert: joins and sums up ideas, proposes the shortlist."),
        "ideas:work",
    ),
    "planner": (
        _("Planner of the strategy"),
        _("Keeps goals, dates and sums of the city's plan, and makes promises of decisions."),
        "delivery:strategies",
    ),
    "operator": (
        _("Operator on duty"),
        _("Watches the city's indicators; acknowledges, shelves and hands on alarms."),
        "pulse:alarms",
    ),
    "steward": (
        _("Data steward"),
        _("Connects systems, keeps the agreements by which they tell the city what."),
        "pulse:sources",
    ),
    "analyst": (
        _("Analyst"),
        _("Looks at places, flows and what is alike, to say where to look first."),
        "pulse:hot",
    ),
    "programme": (
        _("Officer of the pilot programme"),
        _("Opens calls for solutions, screens applications, sees trials through."),
        "pilots:work",
    ),
    "founder": (
        _("Founder of a company"),
        _("Applies with a product, answers questions, signs, is told what came of it."),
        "pilots:work",
    ),
    "expert": (
        _("Expert"),
        _("Reads applications and gives marks with reasons, alone."),
        "pilots:work",
    ),
    "panellist": (
        _("Member of a panel"),
        _("Votes on what experts have read."),
        "pilots:work",
    ),
    "site": (
        _("Keeper of a site"),
        _("Offers places for trials, and says when they are free."),
        "pilots:work",
    ),
    "administrator": (
        _("Administrator"),
        _("Gives and ends the roles of those who work for the city."),
        "organisations:roles",
    ),
    "auditor": (_("Auditor"), _("Recomputes the figures from the open data."), "opendata:index"),
}
"""The parts of the cast that have something to do already: word, what they can do, where."""


@dataclass(frozen=True)
class Card:
    """One of the cast."""

    id: str
    name: str
    role: str | Promise
    can: str | Promise


def allowed(request: HttpRequest) -> bool:
    """Whether this request may use what only a demo offers."""
    if not is_demo():
        return False
    try:
        address = ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return False
    return address.is_loopback and not request.META.get("HTTP_X_FORWARDED_FOR")


def demo_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Outside a demo the address does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not allowed(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def cards() -> list[Card]:
    """The cast that has something to do, in the order of `PARTS`."""
    names = _names()
    people = {person.cast: person for person in cast_members()}
    return [
        Card(part, names(people[part]), role, can)
        for part, (role, can, _place) in PARTS.items()
        if part in people
    ]


def _names() -> Callable[[Person], str]:
    """How a person of the cast is called in the reader's language."""
    from veche.languages import here
    from veche.town.people import cast

    known = {member.key: member.names for member in cast()}

    def name(person: Person) -> str:
        return here(known.get(person.cast or "")) or person.name

    return name


def panel(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the strip over every page of a demo; nothing anywhere else.

    A visitor without cookies gets a link to the page of the cast instead of forms: a form needs a
    secret of its own, and a page with one cannot be answered from memory.
    """
    if not allowed(request):
        return {}
    strip: dict[str, Any] = {"now": clock.now(), "page_url": reverse("portal:demo")}
    if request.COOKIES:
        strip |= {
            "cast": SimpleLazyObject(cards),
            "sign_in_url": reverse("portal:demo-sign-in"),
            "turn_url": reverse("portal:demo-turn"),
        }
    return {"demo": strip}


@never_cache
@require_GET
@demo_only
def cast_page(request: HttpRequest) -> HttpResponse:
    """Who one can be in the demo town."""
    context = {"cards": cards(), "person": asker(request).person}
    return render(request, "portal/demo_cast.html", context)


@never_cache
@require_POST
@demo_only
def sign_in(request: HttpRequest) -> HttpResponse:
    """Be one of the cast."""
    part = request.POST.get("person", "")
    person = next((p for p in cast_members() if p.cast == part), None)
    if person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    messages.info(request, gettext("You are %(name)s now.") % {"name": _names()(person)})
    wanted = request.POST.get("next", "")
    if not wanted and part in PARTS:
        try:
            return redirect(reverse(PARTS[part][2]))
        except NoReverseMatch:
            pass
    return redirect(after(request, wanted))


@never_cache
@require_POST
@demo_only
def turn(request: HttpRequest) -> HttpResponse:
    """Turn the town's clock forward, and let every term that passed on the way have its effect."""
    hours = request.POST.get("hours", "")
    if hours not in {str(step) for step in TURNS}:
        raise Http404
    forward = dt.timedelta(hours=int(hours))
    turn_clock(by=asker(request).person, at=clock.now(), forward=forward)
    passed = sweep(clock.now())
    messages.info(
        request,
        gettext("It is %(moment)s now.") % {"moment": words.moment(clock.now(), "weekday year")}
        + " "
        + ngettext(
            "%(count)s term has passed on the way.",
            "%(count)s terms have passed on the way.",
            passed,
        )
        % {"count": words.number(passed)},
    )
    return redirect(after(request, request.POST.get("next", "")))


def sweep(at: dt.datetime) -> int:
    """Sweep until nothing is left; returns how many terms were handled."""
    handled = 0
    for _round in range(MOST_SWEEPS):
        now = advance(at=at, limit=SWEEP)
        handled += now
        if now == 0:
            break
    return handled
