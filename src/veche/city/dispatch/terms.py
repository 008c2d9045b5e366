"""Until when a state of an incident may last: the city's minutes, by the mode it is in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from veche.city.dispatch import rules
from veche.city.dispatch.models import IncidentTerm
from veche.city.dispatch.queries import modes

if TYPE_CHECKING:
    from veche.city.dispatch.models import Incident, IncidentKind
    from veche.core.places.models import Territory

_CALM = ("pending", "closed")


def minutes(kind: IncidentKind, tier: int, state: str) -> int:
    """How many minutes a state may last in the city's usual mode.

    The row of the kind and the tier stands before one of the kind, that before one of the tier,
    that before the one for all; where there is no row, the program's own.

    Raises:
        KeyError: no term is known for this state.
    """
    rows = IncidentTerm.objects.filter(
        Q(kind=kind) | Q(kind__isnull=True), Q(tier=tier) | Q(tier__isnull=True), state=state
    ).values_list("kind_id", "tier", "minutes")
    found = max(rows, key=lambda row: (row[0] is not None, row[1] is not None), default=None)
    return int(found[2]) if found is not None else rules.MINUTES[state]


def lasting(incident: Incident, state: str, territory: Territory, at: dt.datetime) -> dt.timedelta:
    """How long a state of an incident may last when it begins now: never less than a minute. The
    mode of the city shortens what is done at once, not the evaluation afterwards.

    Raises:
        KeyError: no term is known for this state.
    """
    usual = minutes(incident.kind, incident.tier, state)
    times = 1.0 if state in _CALM else factor(territory, at, drill=incident.drill)
    return dt.timedelta(minutes=max(1.0, usual * times))


def until(incident: Incident, state: str, at: dt.datetime) -> dt.datetime:
    """When a state of an incident that begins now is due.

    Raises:
        KeyError: no term is known for this state.
    """
    return at + lasting(incident, state, incident.case.territory, at)


def mode(territory: Territory, at: dt.datetime, *, drill: bool = False) -> int:
    """The mode of the city at a place, 1 to 5; those of drills count for drills alone."""
    return modes.mode_at(territory, at, drill=drill).level


def factor(territory: Territory, at: dt.datetime, *, drill: bool = False) -> float:
    """By what the mode of the city at a place multiplies every term that begins now."""
    return modes.factor(territory, at, drill=drill)
