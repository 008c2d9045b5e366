"""Who holds which role, and who answers for what where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case as Choose
from django.db.models import F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from veche.core.organisations.models import Holding, Organisation, Responsibility, SupplierRule
from veche.core.places.models import Territory
from veche.core.places.queries.objects import object_by_id
from veche.errors import NotFound
from veche.rows import columns, fields_of, made, made_named, named

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import CityObject

_HOLDING, _OFFICE = fields_of(Holding), fields_of(Organisation)
# Without its outline, which may be long: whoever wants that is given it when they ask for it.
_PLACE = fields_of(Territory, "outline")
_HELD = f"""
SELECT {columns("h", _HOLDING)},
    {named(Organisation, _OFFICE, "h.organisation_id")},
    {named(Territory, _PLACE, "h.territory_id")}
FROM organisations_holding h
WHERE h.person_id = %s AND h.since <= %s AND (h.until IS NULL OR h.until > %s) ORDER BY h.id
"""


def holdings(person: Person | None, at: dt.datetime) -> tuple[Holding, ...]:
    """The roles a person holds at a moment; nobody holds none."""
    if person is None or not person.is_authenticated:
        return ()
    # On every page of whoever is signed in: written by hand, the mapper took two milliseconds.
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [person.pk, at, at])
        return tuple(map(_holding, cursor.fetchall()))


def _holding(row: tuple[Any, ...]) -> Holding:
    """A role with the office and the place it is held in."""
    held: Holding = made(Holding, _HOLDING, row[:-2])
    held.organisation = made_named(Organisation, _OFFICE, row[-2])
    held.territory = made_named(Territory, _PLACE, row[-1])
    return held


@dataclass(frozen=True)
class Answerer:
    """Who answers, and why they do."""

    organisation: Organisation
    why: str
    """``supplier``: a contract about this kind of object; ``owner``: the object is theirs;
    ``place``: they answer for the theme at the place."""
    rule: SupplierRule | None = None


def supplier_rule(thing: CityObject, theme: str) -> SupplierRule | None:
    """The rule in force that says who is called to an object for a theme; None when none does."""
    rules = SupplierRule.objects.filter(
        Q(owner__isnull=True) | Q(owner_id=thing.owner_id),
        kind_id=thing.kind_id,
        theme__in=["", theme],
        until__isnull=True,
    ).select_related("organisation", "owner")
    return max(
        rules, key=lambda rule: (bool(rule.theme), rule.owner_id is not None, rule.pk), default=None
    )


def who_answers(theme: str, territory: Territory, object_id: int | None = None) -> Answerer | None:
    """Who answers for a theme at a place, or at an object there, and why; None when nobody does.

    For an object its supplier rule comes first, then its owner, then whoever answers at the place.
    """
    thing = object_by_id(object_id)
    if thing is not None:
        rule = supplier_rule(thing, theme)
        if rule is not None:
            return Answerer(rule.organisation, "supplier", rule)
        if thing.owner is not None:
            return Answerer(thing.owner, "owner")
    found = _answers_at(theme, territory)
    return Answerer(found, "place") if found is not None else None


def answers_for(
    theme: str, territory: Territory, object_id: int | None = None
) -> Organisation | None:
    """The organisation that answers for a theme at a place, or at an object there; None when
    nobody is named."""
    found = who_answers(theme, territory, object_id)
    return found.organisation if found else None


def _answers_at(theme: str, territory: Territory) -> Organisation | None:
    places = {territory.pk: 3}
    if territory.district_id:
        places.setdefault(territory.district_id, 2)
    if territory.city_id:
        places.setdefault(territory.city_id, 1)
    nearness = Choose(
        *(When(territory_id=pk, then=Value(rank)) for pk, rank in places.items()),
        output_field=IntegerField(),
    )
    found = (
        Responsibility.objects.filter(theme=theme, territory_id__in=places)
        .annotate(nearness=nearness)
        .order_by(F("nearness").desc())
        .select_related("organisation")
        .first()
    )
    return found.organisation if found else None


def organisations() -> QuerySet[Organisation]:
    """All organisations."""
    return Organisation.objects.order_by("id")


class UnknownOrganisation(NotFound):
    """No organisation has this code."""

    code = "unknown-organisation"
    sentence = _("There is no office with the code “{asked}”.")


def organisation_by_code(code: str) -> Organisation:
    """The organisation of this code.

    Raises:
        UnknownOrganisation: there is none.
    """
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise UnknownOrganisation(asked=code)
    return found
