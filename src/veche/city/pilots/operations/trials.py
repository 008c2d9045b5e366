"""A trial begins, ends, is stopped for safety, or loses its site."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import NotTheAgency
from veche.city.pilots.access.trials import check_agency
from veche.city.pilots.models import Agreement, Application, Booking, Stream, Trial
from veche.city.pilots.operations import agreements, booking
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.streams import read_stream
from veche.city.pilots.operations.telling_agreements import tell_site
from veche.city.pilots.operations.telling_applications import tell_agency, tell_department
from veche.city.pilots.operations.trial_guard import (
    LONGEST_REASON,
    ReasonNeeded,
    open_trial,
    reason,
    tell_testers,
)
from veche.city.pilots.procedure import PILOT
from veche.core.cases.operations import move_case, subject
from veche.core.cases.operations.clocks import turn_clocks
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.notices import operations as notices
from veche.errors import Invalid, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.city.pilots.models import Application
    from veche.core.journal.models import Record
    from veche.core.people.models import Person

logger = logging.getLogger(__name__)

DAY = dt.timedelta(days=1)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What is told apart when it is read from paper: no i, l, o, 0, 1."""


class NotAgreed(Refused):
    """A trial needs an agreement that all three have signed."""

    code = "trial-not-agreed"
    sentence = _("The trial begins when all three have signed the agreement.")


class NotOver(Refused):
    """The last day of the trial has not passed."""

    code = "trial-not-over"
    sentence = _("The last day of this trial has not passed.")


class TrialNotLater(Invalid):
    """A trial is prolonged to a later day."""

    code = "trial-not-later"
    sentence = _("Choose a day after {day}: until then it goes on now.")
    field = "last_day"


class BookedTooShort(Invalid):
    """Nobody tests at a site that is not booked for them."""

    code = "trial-booked-too-short"
    sentence = _("The site is booked until {day}. A trial goes on no longer than that.")
    field = "last_day"


class NotBooked(Refused):
    """The site is not booked for now."""

    code = "trial-not-booked"
    sentence = _("The site of the agreement is not booked for this day. Book it first.")


SWEPT = 50
"""Trials ended in one sweep; the timer comes again."""


def booked_until(trial: Trial) -> dt.datetime | None:
    """Until when its site is booked for a trial that goes on; None: it is not."""
    rows = Booking.objects.filter(
        application=trial.application_id, site=trial.site_id, standing=Booking.Standing.BOOKED
    )
    found = rows.first()
    return found.during.upper if found else None


def day_after(last: dt.date) -> dt.datetime:
    """When the day after this one begins in the city."""
    return dt.datetime.combine(last + DAY, dt.time(), city_zone())


def last_day_of(moment: dt.datetime) -> dt.date:
    """The last day, in the city, of what ends at a moment."""
    return (moment - dt.timedelta(microseconds=1)).astimezone(city_zone()).date()


def make_word() -> str:
    """The word of a QR code: ten letters that nobody guesses and anybody can type."""
    return "".join(secrets.choice(_LETTERS) for _place in range(10))


