"""Who may facilitate: somebody who is no party to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.ideas.procedure import FACILITATOR
from veche.core.cases.models import Case
from veche.core.organisations.access import covers
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person


class NotAFacilitator(NotAllowed):
    """Only an independent expert appointed for the place does this."""

    code = "not-a-facilitator"
    sentence = _("Only a facilitator appointed for this place may do this.")


class NotIndependent(NotAllowed):
    """A facilitator is a party to what they would judge."""

    code = "not-independent"
    sentence = _(
        "Another facilitator must do this: {number} is your own, or you work for the office that"
        " answers it."
    )


def check_facilitates(by: Person | None, at: dt.datetime, case: Case) -> Holding:
    """The role by which somebody facilitates where this case lies; ``case.territory`` is loaded.

    Raises:
        NotAFacilitator: they hold none there.
    """
    for held in holdings(by, at):
        if held.role == FACILITATOR and covers(held, case.territory):
            return held
    raise NotAFacilitator


def check_independent(by: Person, at: dt.datetime, cases: Iterable[Case]) -> None:
    """Let pass who wrote none of these and works for none of the offices they lie with.

    Raises:
        NotIndependent: they are a party to one of them.
    """
    offices = {held.organisation_id for held in holdings(by, at) if held.organisation_id}
    for case in cases:
        if case.author_id == by.pk or case.organisation_id in offices:
            raise NotIndependent(number=case.number)
