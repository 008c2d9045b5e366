"""Two calls of the demo town: one that runs, one answered long ago."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from veche.city.delivery.operations import steps
from veche.city.ideas import bulk, demo_initiatives, demo_opinion, demo_talk
from veche.city.ideas.demo_choosing import facilitate
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations import calls, course, promising, selection
from veche.city.ideas.rules import PhasePlan
from veche.core.organisations.models import Holding, Organisation
from veche.core.organisations.operations import appoint_many
from veche.core.people.demo import BEFORE
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.core.places.queries import atlas

if TYPE_CHECKING:
    from veche.town.ideas import TownCall, TownIdea

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
STAFF_OF = "d6-green"
ANNOUNCED_BEFORE = 3 * DAY
"""How long before its first day a call is announced."""


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Draft and announce the calls, let residents write and support, answer the old one."""
    from veche.town.ideas import TREES, YARDS

    _staff(at)
    teller = _Teller(at)
    name = town.__name__.rpartition(".")[2]
    running = teller.call(YARDS)
    count = teller.ideas(running, YARDS, name)
    votes = demo_opinion.load(running, at, at + YARDS.phases[0][1] * DAY, teller.residents)
    facilitate(running, at, teller.residents)
    said = demo_talk.load(running, at, teller.residents)
    old = teller.call(TREES)
    count += teller.ideas(old, TREES, name)
    teller.answer(old, TREES)
    opened = demo_initiatives.load(at, teller.residents, Person.objects.get(pk=teller.moderator[0]))
    report(f"calls for ideas: 2, ideas: {count}, initiatives: {opened}")
    report(f"votes on statements: {votes}, comments: {said}")


def _staff(at: dt.datetime) -> None:
    """Who answers for the green of one district answers for that of the whole town."""
    from veche.town.ideas import YARDS

    known = {one.code: one for one in Organisation.objects.filter(imported=False)}
    held = Holding.objects.filter(
        organisation=known[STAFF_OF], role__in=("officer", "head"), until=None
    )
    appoint_many(
        by=None,
        at=at - BEFORE,
        holdings=[
            Holding(person_id=one.person_id, role=one.role, organisation=known[YARDS.office])
            for one in held
        ],
    )


class _Teller:
    """Turns what the town tells of calls into operations and rows."""

    def __init__(self, at: dt.datetime) -> None:
        from veche.town.people import residents

        self.at = at
        self.places = dict(Territory.objects.filter(imported=False).values_list("code", "pk"))
        self.offices = {one.code: one for one in Organisation.objects.filter(imported=False)}
        emails = dict(Person.objects.filter(email__isnull=False).values_list("email", "pk"))
        self.residents = [emails[one.email] for one in residents()]
        self.organiser = Person.objects.get(cast="organiser")
        held = Holding.objects.filter(until__isnull=True).order_by("-id")
        found = held.filter(role="moderator").values_list("person", "pk").first()
        assert found is not None
        self.moderator = found

    def call(self, told: TownCall) -> Call:
        """A call, drafted and announced in its time."""
        home = atlas().home()
        assert home is not None
        begins = self.at + told.phases[0][1] * DAY - ANNOUNCED_BEFORE
        from veche.town.ideas import QUESTION

        draft = calls.draft_call(
            by=self.organiser,
            at=begins - 4 * DAY,
            territory=home,
            office=self.offices[told.office],
            titles=told.titles,
            texts=told.texts,
            promises=told.promises,
            questions=[{"code": "q1", "names": QUESTION, "required": False}],
            phases=[
                PhasePlan(kind, self.at + first * DAY, self.at + last * DAY)
                for kind, first, last in told.phases
            ],
        )
        made = calls.announce_call(by=self.organiser, at=begins, case=draft.case)
        return Call.objects.select_related("case", "office").get(pk=made.pk)

    def ideas(self, call: Call, told: TownCall, name: str) -> int:
        """Its ideas, and who is for and against them."""
        from veche.town.ideas import ideas

        begins = self.at + told.phases[0][1] * DAY
        many = list(ideas(told))
        past = [self._past(one, begins) for one in many]
        count = bulk.load_ideas(by=None, at=self.at, call=call, ideas=past, public={"town": name})
        bulk.load_ratings(
            by=None,
            at=min(self.at, begins + (told.phases[0][2] - told.phases[0][1]) * DAY),
            ratings=(
                (row.pk, self.residents[person], value)
                for row, one in zip(past, many, strict=True)
                for people, value in ((one.supporters, 1), (one.opponents, -1))
                for person in people
                if self.residents[person] != row.author
            ),
        )
        return count

    def _past(self, one: TownIdea, begins: dt.datetime) -> bulk.PastIdea:
        written = begins + one.day * DAY
        return bulk.PastIdea(
            author=self.residents[one.author],
            territory=self.places[one.neighbourhood],
            title=one.title,
            text=one.text,
            language=_code(one.language),
            written_at=written,
            published_at=written + (1 + one.author % 20) * HOUR,
            moderator=self.moderator,
            longitude=one.lon,
            latitude=one.lat,
            answers={"q1": one.answer} if one.answer else {},
        )

    def answer(self, call: Call, told: TownCall) -> None:
        """The office answers in two groups, makes one promise, and closes the call."""
        ends = self.at + told.phases[-1][1] * DAY
        course.end_phases(by=None, at=ends, case=call.case)
        held = Holding.objects.filter(organisation=call.office, role="officer", until=None)
        officer = held.select_related("person").latest("id").person
        rows = list(Idea.objects.filter(call=call).order_by("-supporters", "pk"))
        chosen, others = rows[:3], rows[3:]
        seen: Callable[[list[Idea]], Mapping[int, int | None]] = lambda some: {  # noqa: E731
            one.pk: None for one in some
        }
        selection.answer_ideas(
            by=officer,
            at=ends + 9 * DAY,
            ideas=seen(chosen),
            outcome="accepted",
            text="Посадим весной: место осмотрено, сети под землёй не мешают.",
        )
        selection.answer_ideas(
            by=officer,
            at=ends + 12 * DAY,
            ideas=seen(others),
            outcome="refused",
            reason="few-support",
            text="В эти две весны на это не хватит деревьев: их поддержали меньше других.",
        )
        promise = promising.promise_ideas(
            by=officer,
            at=ends + 15 * DAY,
            ideas=[one.pk for one in chosen],
            title="Деревья, о которых просили жители",
            text="Посадить деревья там, где предложили жители, и ухаживать за ними два года.",
            success="Через год прижилось не меньше девяти деревьев из десяти.",
        )
        days = [(self.at + days * DAY).date() for days in (35, 160)]
        titles = ("Подготовить места и закупить саженцы", "Посадить четыреста деревьев")
        steps.write_steps(
            by=officer,
            at=ends + 17 * DAY,
            case=promise.case,
            steps=[steps.StepGiven(*one) for one in zip(titles, days, strict=True)],
        )
        steps.start(by=officer, at=ends + 18 * DAY, case=promise.case)
        course.close_call(by=officer, at=ends + 20 * DAY, case=call.case)


def _code(language: str) -> str:
    """The code of a language as a form writes it."""
    return "zh-hans" if language == "zh" else language
