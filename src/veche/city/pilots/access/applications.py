"""Who stands how to an application, and so what they may see of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from veche.city.pilots.access.conflicts import UnknownApplication, may_see, open_to
from veche.city.pilots.models import Application, Booking, PanelItem, ReviewTask
from veche.city.pilots.procedure import FOUNDER, OFFICER, PROGRAMME, SECRET
from veche.core.organisations.queries import holdings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

RELATIONS = ("company", "agency", "department", "expert", "panellist", "site")
"""How somebody may stand to an application: they act for the company that offers it, run the
programme, answer for the department that supervises its trial, have it to read, have it on the
agenda of a panel, or keep the site where it is tested."""
HEADS = (OFFICER, "head")
"""Who speaks for a department."""
SITE_OWNER = "site_owner"


@dataclass(frozen=True)
class Standing:
    """What somebody is to one application at a moment."""

    application: Application
    person: Person | None
    relations: frozenset[str]
    """Of `RELATIONS`; empty: one of the public."""

    @property
    def inside(self) -> bool:
        """Whether they read it before it is public."""
        return bool(self.relations)

    @property
    def staff(self) -> bool:
        """Whether they run the programme or supervise the trial."""
        return bool(self.relations & {"agency", "department"})

    @property
    def company(self) -> bool:
        """Whether it is their own company's."""
        return "company" in self.relations

    @property
    def agency(self) -> bool:
        """Whether they run the programme."""
        return "agency" in self.relations


def applications() -> QuerySet[Application]:
    """All applications with what their rows name."""
    return Application.objects.select_related(
        "case__territory", "case__organisation", "programme__agency", "company__organisation",
        "call__case", "department",
    )  # fmt: skip


def is_public(application: Application) -> bool:
    """Whether everybody may read it: it was decided about, and is not hidden."""
    case = application.case
    return (
        application.decided_at is not None and case.state not in SECRET and case.hidden_at is None
    )


PUBLIC = Q(decided_at__isnull=False, case__hidden_at=None) & ~Q(case__state__in=SECRET)
"""The same for the database."""


def acts_for(held: Sequence[Holding], role: str, organisation: int | None) -> bool:
    """Whether one of these roles is held in an organisation."""
    return organisation is not None and any(
        one.role == role and one.organisation_id == organisation for one in held
    )


def relations(application: Application, person: Person | None, at: dt.datetime) -> frozenset[str]:
    """How somebody stands to an application; empty for the public and for whoever may not know of
    it (see `veche.city.pilots.access.conflicts.may_see`)."""
    held = holdings(person, at)
    if person is None or not held:
        return frozenset()
    found: set[str] = set()
    if acts_for(held, FOUNDER, application.company_id):
        found.add("company")
    if application.case.state == "draft" or application.submitted_at is None:
        return frozenset(found)  # nobody else knows of a draft
    if acts_for(held, PROGRAMME, application.programme.agency_id):
        found.add("agency")
    if any(acts_for(held, role, application.department_id) for role in HEADS):
        found.add("department")
    roles = {one.role for one in held}
    if "expert" in roles and _has_to_read(application, person):
        found.add("expert")
    if "panellist" in roles and _has_on_agenda(application, person):
        found.add("panellist")
    if SITE_OWNER in roles and _keeps_site(application, held):
        found.add("site")
    if found - {"company"} and not may_see(person, application, at):
        found &= {"company"}
    return frozenset(found)


def _has_to_read(application: Application, person: Person) -> bool:
    gone = (ReviewTask.Standing.REFUSED, ReviewTask.Standing.TAKEN_BACK)
    rows = ReviewTask.objects.filter(application=application, expert=person.pk)
    return rows.exclude(standing__in=gone).exists()


def _has_on_agenda(application: Application, person: Person) -> bool:
    rows = PanelItem.objects.filter(application=application, panel__members__person=person)
    return rows.exclude(votes__member__person=person, votes__choice="recused").exists()


def _keeps_site(application: Application, held: Sequence[Holding]) -> bool:
    owners = [one.organisation_id for one in held if one.role == SITE_OWNER]
    return Booking.objects.filter(application=application, site__owner__in=owners).exists()


def standing(application: Application, person: Person | None, at: dt.datetime) -> Standing:
    """What somebody is to an application, whether they may read it or not."""
    return Standing(application, person, relations(application, person, at))


def application_for(number: str, person: Person | None, at: dt.datetime) -> Standing:
    """The application of this number, for whoever may read it, and how they stand to it.

    Raises:
        UnknownApplication: there is none; or it is not public yet, and they have nothing to do with
            it or may not know of it.
    """
    found = applications().filter(case__number=number).first()
    if found is None:
        raise UnknownApplication(number=number)
    stand = standing(found, person, at)
    if not stand.inside and not is_public(found):
        raise UnknownApplication(number=number)
    return stand


def to_staff(person: Person | None, at: dt.datetime) -> QuerySet[Application]:
    """The applications that somebody deals with as agency or department: of those that were sent,
    without any they may not know of."""
    held = holdings(person, at)
    if person is None or not held:
        return Application.objects.none()
    agencies = [one.organisation_id for one in held if one.role == PROGRAMME]
    offices = [one.organisation_id for one in held if one.role in HEADS]
    mine = Q(programme__agency__in=agencies) | Q(department__in=offices)
    rows = applications().filter(mine, submitted_at__isnull=False)
    return open_to(rows, person, at)


def to_company(person: Person | None, at: dt.datetime) -> QuerySet[Application]:
    """The applications of the companies somebody acts for, drafts among them."""
    firms = [one.organisation_id for one in holdings(person, at) if one.role == FOUNDER]
    if not firms:
        return Application.objects.none()
    return applications().filter(company__in=firms)
