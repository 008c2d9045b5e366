"""A call for solutions is drafted, opened, prolonged, closed, and decided or cancelled."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import Q

from veche.city.pilots.access.calls import check_drafts
from veche.city.pilots.models import (
    Application,
    Call,
    Evidence,
    FormVersion,
    Product,
    Programme,
    Target,
    Technology,
)
from veche.city.pilots.operations.call_refusals import (
    CallTitle,
    CallWindow,
    CallWords,
    DepartmentMissing,
    NotADraft,
    NotLater,
    NotReady,
    OneStanding,
    StandingStays,
    Undecided,
    WantedWrong,
)
from veche.city.pilots.operations.criteria import copy_criteria
from veche.city.pilots.procedure import CALL, FOUNDER
from veche.city.pilots.queries import demand as demand_of
from veche.city.pilots.queries.calls import missing_of
from veche.city.pilots.rules import calls as rules
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, move_case, open_case, subject
from veche.core.cases.operations.clocks import turn_clocks
from veche.core.journal.operations import record
from veche.core.notices.operations import announce, tell_followers, tell_people
from veche.core.organisations.models import Holding
from veche.core.places.queries import atlas
from veche.errors import Refused
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

THEME = "pilot_call"
MOST_TOLD = 2_000
"""Founders that are told of one call."""


class NoCity(Refused):
    """Without a city nothing can be asked for."""

    code = "no-city"


@dataclass(frozen=True)
class CallGiven:
    """What a draft of a call says."""

    titles: Mapping[str, str]
    tasks: Mapping[str, str]
    form: FormVersion
    department: Organisation | None = None
    standing: bool = False
    closes_at: dt.datetime | None = None
    wanted: int | None = None
    reviews: int | None = None
    technologies: Sequence[Technology] = ()
    targets: Sequence[Target] = ()
    evidence: Sequence[str] = ()
    """Rows of demand (`veche.city.pilots.queries.demand.Row.key`) that point to the task."""


def _said(given: Mapping[str, str], most: int) -> dict[str, str]:
    kept = {code: sized(given.get(code, ""), 0, most, CallTitle) for code in rules.LANGUAGES}
    kept = {code: text for code, text in kept.items() if text}
    if not kept:
        raise CallWords
    return kept


@inside
def _write(call: Call, given: CallGiven, at: dt.datetime) -> None:
    """Put what was given into a draft that is about to be saved."""
    call.titles = _said(given.titles, rules.LONGEST_TITLE)
    call.tasks = _said(given.tasks, rules.LONGEST_TASK)
    fault = rules.window_fault(at, given.closes_at, at, given.standing)
    # A draft need not know its last day yet, and may be written for a week.
    if fault and fault not in ("missing", "short"):
        raise CallWindow(fault=fault)
    if given.department is None and not given.standing:
        raise DepartmentMissing
    if not (given.wanted is None or 1 <= given.wanted <= 1000) or not (
        given.reviews is None or 1 <= given.reviews <= 15
    ):
        raise WantedWrong
    call.form, call.department, call.standing = given.form, given.department, given.standing
    call.closes_at, call.wanted, call.reviews = given.closes_at, given.wanted, given.reviews
    others = Call.objects.filter(programme=call.programme_id, standing=True)
    if given.standing and others.exclude(pk=call.pk).exists():
        raise OneStanding


@inside
def _join(call: Call, given: CallGiven, at: dt.datetime) -> None:
    """What a draft names besides its own columns."""
    call.technologies.set(given.technologies)
    call.targets.set(given.targets)
    _count(call, given.evidence, at)


@inside
def _count(call: Call, keys: Sequence[str], at: dt.datetime) -> None:
    """Write what points to the task, as it is counted at this moment."""
    Evidence.objects.filter(call=call).delete()
    wanted = set(keys)
    lines = [
        line
        for row in (demand_of.demand(at=at) if wanted else ())
        if row.key in wanted
        for line in demand_of.evidence_of(row, at)
    ]
    for line in lines:
        line.call = call
    Evidence.objects.bulk_create(lines)


@operation
def draft_call(
    *,
    by: Person | None,
    at: dt.datetime,
    programme: Programme,
    given: CallGiven,
    criteria_of: Call | None = None,
    submission: uuid.UUID | None = None,
) -> Call:
    """Draft a call: the agency, or an officer of a department for that department. ``criteria_of``
    is an earlier call whose criteria are copied. The same form sent twice is one draft.

    Raises:
        veche.city.pilots.access.calls.NotADrafter: they may not.
        CallTitle, CallWords, CallWindow, WantedWrong, DepartmentMissing, OneStanding: it cannot be
            so.
    """
    check_drafts(by, at, programme, given.department)
    # Two presses of one button, and two who begin a standing intake, wait for each other.
    Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    if submission is not None:
        made = Call.objects.filter(submission=submission).select_related("case").first()
        if made is not None:
            record(kind="pilots.call-told-again", by=by, at=at, subject=subject(made.case))
            return made
    home = atlas().home()
    if home is None:
        raise NoCity
    call = Call(programme=programme, submission=submission)
    _write(call, given, at)
    call.case = open_case(
        by=None, at=at, procedure=CALL.code, move="draft", theme=THEME, territory=home,
        organisation=programme.agency,
    )  # fmt: skip
    call.save(force_insert=True)
    _join(call, given, at)
    if criteria_of is not None:
        copy_criteria(call, criteria_of)
    record(
        kind="pilots.call-drafted",
        by=by,
        at=at,
        subject=subject(call.case),
        public={"department": given.department.code if given.department else None},
    )
    return call


@inside
def locked(call: Call, *, draft: bool = False, seen: int | None = None) -> Call:
    """A call with its case, locked until the operation ends; ``draft``: it must still be one.

    Raises:
        NotADraft: it has opened.
        veche.core.cases.operations.Changed: somebody moved it after the page was opened.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=call.pk)
    rows = Call.objects.select_for_update(of=("self",))
    found = rows.select_related("programme__agency", "department", "form").get(pk=call.pk)
    found.case = case
    if draft and case.state != "draft":
        raise NotADraft
    if seen is not None and seen != case.seq:
        raise Changed(state=CALL.by_code[case.state].title)
    return found


