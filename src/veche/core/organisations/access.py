"""Who may give roles and say where somebody lives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
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


class NotARuleKeeper(NotAllowed):
    """The city's own rules are set for the whole city only."""

    code = "not-a-rule-keeper"
    sentence = _(
        "Only an administrator of the whole city, or a keeper of the city's data, sets its rules."
    )


RULE_KEEPERS = ("administrator", "registrar")
"""Roles that set the city's own rules, when held over the whole city."""


def over_city(holding: Holding) -> bool:
    """Whether a role is held over a whole city, not in a part of it only."""
    return holding.territory is None or bool(holding.territory.kind == "city")


def holds_over_city(person: Person | None, roles: Collection[str], at: dt.datetime) -> bool:
    """Whether a person holds one of these roles now over a whole city, not in a part of it only."""
    return any(h.role in roles and over_city(h) for h in holdings(person, at))


def keeps_rules(person: Person | None, at: dt.datetime) -> bool:
    """Whether a person sets the city's own rules now."""
    return holds_over_city(person, RULE_KEEPERS, at)


def check_keeps_rules(person: Person | None, at: dt.datetime) -> None:
    """Let commands (nobody) and keepers of rules pass.

    Raises:
        NotARuleKeeper: the person is none now.
    """
    if person is not None and not keeps_rules(person, at):
        raise NotARuleKeeper
