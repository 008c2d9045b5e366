"""The services, kinds of incidents and dispatchers of the demo town."""

from __future__ import annotations

import datetime as dt
from types import ModuleType

from veche.city.dispatch.models import EssentialService, IncidentKind
from veche.city.dispatch.operations.history import set_kinds
from veche.core.organisations.models import Holding, Organisation, Responsibility
from veche.core.organisations.operations import (
    add_organisations,
    appoint_many,
    make_many_responsible,
)
from veche.core.people.models import Level, Person
from veche.core.people.operations import add_people
from veche.core.places.models import Territory


def mail_of(office: str) -> str:
    """The invented address of whoever is on the telephone of an office."""
    return f"{office}@example.org"


def load(*, town: ModuleType, since: dt.datetime) -> dict[str, IncidentKind]:
    """Found the services that incidents need, appoint their people, set the kinds; by code. All
    of it as if at ``since``, when the town's offices were founded."""
    from veche.town.dispatch import essential, kinds, officers, services

    del town
    add_organisations(
        by=None, at=since,
        organisations=[
            Organisation(code=code, kind=Organisation.Kind.OPERATOR, names=names)
            for code, names in services().items()
        ],
    )  # fmt: skip
    offices = {one.code: one for one in Organisation.objects.filter(imported=False)}
    places = {one.code: one for one in Territory.objects.filter(imported=False)}
    people = add_people(
        by=None, at=since,
        people=[
            Person(name=names["ru"], email=mail_of(code), language="ru", level=Level.IDENTIFIED)
            for code, names in officers().items()
        ],
    )  # fmt: skip
    appoint_many(
        by=None, at=since,
        holdings=[
            Holding(person=person, role="officer", organisation=offices[code])
            for person, code in zip(people, officers(), strict=True)
        ]
        + _neighbours(places),
    )  # fmt: skip
    city = next(one for one in places.values() if one.kind == Territory.Kind.CITY)
    rows = []
    for kind in kinds():
        theme = f"incident:{kind.code}"
        if "*" not in kind.lead:
            rows.append(
                Responsibility(theme=theme, territory=city, organisation=offices[kind.lead])
            )
            continue
        for code, place in places.items():
            if place.kind == Territory.Kind.DISTRICT:
                lead = offices[kind.office(code)]
                rows.append(Responsibility(theme=theme, territory=place, organisation=lead))
    make_many_responsible(by=None, at=since, rows=rows)
    return set_kinds(
        by=None, at=since,
        kinds=[
            IncidentKind(
                code=kind.code, names=kind.names, tier=kind.tier, severity=kind.severity,
                category=kind.category, public=kind.public,
            )
            for kind in kinds()
        ],
        services=[
            EssentialService(
                code=one.code, names=one.names, organisation=offices[one.office],
                advice=one.advice,
            )
            for one in essential()
        ],
    )  # fmt: skip


def _neighbours(places: dict[str, Territory]) -> list[Holding]:
    """In every neighbourhood one of those who live there is its dispatcher."""
    from veche.town.people import residents

    lives = {one.neighbourhood: one.email for one in residents()}
    known = {p.email: p for p in Person.objects.filter(email__in=lives.values())}
    return [
        Holding(person=known[email], role="dispatcher", territory=places[code])
        for code, email in lives.items()
    ]
