"""Who may look at what waits for a person, who may switch, and whose a meter is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pulse.access import ANALYST, OPERATOR, STEWARD
from veche.city.spheres.models import Meter
from veche.core.organisations.access import covers, holds_over_city
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class NotTheWatch(NotAllowed):
    """Only operators on duty look at what a camera noticed and switch from afar."""

    code = "spheres-not-an-operator"
    sentence = _("Only an operator on duty here may do this.")


class NotAnAnalyst(NotAllowed):
    """Only analysts and operators read what happened one by one."""

    code = "spheres-not-an-analyst"
    sentence = _("Only analysts and operators of the city read what happened one by one.")


def _held(held: Iterable[Holding], roles: frozenset[str], territory: Territory | None) -> bool:
    return any(one.role in roles and covers(one, territory) for one in held)


_OPERATORS, _READERS = frozenset({OPERATOR}), frozenset({ANALYST, OPERATOR})
_KEEPERS = frozenset({STEWARD})


def operates(held: Iterable[Holding], territory: Territory | None = None) -> bool:
    """Whether one of these roles is that of an operator who watches this territory."""
    return _held(held, _OPERATORS, territory)


def watching(held: Iterable[Holding]) -> list[int] | None:
    """The territories over which these roles operate; None: everywhere."""
    mine = [one for one in held if one.role == OPERATOR]
    if any(one.territory_id is None for one in mine):
        return None
    return [one.territory_id for one in mine if one.territory_id is not None]


def analyses(held: Iterable[Holding]) -> bool:
    """Whether one of these roles reads occurrences one by one."""
    return any(one.role in _READERS for one in held)


def check_operates(person: Person | None, at: dt.datetime, territory: Territory | None) -> None:
    """Let timers (nobody) and operators of the territory pass.

    Raises:
        NotTheWatch: the person is none here and now.
    """
    if person is not None and not operates(holdings(person, at), territory):
        raise NotTheWatch


def check_operates_city(person: Person | None, at: dt.datetime) -> None:
    """Let commands (nobody) and operators of the whole city pass, not those of a part of it.

    Raises:
        NotTheWatch: the person is none now.
    """
    if person is not None and not holds_over_city(person, _OPERATORS, at):
        raise NotTheWatch


def check_analyses(person: Person | None, at: dt.datetime) -> None:
    """Let commands (nobody), analysts and operators pass.

    Raises:
        NotAnAnalyst: the person is none now.
    """
    if person is not None and not analyses(holdings(person, at)):
        raise NotAnAnalyst


def own_meter(person: Person, pk: int) -> Meter:
    """A meter of the person's own.

    Raises:
        NotFound: there is none, or it is somebody else's, which nobody need know.
    """
    found = Meter.objects.filter(pk=pk, person=person).first()
    if found is None:
        raise NotFound
    return found
