"""Taking the files of a call: who may, and that it was done."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.ideas.procedure import FACILITATOR, HEAD, OFFICER, ORGANISER
from veche.core.cases.operations import NoRoleForMove, in_scope, subject
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.operation import operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.city.ideas.models import Call
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person


def may_export(call: Call, held: Sequence[Holding]) -> bool:
    """Whether somebody with these roles may take the files of a call: its organisers, facilitators
    and controllers, and the office that answers."""
    return any(
        in_scope(one, call.case, "territory")
        if one.role in (ORGANISER, FACILITATOR, "controller")
        else one.role in (OFFICER, HEAD) and one.organisation_id == call.office_id
        for one in held
    )


@operation
def take_export(*, by: Person, at: dt.datetime, call: Call, what: str, kind: str) -> None:
    """Note that somebody takes a file of a call.

    Raises:
        veche.core.cases.operations.NoRoleForMove: they may not.
    """
    if not may_export(call, holdings(by, at)):
        raise NoRoleForMove(role=_("an organiser of this call"))
    record(
        kind="ideas.exported",
        by=by,
        at=at,
        subject=subject(call.case),
        public={"file": what, "form": kind},
    )
