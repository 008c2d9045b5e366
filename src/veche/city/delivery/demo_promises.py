"""The promises of the demo town: six stories told by operations, and those made before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from veche.city.ballots.models import Vote
from veche.city.delivery.models import Goal, Promise, Source, Step
from veche.city.delivery.operations import acceptance, money, steps
from veche.city.delivery.operations.crowd import Past, answer_past, write_past
from veche.city.delivery.operations.guard import today
from veche.city.delivery.operations.promises import SourceGiven, make_promise
from veche.city.delivery.operations.steps import StepGiven
from veche.core.cases.models import Case
from veche.core.cases.terms import city_zone
from veche.core.files.photographs import Photograph, clean
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Residence
from veche.core.places.models import Territory
from veche.core.places.queries import atlas
from veche.town.photographs import Kind, photograph
from veche.town.promises import HANGS, promises, story

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def load(*, at: dt.datetime) -> int:
    """Write the promises; how many there are."""
    teller = _Teller.of(at)
    past = teller.past()
    write_past(by=None, at=at, promises=past)
    for tell in (
        teller.crossing, teller.path, teller.bridge, teller.square, teller.yard, teller.stairs,
    ):  # fmt: skip
        tell()
    return len(past) + 6


@dataclass(frozen=True)
class _Teller:
    """Who acts in the stories, and where."""

    at: dt.datetime
    offices: Mapping[str, Organisation]
    officers: Mapping[str, Holding]
    control: Holding
    places: Mapping[str, Territory]
    vote: Vote | None

    @classmethod
    def of(cls, at: dt.datetime) -> _Teller:
        held = Holding.objects.select_related("person").order_by("id")
        officers: dict[int | None, Holding] = {}
        for one in held.filter(role="officer", organisation__isnull=False):
            officers.setdefault(one.organisation_id, one)
        offices = {one.code: one for one in Organisation.objects.filter(imported=False)}
        return cls(
            at=at,
            offices=offices,
            officers={
                code: officers[one.pk] for code, one in offices.items() if one.pk in officers
            },
            control=held.filter(role="controller").get(),
            places=atlas().by_code,
            vote=Vote.objects.filter(case__state="certified", audited=True).order_by("pk").first(),
        )

    def past(self) -> list[Past]:
        """The promises that were made before, each at the middle of its place."""
        morning, said = self._day(0) + 10 * HOUR, story("said")
        goals = dict(Goal.objects.values_list("code", "pk"))
        found = []
        for one in promises():
            place = self.places[one.area]
            found.append(
                Past(
                    office=self.offices[one.office],
                    holding=self.officers[one.office],
                    control=self.control,
                    territory=place,
                    theme=one.theme,
                    source=one.source,
                    said=said[one.source],
                    title=one.title,
                    text=one.text,
                    steps=one.steps,
                    fate=one.fate,
                    made=morning - one.ago * DAY,
                    point=_middle(place),
                    goal=goals.get(HANGS.get(one.theme, "")),
                )
            )
        return found

    def _day(self, ago: int) -> dt.datetime:
        """The beginning of a day in the town, so many days before the present."""
        now = self.at.astimezone(city_zone())
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - ago * DAY

    def _on(self, ahead: int) -> dt.date:
        return today(self.at) + dt.timedelta(days=ahead)

    def _begun(
        self, key: str, office: str, place: str, ago: int, days: tuple[int, ...], theme: str = ""
    ) -> tuple[Promise, list[Step], Mapping[str, Any]]:
        """A promise that was made so many days ago, with steps due on ``days`` from the present,
        and begun on the day after."""
        told, made = story(key), self._day(ago) + 10 * HOUR
        promise = self._made(key, office, place, ago, theme)
        by = self.officers[office].person
        rows = steps.write_steps(
            by=by,
            at=made + 2 * HOUR,
            case=promise.case,
            steps=[
                StepGiven(title, self._on(day))
                for title, day in zip(told["steps"], days, strict=True)
            ],
        )
        steps.start(by=by, at=made + DAY, case=promise.case)
        return promise, rows, told

    def _made(self, key: str, office: str, place: str, ago: int, theme: str = "") -> Promise:
        told, where = story(key), self.places[place]
        kind = Source.Kind.PROGRAMME if "Программа" in told["source"] else Source.Kind.WORD
        if key == "bridge":
            kind = Source.Kind.BUDGET
        if key == "square":
            kind = Source.Kind.HEARING
        given = [SourceGiven(kind, text=told["source"])]
        if key == "path" and self.vote is not None:
            given.append(SourceGiven(Source.Kind.VOTE, matter=self.vote.pk))
        return make_promise(
            by=None,
            at=self._day(ago) + 10 * HOUR,
            territory=where,
            office=self.offices[office],
            title=told["title"],
            text=told["text"],
            success=told["success"],
            point=_middle(where),
            sources=given,
            theme=theme,
        )

    def _finish(
        self, office: str, step: Step, ago: int, text: str, kind: Kind | None = None
    ) -> None:
        by, at = self.officers[office].person, self._day(ago) + 15 * HOUR
        pictures = _drawn(kind) if kind else ([], [])
        steps.finish_step(
            by=by, at=at, case=step.case, text=text, before=pictures[0], after=pictures[1]
        )

    def _money(self, office: str, promise: Promise, told: Mapping[str, Any], ago: int) -> None:
        """Lines of money; the last planned one takes the place of the first."""
        by, first = self.officers[office].person, None
        for n, (kind, amount, text) in enumerate(told["money"]):
            at = self._day(ago - n) + 16 * HOUR
            line = money.add_amount(
                by=by, at=at, case=promise.case, kind=kind, amount=Decimal(amount),
                on=today(at), text=text, instead=first if n and kind == "planned" else None,
            )  # fmt: skip
            first = first or line.pk

    def _residents(self, place: str, number: int) -> list[int]:
        where = self.places[place]
        rows = Residence.objects.filter(territory__in=[where.pk, *atlas().inside(where)])
        rows = rows.filter(person__cast=None, until__gt=self.at, since__lt=self._day(90))
        return list(rows.order_by("pk").values_list("person_id", flat=True)[:number])

    def _answers(self, promise: Promise, people: list[int], ago: int, texts: list[str]) -> None:
        """The first of the people refuse in these words, the others accept."""
        at = self._day(ago) + 9 * HOUR
        answer_past(by=None, at=at, promise=promise, people=people, texts=texts)

    def crossing(self) -> None:
        """Late with its reason, done, refused, put right, accepted."""
        office, place = "d6-roads", "zarechye-d6-n2"
        days = (-150, -120, -95, -90)
        promise, rows, told = self._begun("crossing", office, place, 190, days, "pothole")
        by, case = self.officers[office].person, promise.case
        money.set_target(
            by=by, at=self._day(188), case=case, target=0, baseline=4,
            indicator=told["indicator"], unit=told["unit"], text="Считает городская статистика.",
        )  # fmt: skip
        self._finish(office, rows[0], 152, told["done"][0])
        steps.explain_step(by=by, at=self._day(118), case=rows[1].case, text=told["late"])
        steps.postpone_step(
            by=by, at=self._day(117), case=rows[2].case, due_on=self._on(-80),
            text=told["postponed"],
        )  # fmt: skip
        self._money(office, promise, told, 116)
        self._finish(office, rows[1], 100, told["done"][1])
        self._finish(office, rows[3], 92, told["done"][3])
        self._finish(office, rows[2], 81, told["done"][2])
        people = self._residents(place, 16)
        said = acceptance.say_done(by=by, at=self._day(78), case=case, text=told["said"])
        self._answers(said, people[:7], 75, told["refused"])
        acceptance.end_acceptance(by=None, at=self._ended(case), case=case)
        (step,) = steps.write_steps(
            by=by, at=self._day(60), case=case, steps=[StepGiven(told["repair"], self._on(-40))]
        )
        self._finish(office, step, 45, told["repaired"])
        money.measure(by=by, at=self._day(44), case=case, value=1, on=self._on(-44))
        again = acceptance.say_done(by=by, at=self._day(40), case=case, text=told["again"])
        self._answers(again, people, 36, [])
        acceptance.end_acceptance(by=None, at=self._ended(case), case=case)

    def _ended(self, case: Case) -> dt.datetime:
        """A second after the term of a case, as the sweep comes."""
        due = Case.objects.values_list("due_at", flat=True).get(pk=case.pk)
        assert due is not None
        return due + dt.timedelta(seconds=1)

    def path(self) -> None:
        """Said to be done some days ago: the resident of the cast is asked."""
        office, place = "d6-roads", "zarechye-d6-n1"
        promise, rows, told = self._begun("path", office, place, 70, (-30, -6), "pavement")
        self._finish(office, rows[0], 33, told["done"][0])
        self._finish(office, rows[1], 7, told["done"][1], "pothole")
        by = self.officers[office].person
        said = acceptance.say_done(by=by, at=self._day(4), case=promise.case, text=told["said"])
        self._answers(said, self._residents(place, 6), 2, [])

    def bridge(self) -> None:
        """A step was missed and nobody has said why."""
        office = "d6-roads"
        _promise, rows, told = self._begun("bridge", office, "zarechye-d6", 60, (-20, -3, 25))
        self._finish(office, rows[0], 21, told["done"][0])

    def square(self) -> None:
        """Under way, with a later date, money and a target."""
        office = "d4-green"
        promise, rows, told = self._begun("square", office, "zarechye-d4", 110, (-50, 10, 20, 60))
        by, case = self.officers[office].person, promise.case
        money.set_target(
            by=by, at=self._day(100), case=case, target=30, baseline=2,
            indicator=told["indicator"], unit=told["unit"], text="Сколько деревьев растёт.",
        )  # fmt: skip
        self._finish(office, rows[0], 55, told["done"][0])
        self._money(office, promise, told, 50)
        steps.postpone_step(
            by=by, at=self._day(30), case=rows[2].case, due_on=self._on(75), text=told["postponed"]
        )  # fmt: skip

    def yard(self) -> None:
        """Refused two weeks ago; being put right."""
        office, place = "d6-office", "zarechye-d6-n3"
        promise, rows, told = self._begun("yard", office, place, 95, (-45, -35), "parking")
        for row, ago, text in zip(rows, (47, 36), told["done"], strict=True):
            self._finish(office, row, ago, text)
        by, case = self.officers[office].person, promise.case
        said = acceptance.say_done(by=by, at=self._day(34), case=case, text=told["said"])
        self._answers(said, self._residents(place, 8), 30, told["refused"])
        acceptance.end_acceptance(by=None, at=self._ended(case), case=case)
        steps.write_steps(
            by=by, at=self._day(15), case=case, steps=[StepGiven(told["repair"], self._on(9))]
        )

    def stairs(self) -> None:
        """Made a week ago: its office writes its steps."""
        self._made("stairs", "d6-roads", "zarechye-d6", 7)


def _middle(place: Territory) -> tuple[float, float]:
    """The middle of a place's outline, near enough for a mark on the map."""
    from veche.core.places.ground import rings_of

    points = max(rings_of(place.outline), key=len)
    return (
        sum(x for x, _y in points) / len(points),
        sum(y for _x, y in points) / len(points),
    )


def _drawn(kind: Kind) -> tuple[list[Photograph], list[Photograph]]:
    """A street before and after, drawn."""
    return [clean(photograph(kind))], [clean(photograph(kind, mended=True))]
