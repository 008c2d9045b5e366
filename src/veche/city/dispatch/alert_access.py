"""Who writes messages to the public, and over which place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.alert_contents import MOST_PLACES, NoPlace
from veche.city.dispatch.alert_procedure import DISPATCHER
from veche.city.dispatch.models import AlertSeries
from veche.core.organisations.access import covers
from veche.core.places.queries import atlas
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.core.organisations.models import Holding
    from veche.core.places.models import Territory

STAFF = frozenset({DISPATCHER, "mayor", "commander", "controller", "officer", "head"})
"""Roles that read what is said inside the house: drills and what is being written."""


class NotAWriter(NotAllowed):
    """Somebody who is no dispatcher."""

    code = "not-an-alert-writer"
    sentence = _("Only a dispatcher of this place may write to the public.")


class UnknownAlert(NotFound):
    """There is no such message, or it is not for everybody."""

    code = "unknown-alert"
    sentence = _("There is no message to the public with the number {asked}.")


def territories_of(codes: Sequence[str]) -> list[Territory]:
    """The territories of these codes.

    Raises:
        NoPlace: one of them is not known.
    """
    places = atlas()
    found = [places.by_code.get(code) for code in codes]
    known = [one for one in found if one is not None]
    if not known or len(known) < len(found):
        raise NoPlace(most=MOST_PLACES)
    return known


def common(named: Sequence[Territory]) -> Territory:
    """The smallest territory that holds all of these: whose dispatcher may speak to them."""
    first, *others = named
    places = atlas()
    for pk in (first.pk, first.district_id, first.city_id):
        if pk is not None and all(pk in (one.pk, one.district_id, one.city_id) for one in others):
            return places.by_id[pk]
    return places.by_id[first.city_id or first.pk]


def writes(held: Iterable[Holding], territory: Territory | None = None) -> bool:
    """Whether somebody with these roles may write to the public there, or anywhere."""
    return any(
        one.role == DISPATCHER and (territory is None or covers(one, territory)) for one in held
    )


def inside(held: Iterable[Holding]) -> bool:
    """Whether somebody with these roles reads what does not leave the house."""
    return any(one.role in STAFF for one in held)


def full() -> QuerySet[AlertSeries]:
    """Series with all that their pages need."""
    return AlertSeries.objects.select_related("case__territory", "incident__case")


def series_for(number: str, held: Sequence[Holding]) -> AlertSeries:
    """The series of this number, for somebody with these roles: a drill, and what was not
    published, only inside.

    Raises:
        UnknownAlert: there is none, or it is not for them; which of the two is not told.
    """
    found = full().filter(case__number=number).first()
    if found is None:
        raise UnknownAlert(asked=number)
    closed = found.drill or found.case.state in ("writing", "dropped")
    if closed and not inside(held):
        raise UnknownAlert(asked=number)
    return found
