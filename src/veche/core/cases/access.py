"""Who sets the terms and the calendar of the city."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.organisations.access import holds_over_city
from veche.errors import NotAllowed

if TYPE_CHECKING:
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
