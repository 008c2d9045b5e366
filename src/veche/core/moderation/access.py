"""Who may moderate what."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.operations import NoRoleForMove, in_scope
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

MODERATOR = "moderator"


class SameModerator(NotAllowed):
    """Who decided first may not judge the appeal."""

    code = "same-moderator"
    sentence = _("You made this decision yourself: another moderator judges the appeal.")


def moderator_of(held: Sequence[Holding], case: Case) -> Holding | None:
    """The role by which somebody moderates this case; None when they do not."""
    return next((h for h in held if h.role == MODERATOR and in_scope(h, case, "territory")), None)


def as_moderator(by: Person | None, at: dt.datetime, case: Case) -> Holding:
    """The role by which somebody moderates this case now.

    Raises:
        NoRoleForMove: they do not.
    """
    found = moderator_of(holdings(by, at), case)
    if found is None:
        raise NoRoleForMove(role=_("a moderator of this territory"))
    return found
