"""A company objects, once, to being turned down; an arbiter outside the agency judges."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError

from veche.city.pilots.access.conflicts import check_may_see
from veche.city.pilots.models import Appeal, Application
from veche.city.pilots.operations.applications import check_founder, locked
from veche.city.pilots.operations.refusals_applications import (
    AppealTwice,
    PartyToIt,
    TooLateToAppeal,
)
from veche.city.pilots.operations.telling_applications import (
    keep_from_tied,
    part_public,
    tell_agency,
    tell_arbiters,
    tell_company,
)
from veche.city.pilots.rules import applications as rules
from veche.core.cases.models import CaseEvent
from veche.core.cases.operations import MoveNotPossible, move_case, open_case
from veche.core.cases.queries import procedure_of, window_open
from veche.core.organisations.queries import holdings
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

THEME = "pilot_appeal"
WINDOW = "appeal"


@operation
def raise_appeal(*, by: Person, at: dt.datetime, application: Application, text: str) -> Appeal:
    """Object to a decision against the application, while its window is open.

    Raises:
        NotTheFounder: they do not act for the company.
        MoveNotPossible: nothing was decided against it.
        AppealTwice: the company has objected before.
        TooLateToAppeal: the window is over.
        veche.texts.TextLength: why is not said.
    """
    application = locked(application)
    check_founder(by, application.company_id, at)
    case = application.case
    if Appeal.objects.filter(application=application).exists():
        raise AppealTwice
    if case.state != "rejected":
        raise MoveNotPossible(state=procedure_of(case).by_code[case.state].title)
    if not window_open(case, WINDOW, at):
        raise TooLateToAppeal
    words = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    own = open_case(
        by=by, at=at, procedure="pilot_appeal", move="raise", theme=THEME,
        territory=case.territory, parent=case, blocking=False,
    )  # fmt: skip
    appeal = Appeal(case=own, application=application, text=words)
    try:
        appeal.save(force_insert=True)
    except IntegrityError as error:  # two founders at the same moment
        raise AppealTwice from error
    keep_from_tied(at=at, application=application, case=own)
    tell_company(by=by, at=at, application=application, kind="pilots.appealed", case=own)
    tell_agency(by=by, at=at, application=application, kind="pilots.appealed-staff", case=own)
    tell_arbiters(by=by, at=at, application=application, kind="pilots.appeal-to-judge", case=own)
    return appeal


def restored_to(application: Application) -> str:
    """Where an application goes on if its appeal is granted: ``restore`` (to the screening) where
    the screening turned it down, else ``restore_panel``."""
    last = CaseEvent.objects.filter(case=application.pk, target="rejected").order_by("-seq").first()
    return "restore" if last is not None and last.move == "turn_down" else "restore_panel"


def check_may_judge(by: Person | None, application: Application, at: dt.datetime) -> None:
    """Let pass who may judge an appeal besides being an arbiter.

    Raises:
        PartyToIt: they work for the agency that decided.
        veche.city.pilots.access.conflicts.UnknownApplication: a tie to the company stands against
            it.
    """
    agency = application.programme.agency_id
    if any(one.organisation_id == agency for one in holdings(by, at)):
        raise PartyToIt
    check_may_see(by, application, at)


@operation
def judge_appeal(
    *,
    by: Person,
    at: dt.datetime,
    appeal: Appeal,
    granted: bool,
    text: str,
    seen: int | None = None,
) -> Appeal:
    """Decide on an appeal, in public words. One that is granted brings the application back to
    where it was turned down; until the next decision it is not public again.

    Raises:
        PartyToIt: they work for the agency that decided.
        veche.city.pilots.access.conflicts.UnknownApplication: a tie to the company stands against
            it.
        veche.texts.TextLength: why is not said.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(appeal.application_id)
    check_may_judge(by, application, at)
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("case").get(pk=appeal.pk)
    appeal.decision = sized(text, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    appeal.granted = granted
    appeal.case = move_case(
        by=by, at=at, case=appeal.case, move="grant" if granted else "deny", seen=seen,
        public={"text": appeal.decision},
    )  # fmt: skip
    appeal.save(update_fields=["decision", "granted"])
    kind = "pilots.appeal-granted" if granted else "pilots.appeal-denied"
    if granted:
        application.case = move_case(
            by=None, at=at, case=application.case, move=restored_to(application)
        )
        application.decided_at = None
        application.reason_code, application.reason = "", ""
        application.save(update_fields=["decided_at", "reason_code", "reason"])
        part_public(at=at, application=application)
    tell_company(by=by, at=at, application=application, kind=kind, case=appeal.case)
    tell_agency(by=by, at=at, application=application, kind=f"{kind}-staff", case=appeal.case)
    return appeal
