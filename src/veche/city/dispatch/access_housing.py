"""Who announces shut-offs, takes calls and sends crews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.access import offices, tells, tier_of
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed

if TYPE_CHECKING:
    from veche.city.dispatch.models import ShutOff
    from veche.core.organisations.models import Holding, Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class NotOfTheOffice(NotAllowed):
    """Neither of the office that shuts off nor a dispatcher of the place."""

    code = "not-of-the-office"
    sentence = _("Only the office that shuts off, or a dispatcher of the place, may do this.")


class NotOnTheTelephone(NotAllowed):
    """Calls hold names and telephones."""

    code = "not-on-the-telephone"
    sentence = _("Only those on duty for the city take calls and read them.")


def check_announces(
    by: Person | None, at: dt.datetime, organisation: Organisation, territory: Territory
) -> None:
    """Let commands (nobody), the office itself and dispatchers of the place pass.

    Raises:
        NotOfTheOffice: anybody else.
    """
    if by is None:
        return
    held = holdings(by, at)
    if organisation.pk not in offices(held) and not tier_of(held, territory):
        raise NotOfTheOffice


def check_owner(by: Person, at: dt.datetime, shut_off: ShutOff) -> None:
    """Let the office that shut off pass.

    Raises:
        NotOfTheOffice: anybody else.
    """
    if shut_off.case.organisation_id not in offices(holdings(by, at)):
        raise NotOfTheOffice


def check_telephone(by: Person | None, at: dt.datetime) -> None:
    """Let those pass who may tell of incidents.

    Raises:
        NotOnTheTelephone: anybody else.
    """
    if by is None or not answers(holdings(by, at)):
        raise NotOnTheTelephone


def answers(held: Iterable[Holding]) -> bool:
    """Whether somebody with these roles takes calls."""
    return tells(held)


def sends(held: Iterable[Holding], organisation: int, territory: Territory) -> bool:
    """Whether somebody with these roles sends the crews of an office to a place."""
    held = list(held)
    return organisation in offices(held) or tier_of(held, territory) > 0
