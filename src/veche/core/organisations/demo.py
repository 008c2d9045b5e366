"""The offices and companies of the demo town, who works there, and who answers for what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import ModuleType

from veche.core.organisations.demo_homes import load_homes
from veche.core.organisations.models import Holding, Organisation, Responsibility
from veche.core.organisations.operations import (
    add_organisations,
    appoint_many,
    make_many_responsible,
    set_supplier,
)
from veche.core.people.demo import BEFORE, dispatcher_email
from veche.core.people.models import Person
from veche.core.places.demo import load_objects
from veche.core.places.models import ObjectKind, Territory

OF_THE_CITY = (
    "moderator", "arbiter", "controller", "clerk", "organiser", "commissioner", "poll_clerk",
    "facilitator", "planner", "steward", "operator", "analyst", "mayor",
    "expert", "panellist",
)  # fmt: skip
"""Roles that the cast holds in the whole city."""


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Found the organisations and appoint their people, as if a little more than a year ago."""
    from veche.town.offices import offices
    from veche.town.people import cast, heads, staff

    since = at - BEFORE
    places = {t.code: t for t in Territory.objects.filter(imported=False)}
    made = add_organisations(
        by=None,
        at=since,
        organisations=[
            Organisation(code=office.code, kind=office.kind, names=office.names)
            for office in offices()
        ],
    )
    emails = [m.email for m in (*cast(), *staff(), *heads())] + [
        dispatcher_email(code) for code in places
    ]
    people = {p.email: p for p in Person.objects.filter(email__in=emails)}
    holdings: list[Holding] = []
    for member in {m.key: m for m in (*cast(), *staff(), *heads())}.values():
        if member.role in ("resident", "pupil", "pilot_officer", "site_owner"):
            continue  # the programme founds the agency and the sites that they belong to
        area = None
        if member.role in OF_THE_CITY or (member.role == "dispatcher" and not member.area):
            area = next(t for t in places.values() if t.kind == Territory.Kind.CITY)
        elif member.role in ("dispatcher", "volunteer") and member.area:
            area = places[member.area]
        holdings.append(
            Holding(
                person=people[member.email],
                role=member.role,
                organisation=made[member.organisation] if member.organisation else None,
                territory=area,
            )
        )
    for code, place in places.items():
        if dispatcher_email(code) in people:
            holdings.append(
                Holding(
                    person=people[dispatcher_email(code)],
                    role="dispatcher",
                    organisation=made.get(f"{code.rpartition('-')[2]}-office"),
                    territory=place,
                )
            )
    appoint_many(by=None, at=since, holdings=holdings)
    make_many_responsible(
        by=None,
        at=since,
        rows=[
            Responsibility(
                theme=category, territory=places[district], organisation=made[office.code]
            )
            for office in offices()
            for category, district in office.answers_for
        ]
        + [
            # What nobody takes goes to the residents' office.
            Responsibility(
                theme="last-resort",
                territory=next(t for t in places.values() if t.kind == Territory.Kind.CITY),
                organisation=made["city-people"],
            )
        ],
    )
    load_homes(since=since, at=at, places=places)
    entered = load_objects(at=at)  # their owners are known only here
    _contracts(made, since)
    report(f"organisations: {len(made)}, objects: {entered}")


def _contracts(offices: Mapping[str, Organisation], at: dt.datetime) -> None:
    """Say who is called to which objects, and how long they have."""
    from veche.town.objects import CONTRACTS

    kinds = {kind.code: kind for kind in ObjectKind.objects.all()}
    for contract in CONTRACTS:
        set_supplier(
            by=None,
            at=at,
            kind=kinds[contract.kind],
            organisation=offices[contract.supplier],
            theme=contract.category,
            owner=offices[contract.owner],
            number=contract.days,
            unit="working_days",
        )
