"""The small town with a call for ideas, and ideas of its people."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from tests import database
from tests.cast import START, SmallTown, small_town
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations.calls import announce_call, draft_call
from veche.city.ideas.operations.reading import accept
from veche.city.ideas.operations.writing import write_idea
from veche.city.ideas.rules import PhasePlan
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EARLY = START - 400 * DAY


def phases(at: dt.datetime = START) -> list[PhasePlan]:
    """Ten days each to collect, discuss, sum up and vote, then thirty for the answer."""
    kinds = ("collect", "discuss", "synthesise", "vote")
    plans = [
        PhasePlan(kind, at + 10 * place * DAY, at + 10 * (place + 1) * DAY)
        for place, kind in enumerate(kinds)
    ]
    return [*plans, PhasePlan("answer", at + 40 * DAY, at + 70 * DAY)]


@dataclass
class Ideas:
    """An organiser, and what makes calls and ideas in one line."""

    town: SmallTown
    organiser: Person

    def draft(self, *, at: dt.datetime = START, **more: Any) -> Call:
        """A draft of the roads office for the whole town unless said otherwise."""
        values: dict[str, Any] = {
            "by": self.organiser,
            "territory": self.town.city,
            "office": self.town.roads,
            "titles": {"en": "Safe ways to school", "ru": "Безопасный путь в школу"},
            "texts": {"en": "Where do children cross badly, and what would help?"},
            "promises": {"en": "The ten most supported ideas are built next year."},
        }
        if "phases" not in more and not more.get("standing"):
            values["phases"] = phases(at)
        return draft_call(at=at, **{**values, **more})

    def calling(self, *, at: dt.datetime = START, **more: Any) -> Call:
        """The same, announced: ideas are taken from ``at`` on for ten days."""
        draft = self.draft(at=at, **more)
        return announce_call(by=self.organiser, at=at, case=draft.case)

    def written(
        self, call: Call, *, by: Person | None = None, at: dt.datetime | None = None, **more: Any
    ) -> Idea:
        """An idea of the resident that a moderator has not read."""
        values: dict[str, Any] = {
            "submission": uuid.uuid4(),
            "title": "A crossing by the school",
            "text": "Children cross the road here. Please paint a crossing.",
        }
        moment = at or START + HOUR
        return write_idea(
            by=by or self.town.resident, at=moment, call=call, **{**values, **more}
        )  # fmt: skip

    def idea_of(
        self, call: Call, *, by: Person | None = None, at: dt.datetime | None = None, **more: Any
    ) -> Idea:
        """An idea of the resident that everybody can read, read again from the database."""
        idea = self.written(call, by=by, at=at, **more)
        accept(by=self.town.moderator, at=(at or START + HOUR) + HOUR, case=idea.case)
        return Idea.objects.select_related("case__territory", "call__case").get(pk=idea.pk)

    def people(self, count: int, *, at: dt.datetime = EARLY) -> list[Person]:
        """So many people with accounts since ``at``, in one statement."""
        known = Person.objects.filter(email__endswith="@crowd.example.org").count()
        made = [
            Person(name=f"Person {one}", email=f"p{one}@crowd.example.org", since=at)
            for one in range(known, known + count)
        ]
        return Person.objects.bulk_create(made)


@database.Once
def ideas() -> Ideas:
    """The town and its organiser, in the test database."""
    town = small_town()
    organiser = add_person(by=None, at=EARLY, name="Organiser", email="organiser@example.org")
    appoint(by=None, at=EARLY, person=organiser, role="organiser", territory=town.city)
    return Ideas(town=town, organiser=organiser)
