"""A later date: an officer asks, the head of the office signs or refuses, everybody reads why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Case, CaseClock, Prolongation
from veche.core.cases.operations.moves import (
    Changed,
    MoveNotPossible,
    move_case,
    role_holding,
    subject,
)
from veche.core.cases.procedure import PROCEDURES
from veche.core.cases.rules import MOST_PROLONGED
from veche.core.cases.terms import calendar
from veche.core.journal.operations import record
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class AlreadyAsked(Refused):
    """A later date was asked for and the head has not decided yet."""

    code = "prolongation-asked"
    sentence = _("A later date has been asked for already: the head of the office decides.")


class AlreadyDecided(Refused):
    """The head has decided, or the matter went on without."""

    code = "prolongation-decided"
    sentence = _("This request for a later date has been decided, or the matter went on.")


class NotLater(Invalid):
    """The new date is not later than what is promised."""

    code = "prolongation-not-later"
    sentence = _("Choose a day after {day}: that is what is promised now.")
    field = "until"


class TooFar(Invalid):
    """The new date is too far away."""

    code = "prolongation-too-far"
    sentence = _("Choose a day no later than {day}.")
    field = "until"


class NotAWorkingDay(Invalid):
    """Nobody works on the new date."""

    code = "prolongation-free-day"
    sentence = _("Nobody works on that day: choose a working day.")
    field = "until"


class OwnRequest(NotAllowed):
    """Whoever asked for the later date may not sign it."""

    code = "own-request"
    sentence = _("You asked for this yourself: somebody else must sign.")


@operation
def ask_prolongation(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    reason: str,
    text: str,
    until: dt.date,
    private: bool = False,
    seen: int | None = None,
) -> Prolongation:
    """An officer asks for a later date; nothing moves until the head signs. ``private``: the words
    are for the author and the office, and stand in the erasable part of the journal.

    Raises:
        MoveNotPossible: no answer is owed now.
        NoRoleForMove: not an officer or the head of the office.
        NotLater, TooFar, NotAWorkingDay: the date cannot be promised.
        AlreadyAsked: a request waits for the head.
        Changed: somebody moved the case after the officer looked.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    state = PROCEDURES[case.procedure].by_code[case.state]
    if seen is not None and seen != case.seq:
        raise Changed(state=state.title)
    move = PROCEDURES[case.procedure].move("prolong", case.state)
    first = case.first_promised_at
    if case.promised_at is None or first is None or move is None or not case.organisation_id:
        raise MoveNotPossible(state=state.title)
    role_holding(case, "officer", "organisation", by, at)
    days = calendar()
    last = (case.promised_at + MOST_PROLONGED).astimezone(days.zone).date()
    moment = days.end_of(until)
    if moment <= max(case.promised_at, at):
        later = max(case.promised_at, at).astimezone(days.zone).date()
        raise NotLater(day=later.isoformat())
    if until > max(last, (at + MOST_PROLONGED).astimezone(days.zone).date()):
        raise TooFar(day=last.isoformat())
    if not days.works(until):
        raise NotAWorkingDay
    # A request that the case outran (it was answered, and returned since) is none any more.
    waiting = Prolongation.objects.filter(case=case, decided_at__isnull=True)
    waiting.exclude(first_promised_at=first).update(decided_at=at)
    if waiting.exists():
        raise AlreadyAsked
    asked = Prolongation(
        case=case,
        office_id=case.organisation_id,
        reason=reason,
        text=text,
        first_promised_at=first,
        was_due_at=case.promised_at,
        until=moment,
        asked_by=by,
        asked_at=at,
    )
    asked.save(force_insert=True)
    record(
        kind="cases.prolongation-asked",
        by=by,
        at=at,
        subject=subject(case),
        public={"reason": reason, "until": until.isoformat(), **_open(text, private)},
        personal=_closed(text, private),
    )
    return asked


def _open(text: str, private: bool) -> dict[str, str]:
    return {} if private else {"text": text}


def _closed(text: str, private: bool) -> dict[str, str] | None:
    return {"text": text} if private else None


@operation
def decide_prolongation(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    sign: bool,
    text: str = "",
    private: bool = False,
    seen: int | None = None,
) -> Case:
    """The head of the office signs the later date, or refuses it; ``private`` as for the request.

    Signed, the promise and the open clock move later; the first promise stays what it was, and
    lateness is counted against it.

    Raises:
        AlreadyDecided: no request waits.
        OwnRequest: the head asked for it.
        NotLater: the promise has moved beyond the date meanwhile.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    asked = Prolongation.objects.filter(case=case, decided_at__isnull=True).first()
    outrun = asked is None or asked.first_promised_at != case.first_promised_at
    if asked is None or outrun or asked.office_id != case.organisation_id:
        raise AlreadyDecided
    role_holding(case, "head", "organisation", by, at)
    if asked.asked_by_id == by.pk:
        raise OwnRequest
    asked.decided_at, asked.signed, asked.answer = at, sign, text
    asked.save(update_fields=["decided_at", "signed", "answer"], force_update=True)
    if not sign:
        record(
            kind="cases.prolongation-refused",
            by=by,
            at=at,
            subject=subject(case),
            public=_open(text, private),
            personal=_closed(text, private),
        )
        return case
    zone = calendar().zone
    if case.promised_at is None or asked.until <= case.promised_at:
        day = (case.promised_at or at).astimezone(zone).date().isoformat()
        raise NotLater(day=day)
    public = {
        "reason": asked.reason,
        **_open(asked.text, private),
        "until": asked.until.astimezone(zone).date().isoformat(),
        "was": case.promised_at.astimezone(zone).date().isoformat(),
        "first": asked.first_promised_at.astimezone(zone).date().isoformat(),
    }
    case = move_case(
        by=by,
        at=at,
        case=case,
        move="prolong",
        seen=seen,
        public=public,
        personal=_closed(asked.text, private),
    )
    clock = CaseClock.objects.filter(case=case, stopped_at__isnull=True).first()
    owed = [asked.until]
    # What an office has by its contract is no business of the promise to the author.
    if clock is not None and not clock.by_contract:
        clock.due_at = max(clock.due_at, asked.until)
        clock.save(update_fields=["due_at"], force_update=True)
        owed.append(clock.due_at)
    case.promised_at = asked.until
    case.due_at = min(owed)
    case.save(update_fields=["promised_at", "due_at"], force_update=True)
    return case


@operation
def blank_prolongations(*, by: Person | None, at: dt.datetime, cases: Collection[int]) -> int:
    """Take the words out of requests about matters that somebody alone could read, and who is
    forgotten; returns how many. That they were asked stays counted."""
    blanked = Prolongation.objects.filter(case__in=cases).update(text="", answer="")
    record(
        kind="cases.prolongations-blanked",
        by=by,
        at=at,
        subject="cases",
        public={"requests": blanked},
    )
    return blanked
