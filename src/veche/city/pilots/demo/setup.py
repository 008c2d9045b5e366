"""The programme of the demo town: agency, words, companies, experts, sites, and who is who."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from psycopg.types.range import TimestamptzRange

from veche.city.pilots.models import (
    Company,
    Expert,
    FormVersion,
    Product,
    Programme,
    Site,
    SiteCriterion,
    SiteWindow,
    StageTerm,
    Target,
    Technology,
)
from veche.city.pilots.operations.history import found_programme
from veche.city.pilots.rules.sites import WEIGHTS
from veche.core.cases.operations.past import Who
from veche.core.organisations.models import Holding, Organisation
from veche.core.organisations.operations import add_organisations, appoint_many
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.town import pilots as told
from veche.town.people import cast, residents

DAY = dt.timedelta(days=1)
STAGES = {"application": 14, "selection": 35, "agreement": 34, "trial": 80, "evaluation": 20}
"""Days of the clock of 183 that each stage may take."""
FOUNDERS, EXPERTS, KEEPERS, PANEL, AGENTS, OFFICERS = 1_000, 2_000, 2_400, 2_500, 2_600, 2_700
"""From which resident on somebody of the town holds which role."""
SEATS = 8
"""Of the panel besides the one of the cast."""
HELD_BY_CAST = "firm-001"
"""The company of the cast's founder, the first of the programme."""


@dataclass
class Ground:
    """What the past is made of: rows of the programme by their place in the town's lists."""

    at: dt.datetime
    since: dt.datetime
    programme: Programme
    city: Territory
    agency: Organisation
    agent: Who
    offices: dict[str, Organisation]
    officers: dict[str, Who]
    """Who answered for a department all those years."""
    founders: list[Who]
    companies: list[Company]
    products: list[Product]
    experts: list[Expert]
    panel: list[Person]
    testers: list[int]
    """People of the town who may test: everybody who lives there."""
    sites: list[Site]
    windows: list[SiteWindow]
    form: FormVersion
    technologies: dict[str, Technology] = field(default_factory=dict)


class _People:
    """The town's people by their addresses: the cast and the residents."""

    def __init__(self) -> None:
        everybody = {one.email: one for one in Person.objects.filter(email__isnull=False)}
        self.cast = {one.key: everybody[one.email] for one in cast()}
        self.residents = [everybody[one.email] for one in residents()]


def _appointed(
    at: dt.datetime, rows: list[tuple[Person, str, Organisation | None, Territory | None]]
) -> list[Who]:
    made = appoint_many(
        by=None, at=at,
        holdings=[
            Holding(person=person, role=role, organisation=office, territory=place)
            for person, role, office, place in rows
        ],
    )  # fmt: skip
    return [Who(one.person_id, one.pk) for one in made]


def _organisations(at: dt.datetime) -> tuple[Organisation, list[Organisation], dict[str, Any]]:
    """The agency, the companies in their order, and the owners of sites by code."""
    kinds = Organisation.Kind
    agency = Organisation(code="innovation-agency", kind=kinds.DEPARTMENT, names=told.agency()[0])
    firms = [
        Organisation(
            code=HELD_BY_CAST if not one.index else f"startup-{one.index:03}",
            kind=kinds.COMPANY, names=one.names,
        )
        for one in told.companies()
    ]  # fmt: skip
    kept = Organisation.objects.filter(code=HELD_BY_CAST).first()
    if kept is not None:
        firms[0].names = kept.names
    owners = {
        site.owner: Organisation(code=site.owner, kind=kinds.OPERATOR, names=site.names)
        for site in reversed(told.sites())
    }
    made = add_organisations(by=None, at=at, organisations=[agency, *firms, *owners.values()])
    return (
        made[agency.code],
        [made[one.code] for one in firms],
        {code: made[code] for code in owners},
    )


def _topics() -> dict[type[Model], list[Model]]:
    goals = {one.code: Target(code=one.code, names=one.names) for one in told.goals()}
    return {
        Technology: [Technology(code=one.code, names=one.names) for one in told.technologies()],
        Target: [*goals.values()],
    }


