"""Who commands for the mayor, with which powers, and who is seconded where."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from veche.city.dispatch.models import Command, Secondment
from veche.core.organisations.queries import holdings

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.core.people.models import Person
    from veche.core.places.models import Territory

MAYOR, COMMANDER = "mayor", "commander"


def commander(at: dt.datetime) -> Command | None:
    """Who commands at a moment; None: nobody, the mayor acts."""
    return (
        Command.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=at), since__lte=at, until__gt=at
        )
        .select_related("person", "organisation", "territory", "holding", "watch")
        .order_by("-since")
        .first()
    )


def is_mayor(person: Person | None, at: dt.datetime, territory: Territory | None = None) -> bool:
    """Whether a person is the mayor now."""
    from veche.core.organisations.access import covers

    return any(
        one.role == MAYOR and (territory is None or covers(one, territory))
        for one in holdings(person, at)
    )


def acting(person: Person | None, power: str, at: dt.datetime) -> Command | None:
    """The command by which a person has this power of the mayor now; None: they have it not.

    It is the role that counts: once it has ended, the power is gone in the same moment, whatever
    the command said.
    """
    held = {one.pk for one in holdings(person, at) if one.role == COMMANDER}
    if not held:
        return None
    found = commander(at)
    return found if found and found.holding_id in held and power in found.powers else None


def orders(person: Person | None, at: dt.datetime) -> bool:
    """Whether what a person gives an office now cannot be sent back: by the mayor, or by whoever
    commands with the power of orders."""
    from veche.city.dispatch.rules_modes import ORDERS

    return is_mayor(person, at) or acting(person, ORDERS, at) is not None


def commands() -> QuerySet[Command]:
    """Every command, the newest first, with what a page shows of it."""
    return (
        Command.objects.select_related("person", "organisation", "territory")
        .prefetch_related("acts")
        .order_by("-since", "-pk")
    )


def secondments() -> QuerySet[Secondment]:
    """Every secondment, the newest first."""
    return Secondment.objects.select_related(
        "person", "origin", "organisation", "territory", "command"
    ).order_by("-since", "-pk")


def seconded(at: dt.datetime) -> QuerySet[Secondment]:
    """Those that last at a moment."""
    return secondments().filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at), since__lte=at, until__gt=at
    )


MOST_PEOPLE = 500
"""People a form offers; a city with more officials narrows by office first."""


def officials(at: dt.datetime, roles: tuple[str, ...]) -> list[tuple[str, str]]:
    """Who holds one of these roles now, as ``person:office`` and words, by office and name."""
    from veche.core.organisations.models import Holding
    from veche.core.organisations.roles import role_word

    rows = Holding.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at),
        role__in=roles,
        since__lte=at,
        person__is_active=True,
    ).select_related("person", "organisation", "territory")
    found = {
        (one.person_id, one.organisation_id or 0): (
            f"{one.organisation or one.territory or ''} · {one.person} ({role_word(one.role)})"
        )
        for one in rows.order_by("-role")[:MOST_PEOPLE]
    }
    named = [(f"{person}:{office}", word) for (person, office), word in found.items()]
    return sorted(named, key=lambda row: row[1])
