"""A problem that needs several offices at once: it becomes an incident, or a part of one.

The problem stays what it is, with its own promise; whoever follows it is told of the incident and
follows that as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.models import Incident, IncidentKind, IncidentMatter
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.procedure import OPEN as OPEN_INCIDENT
from veche.city.problems.models import Problem
from veche.city.problems.procedure import OFFICER, PUBLIC
from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove, in_scope, role_name
from veche.core.journal.operations import record
from veche.core.moderation.procedure import DISPATCHER, MODERATOR
from veche.core.notices.operations import carry_followers, tell_followers
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

CALLERS = {MODERATOR: "territory", DISPATCHER: "territory", OFFICER: "organisation"}
"""Who says that a problem needs several offices, and what their role must cover."""


class NotPublishedYet(Refused):
    """Nobody has read it: nobody is sent out for it."""

    code = "problem-not-published"
    sentence = _("A moderator must publish this problem before others are called to it.")


class PartOfOne(Refused):
    """It belongs to an incident that is open."""

    code = "problem-part-of-incident"
    sentence = _("This problem is a part of incident {number} already.")


class NotThatIncident(Invalid):
    """There is none of this number, or it is over, or a drill."""

    code = "problem-not-that-incident"
    sentence = _("There is no open incident with this number. Check the number.")
    field = "number"


def may_call(case: Case, held: Iterable[Holding]) -> bool:
    """Whether somebody with these roles says that a problem needs several offices."""
    return case.state in PUBLIC and case.closed_at is None and any(
        one.role in CALLERS and in_scope(one, case, CALLERS[one.role]) for one in held
    )  # fmt: skip


def incident_of(case: Case) -> Incident | None:
    """The open incident a problem is a part of; None where it is of none."""
    rows = Incident.real.filter(
        pk__in=IncidentMatter.objects.filter(matter=case).values("incident_id"),
        case__state__in=OPEN_INCIDENT,
    )
    return rows.select_related("case", "kind").first()


@inside
def _checked(by: Person, at: dt.datetime, case: Case) -> Case:
    """The case as it stands now, held until the operation ends: two who press at once, or who
    choose two incidents, go one after the other."""
    case = Case.objects.select_for_update(of=("self",)).select_related("territory").get(pk=case.pk)
    if case.state not in PUBLIC or case.closed_at is not None:
        raise NotPublishedYet
    if not may_call(case, holdings(by, at)):
        raise NoRoleForMove(role=role_name(DISPATCHER))
    if (found := incident_of(case)) is not None:
        raise PartOfOne(number=found.case.number)
    return case


@inside
def _told(by: Person, at: dt.datetime, case: Case, incident: Incident) -> None:
    """Followers are told of what everybody may see, and nothing of what not."""
    if incident.public:
        details = {"incident": incident.case.number}
        tell_followers(by=by, at=at, case=case, kind="problems.several", details=details)
        carry_followers(by=by, at=at, case=case, to=incident.case)


def _said(by: Person, at: dt.datetime, case: Case, incident: Incident) -> dict[str, Any]:
    """What the record of it holds: the number is told where everybody may see the incident."""
    number = {"incident": incident.case.number}
    return {
        "by": by,
        "at": at,
        "subject": f"problem:{case.number}",
        "public": number if incident.public else {},
        "personal": {} if incident.public else number,
    }


@operation
def make_incident(
    *,
    by: Person,
    at: dt.datetime,
    problem: Problem,
    kind: IncidentKind,
    title: str = "",
    text: str = "",
    vulnerable: str = "",
    people: int | None = None,
) -> Incident:
    """Make an incident of a problem: pressed twice, it is one.

    Raises:
        NotPublishedYet, PartOfOne: see there.
        NoRoleForMove: neither a moderator or dispatcher of the place nor an officer who has it.
        veche.errors.Refused: as for every report of an incident.
    """
    case = _checked(by, at, problem.case)
    where = problem.address or str(case.territory)
    made = incidents.report(
        by=by, at=at, kind=kind, territory=case.territory,
        title=title.strip() or f"{problem.title}, {where}"[:160],
        text=text, source=Incident.Source.PROBLEM, source_key=f"problem:{case.number}",
        point=(problem.longitude, problem.latitude), vulnerable=vulnerable, people=people,
        matters=[case],
    )  # fmt: skip
    if made.case.state not in OPEN_INCIDENT:
        # It had become one before, which is over: that one goes on.
        raise PartOfOne(number=made.case.number)
    record(kind="problem.made-incident", **_said(by, at, case, made))
    _told(by, at, case, made)
    return made


@operation
def add_to_incident(*, by: Person, at: dt.datetime, problem: Problem, number: str) -> Incident:
    """Add a problem to an incident that is open: it tells of the same.

    Raises:
        NotThatIncident: no open incident has this number.
        NotPublishedYet, PartOfOne, NoRoleForMove: as for `make_incident`.
    """
    case = _checked(by, at, problem.case)
    rows = Incident.real.select_related("case", "kind")
    found = rows.filter(case__number=number, case__state__in=OPEN_INCIDENT).first()
    if found is None:
        raise NotThatIncident
    # Whether they may was asked of the problem: who sees what it tells of says so.
    incidents.link(by=None, at=at, incident=found, matters=[case])
    record(kind="problem.added-to-incident", **_said(by, at, case, found))
    _told(by, at, case, found)
    return found
