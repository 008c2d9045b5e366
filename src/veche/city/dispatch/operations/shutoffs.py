"""Shut-offs: announced before or met, told to the street or the place, prolonged, restored."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules, rules_housing
from veche.city.dispatch.access_housing import check_announces, check_owner
from veche.city.dispatch.models import ShutOff
from veche.city.dispatch.operations.once import hold
from veche.core.cases.operations import move_case, open_case, subject
from veche.core.journal.operations import record
from veche.core.notices import operations as notices
from veche.core.notices.operations.alerting import tell_place
from veche.errors import Invalid
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.city.dispatch.models import Incident
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class TermOfShutOff(Invalid):
    """It ends before it begins, lasts too long, or lies too far ahead."""

    code = "shut-off-term"
    sentence = _(
        "A shut-off ends after it begins, lasts {days} days at most and is announced"
        " {ahead} days ahead at most."
    )
    field = "ends_at"


class NotLaterEnd(Invalid):
    """A promised end is never moved earlier in silence: restore it, and it is over."""

    code = "shut-off-not-later"
    sentence = _("The new end must be later than the one before, and still to come.")
    field = "ends_at"


class ReasonOfShutOff(Invalid):
    """People ask why first of all."""

    code = "shut-off-reason"
    sentence = _("Say why: it is the first thing people ask.")
    field = "reason"


@operation
def announce(
    *,
    by: Person | None,
    at: dt.datetime,
    service: str,
    organisation: Organisation,
    territory: Territory,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    reason: str,
    street: str = "",
    houses: Sequence[str] = (),
    instead: str = "",
    point: tuple[float, float] | None = None,
    incident: Incident | None = None,
    submission: uuid.UUID | None = None,
) -> ShutOff:
    """Announce a shut-off, or tell of one that has begun already (``starts_at`` not after ``at``).

    Whoever subscribed to the street or a circle around it is told; where it is a whole place, all
    who live there. Announcing once more by the same ``submission`` announces nothing anew.

    Raises:
        veche.city.dispatch.access_housing.NotOfTheOffice: neither of the office that shuts off nor
            a dispatcher of the place.
        TermOfShutOff, ReasonOfShutOff: what is told cannot be.
    """
    check_announces(by, at, organisation, territory)
    reason = " ".join(reason.split())
    if len(reason) < rules.SHORTEST_REASON:
        raise ReasonOfShutOff
    longest, ahead = rules_housing.LONGEST, rules_housing.AHEAD
    met = starts_at <= at
    if not max(starts_at, at) < ends_at <= starts_at + longest or starts_at > at + ahead:
        raise TermOfShutOff(days=longest.days, ahead=ahead.days)
    if submission is not None:
        hold(f"shut-off:{submission}")
        known = ShutOff.objects.select_related("case").filter(submission=submission).first()
        if known is not None:
            record(kind="shut_off.told-again", by=by, at=at, subject=subject(known.case))
            return known
    case = open_case(
        by=None,
        at=at,
        procedure="shut_off",
        move="meet" if met else "announce",
        theme=rules_housing.theme_of(service),
        territory=territory,
        organisation=organisation,
        until=ends_at if met else starts_at,
        public={"service": service, "reason": reason, "ends": ends_at.isoformat()},
    )
    made = ShutOff(
        case=case,
        service=service,
        planned=not met,
        street=" ".join(street.split()),
        houses=list(houses),
        reason=reason,
        instead=" ".join(instead.split()),
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
        starts_at=starts_at,
        ends_at=ends_at,
        first_ends_at=ends_at,
        incident=incident,
        submission=submission,
    )
    made.save(force_insert=True)
    _tell(by, at, made, "shut_off.announced" if made.planned else "shut_off.met")
    return made


@inside
def _tell(by: Person | None, at: dt.datetime, shut_off: ShutOff, kind: str) -> None:
    """A street is told to those who follow it; a whole place to all who live there."""
    from veche.core.notices import tasks

    case = shut_off.case
    if shut_off.street:
        notices.announce(by=by, at=at, case=case, kind=kind)
    else:
        told = tell_place(
            by=by,
            at=at,
            case=case,
            kind=kind,
            details={},
            territories=[case.territory_id],
            theme=case.theme,
            danger=False,
        )
        if told.letters:
            tasks.send_alert.defer()
        if told.devices:
            tasks.push_alert.defer()
    notices.tell_followers(by=by, at=at, case=case, kind=kind)


@operation
def begin_shut_off(*, by: None, at: dt.datetime, case: Case) -> ShutOff:
    """The announced moment has come."""
    shut_off = ShutOff.objects.select_for_update(of=("self",)).get(pk=case.pk)
    shut_off.case = move_case(by=by, at=at, case=case, move="begin", until=shut_off.ends_at)
    return shut_off


@operation
def prolong(
    *,
    by: Person,
    at: dt.datetime,
    shut_off: ShutOff,
    ends_at: dt.datetime,
    reason: str,
    seen: int | None = None,
) -> ShutOff:
    """Tell a later end, with the reason; the end promised first stays beside it.

    Raises:
        NotLaterEnd, ReasonOfShutOff, TermOfShutOff: what is told cannot be.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    shut_off = _locked(shut_off)
    if ends_at <= max(shut_off.ends_at, at):
        raise NotLaterEnd
    if ends_at > shut_off.starts_at + rules_housing.LONGEST:
        longest, ahead = rules_housing.LONGEST, rules_housing.AHEAD
        raise TermOfShutOff(days=longest.days, ahead=ahead.days)
    said = _reason(reason)
    check_owner(by, at, shut_off)
    shut_off.case = move_case(
        by=by,
        at=at,
        case=shut_off.case,
        move="prolong" if shut_off.case.state == "running" else "postpone_end",
        seen=seen,
        public={"text": said, "ends": ends_at.isoformat()},
    )
    shut_off.ends_at = ends_at
    shut_off.save(update_fields=["ends_at"])
    _tell(by, at, shut_off, "shut_off.prolonged")
    return shut_off


@operation
def restore(
    *, by: Person, at: dt.datetime, shut_off: ShutOff, text: str = "", seen: int | None = None
) -> ShutOff:
    """It comes again.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    shut_off = _locked(shut_off)
    shut_off.case = move_case(
        by=by, at=at, case=shut_off.case, move="restore", seen=seen, public={"text": text.strip()}
    )
    shut_off.restored_at = at
    shut_off.save(update_fields=["restored_at"])
    _tell(by, at, shut_off, "shut_off.restored")
    return shut_off


@operation
def call_off(
    *, by: Person, at: dt.datetime, shut_off: ShutOff, text: str, seen: int | None = None
) -> ShutOff:
    """It does not take place, with the reason.

    Raises:
        ReasonOfShutOff: no reason is given.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    shut_off = _locked(shut_off)
    shut_off.case = move_case(
        by=by,
        at=at,
        case=shut_off.case,
        move="call_off",
        seen=seen,
        public={"text": _reason(text)},
    )
    _tell(by, at, shut_off, "shut_off.called-off")
    return shut_off


def _reason(text: str) -> str:
    said = text.strip()
    if len(said) < rules.SHORTEST_REASON:
        raise ReasonOfShutOff
    return said[: rules.LONGEST_TEXT]


@inside
def _locked(shut_off: ShutOff) -> ShutOff:
    rows = ShutOff.objects.select_for_update(of=("self",))
    return rows.select_related("case__territory", "case__organisation").get(pk=shut_off.pk)
