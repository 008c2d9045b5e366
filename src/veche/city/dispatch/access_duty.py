"""Who keeps duty lists, who stands on them, and who reads how people are reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.access import DISPATCHER, OF_OFFICE, TELLERS
from veche.core.organisations.access import covers, over_city
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed

if TYPE_CHECKING:
    from veche.city.dispatch.models import DutyList
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

KEEPERS = frozenset({"administrator"})
STAFF = TELLERS | KEEPERS | {"registrar"}
"""Roles that read who is on duty by name, and how they are reached."""


class NotAKeeper(NotAllowed):
    """Lists are kept by whoever answers for those on them."""

    code = "not-a-duty-keeper"
    sentence = _(
        "Only the head of the office, the dispatchers of the place or an administrator keep this"
        " duty list."
    )


class NotStaff(NotAllowed):
    """Names and telephones of those on duty are for the house."""

    code = "not-duty-staff"
    sentence = _("Only the city's staff reads who is on duty by name.")


def keeps(held: Iterable[Holding], duty: DutyList) -> bool:
    """Whether somebody with these roles keeps a list: the head of its office, a dispatcher of its
    place or of one around it, an administrator of the city."""
    for one in held:
        if one.role in KEEPERS and over_city(one):
            return True
        if duty.organisation_id is not None:
            if one.role == "head" and one.organisation_id == duty.organisation_id:
                return True
        elif one.role == DISPATCHER and covers(one, duty.territory):
            return True
    return False


def check_keeps(person: Person | None, at: dt.datetime, duty: DutyList) -> None:
    """Let commands and timers (nobody) and the keepers of a list pass.

    Raises:
        NotAKeeper: the person keeps it not.
    """
    if person is not None and not keeps(holdings(person, at), duty):
        raise NotAKeeper


def may_stand(person: Person, duty: DutyList, at: dt.datetime) -> bool:
    """Whether somebody could act when called: of the office, or a dispatcher of the place."""
    for one in holdings(person, at):
        if duty.organisation_id is not None:
            if one.role in OF_OFFICE and one.organisation_id == duty.organisation_id:
                return True
        elif one.role == DISPATCHER and covers(one, duty.territory):
            return True
    return False


def staff(held: Iterable[Holding]) -> bool:
    """Whether somebody with these roles reads who is on duty by name."""
    return any(one.role in STAFF for one in held)


def check_staff(person: Person | None, at: dt.datetime) -> None:
    """Let the staff pass.

    Raises:
        NotStaff: a resident.
    """
    if not staff(holdings(person, at)):
        raise NotStaff
