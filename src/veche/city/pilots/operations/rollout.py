"""Where the city uses what was tested: rows that follow the answer, and one that came late."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from veche.city.delivery.models import Source
from veche.city.delivery.operations.promises import SourceGiven, make_promise
from veche.city.pilots.access.applications import HEADS, acts_for
from veche.city.pilots.access.conflicts import check_may_see
from veche.city.pilots.models import Application, RollOut
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.refusals_evaluations import (
    AlreadyWritten,
    NotBeforeNow,
    NotRolledOut,
    NotTheDepartment,
)
from veche.city.pilots.operations.telling_applications import tell_company
from veche.city.pilots.procedure import OFFICER
from veche.city.pilots.rules import evaluations as rules
from veche.core.cases.operations import Changed, move_case, subject
from veche.core.cases.queries import procedure_of
from veche.core.journal.operations import record
from veche.core.notices.letters import link
from veche.core.organisations.queries import holdings
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


@dataclass(frozen=True)
class RollOutGiven:
    """Where the city uses it."""

    scope: str
    territory: Territory
    """The city for all of it."""
    since: dt.date
    units: int | None = None
    """How many pieces, places or licences."""
    promise: bool = False
    """Whether the department also makes it a promise of the city."""


@inside
def put_rollout(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    given: RollOutGiven,
    submission: uuid.UUID | None = None,
) -> RollOut:
    """Write down where the city uses it.

    Raises:
        AlreadyWritten: the same press wrote it before.
        NotBeforeNow: no number of units.
        veche.texts.TextLength: nothing is said of where and what for.
        veche.operation.OutsideOperation: no operation is under way.
    """
    if given.units is not None and not 1 <= given.units <= rules.MOST_UNITS:
        raise NotBeforeNow
    if submission is not None and RollOut.objects.filter(submission=submission).exists():
        raise AlreadyWritten
    row = RollOut(
        application=application,
        scope=sized(given.scope, rules.SHORTEST_SCOPE, rules.LONGEST_SCOPE),
        territory=given.territory,
        units=given.units,
        since=given.since,
        at=at,
        by=by,
        submission=submission,
    )
    if given.promise and application.department is not None:
        row.promise = make_promise(
            by=by, at=at, territory=given.territory, office=application.department,
            title=_promised(application), text=row.scope,
            sources=[_source(application)],
        )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # two presses at the same moment
        raise AlreadyWritten from error
    record(
        kind="pilots.rolled-out", by=by, at=at, subject=subject(application.case),
        public={
            "territory": given.territory.code, "since": given.since.isoformat(),
            "units": given.units, "promise": row.promise.case.number if row.promise else "",
        },
    )  # fmt: skip
    return row


def _promised(application: Application) -> str:
    with override(settings.LANGUAGE_CODE):
        title = _("Use in the city: {title}").format(title=application.title)
    return title[:120]


def _source(application: Application) -> SourceGiven:
    with override(settings.LANGUAGE_CODE):
        number = application.case.number
        text = _("Pilot {number}: {title}").format(number=number, title=application.title)
        url = link(reverse("pilots:evaluation", args=[number]))
    return SourceGiven(Source.Kind.PROGRAMME, text=text[:300], url=url)


def _check(by: Person, at: dt.datetime, application: Application) -> None:
    check_may_see(by, application, at)
    if not any(acts_for(holdings(by, at), role, application.department_id) for role in HEADS):
        raise NotTheDepartment


@operation
def add_rollout(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    given: RollOutGiven,
    submission: uuid.UUID | None = None,
) -> RollOut:
    """The department writes down another place where the city uses what it bought.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotTheDepartment: they do not speak for the department.
        NotRolledOut: it was not bought.
        AlreadyWritten, NotBeforeNow, veche.texts.TextLength: of what was written.
    """
    application = locked(application)
    _check(by, at, application)
    if application.case.state != "rolled_out":
        raise NotRolledOut
    return put_rollout(by=by, at=at, application=application, given=given, submission=submission)


@operation
def come_to_use(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    because: str,
    given: RollOutGiven,
    seen: int | None = None,
    submission: uuid.UUID | None = None,
) -> RollOut:
    """What the department did not buy at first is used after all; why is said.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotTheDepartment: they are no officer of the department.
        AlreadyWritten, NotBeforeNow, veche.texts.TextLength: of what was written.
        veche.core.cases.operations.Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_may_see(by, application, at)
    if not acts_for(holdings(by, at), OFFICER, application.department_id):
        raise NotTheDepartment
    case = application.case
    if seen is not None and seen != case.seq:
        raise Changed(state=procedure_of(case).by_code[case.state].title)
    words = sized(because, rules.SHORTEST_WHY, rules.LONGEST_WHY)
    application.case = move_case(
        by=by, at=at, case=case, move="come_to_use", seen=seen, public={"because": words}
    )
    row = put_rollout(by=by, at=at, application=application, given=given, submission=submission)
    tell_company(by=by, at=at, application=application, kind="pilots.came-to-use")
    return row
