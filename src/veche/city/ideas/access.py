"""Who may read, write and change calls and ideas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet

from veche.city.ideas import rules
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations.refusals import NotTaken, ResidentsOnly, SignInFirst
from veche.city.ideas.procedure import ORGANISER, PUBLIC_CALL, UNPUBLISHED
from veche.city.ideas.queries.one import Read, call_of, idea_of, read
from veche.city.ideas.rules import PhasePlan
from veche.core.cases.operations import in_scope
from veche.core.moderation.access import reads_unpublished
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.core.people.queries import residence_of
from veche.errors import NotFound, Refused

WORDS, HIDDEN, NOTHING = "words", "hidden", ""
"""All of it; that a moderator has hidden it; nothing."""


def takes_ideas(call: Call, at: dt.datetime) -> bool:
    """Whether ideas are taken at this moment."""
    if call.case.state != "running":
        return False
    phases = [PhasePlan(one.kind, one.opens_at, one.closes_at) for one in call.phases.all()]
    return call.standing or "collect" in rules.open_now(phases, at)


def lives_in(person: Person, call: Call, at: dt.datetime) -> bool:
    """Whether the city knows that a person lives where a call asks."""
    return lives_at(person, call.case.territory_id, at)


def lives_at(person: Person, territory: int, at: dt.datetime) -> bool:
    """Whether the city knows that a person lives in the territory of this number."""
    home = residence_of(person, at)
    if home is None:
        return False
    place = home.territory
    return territory in (place.pk, place.district_id, place.city_id)


def check_writes(call: Call, person: Person | None, at: dt.datetime) -> None:
    """Whether somebody may write to a call now.

    Raises:
        NotTaken: no ideas are taken now.
        SignInFirst: nobody is signed in.
        ResidentsOnly: it asks residents, and the city does not know that this is one.
    """
    if not takes_ideas(call, at):
        raise NotTaken
    if person is None:
        raise SignInFirst
    if call.who == Call.Who.RESIDENTS and not lives_in(person, call, at):
        raise ResidentsOnly(place=call.case.territory)


def why_not_write(call: Call, person: Person | None, at: dt.datetime) -> Refused | None:
    """The reason for which somebody may not write to a call now; None when they may."""
    try:
        check_writes(call, person, at)
    except Refused as refusal:
        return refusal
    return None


def is_author(idea: Idea, person: Person | None) -> bool:
    """Whether this person wrote it."""
    return person is not None and idea.case.author_id == person.pk


def sees(idea: Idea, person: Person | None, held: Sequence[Holding]) -> str:
    """How much of an idea somebody may see: ``words``, ``hidden`` or nothing."""
    case = idea.case
    open_to_all = case.state not in UNPUBLISHED
    if is_author(idea, person) or (open_to_all and case.hidden_at is None):
        return WORDS
    if reads_unpublished(held, case):
        return WORDS
    return HIDDEN if open_to_all else NOTHING


def seen_by(number: str, person: Person | None, held: Sequence[Holding]) -> tuple[Idea, str]:
    """The idea of this number and how much of it may be seen.

    Raises:
        NotFound: there is none, or this person may not know of it.
    """
    idea = idea_of(number)
    return _seen(idea, person, held)


def visited(number: str) -> tuple[Read, str]:
    """The idea of this number, with the state of its page, and how much of it a visitor may see.

    Raises:
        NotFound: there is none, or a visitor may not know of it.
    """
    found = read(number)
    _idea, how = _seen(found.idea if found else None, None, ())
    assert found is not None
    return found, how


def _seen(idea: Idea | None, person: Person | None, held: Sequence[Holding]) -> tuple[Idea, str]:
    how = sees(idea, person, held) if idea is not None else NOTHING
    if idea is None or not how:
        raise NotFound
    return idea, how


def calls() -> QuerySet[Call]:
    """All calls with what their pages name."""
    rows = Call.objects.select_related(
        "case", "case__territory", "case__organisation", "office"
    ).prefetch_related("phases")
    return rows.defer("case__territory__outline")  # megabytes, and nobody looks


def organises(call: Call, held: Sequence[Holding]) -> bool:
    """Whether somebody with these roles organises this call."""
    return any(h.role == ORGANISER and in_scope(h, call.case, "territory") for h in held)


def call_seen_by(number: str, person: Person | None, held: Sequence[Holding]) -> Call:
    """The call of this number: everybody's once it was announced, before that its organisers'.

    Raises:
        NotFound: there is none, or this person may not know of it.
    """
    call = call_of(number)
    if call is None:
        raise NotFound
    if call.case.state not in PUBLIC_CALL and not organises(call, held):
        raise NotFound
    return call
