"""A call of the roads office with ideas in it, as facilitators and offices find them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tests.cast import START, SmallTown, small_town
from veche.city.ideas.models import Call, Idea, Rating
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case, open_case
from veche.core.notices.operations import follow
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.operation import operation

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EARLY = START - 400 * DAY


@dataclass
class Choosing:
    """The small town, an organiser, a second facilitator, and a call that runs."""

    town: SmallTown
    organiser: Person
    other: Person
    """Another facilitator."""
    call: Call
    people: list[Person] = field(default_factory=list)
    """Residents who support things."""

    def idea(self, title: str, by: Person | None = None, at: dt.datetime = START) -> Idea:
        """An idea that everybody reads, by the resident unless said otherwise."""
        return write(by=by or self.town.resident, at=at, town=self.town, call=self.call,
                     title=title)  # fmt: skip

    def rate(self, idea: Idea, *people: Person, value: int = 1) -> None:
        """People are for (or against) an idea, directly."""
        Rating.objects.bulk_create(
            Rating(idea=idea, person=one, value=value, at=START) for one in people
        )


@operation
def write(*, by: Person, at: dt.datetime, town: SmallTown, call: Call, title: str) -> Idea:
    """Write an idea and pass it."""
    case = open_case(
        by=by, at=at, procedure="idea", move="write", theme="ideas", territory=town.west
    )
    idea = Idea(case=case, call=call, title=title, text=f"{title}, please.", language="en")
    idea.save(force_insert=True)
    follow(by=by, at=at, case=case)
    case = move_case(by=town.moderator, at=at, case=case, move="accept", organisation=town.roads)
    return Idea.objects.select_related("case", "case__territory").get(pk=case.pk)


@operation
def call_for_ideas(*, by: Person, at: dt.datetime, town: SmallTown) -> Call:
    """Draft and announce a call of the roads office."""
    case = open_case(
        by=by,
        at=at,
        procedure="call",
        move="draft",
        theme="ideas",
        territory=town.city,
        organisation=town.roads,
    )
    call = Call(
        case=case,
        office=town.roads,
        titles={"en": "Our streets"},
        texts={"en": "What would you change?"},
        promises={"en": "The best are built."},
    )
    call.save(force_insert=True)
    move_case(by=by, at=at, case=case, move="announce")
    return call


def choosing(people: int = 6) -> Choosing:
    """Make it in the test database."""
    town = small_town()
    organiser, other = (
        add_person(by=None, at=EARLY, name=name.title(), email=f"{name}@example.org")
        for name in ("organiser", "second")
    )
    appoint(by=None, at=EARLY, person=organiser, role="organiser", territory=town.city)
    appoint(by=None, at=EARLY, person=other, role="facilitator", territory=town.city)
    made = [
        add_person(by=None, at=EARLY, name=f"P{n}", email=f"p{n}@example.org")
        for n in range(people)
    ]
    call = call_for_ideas(by=organiser, at=START - DAY, town=town)
    return Choosing(town, organiser, other, call, made)


def state(idea: Idea) -> str:
    """Where an idea stands now."""
    return Case.objects.values_list("state", flat=True).get(pk=idea.pk)


def supporters(idea: Idea) -> list[int]:
    """Who counts for an idea now."""
    rows = Rating.objects.filter(idea=idea, value=1, standing="counted").order_by("person_id")
    return list(rows.values_list("person_id", flat=True))
