"""Who is told of a step of an application: its company, the agency, the department."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q

from veche.city.pilots.models import Application
from veche.city.pilots.procedure import FOUNDER, OFFICER, PROGRAMME
from veche.core.cases.models import Case
from veche.core.cases.operations import Bar, set_barred
from veche.core.notices import operations as notices
from veche.core.notices.models import Following
from veche.core.organisations.conflicts import conflicted_people
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.operation import inside

WHY = "conflict"
"""Why an appeal is kept from somebody: as the application itself; `barring` keeps both true."""


@inside
def tell_company(
    *,
    by: Person | None,
    at: dt.datetime,
    application: Application,
    kind: str,
    case: Case | None = None,
) -> int:
    """Tell everybody who acts for the company, besides who did it; how many. ``case`` is what it is
    about, where that is not the application itself.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    people = _holders(FOUNDER, application.company_id, at)
    return _tell(by, at, case or application.case, people, kind)


@inside
def let_company_follow(*, at: dt.datetime, application: Application) -> None:
    """Let everybody who acts for the company follow the application: they hear of what other parts
    of the programme tell its followers.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    people = _holders(FOUNDER, application.company_id, at)
    for one in Person.objects.filter(pk__in=people).order_by("pk"):
        notices.follow(by=one, at=at, case=application.case)


@inside
def part_public(*, at: dt.datetime, application: Application) -> None:
    """An application that is not public any more is followed by its company alone.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    own = _holders(FOUNDER, application.company_id, at)
    rows = Following.objects.filter(case=application.case, person__isnull=False)
    strangers = rows.exclude(person__in=own).values("person")
    for one in Person.objects.filter(pk__in=strangers).order_by("pk"):
        notices.unfollow(by=one, at=at, case=application.case)


@inside
def tell_agency(
    *,
    by: Person | None,
    at: dt.datetime,
    application: Application,
    kind: str,
    case: Case | None = None,
) -> int:
    """Tell who runs the programme, without anybody who may not know of the application; how many.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    people = _holders(PROGRAMME, application.programme.agency_id, at)
    return _tell(by, at, case or application.case, _free(people, application, at), kind)


@inside
def tell_department(
    *, by: Person | None, at: dt.datetime, application: Application, kind: str
) -> int:
    """Tell the officers of the department that supervises the trial, without anybody who may not
    know of the application; how many.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    people = _holders(OFFICER, application.department_id, at)
    return _tell(by, at, application.case, _free(people, application, at), kind)


@inside
def tell_arbiters(
    *, by: Person | None, at: dt.datetime, application: Application, case: Case, kind: str
) -> int:
    """Tell the arbiters of the city who may judge it; how many.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    place = application.case.territory
    around = [pk for pk in (place.pk, place.district_id, place.city_id) if pk]
    rows = Holding.objects.filter(role="arbiter", territory__in=around)
    people = set(_now(rows, at))
    people -= _holders(None, application.programme.agency_id, at)
    return _tell(by, at, case, _free(people, application, at), kind)


@inside
def keep_from_tied(*, at: dt.datetime, application: Application, case: Case) -> None:
    """Keep an appeal from whoever is tied to the company, but not from those who act for it: it
    stands on no desk of theirs.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    tied = conflicted_people(
        organisation=application.company.organisation, at=at,
        years=application.programme.cooling_years,
    )  # fmt: skip
    tied -= _holders(FOUNDER, application.company_id, at)
    wanted = [Bar(case.pk, person) for person in sorted(tied)]
    set_barred(by=None, at=at, why=WHY, wanted=wanted, cases=[case.pk])


def _now(rows: object, at: dt.datetime) -> list[int]:
    held = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    return list(rows.filter(held).values_list("person", flat=True))  # type: ignore[attr-defined]


def _holders(role: str | None, organisation: int | None, at: dt.datetime) -> set[int]:
    if organisation is None:
        return set()
    rows = Holding.objects.filter(organisation=organisation)
    return set(_now(rows.filter(role=role) if role else rows, at))


def _free(people: Collection[int], application: Application, at: dt.datetime) -> set[int]:
    """Without those who may not know of the application."""
    if not people:
        return set()
    tied = conflicted_people(
        organisation=application.company.organisation, at=at,
        years=application.programme.cooling_years,
    )  # fmt: skip
    return set(people) - tied


def _tell(
    by: Person | None, at: dt.datetime, case: Case, people: Collection[int], kind: str
) -> int:
    asked = sorted(set(people) - {by.pk if by is not None else 0})
    if not asked:
        return 0
    return notices.tell_people(by=by, at=at, told=[(one, case.pk) for one in asked], kind=kind)