@operation
def start_trial(
    *, by: Person, at: dt.datetime, application: Application, seen: int | None = None
) -> Trial:
    """Begin the trial of the newest agreement, for the days of its methodology, but no longer than
    the site is booked. Every signature is verified once more before.

    Raises:
        NotTheAgency: only the agency begins trials.
        NotAgreed: there is no agreement that all three have signed.
        NotBooked: the site is not booked for this moment.
        veche.errors.Refused: a signature does not hold any more (see `agreements.verify_all`).
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_agency(by, at, application)
    rows = Agreement.objects.filter(application=application, ended_at__isnull=True)
    agreement = rows.select_related("methodology", "site").first()
    if agreement is None or agreement.complete_at is None:
        raise NotAgreed
    agreements.verify_all(agreement=agreement, at=at)
    booked = Booking.objects.filter(
        application=application,
        site=agreement.site,
        standing=Booking.Standing.BOOKED,
        during__contains=at,
    ).first()
    if booked is None:
        raise NotBooked
    ends_at = min(at + dt.timedelta(days=agreement.methodology.days), booked.during.upper)
    trial = Trial.objects.create(
        application=application,
        number=Trial.objects.filter(application=application).count() + 1,
        agreement=agreement,
        methodology=agreement.methodology,
        site=agreement.site,
        starts_at=at,
        ends_at=ends_at,
        key=make_word(),
    )
    application.case = move_case(
        by=by,
        at=at,
        case=application.case,
        move="start",
        seen=seen,
        until=ends_at,
        public={"trial": trial.number},
    )
    _tell_sides(by=by, at=at, trial=trial, application=application, kind="pilot.trial-begun")
    return trial


@operation
def end_trial(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    because: str = "",
    safety: bool = False,
    seen: int | None = None,
) -> Trial:
    """End the trial that goes on; what was measured is evaluated next. Before its day, and where
    it is stopped for safety, everybody reads why.

    Raises:
        NotTheAgency: only the agency ends trials.
        ReasonNeeded: it ends early or for safety, and nothing is said.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_agency(by, at, application)
    trial = open_trial(application)
    early = trial is not None and at < trial.ends_at
    because = reason(because) if safety or early else because.strip()[:LONGEST_REASON]
    how = Trial.How.SAFETY if safety else Trial.How.DONE
    application.case = move_case(
        by=by,
        at=at,
        case=application.case,
        move="end_trial",
        seen=seen,
        public={"how": how.value, **({"text": because} if because else {})},
    )
    assert trial is not None  # a case is running by a trial alone
    close(at=at, trial=trial, how=how, because=because)
    kind = "pilot.trial-stopped" if safety else "pilot.trial-ended"
    _tell_sides(by=by, at=at, trial=trial, application=application, kind=kind)
    tell_testers(by=by, at=at, trial=trial, kind=kind)
    return trial


@operation
def prolong_trial(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    last: dt.date,
    because: str,
    seen: int | None = None,
) -> Trial:
    """Let the trial go on through the day ``last``, as long as the site is booked; everybody reads
    why, and the day before stands in the steps of the case.

    Raises:
        NotTheAgency: only the agency prolongs trials.
        ReasonNeeded: nothing is said.
        TrialNotLater, BookedTooShort: such a day cannot be.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_agency(by, at, application)
    because = reason(because)
    trial = open_trial(application)
    ends_at = day_after(min(last, dt.date.max - DAY))  # the last day of all has none after it
    if trial is not None:
        if ends_at <= max(trial.ends_at, at):
            raise TrialNotLater(day=last_day_of(trial.ends_at).isoformat())
        booked = booked_until(trial)
        if booked is None or ends_at > booked:
            until = last_day_of(booked or trial.ends_at)
            raise BookedTooShort(day=until.isoformat())
    application.case = move_case(
        by=by,
        at=at,
        case=application.case,
        move="prolong_trial",
        seen=seen,
        public={"text": because, "until": last.isoformat(),
                **({"was": last_day_of(trial.ends_at).isoformat()} if trial else {})},
    )  # fmt: skip
    assert trial is not None  # a case is running by a trial alone
    trial.ends_at = ends_at
    trial.save(update_fields=["ends_at"])
    turn_clocks(application.case, PILOT, "running", at, until=ends_at)
    kind = "pilot.trial-prolonged"
    _tell_sides(by=by, at=at, trial=trial, application=application, kind=kind)
    tell_testers(by=by, at=at, trial=trial, kind=kind)
    return trial


@operation
def end_by_time(*, by: Person | None, at: dt.datetime, application: Application) -> Trial:
    """The last day of the trial is over: its report is due. Called by the sweep; two sweeps at once
    end it once.

    Raises:
        NotOver: no trial goes on, or its last day has not passed.
        NoRoleForMove: somebody calls it; only the system does.
    """
    application = locked(application)
    trial = open_trial(application)
    if trial is None or trial.ends_at > at or application.case.state != "running":
        raise NotOver
    application.case = move_case(by=by, at=at, case=application.case, move="end_by_time")
    # It was over then, however late the sweep comes: what was measured later is not of the trial.
    close(at=trial.ends_at, trial=trial, how=Trial.How.DONE, because="")
    kind = "pilot.trial-due"
    _tell_sides(by=None, at=at, trial=trial, application=application, kind=kind)
    tell_agency(by=None, at=at, application=application, kind=kind)
    tell_testers(by=None, at=at, trial=trial, kind="pilot.trial-ended")
    return trial


def sweep_trials(*, at: dt.datetime) -> None:
    """The timer: trials whose last day is over end, each in a transaction of its own; some at a
    time."""
    rows = Trial.objects.filter(
        ended_at__isnull=True, ends_at__lte=at, application__case__state="running"
    )
    for one in rows.select_related("application").order_by("ends_at", "pk")[:SWEPT]:
        try:
            end_by_time(by=None, at=at, application=one.application)
        except Refused as refusal:  # ended or prolonged meanwhile, say; others need not wait
            logger.info("Trial %s does not end by itself: %s", one.pk, refusal.code)


@operation
def lose_site(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    because: str,
    seen: int | None = None,
) -> Application:
    """The site cannot be used any more: its place is free for others, the agreement over it has
    ended, and the application looks for another site. What was measured is kept, and the clock of
    the programme runs on.

    Raises:
        NotTheAgency: only the agency takes an application from its site.
        ReasonNeeded: nothing is said.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_agency(by, at, application)
    because = reason(because)
    application.case = move_case(
        by=by, at=at, case=application.case, move="lose_site", seen=seen, public={"text": because}
    )
    trial = open_trial(application)
    if trial is not None:
        close(at=at, trial=trial, how=Trial.How.SITE, because=because)
        tell_testers(by=by, at=at, trial=trial, kind="pilot.site-lost")
    for one in Agreement.objects.filter(application=application, ended_at__isnull=True):
        agreements.end_agreement(by=by, at=at, agreement=one, because=because)
    held = (Booking.Standing.HELD, Booking.Standing.BOOKED)
    for taken in Booking.objects.filter(application=application, standing__in=held):
        booking.release(by=by, at=at, booking=taken, because=because)
    notices.tell_followers(by=by, at=at, case=application.case, kind="pilot.site-lost")
    tell_department(by=by, at=at, application=application, kind="pilot.site-lost")
    return application