@operation
def set_call(*, by: Person | None, at: dt.datetime, call: Call, given: CallGiven) -> Call:
    """Write a draft anew.

    Raises:
        veche.city.pilots.access.calls.NotADrafter: they may not, or not for that department.
        NotADraft: it has opened.
        CallTitle, CallWords, CallWindow, WantedWrong, DepartmentMissing, OneStanding: it cannot be
            so.
    """
    row = locked(call, draft=True)
    check_drafts(by, at, row.programme, row.department)
    check_drafts(by, at, row.programme, given.department)
    _write(row, given, at)
    try:
        row.save(force_update=True)
    except IntegrityError as error:  # somebody began a standing intake at the same moment
        raise OneStanding from error
    _join(row, given, at)
    record(kind="pilots.call-set", by=by, at=at, subject=subject(row.case))
    return row


@operation
def open_call(*, by: Person, at: dt.datetime, call: Call, seen: int | None = None) -> Call:
    """The agency opens a call: everybody reads it, and its words, form and criteria stand still.
    What points to the task is counted once more and kept with it.

    Raises:
        NotADraft, veche.core.cases.operations.Changed: it is no draft, or was changed.
        NotReady: criteria, the words of their marks or the days are missing.
        veche.core.cases.operations.NoRoleForMove: only the agency opens.
    """
    row = locked(call, draft=True, seen=seen)
    missing = missing_of(row, at)
    if missing:
        raise NotReady(missing=" ".join(str(one) for one in missing))
    keys = {f"{e.theme}@{e.territory.code}" for e in row.evidence.select_related("territory")}
    _count(row, sorted(keys), at)
    row.opens_at = at
    row.save(update_fields=["opens_at"])
    until = row.closes_at or at + dt.timedelta(days=rules.STANDING_DAYS)
    row.case = move_case(by=by, at=at, case=row.case, move="open", until=until)
    announce(by=by, at=at, case=row.case, kind="pilots.call-opened")
    told = [(person, row.pk) for person in _makers(row, at)]
    if told:
        tell_people(by=by, at=at, told=told, kind="pilots.call-fits")
    return row


