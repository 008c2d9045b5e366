"""Calls: taken with what became of them, rung back, and forgotten after their time."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules, rules_housing
from veche.city.dispatch.access_housing import check_telephone
from veche.city.dispatch.models import Call
from veche.city.dispatch.operations.incidents_log import add_entry
from veche.city.dispatch.operations.incidents_opening import report
from veche.city.dispatch.operations.once import hold
from veche.core.journal.operations import record
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.dispatch.models import Incident, IncidentKind, ShutOff
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class CallWithoutMatter(Invalid):
    """The outcome names an incident or a shut-off that was not chosen."""

    code = "call-without-matter"
    sentence = _("Say what the call belongs to: choose it in the list, or open an incident.")
    field = "outcome"


class NoTelephone(Invalid):
    """Nobody can be rung back without a number."""

    code = "call-no-telephone"
    sentence = _("Write the telephone number to ring back.")
    field = "telephone"


class RungAlready(Refused):
    """Somebody else has rung."""

    code = "call-rung-already"
    sentence = _("Somebody has rung back already.")


@operation
def take_call(
    *,
    by: Person,
    at: dt.datetime,
    outcome: str,
    territory: Territory,
    kind: IncidentKind | None = None,
    title: str = "",
    incident: Incident | None = None,
    shut_off: ShutOff | None = None,
    address: str = "",
    said: str = "",
    name: str = "",
    telephone: str = "",
    ring_back: bool = False,
    vulnerable: str = "",
    point: tuple[float, float] | None = None,
    submission: uuid.UUID | None = None,
) -> Call:
    """Write down a call and what became of it; a new incident is opened with it in one step.

    Who rang, from where and in which words stands in the call only, never in the journal or in the
    log of an incident, which are for ever, and is blanked after thirty days. The same
    ``submission`` writes nothing anew.

    Raises:
        veche.city.dispatch.access_housing.NotOnTheTelephone: not on duty for the city.
        CallWithoutMatter: what it belongs to is missing.
        NoTelephone: the caller wants to be rung, and nobody knows where.
        veche.city.dispatch.operations.incidents_opening.TitleNeeded, KindEnded: see `report`.
    """
    check_telephone(by, at)
    telephone = " ".join(telephone.split())
    if ring_back and not telephone:
        raise NoTelephone
    if submission is not None:
        hold(f"call:{submission}")
        known = Call.objects.filter(submission=submission).first()
        if known is not None:
            record(kind="call.told-again", by=by, at=at, subject=f"call:{known.pk}")
            return known
    if outcome == Call.Outcome.INCIDENT:
        if kind is None:
            raise CallWithoutMatter
        incident = report(
            by=by,
            at=at,
            kind=kind,
            territory=territory,
            title=title,
            source="call",
            vulnerable=vulnerable,
            point=point,
            submission=submission,
        )
    elif outcome == Call.Outcome.ADDED:
        if incident is None:
            raise CallWithoutMatter
        add_entry(by=by, at=at, incident=incident, kind="told", public=False)
    elif outcome == Call.Outcome.KNOWN and shut_off is None:
        raise CallWithoutMatter
    made = Call(
        at=at,
        taken_by=by,
        territory=territory,
        kind=kind,
        outcome=outcome,
        incident=incident if outcome in (Call.Outcome.INCIDENT, Call.Outcome.ADDED) else None,
        shut_off=shut_off if outcome == Call.Outcome.KNOWN else None,
        address=address.strip(),
        said=said.strip()[: rules.LONGEST_STORY],
        name=name.strip(),
        telephone=telephone,
        ring_back=ring_back,
        submission=submission,
    )
    made.save(force_insert=True)
    record(kind="call.taken", by=by, at=at, subject=f"call:{made.pk}", public={"outcome": outcome})
    return made


@operation
def rung_back(*, by: Person, at: dt.datetime, call: Call) -> Call:
    """The caller was told how it ended.

    Raises:
        veche.city.dispatch.access_housing.NotOnTheTelephone: not on duty for the city.
        RungAlready: somebody else has rung.
    """
    check_telephone(by, at)
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if call.rung_at is not None:
        raise RungAlready
    call.rung_at, call.rung_by = at, by
    call.save(update_fields=["rung_at", "rung_by"])
    record(kind="call.rung-back", by=by, at=at, subject=f"call:{call.pk}")
    return call


@operation
def forget_callers(*, by: None, at: dt.datetime) -> int:
    """Blank who rang, from where and in which words, thirty days after; returns of how many."""
    rows = Call.objects.filter(forgotten_at__isnull=True, at__lte=at - rules_housing.REMEMBERED)
    count = rows.update(address="", said="", name="", telephone="", forgotten_at=at)
    record(kind="call.forgotten", by=by, at=at, subject="calls", public={"calls": count})
    return count


def sweep(*, at: dt.datetime) -> None:
    """The timer; it writes nothing while there is nobody to forget."""
    old = Call.objects.filter(forgotten_at__isnull=True, at__lte=at - rules_housing.REMEMBERED)
    if old.exists():
        forget_callers(by=None, at=at)
