"""Who sets the terms and the calendar of the city, and who may not know of a case."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Barred
from veche.core.organisations.access import holds_over_city
from veche.errors import NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.core.people.models import Person


class OnlyAdministrators(NotAllowed):
    """Somebody else wants to set a term."""

    code = "only-administrators"
    sentence = _("Only an administrator of the city sets terms and the calendar.")


def sets_terms(person: Person | None, at: dt.datetime) -> bool:
    """Whether a person sets terms now: an administrator of the whole city, not of a district."""
    return holds_over_city(person, ("administrator",), at)


def check_sets_terms(person: Person | None, at: dt.datetime) -> None:
    """Let commands (nobody) and those who set terms pass.

    Raises:
        OnlyAdministrators: the person does not.
    """
    if person is not None and not sets_terms(person, at):
        raise OnlyAdministrators


def barred_now(person: Person | None) -> QuerySet[Barred]:
    """What stands against a person now; nothing against nobody."""
    if person is None or not person.is_authenticated:
        return Barred.objects.none()
    return Barred.objects.filter(person_id=person.pk, until__isnull=True)
