"""How places are given back, and who is told: parts of what is done about sites."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from veche.city.pilots.access.sites import LIVE, SITE_OWNER
from veche.city.pilots.models import Booking
from veche.city.pilots.operations.telling_applications import tell_agency, tell_company
from veche.core.journal.operations import record
from veche.core.notices import operations as notices
from veche.core.organisations.models import Holding
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.city.pilots.models import Application, Site
    from veche.core.people.models import Person

RAN_OUT, ELSEWHERE, ENDED = "ran-out", "elsewhere", "ended"
"""Why a place was given back that nobody gave back: nobody answered in time, the application has
another site, the application has ended. Pages say it in words."""


@inside
def end_bookings(rows: QuerySet[Booking], because: str) -> list[Booking]:
    """Give these places back; returns them with their applications.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    found = list(
        rows.select_for_update(of=("self",)).select_related(
            "site", "application__case", "application__programme",
            "application__company__organisation",
        )
    )  # fmt: skip
    for one in found:
        one.standing, one.held_until, one.ended_because = (
            Booking.Standing.RELEASED,
            None,
            because[:500],
        )
    Booking.objects.bulk_update(found, ["standing", "held_until", "ended_because"])
    return found


@inside
def end_ran_out(at: dt.datetime, site: Site | None = None) -> list[Booking]:
    """Give back what was held too long, at one site or everywhere.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    rows = Booking.objects.filter(standing=Booking.Standing.HELD, held_until__lte=at)
    return end_bookings(rows.filter(site=site) if site is not None else rows, RAN_OUT)


@inside
def tell_owner(
    *, by: Person | None, at: dt.datetime, site: Site, application: Application, kind: str
) -> int:
    """Tell everybody who keeps a site, besides who did it; how many.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    now = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    rows = Holding.objects.filter(now, role=SITE_OWNER, organisation=site.owner_id)
    people = set(rows.values_list("person", flat=True)) - {by.pk if by is not None else 0}
    if not people:
        return 0
    told = [(one, application.pk) for one in sorted(people)]
    return notices.tell_people(by=by, at=at, told=told, kind=kind)


@inside
def tell_side(*, by: Person | None, at: dt.datetime, application: Application, kind: str) -> None:
    """Tell the company and the agency of what happens to their place.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    tell_company(by=by, at=at, application=application, kind=kind)
    tell_agency(by=by, at=at, application=application, kind=kind)


@operation
def release_ran_out(*, by: None, at: dt.datetime) -> int:
    """Give back everything that was held too long, and what is taken for applications that have
    ended; how many places."""
    ended = end_ran_out(at)
    for one in ended:
        tell_side(by=by, at=at, application=one.application, kind="pilots.hold-ran-out")
    gone = end_bookings(_of_ended(at), ENDED)
    for one in gone:
        tell_owner(
            by=by, at=at, site=one.site, application=one.application, kind="pilots.hold-ended"
        )
    record(
        kind="pilots.holds-ran-out", by=by, at=at, subject="sites",
        public={"places": len(ended), "of_ended": len(gone)},
    )  # fmt: skip
    return len(ended) + len(gone)


def _of_ended(at: dt.datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(
        standing__in=LIVE, application__case__closed_at__lte=at, during__endswith__gt=at
    )


def sweep_holds(*, at: dt.datetime) -> None:
    """The timer; it writes nothing while no place is to be given back."""
    late = Booking.objects.filter(standing=Booking.Standing.HELD, held_until__lte=at)
    if late.exists() or _of_ended(at).exists():
        release_ran_out(by=None, at=at)
