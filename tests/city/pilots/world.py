"""A small programme: an agency, a department, companies, experts, sites, and an application at any
stage, moved there by the kernel of cases alone, so that a test needs only what it is about."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests import database
from tests.cast import START, SmallTown, small_town
from veche.city.pilots.models import (
    Agreement,
    Application,
    Call,
    CallAnchor,
    Company,
    Criterion,
    Expert,
    FormVersion,
    Indicator,
    Methodology,
    Party,
    Product,
    Programme,
    Signature,
    Site,
    StageTerm,
    Target,
    Technology,
    Trial,
)
from veche.city.pilots.procedure import CALL, PILOT
from veche.core.cases.operations import move_case, open_case
from veche.core.cases.procedure import SYSTEM
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation, appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

EARLY = START - dt.timedelta(days=400)
DAY = dt.timedelta(days=1)
_numbers = count(1)


def three(text: str) -> dict[str, str]:
    """The same words in three languages."""
    return {"en": text, "ru": text, "zh": text}


def person(name: str, **role: Any) -> Person:
    """Somebody, with a role if one is given."""
    made = add_person(by=None, at=EARLY, name=name, email=f"{name.lower()}@example.org")
    if role:
        appoint(by=None, at=EARLY, person=made, **role)
    return made


def organisation(code: str, kind: str = "department") -> Organisation:
    """An organisation."""
    return add_organisation(
        by=None, at=EARLY, code=code, kind=Organisation.Kind(kind), names=three(code.title())
    )


@dataclass
class World:
    """The town and its programme; every person stands beside the office they act for."""

    town: SmallTown
    programme: Programme
    agency: Organisation
    agent: Person
    """An officer of the programme."""
    department: Organisation
    officer: Person
    """An officer of the department that supervises and may buy."""
    company: Company
    founder: Person
    school: Organisation
    keeper: Person
    """Who keeps the site."""
    site: Site
    experts: list[Expert]
    panel: list[Person]
    technology: Technology
    target: Target
    call: Call
    criteria: list[Criterion] = field(default_factory=list)

    def another_company(self, name: str = "") -> tuple[Company, Person]:
        """A company more and its founder."""
        return make_company(name or f"firm{next(_numbers)}")

    def application(
        self,
        stage: str = "screening",
        *,
        at: dt.datetime = START,
        company: Company | None = None,
        founder: Person | None = None,
        call: Call | None = None,
        **values: Any,
    ) -> Application:
        """An application that stands at a stage, one hour after the other; from `running` on with
        a methodology, an agreement of three signatures and a trial."""
        way = {
            "draft": [],
            "screening": ["submit"],
            "more_info": ["submit", "ask"],
            "review": ["submit", "admit"],
            "panel": ["submit", "admit", "bring"],
            "matching": ["submit", "admit", "bring", "select"],
            "methodology": ["submit", "admit", "bring", "select", "place"],
            "agreement": ["submit", "admit", "bring", "select", "place", "approve"],
        }
        way["running"] = [*way["agreement"], "start"]
        way["evaluating"] = [*way["running"], "end_trial"]
        way["answering"] = [*way["evaluating"], "publish"]
        way["rolled_out"] = [*way["answering"], "buy"]
        way["rejected"] = ["submit", "turn_down"]
        way["withdrawn"] = ["submit", "withdraw"]
        company, founder = company or self.company, founder or self.founder
        case = open_case(
            by=None, at=at, procedure="pilot", move="begin", theme="pilot",
            territory=self.town.city, organisation=self.agency,
        )  # fmt: skip
        made = Application.objects.create(
            case=case,
            programme=self.programme,
            call=call or self.call,
            company=company,
            department=self.department,
            **{
                "product": Product.objects.filter(company=company).first(),
                "title": "A cane that sees",
                "text": "It tells a blind person what stands in the way.",
                "created_at": at,
                "readiness": 7,
                **values,
            },
        )
        for hour, move in enumerate(way[stage], 1):
            self._move(made, move, at + dt.timedelta(hours=hour), founder)
        made.refresh_from_db()
        return made

    def _move(self, made: Application, move: str, at: dt.datetime, founder: Person) -> None:
        declared = next(one for one in PILOT.moves if one.name == move)
        who: dict[str, Person | None] = {
            SYSTEM: None, "founder": founder, "pilot_officer": self.agent, "officer": self.officer,
        }  # fmt: skip
        if move == "start":
            self.signed(made, at)
        move_case(
            by=who[declared.role],
            at=at,
            case=made.case,
            move=move,
            organisation=self.department if move == "publish" else None,
        )
        written = {
            "submit": "submitted_at", "select": "decided_at", "turn_down": "decided_at",
            "publish": "evaluated_at", "buy": "answered_at",
        }.get(move)  # fmt: skip
        if written:
            setattr(made, written, at)
            if move == "buy":
                made.answer, made.because = "buy", "It kept what it promised."
            made.save()

    def signed(self, made: Application, at: dt.datetime) -> Trial:
        """A methodology, an agreement with three signatures, and a trial; rows alone."""
        methodology = Methodology.objects.create(
            application=made,
            version=made.methodologies.count() + 1,
            sample="Sixty residents.",
            testers=60,
            safety="A companion walks along.",
            data_protection="No names leave the site.",
            days=60,
            at=at,
            approved_at=at,
        )
        Indicator.objects.create(
            methodology=methodology, code="weight", name="Weight", unit="g", measure="mean",
            direction="at_most", baseline=120, threshold=50, place=1,
        )  # fmt: skip
        Indicator.objects.create(
            methodology=methodology, code="ease", name="How easy it is", unit="marks 1 to 5",
            measure="mean", direction="at_least", baseline=2.5, threshold=4, by_testers=True,
            place=2,
        )  # fmt: skip
        text = b"%PDF-1.7 the text of the agreement"
        agreement = Agreement.objects.create(
            application=made,
            version=made.agreements.count() + 1,
            methodology=methodology,
            site=self.site,
            text=text,
            digest=hashlib.sha256(text).hexdigest(),
            at=at,
        )
        parties = {
            "company": made.company.organisation, "site": self.school, "agency": self.agency,
        }  # fmt: skip
        for part, office in parties.items():
            party = Party.objects.create(agreement=agreement, part=part, organisation=office)
            Signature.objects.create(
                party=party, form="cades", digest=agreement.digest, signer=part, issuer="test",
                serial="1", detached=b"-", at=at,
            )  # fmt: skip
        agreement.complete_at = at
        agreement.save()
        return Trial.objects.create(
            application=made,
            number=made.trials.count() + 1,
            agreement=agreement,
            methodology=methodology,
            site=self.site,
            starts_at=at,
            ends_at=at + 60 * DAY,
            key=f"word-{made.pk}-{made.trials.count() + 1}",
        )


def make_company(name: str) -> tuple[Company, Person]:
    """A company with one product, and its founder."""
    number = next(_numbers)
    firm = organisation(f"{name}-{number}", "company")
    founder = person(f"Founder{number}", role="founder", organisation=firm)
    company = Company.objects.create(
        organisation=firm, scheme="RU-INN", identifier=f"77{number:08}", legal_name=name.title(),
        country="RU", size="small", women_led=True, registered_at=EARLY,
    )  # fmt: skip
    Product.objects.create(
        company=company, name="Cane", text="A cane that sees.", readiness=7, serves="The blind"
    )
    return company, founder


def make_call(world_programme: Programme, town: SmallTown, agent: Person, **values: Any) -> Call:
    """An open call with two criteria and what their marks mean."""
    case = open_case(
        by=None, at=EARLY, procedure="pilot_call", move="draft", theme="pilot_call",
        territory=town.city, organisation=world_programme.agency,
    )  # fmt: skip
    # Pass form=… for questions: a version stands still once a call with it is open.
    form = values.pop("form", None)
    if form is None:
        form, _ = FormVersion.objects.get_or_create(
            code="main", number=1, defaults={"questions": [], "at": EARLY}
        )
    call = Call.objects.create(
        case=case,
        programme=world_programme,
        form=form,
        **{
            "titles": three("Streets for everybody"),
            "tasks": three("Help blind people to walk alone."),
            "opens_at": EARLY,
            "closes_at": START + 30 * DAY,
            "wanted": 2,
            **values,
        },
    )
    for place, (code, weight) in enumerate((("benefit", 3), ("ready", 1)), 1):
        criterion = Criterion.objects.create(
            call=call, code=code, names=three(code.title()), weight=weight, place=place
        )
        for mark in range(6):
            CallAnchor.objects.create(criterion=criterion, mark=mark, words=three(f"as {mark}"))
    move_case(by=agent, at=EARLY, case=case, move="open")
    return call


def pilot_world(town: SmallTown | None = None) -> World:
    """The small town and its programme in the test database; made anew in a town that is given."""
    return _programme(town) if town else _small()


@database.Once
def _small() -> World:
    return _programme(small_town())


def _programme(town: SmallTown) -> World:
    agency, school = organisation("agency"), organisation("school")
    agent = person("Agent", role="pilot_officer", organisation=agency)
    keeper = person("Keeper", role="site_owner", organisation=school)
    programme = Programme.objects.create(
        code="main", names=three("Pilot programme"), agency=agency, reviews=3, quorum=3
    )
    for stage, days in (("application", 31), ("selection", 35), ("agreement", 27), ("trial", 90)):
        StageTerm.objects.create(programme=programme, stage=stage, days=days)
    technology = Technology.objects.create(code="sensing", names=three("Sensing"))
    goal = Target.objects.create(code="11", names=three("Cities"))
    target = Target.objects.create(code="11.7", names=three("Streets for all"), goal=goal)
    experts = []
    for number in range(1, 6):
        made = person(f"Expert{number}", role="expert", territory=town.city)
        one = Expert.objects.create(person=made, words="Sight and streets", since=EARLY)
        one.technologies.add(technology)
        experts.append(one)
    panel = [
        person(f"Panellist{number}", role="panellist", territory=town.city)
        for number in range(1, 6)
    ]
    company, founder = make_company("cane")
    site = Site.objects.create(
        owner=school,
        code="school-yard",
        names=three("Yard of a school"),
        texts=three("Paths and steps."),
        territory=town.west,
        longitude=49.25,
        latitude=53.5,
        environment="street",
        offers={"power": True, "step_free": True},
        published_at=EARLY,
    )
    call = make_call(programme, town, agent, department=town.roads)
    call.technologies.add(technology)
    return World(
        town=town,
        programme=programme,
        agency=agency,
        agent=agent,
        department=town.roads,
        officer=town.officer,
        company=company,
        founder=founder,
        school=school,
        keeper=keeper,
        site=site,
        experts=experts,
        panel=panel,
        technology=technology,
        target=target,
        call=call,
        criteria=list(call.criteria.order_by("place")),
    )


__all__ = ["CALL", "World", "make_call", "make_company", "organisation", "person", "pilot_world"]
