"""Who runs the programme, and who acts for a company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.models import Company, Programme
from veche.city.pilots.procedure import FOUNDER, PROGRAMME
from veche.core.organisations.access import keeps_rules
from veche.core.organisations.conflicts import check_may_judge
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person


class NoProgramme(NotFound):
    """The city has no pilot programme yet."""

    code = "no-programme"
    sentence = _("The city has no pilot programme yet: an administrator begins one.")


class UnknownCompany(NotFound):
    """There is no such company."""

    code = "unknown-company"
    sentence = _("There is no company with the code “{asked}”.")


class NotTheAgency(NotAllowed):
    """Only the agency that runs the programme does this."""

    code = "not-the-agency"
    sentence = _("Only an officer of the agency that runs the pilot programme may do this.")


class NotTheCompany(NotAllowed):
    """Only somebody who acts for the company does this."""

    code = "not-the-company"
    sentence = _("Only somebody who acts for this company may do this.")


class NotASetter(NotAllowed):
    """The programme is set by its agency, or by who sets the rules of the city."""

    code = "not-a-programme-setter"
    sentence = _("Only the agency of the programme, or an administrator of the city, sets this.")


def programme_or_none() -> Programme | None:
    """The programme that runs now: the newest; None where there is none yet."""
    return Programme.objects.select_related("agency").order_by("-pk").first()


def programme() -> Programme:
    """The programme that runs now.

    Raises:
        NoProgramme: there is none yet.
    """
    found = programme_or_none()
    if found is None:
        raise NoProgramme
    return found


def runs(held: Sequence[Holding], of: Programme | None) -> bool:
    """Whether one of these roles is that of an officer in the agency of a programme."""
    return of is not None and any(
        one.role == PROGRAMME and one.organisation_id == of.agency_id for one in held
    )


def check_runs(held: Sequence[Holding]) -> None:
    """Let pass who runs the programme by one of these roles.

    Raises:
        NotTheAgency: they do not.
    """
    if not runs(held, programme()):
        raise NotTheAgency


def check_agency(person: Person | None, at: dt.datetime, of: Programme) -> None:
    """Let commands (nobody) and the officers of the agency pass.

    Raises:
        NotTheAgency: the person is none now.
    """
    if person is not None and not runs(holdings(person, at), of):
        raise NotTheAgency


def check_agency_for(
    person: Person | None, at: dt.datetime, of: Programme, company: Company
) -> None:
    """Let commands and those officers of the agency pass who may judge a company.

    Raises:
        NotTheAgency: the person is none now.
        veche.core.organisations.conflicts.Conflicted: a tie to the company stands against it.
    """
    check_agency(person, at, of)
    check_may_judge(person, company.organisation, at, of.cooling_years)


def check_sets(person: Person | None, at: dt.datetime, of: Programme | None) -> None:
    """Let commands, officers of the agency and keepers of the city's rules pass.

    Raises:
        NotASetter: the person is none of these now.
    """
    if person is None or keeps_rules(person, at):
        return
    if not runs(holdings(person, at), of):
        raise NotASetter


def companies() -> QuerySet[Company]:
    """All companies with their organisations."""
    return Company.objects.select_related("organisation")


def company_for(code: str) -> Company:
    """The company whose organisation has this code.

    Raises:
        UnknownCompany: there is none.
    """
    found = companies().filter(organisation__code=code).first()
    if found is None:
        raise UnknownCompany(asked=code)
    return found


def acts_for(held: Sequence[Holding], company: Company) -> bool:
    """Whether one of these roles is held as a founder of a company."""
    return any(one.role == FOUNDER and one.organisation_id == company.pk for one in held)


def own_companies(held: Sequence[Holding]) -> list[Company]:
    """The companies that somebody with these roles acts for, by name."""
    mine = [one.organisation_id for one in held if one.role == FOUNDER]
    return list(companies().filter(pk__in=mine).order_by("legal_name")) if mine else []


def check_founder(person: Person | None, at: dt.datetime, company: Company) -> None:
    """Let commands (nobody) and those who act for a company pass.

    Raises:
        NotTheCompany: the person does not now.
    """
    if person is not None and not acts_for(holdings(person, at), company):
        raise NotTheCompany
