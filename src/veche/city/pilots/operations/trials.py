"""A trial begins, ends, is stopped for safety, or loses its site."""

from __future__ import annotations

import datetime as dt
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
from veche.city.pilots.operations.telling_applications import tell_department
from veche.city.pilots.operations.trial_guard import (
    LONGEST_REASON,
    ReasonNeeded,
    open_trial,
    reason,
    tell_testers,
)
from veche.core.cases.operations import move_case, subject
from veche.core.journal.operations import record
from veche.core.notices import operations as notices
from veche.errors import Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veche.city.pilots.models import Application
    from veche.core.journal.models import Record
    from veche.core.people.models import Person

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What is told apart when it is read from paper: no i, l, o, 0, 1."""


class NotAgreed(Refused):
    """A trial needs an agreement that all three have signed."""

    code = "trial-not-agreed"
    sentence = _("The trial begins when all three have signed the agreement.")


class NotBooked(Refused):
    """The site is not booked for now."""

    code = "trial-not-booked"
    sentence = _("The site of the agreement is not booked for this day. Book it first.")


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
    *, by: Person, at: dt.datetime, trial: Trial, application: Application, kind: str
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
    "NotAgreed",
    "NotBooked",
    "NotTheAgency",
    "ReasonNeeded",
    "close_withdrawn",
    "end_trial",
    "lose_site",
    "open_trial",
    "reason",
    "start_trial",
]
