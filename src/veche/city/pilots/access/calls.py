"""Who drafts, opens and reads a call for solutions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import NotTheAgency, runs
from veche.city.pilots.models import Call
from veche.city.pilots.procedure import OFFICER, PROGRAMME
from veche.core.organisations.queries import holdings
from veche.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from veche.city.pilots.models import Programme
    from veche.core.organisations.models import Holding, Organisation
    from veche.core.people.models import Person

PUBLIC = ("open", "closed", "finished", "cancelled")
"""Where a call stands when everybody may read it: those cancelled only once they had opened."""
HEADS = (OFFICER, "head")
"""Who speaks for a department."""


class UnknownCall(NotFound):
    """There is no such call, or it is a draft of others."""

    code = "unknown-call"
    sentence = _("There is no call with the number “{asked}”, or it is not open yet.")


class NotADrafter(NotAllowed):
    """A call is drafted by the agency, or by a department for itself."""

    code = "not-a-call-drafter"
    sentence = _(
        "Only the agency of the programme, or an officer of a department for that department,"
        " drafts a call."
    )


def calls() -> QuerySet[Call]:
    """All calls with what their rows name."""
    return Call.objects.select_related("case__territory", "programme__agency", "department", "form")


READABLE = Q(case__state__in=PUBLIC, opens_at__isnull=False, case__hidden_at=None)
"""What everybody may read, for the database."""


def is_public(call: Call) -> bool:
    """Whether everybody may read a call."""
    return call.case.state in PUBLIC and call.opens_at is not None and call.case.hidden_at is None


def speaks_for(held: Sequence[Holding], department: int | None) -> bool:
    """Whether one of these roles is that of an officer or the head of a department."""
    return department is not None and any(
        one.role in HEADS and one.organisation_id == department for one in held
    )


def drafts(held: Sequence[Holding], call: Call) -> bool:
    """Whether somebody with these roles writes the draft of a call."""
    return runs(held, call.programme) or speaks_for(held, call.department_id)


def call_for(number: str, held: Sequence[Holding] = ()) -> Call:
    """The call of this number, for whoever may read it.

    Raises:
        UnknownCall: there is none, or it is not open yet and they do not write it.
    """
    found = calls().filter(case__number=number).first()
    if found is None or not (is_public(found) or drafts(held, found)):
        raise UnknownCall(asked=number)
    return found


def own_calls(held: Sequence[Holding]) -> QuerySet[Call]:
    """The calls that somebody with these roles writes, drafts with them."""
    agencies = [one.organisation_id for one in held if one.role == PROGRAMME]
    offices = [one.organisation_id for one in held if one.role in HEADS]
    mine = Q(programme__agency__in=agencies) | Q(department__in=offices)
    return calls().filter(mine) if agencies or offices else calls().none()


def check_drafts(
    person: Person | None, at: dt.datetime, programme: Programme, department: Organisation | None
) -> None:
    """Let commands (nobody), the agency, and a department for itself pass.

    Raises:
        NotADrafter: the person is none of these now.
    """
    if person is None:
        return
    held = holdings(person, at)
    if not runs(held, programme) and not speaks_for(held, department.pk if department else None):
        raise NotADrafter


__all__ = [
    "HEADS",
    "PUBLIC",
    "READABLE",
    "NotADrafter",
    "NotTheAgency",
    "UnknownCall",
    "call_for",
    "calls",
    "check_drafts",
    "drafts",
    "is_public",
    "own_calls",
    "speaks_for",
]
