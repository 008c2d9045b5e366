"""Who holds which role, and who answers for what where."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Case as Choose
from django.db.models import F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from veche.core.organisations.models import Holding, Organisation, Responsibility
from veche.errors import NotFound

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


def holdings(person: Person | None, at: dt.datetime) -> tuple[Holding, ...]:
    """The roles a person holds at a moment; nobody holds none."""
    if person is None or not person.is_authenticated:
        return ()
    return tuple(
        Holding.objects.filter(person_id=person.pk, since__lte=at)
        .filter(Q(until__isnull=True) | Q(until__gt=at))
        .select_related("organisation", "territory")
        .order_by("id")
    )


def answers_for(theme: str, territory: Territory) -> Organisation | None:
    """The organisation that answers for a theme at a place; None when nobody is named."""
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