def load(*, at: dt.datetime) -> Ground:
    """Found everything as if a little more than three years ago."""
    since = at - (told.PAST_DAYS + 40) * DAY
    people = _People()
    city = Territory.objects.get(kind=Territory.Kind.CITY, imported=False)
    places = {one.code: one for one in Territory.objects.filter(imported=False)}
    agency, firms, owners = _organisations(since)
    departments = sorted({call.department for call in told.calls() if call.department})
    offices = {one.code: one for one in Organisation.objects.filter(code__in=departments)}

    programme = Programme(code="main", names=told.agency()[1], agency=agency)
    form = FormVersion(code="short", number=1, questions=_QUESTIONS, at=since)
    companies = [_company(row, office, since) for row, office in zip(
        told.companies(), firms, strict=True)]  # fmt: skip
    products = [_product(row, one) for row, one in zip(told.companies(), companies, strict=True)]
    sites = [_site(row, owners[row.owner], places[row.area], since) for row in told.sites()]
    windows = [
        SiteWindow(site=site, during=TimestamptzRange(since, at + 400 * DAY), places=row.places)
        for row, site in zip(told.sites(), sites, strict=True)
    ]
    chosen = [*people.residents[EXPERTS : EXPERTS + told.EXPERTS - 1], people.cast["expert"]]
    experts = [_expert(number, one, since) for number, one in enumerate(chosen)]
    topics = _topics()
    found_programme(
        by=None, at=since, companies=firms,
        rows={
            Programme: [programme], FormVersion: [form], **topics,
            Company: companies, Product: products, Site: sites, SiteWindow: windows,
            Expert: experts,
        },
    )  # fmt: skip
    goals = {one.code: one for one in Target.objects.all()}
    targets = [
        Target(code=one.code, names=one.names, goal=goals[one.under]) for one in told.targets()
    ]
    found_programme(
        by=None, at=since, companies=(),
        rows={
            Target: targets,
            StageTerm: [
                StageTerm(programme=programme, stage=stage, days=days)
                for stage, days in STAGES.items()
            ],
            SiteCriterion: [
                SiteCriterion(programme=programme, code=code, weight=weight)
                for code, weight in WEIGHTS.items()
            ],
        },
    )  # fmt: skip
    found_programme(by=None, at=since, companies=(), rows=_joined(products, experts))
    panel = [*people.residents[PANEL : PANEL + SEATS], people.cast["panellist"]]
    agents = [people.cast["programme"], *people.residents[AGENTS : AGENTS + 2]]
    founders = people.residents[FOUNDERS : FOUNDERS + len(firms) - 1]
    keepers = [people.cast["site"], *people.residents[KEEPERS : KEEPERS + len(owners) - 1]]
    officers = people.residents[OFFICERS : OFFICERS + len(departments)]
    agent = _appointed(since, [(one, "pilot_officer", agency, None) for one in agents])[0]
    _appointed(
        since,
        [(one.person, "expert", None, city) for one in experts[:-1]]
        + [(one, "panellist", None, city) for one in panel[:-1]]
        + [
            (person, "site_owner", owners[code], None)
            for person, code in zip(keepers, sorted(owners, key=_first_school), strict=True)
        ],
    )
    held = _appointed(
        since,
        [
            (person, "founder", office, None)
            for person, office in zip(founders, firms[1:], strict=True)
        ],
    )
    answered = _appointed(
        since,
        [
            (person, "officer", offices[code], None)
            for person, code in zip(officers, departments, strict=True)
        ],
    )
    return Ground(
        at=at, since=since, programme=programme, city=city, agency=agency, agent=agent,
        offices=offices, officers=dict(zip(departments, answered, strict=True)),
        founders=[_held(people.cast["founder"]), *held],
        companies=companies, products=products, experts=experts, panel=panel,
        testers=[one.pk for one in people.residents], sites=sites,
        windows=windows, form=form,
        technologies={one.code: one for one in Technology.objects.all()},
    )  # fmt: skip


def _held(founder: Person) -> Who:
    """The cast's founder was given the role with the town's other people."""
    found = Holding.objects.get(person=founder, role="founder", organisation__code=HELD_BY_CAST)
    return Who(found.person_id, found.pk)


def _first_school(code: str) -> tuple[bool, str]:
    return (code != "school-owner-1", code)


def _company(row: told.TownCompany, office: Organisation, since: dt.datetime) -> Company:
    return Company(
        organisation=office, scheme=row.scheme, identifier=row.identifier,
        legal_name=str(office.names["ru"]), country=row.country, size=row.size,
        women_led=row.women_led, founded=row.founded, language=row.language,
        registered_at=since, confirmed_at=since + DAY,
    )  # fmt: skip


def _product(row: told.TownCompany, company: Company) -> Product:
    return Product(
        company=company, name=row.product, text=row.text, readiness=row.readiness,
        evidence=row.evidence, serves=row.serves, accessibility=row.accessibility,
    )  # fmt: skip


def _site(row: told.TownSite, owner: Organisation, place: Territory, since: dt.datetime) -> Site:
    from veche.town.names import data, names

    return Site(
        owner=owner, code=row.code, names=row.names,
        texts=names(data("pilots.toml")["sites"]["text"]), territory=place, address=row.address,
        longitude=row.lon, latitude=row.lat, environment=row.environment, offers=row.offers,
        reaches=row.reaches, published_at=since,
    )  # fmt: skip


def _expert(number: int, person: Person, since: dt.datetime) -> Expert:
    words = ", ".join(one.names["ru"] for one in _known(number))
    return Expert(person=person, words=words, capacity=15, since=since)


def _known(number: int) -> list[told.Topic]:
    """The two technologies that an expert knows."""
    kinds = told.technologies()
    return [kinds[(number + step) % len(kinds)] for step in (0, 5)]


def _joined(products: list[Product], experts: list[Expert]) -> dict[type[Model], list[Model]]:
    """Which technology and target a product is of, what an expert knows."""
    kinds = told.technologies()
    technologies = {one.code: one for one in Technology.objects.all()}
    goals = {one.code: one for one in Target.objects.all()}
    of_product: Any = Product.technologies.through
    serves: Any = Product.targets.through
    of_expert: Any = Expert.technologies.through
    by_code = {one.code: one for one in kinds}
    return {
        of_product: [
            of_product(product=product, technology=technologies[row.technology])
            for row, product in zip(told.companies(), products, strict=True)
        ],
        serves: [
            serves(product=product, target=goals[by_code[row.technology].targets[row.index % 3]])
            for row, product in zip(told.companies(), products, strict=True)
        ],
        of_expert: [
            of_expert(expert=expert, technology=technologies[known.code])
            for number, expert in enumerate(experts)
            for known in _known(number)
        ],
    }  # fmt: skip


_QUESTIONS = [
    {
        "code": "cost", "kind": "number", "needed": True, "choices": [],
        "names": {"ru": "Сколько стоит испытание, рублей", "en": "Cost of a trial, roubles",
                  "zh": "测试费用（卢布）"},
        "hints": {},
    },
    {
        "code": "month", "kind": "text", "needed": False, "choices": [],
        "names": {"ru": "Когда вы готовы начать", "en": "When you could begin",
                  "zh": "何时可以开始"},
        "hints": {},
    },
]  # fmt: skip
