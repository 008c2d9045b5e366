"""Giving and ending roles, with the rights checked; `appoint` below them checks none."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.organisations.access import NotAdministrator, covers, holds
from veche.core.organisations.models import Holding, Organisation
from veche.core.organisations.operations import appoint
from veche.core.organisations.roles import NEEDS_OFFICE, ROLES
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class UnknownRole(Invalid):
    """There is no such role."""

    code = "unknown-role"
    sentence = _("Choose a role.")
    field = "role"


class OfficeMissing(Invalid):
    """The role is held in an organisation."""

    code = "office-missing"
    sentence = _("Say in which office.")
    field = "organisation"


class TermOver(Invalid):
    """The role would be over before it begins."""

    code = "term-over"
    sentence = _("This day is over. Choose a later one.")
    field = "until"


class HeldAlready(Refused):
    """The person holds this very role."""

    code = "held-already"
    sentence = _("This person holds this role already.")


class NoSuchHolding(NotFound):
    """Nobody holds it, or no more."""

    code = "no-such-holding"
    sentence = _("This role has ended already.")


class LastAdministrator(Refused):
    """Nobody could give roles any more."""

    code = "last-administrator"
    sentence = _("This is the last administrator: give the role to somebody else first.")


@operation
def give_role(
    *,
    by: Person,
    at: dt.datetime,
    person: Person,
    role: str,
    organisation: Organisation | None = None,
    territory: Territory | None = None,
    until: dt.datetime | None = None,
) -> Holding:
    """An administrator gives a person a role from now on.

    Raises:
        NotAdministrator: the administrator's own role does not reach so far.
        UnknownRole, OfficeMissing, TermOver: what was asked for is not whole.
        HeldAlready: the person holds it.
    """
    if role not in ROLES:
        raise UnknownRole
    if role in NEEDS_OFFICE and organisation is None:
        raise OfficeMissing
    if until is not None and until <= at:
        raise TermOver
    # An office answers in the whole city, wherever its officer holds the role: an administrator of
    # a district would make officers of every office, and have power beyond the district.
    reach = territory if organisation is None else atlas().home()
    if not holds(by, "administrator", reach, at):
        raise NotAdministrator
    held = _live(at).filter(
        person_id=person.pk, role=role, organisation=organisation, territory=territory
    )
    if held.exists():
        raise HeldAlready
    return appoint(
        by=by,
        at=at,
        person=person,
        role=role,
        organisation=organisation,
        territory=territory,
        until=until,
    )


@operation
def end_role(*, by: Person, at: dt.datetime, holding: int) -> Holding:
    """An administrator ends a role at once: who held it acts no more.

    Raises:
        NoSuchHolding: it is over already.
        NotAdministrator: the administrator's own role does not reach so far.
        LastAdministrator: nobody else could give roles.
    """
    # Locked in one order: two who end each other's role at one moment are not both let.
    rulers = _live(at).filter(role="administrator").order_by("pk")
    list(rulers.select_for_update().values_list("pk"))
    row = (
        Holding.objects.select_for_update(of=("self",))
        .select_related("territory", "organisation")
        .filter(pk=holding)
        .filter(Q(until__isnull=True) | Q(until__gt=at))
        .first()
    )
    if row is None:
        raise NoSuchHolding
    city = atlas().home()
    if not holds(by, "administrator", row.territory if row.organisation is None else city, at):
        raise NotAdministrator
    last = row.role == "administrator" and covers(row, city)
    # An administrator of a district gives no roles in the city: that is nobody left.
    if last and not any(covers(other, city) for other in rulers.exclude(pk=row.pk)):
        raise LastAdministrator
    # A role that begins and ends in the same moment lasts a microsecond: the term is never empty.
    row.until = max(at, row.since + dt.timedelta(microseconds=1))
    row.save(update_fields=["until"])
    record(
        kind="organisations.role-ended",
        by=by,
        at=at,
        subject=f"person:{row.person_id}",
        public={
            "role": row.role,
            "organisation": row.organisation.code if row.organisation else None,
            "territory": row.territory.code if row.territory else None,
        },
    )
    return row


def _live(at: dt.datetime) -> QuerySet[Holding]:
    return Holding.objects.filter(since__lte=at).filter(Q(until__isnull=True) | Q(until__gt=at))