def _makers(call: Call, at: dt.datetime) -> list[int]:
    """Who acts for a company that makes something of the technologies or targets of a call."""
    fits = Q(technologies__in=call.technologies.all()) | Q(targets__in=call.targets.all())
    made = Product.objects.filter(fits, retired_at__isnull=True).values("company")
    rows = Holding.objects.filter(role=FOUNDER, organisation__in=made, since__lte=at)
    live = rows.filter(Q(until__isnull=True) | Q(until__gt=at))
    return sorted(set(live.values_list("person_id", flat=True)))[:MOST_TOLD]


@operation
def prolong_call(
    *,
    by: Person,
    at: dt.datetime,
    call: Call,
    closes_at: dt.datetime,
    reason: str,
    seen: int | None = None,
) -> Call:
    """Take applications longer, and say why; the first day stands in the steps of the case.

    Raises:
        StandingStays, NotLater, CallWindow, veche.texts.TextLength: it cannot be so.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    said = sized(reason, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    row = locked(call, seen=seen)
    if row.standing or row.closes_at is None or row.opens_at is None:
        raise StandingStays
    if closes_at <= max(row.closes_at, at):
        raise NotLater
    fault = rules.window_fault(row.opens_at, closes_at, at, standing=False)
    if fault:
        raise CallWindow(fault=fault)
    row.case = move_case(
        by=by,
        at=at,
        case=row.case,
        move="prolong",
        public={
            "text": said, "before": row.closes_at.isoformat(), "closes": closes_at.isoformat(),
        },
    )  # fmt: skip
    row.closes_at = closes_at
    row.save(update_fields=["closes_at"])
    turn_clocks(row.case, CALL, "open", at, until=closes_at)  # such a move turns none itself
    tell_followers(by=by, at=at, case=row.case, kind="pilots.call-prolonged")
    return row


@operation
def close_call(
    *, by: Person, at: dt.datetime, call: Call, reason: str, seen: int | None = None
) -> Call:
    """Take no more applications before the last day, and say why.

    Raises:
        veche.texts.TextLength: the reason is missing.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    said = sized(reason, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    row = locked(call, seen=seen)
    row.case = move_case(by=by, at=at, case=row.case, move="close", public={"text": said})
    tell_followers(by=by, at=at, case=row.case, kind="pilots.call-closed")
    return row


@operation
def close_by_time(*, by: Person | None, at: dt.datetime, case: Case) -> Call:
    """The last day is over. Called by the sweep of terms.

    Raises:
        StandingStays: it has no last day, or that has not come.
        MoveNotPossible, NoRoleForMove: it is not open, or somebody calls this.
    """
    row = locked(Call.objects.get(pk=case.pk))
    if row.closes_at is None or row.closes_at > at:
        raise StandingStays
    row.case = move_case(by=by, at=at, case=row.case, move="close_by_time")
    tell_followers(by=None, at=at, case=row.case, kind="pilots.call-closed")
    return row


def undecided(call: Call) -> bool:
    """Whether an application that was sent to a call waits for its first decision."""
    rows = Application.objects.filter(
        call=call, submitted_at__isnull=False, case__closed_at__isnull=True
    )
    return rows.filter(case__state__in=("screening", "more_info", "review", "panel")).exists()


@operation
def finish_call(*, by: Person, at: dt.datetime, call: Call, seen: int | None = None) -> Call:
    """Every application to a call is decided.

    Raises:
        Undecided: one is not.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    row = locked(call, seen=seen)
    if undecided(row):
        raise Undecided
    row.case = move_case(by=by, at=at, case=row.case, move="finish")
    tell_followers(by=by, at=at, case=row.case, kind="pilots.call-finished")
    return row


@operation
def cancel_call(
    *, by: Person, at: dt.datetime, call: Call, reason: str, seen: int | None = None
) -> Call:
    """Cancel a call, and say why; a draft that never opened is shown to nobody.

    Raises:
        Undecided: applications were sent: each is decided, or withdrawn, first.
        veche.texts.TextLength: the reason is missing.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    said = sized(reason, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    row = locked(call, seen=seen)
    if undecided(row):
        raise Undecided
    row.case = move_case(by=by, at=at, case=row.case, move="cancel", public={"text": said})
    tell_followers(by=by, at=at, case=row.case, kind="pilots.call-cancelled")
    return row
