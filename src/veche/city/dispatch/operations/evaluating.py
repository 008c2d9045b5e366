"""The last step: what was learnt of an incident, by the control department or by its times."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations.incidents_log import locked, reason
from veche.core.cases.operations import move_case
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


@operation
def evaluate(
    *, by: Person, at: dt.datetime, incident: Incident, text: str, seen: int | None = None
) -> Incident:
    """The control department says how it was handled, in words for everybody.

    Raises:
        WordsNeeded: nothing is said.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident, words = locked(incident), reason(text)
    incident.case = move_case(
        by=by, at=at, case=incident.case, move="evaluate", seen=seen, public={"text": words}
    )
    incident.evaluated_at = at
    incident.save(update_fields=["evaluated_at"], force_update=True)
    return incident


@operation
def evaluate_by_times(*, by: Person | None, at: dt.datetime, case: Case) -> Incident:
    """Nobody has evaluated it in time: its times speak for themselves. Called by the sweep of
    terms.

    Raises:
        MoveNotPossible: it does not wait to be evaluated any more.
        NoRoleForMove: somebody calls it; only the system does.
    """
    incident = locked(case.pk)
    incident.case = move_case(by=by, at=at, case=incident.case, move="evaluate_by_times")
    incident.evaluated_at = at
    incident.save(update_fields=["evaluated_at"], force_update=True)
    return incident
