"""Who may give roles and say where somebody lives."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.organisations.models import Holding
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class NotAdministrator(NotAllowed):
    """Only administrators give and end roles."""

    code = "not-administrator"
    sentence = _("Only an administrator of this territory may do this.")


class NotClerk(NotAllowed):
    """Only clerks say where somebody lives."""

    code = "not-clerk"
    sentence = _("Only a clerk of this territory may do this.")


def covers(holding: Holding, territory: Territory | None) -> bool:
    """Whether a role reaches a territory: held there, around it, or in the whole city."""
    if holding.territory_id is None:
        return True
    if territory is None:
        return False
    return holding.territory_id in (territory.pk, territory.district_id, territory.city_id)


def holds(person: Person | None, role: str, territory: Territory | None, at: dt.datetime) -> bool:
    """Whether a person holds a role now that reaches the territory."""
    return any(h.role == role and covers(h, territory) for h in holdings(person, at))