@inside
def _tell_sides(
    *, by: Person | None, at: dt.datetime, trial: Trial, application: Application, kind: str
) -> None:
    """Tell whoever follows (the company does since it applied), the department and the site."""
    notices.tell_followers(by=by, at=at, case=application.case, kind=kind)
    tell_department(by=by, at=at, application=application, kind=kind)
    tell_site(by=by, at=at, application=application, owner=trial.site.owner_id, kind=kind)


@inside
def close(*, at: dt.datetime, trial: Trial, how: str, because: str) -> None:
    """Write down that a trial has ended; its streams are read up to now and no further."""
    for one in Stream.objects.filter(trial=trial, ended_at__isnull=True):
        read_stream(by=None, at=at, watched=one, last=True)
    trial.ended_at, trial.ended_how, trial.ended_because = at, how, because
    trial.save(update_fields=["ended_at", "ended_how", "ended_because"])
    Stream.objects.filter(trial=trial, ended_at__isnull=True).update(ended_at=at)


def hear_withdrawn(*, records: Sequence[Record], at: dt.datetime) -> None:
    """A company took its application back: its trial has ended with it. A listener, which may be
    called twice."""
    rows = Trial.objects.filter(ended_at__isnull=True, application__case__state="withdrawn")
    if rows.exists():
        close_withdrawn(by=None, at=at)


@operation
def close_withdrawn(*, by: None, at: dt.datetime) -> int:
    """End the trials of applications that their companies took back; returns how many. Testers are
    told."""
    rows = Trial.objects.select_for_update(of=("self",)).select_related("application__case")
    found = list(rows.filter(ended_at__isnull=True, application__case__state="withdrawn"))
    for one in found:
        case = one.application.case
        close(
            at=max(case.closed_at or at, one.starts_at),
            trial=one,
            how=Trial.How.WITHDRAWN,
            because=one.application.reason,
        )
        tell_testers(by=None, at=at, trial=one, kind="pilot.trial-withdrawn")
        record(kind="pilot.trial-withdrawn", by=None, at=at, subject=subject(case))
    if not found:
        record(
            kind="pilot.trial-withdrawn", by=None, at=at, subject="pilots", public={"none": True}
        )
    return len(found)


__all__ = [
    "BookedTooShort",
    "NotAgreed",
    "NotBooked",
    "NotOver",
    "NotTheAgency",
    "ReasonNeeded",
    "TrialNotLater",
    "close_withdrawn",
    "end_by_time",
    "end_trial",
    "lose_site",
    "open_trial",
    "prolong_trial",
    "reason",
    "start_trial",
]
