"""Who is told of a step: the office that must act, the tier that must decide, whoever follows.

Whoever must act within minutes is called at once, by every way they left open; what is severe or
extreme minds nobody's quiet hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from veche.city.dispatch import access, rules
from veche.city.dispatch.models import Incident, IncidentEntry, IncidentMatter
from veche.city.dispatch.queries import duty, handbook, joins
from veche.core.notices import operations as notices
from veche.core.notices.operations.sets import tell_people_of_many
from veche.core.notices.rules import CALL, URGENT
from veche.core.organisations.models import Holding
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person


@inside
def tell_office(
    *,
    by: Person | None,
    at: dt.datetime,
    incident: Incident,
    case: Case,
    office: Organisation,
    kind: str,
) -> int:
    """Tell whoever is on duty for an office, else all its officers and heads; how many. Of a drill
    they are told in the house only.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    return _tell(by, at, incident, case, _of_office(office, at), kind)


def _of_office(office: Organisation, at: dt.datetime) -> set[int]:
    people = {one.pk for one in duty.on_duty(organisation=office, at=at)}
    if not people:
        held = Holding.objects.filter(role__in=access.OF_OFFICE, organisation=office)
        people = set(_now(held, at))
    return people


@inside
def tell_opening(*, by: Person | None, at: dt.datetime, incident: Incident) -> int:
    """Tell of a new incident whoever is on duty for its tier there, where nobody is the dispatchers
    of the nearest tier from it upwards that has some; and the office that answers for it, so that
    its people can make ready. Each once, but not who opened it; how many.

    What is not public, and a drill, is kept from the office until it is given to it.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    place, case = incident.case.territory, incident.case
    first = {one.pk for one in duty.called_first(place, incident.tier, drill=incident.drill, at=at)}
    if not first:
        first = _dispatchers(incident, at)
    told = _tell(by, at, incident, case, first, "incident.opened")
    office = handbook.lead(incident.kind, place, incident.tier, at) if incident.public else None
    if office is not None:
        theirs = _of_office(office, at) - first
        told += _tell(by, at, incident, case, theirs, "incident.opened-office")
    return told


def _dispatchers(incident: Incident, at: dt.datetime) -> set[int]:
    place = incident.case.territory
    around = {1: place.pk, 2: place.district_id or place.pk, 3: place.city_id or place.pk}
    for tier in range(incident.tier, rules.TOP + 1):
        asked = Q(territory=around[tier])
        if tier == rules.TOP:
            asked |= Q(territory__isnull=True)
        found = _now(Holding.objects.filter(asked, role=access.DISPATCHER), at)
        if found:
            return set(found)
    return set()


@inside
def tell_tier(*, by: Person | None, at: dt.datetime, incident: Incident, kind: str) -> int:
    """Tell the dispatchers of the tier that is to lead; how many.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    place = incident.case.territory
    around = {1: place.pk, 2: place.district_id or place.pk, 3: place.city_id or place.pk}
    held = Holding.objects.filter(role=access.DISPATCHER, territory=around[incident.tier])
    return _tell(by, at, incident, incident.case, _now(held, at), kind)


def _now(held: Iterable[Holding], at: dt.datetime) -> list[int]:
    return [
        one.person_id for one in held if one.since <= at and (one.until is None or one.until > at)
    ]


def _tell(
    by: Person | None,
    at: dt.datetime,
    incident: Incident,
    case: Case,
    people: Iterable[int],
    kind: str,
    topic: str = "",
) -> int:
    asked = sorted(set(people) - {by.pk if by is not None else 0})
    if not asked:
        return 0
    if incident.drill:
        return notices.tell_in_house(
            by=by, at=at, case=case, kind=f"{kind}-drill", details={}, people=asked
        )
    return notices.tell_people(
        by=by,
        at=at,
        told=[(one, case.pk) for one in asked],
        kind=kind,
        topic=topic or topic_of(incident.severity),
    )


def topic_of(severity: int) -> str:
    """What a call to act is about for whoever it reaches: severe and extreme at any hour."""
    return URGENT if severity >= rules.GRAVE else CALL


ENDS = frozenset({"incident.closed", "incident.false", "incident.reopened"})
"""What whoever opened an incident is told of it."""


def _openers(incidents: Collection[int]) -> list[tuple[int, int]]:
    """Who opened these incidents, where a person did, each with its case."""
    rows = IncidentEntry.objects.filter(incident__in=incidents, kind="reported", by__isnull=False)
    return list(rows.values_list("by", "incident"))


@inside
def tell_joined(*, by: Person, at: dt.datetime, incident: Incident, into: Incident) -> None:
    """An incident became a part of another: who opened it is told, and who follows it follows the
    other from now on, where everybody may read both.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    people = [person for person, _case in _openers([incident.pk])]
    _tell(by, at, incident, incident.case, people, "incident.joined", topic="work")
    if incident.public and into.public:
        notices.carry_followers(by=by, at=at, case=incident.case, to=into.case)


@inside
def tell_openers(*, by: Person | None, at: dt.datetime, incident: Incident, kind: str) -> None:
    """Tell who opened an incident, and who opened what became a part of it, that it is over or was
    opened again; of other steps nobody.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if kind not in ENDS:
        return
    own = [person for person, _case in _openers([incident.pk])]
    _tell(by, at, incident, incident.case, own, kind, topic="work")
    # Of those that became a part of it, however many, in a few statements; drills are rare.
    parts = {one.pk: one for one in access.full().filter(pk__in=joins.parts([incident.pk]))}
    told = [pair for pair in _openers(parts) if by is None or pair[0] != by.pk]
    real = [(person, case) for person, case in told if not parts[case].drill]
    if real:
        tell_people_of_many(by=by, at=at, told=real, kind=f"{kind}-joined")
    for person, case in told:
        if parts[case].drill:
            _tell(by, at, parts[case], parts[case].case, [person], kind, topic="work")


@inside
def tell_everybody(*, by: Person | None, at: dt.datetime, incident: Incident, kind: str) -> int:
    """Tell whoever opened the incident or what became a part of it, whoever follows it, and whoever
    follows a matter that tells of it; how many of the last. Of a drill, or of what is not public,
    those who opened it alone.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    told = _followers(by, at, incident, kind) if incident.public else 0
    # After the others: whoever follows it as well is told as a follower, as they chose.
    tell_openers(by=by, at=at, incident=incident, kind=kind)
    return told


def _followers(by: Person | None, at: dt.datetime, incident: Incident, kind: str) -> int:
    told = notices.tell_followers(by=by, at=at, case=incident.case, kind=kind)
    linked = list(
        IncidentMatter.objects.filter(incident=incident).values_list("matter_id", flat=True)
    )
    if linked:
        told += notices.tell_followers_of_many(by=by, at=at, cases=linked, kind=f"{kind}-linked")
    return told
