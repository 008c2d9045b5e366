"""How the steps of an incident are made: shared by those of dispatchers and of the lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from veche.city.dispatch import rules, terms
from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations.command import note_act
from veche.core.cases.models import CaseEvent
from veche.core.cases.operations import MoveNotPossible, move_case
from veche.core.cases.procedure import PROCEDURES
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person


@inside
def step(
    incident: Incident,
    move: str,
    by: Person | None,
    at: dt.datetime,
    seen: int | None,
    *,
    term: str = "",
    until: dt.datetime | None = None,
    organisation: Organisation | None = None,
    public: Mapping[str, Any] | None = None,
) -> None:
    """Make a move; the state it leads to lasts as long as the city's minutes say.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    incident.case = move_case(
        by=by,
        at=at,
        case=incident.case,
        move=move,
        seen=seen,
        organisation=organisation,
        until=until or (terms.until(incident, term, at) if term else None),
        public={key: value for key, value in (public or {}).items() if value},
    )


@inside
def for_the_mayor(
    incident: Incident, by: Person | None, at: dt.datetime, power: str, what: str, words: str = ""
) -> None:
    """Whoever commands for the mayor does it in the mayor's name, and everybody is told so: of an
    incident that is not public that it was done, but not to which or why; of a drill nothing, as
    nothing was done.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if incident.drill:
        return
    number, why = (incident.case.number, words) if incident.public else ("", "")
    note_act(by=by, at=at, power=power, what=what, subject=number, reason=why)


def check_possible(incident: Incident, move: str) -> None:
    """Refuse before anything else is written, where the move is not possible at all.

    Raises:
        MoveNotPossible: it is not.
    """
    procedure = PROCEDURES["incident"]
    if procedure.move(move, incident.case.state) is None:
        raise MoveNotPossible(state=procedure.by_code[incident.case.state].title)


def returns_by(incident: Incident, office: int | None) -> int:
    """How often an office has sent this incident back."""
    return CaseEvent.objects.filter(
        case=incident.case_id, move="return", organisation=office
    ).count()


def bound(incident: Incident) -> bool:
    """Whether the office that has it may not send it back: it did so twice, or the tier above has
    decided. Nobody waits for an owner of last resort while something burns."""
    given = CaseEvent.objects.filter(case=incident.case_id, move="dispatch").order_by("-seq")
    last = given.values_list("public", flat=True).first() or {}
    if last.get("binding"):
        return True
    return returns_by(incident, incident.case.organisation_id) >= rules.MOST_RETURNS
