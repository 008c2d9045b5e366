"""A place at a site is held for a trial, booked by its owner, ranked, given back, and runs out.

Whoever takes a place locks its window first, so that of many who try at once each sees what the one
before did; the database's own exclusion constraint stands behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from veche.city.pilots.access.companies import check_agency, runs
from veche.city.pilots.access.conflicts import check_may_see
from veche.city.pilots.access.sites import LIVE, check_keeps, keeps
from veche.city.pilots.models import Application, Booking, Site, SiteWindow
from veche.city.pilots.operations.booking_ends import (
    ELSEWHERE,
    end_bookings,
    end_ran_out,
    tell_owner,
    tell_side,
)
from veche.city.pilots.operations.refusals_sites import (
    HoldAgain,
    HoldOver,
    NoPlaceLeft,
    NotMatching,
    OutsideWindow,
    SiteBookedAlready,
    SiteClosed,
    SiteReason,
)
from veche.city.pilots.rules import sites as rules
from veche.core.cases.operations import subject
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

Span = tuple[dt.datetime, dt.datetime]
LONGEST_REASON = 500


@inside
def locked_window(window: SiteWindow) -> SiteWindow:
    """The window with its site, locked until the operation ends.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    rows = SiteWindow.objects.select_for_update(of=("self",)).select_related("site__owner")
    return rows.get(pk=window.pk)


def taken(site: int, span: Span) -> Sequence[tuple[int, Span]]:
    """Which places of a site are taken in some of a time, and when."""
    rows = Booking.objects.filter(
        site=site, standing__in=LIVE, during__overlap=DateTimeTZRange(*span)
    ).values_list("place", "during")
    return [(place, (during.lower, during.upper)) for place, during in rows]


def free_place(window: SiteWindow, during: Span) -> int:
    """The lowest place that is free all the while.

    Raises:
        OutsideWindow: the time lies outside the window.
        NoPlaceLeft: all places are taken in some of it.
    """
    span = (window.during.lower, window.during.upper)
    if not span[0] <= during[0] < during[1] <= span[1]:
        days = [one.astimezone(city_zone()).date().isoformat() for one in span]
        raise OutsideWindow(begins=days[0], ends=days[1])
    free = rules.gaps(span, window.places, taken(window.site_id, span))
    place = rules.free_place(free, during)
    if place is None:
        raise NoPlaceLeft
    return place


def look_first(window: SiteWindow, during: Span, at: dt.datetime) -> None:
    """Say so at once where no place is free: of a thousand who come too late, all but a few are
    told without waiting for the lock. Everybody may know it, so that it is asked before more.

    Raises:
        OutsideWindow, NoPlaceLeft: the time is not free.
    """
    late = Booking.objects.filter(
        site=window.site_id, standing=Booking.Standing.HELD, held_until__lte=at
    )
    if not late.exists():
        free_place(window, during)


@inside
def take_place(
    *,
    by: Person | None,
    at: dt.datetime,
    application: Application,
    window: SiteWindow,
    during: Span,
    standing: Booking.Standing,
) -> Booking:
    """Take the lowest free place of a window; what was held too long there is given back first.

    Raises:
        SiteClosed: the site takes no trials.
        OutsideWindow, NoPlaceLeft: the time is not free.
        SiteBookedAlready, HoldAgain: the application has a site already.
        veche.operation.OutsideOperation: no operation is under way.
    """
    # The site before its window, as whoever changes it: else each could wait for the other.
    Site.objects.select_for_update(no_key=True).get(pk=window.site_id)
    row = locked_window(window)
    for one in end_ran_out(at, row.site):  # time ended it, not who acts: they are told, too
        tell_side(by=None, at=at, application=one.application, kind="pilots.hold-ran-out")
    if row.site.published_at is None or row.site.closed_at is not None:
        raise SiteClosed
    mine = Booking.objects.filter(application=application, standing__in=LIVE)
    stands = [(one.standing, one.site_id) for one in mine]
    if any(how == Booking.Standing.BOOKED for how, _site in stands):
        raise SiteBookedAlready
    if any(site == row.site_id for _how, site in stands):
        raise HoldAgain
    made = Booking(
        site=row.site,
        window=row,
        place=free_place(row, during),
        application=application,
        during=DateTimeTZRange(*during),
        standing=standing,
        held_until=at + rules.HOLD if standing == Booking.Standing.HELD else None,
        at=at,
        by=by,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as fault:
        raise NoPlaceLeft from fault
    return made


@inside
def looking(application: Application) -> Application:
    """The application with its case, if it looks for a site.

    Raises:
        NotMatching: it does not.
        veche.operation.OutsideOperation: no operation is under way.
    """
    rows = Application.objects.select_related("case", "programme__agency", "company__organisation")
    found = rows.get(pk=application.pk)
    if found.case.state != "matching":
        raise NotMatching
    return found


@operation
def hold(
    *,
    by: Person | None,
    at: dt.datetime,
    application: Application,
    site: Site,
    window: SiteWindow,
    during: Span,
) -> Booking:
    """Keep a place for an application for five days, and ask the owner of the site.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotMatching: the application looks for no site.
        SiteClosed, OutsideWindow, NoPlaceLeft, SiteBookedAlready, HoldAgain: it cannot be had.
    """
    check_agency(by, at, application.programme)
    if window.site_id != site.pk:
        raise SiteClosed
    mine = Booking.objects.filter(application=application, site=site, standing__in=LIVE)
    if not mine.exists():
        look_first(window, during, at)
    check_may_see(by, application, at)
    found = looking(application)
    made = take_place(
        by=by, at=at, application=found, window=window, during=during,
        standing=Booking.Standing.HELD,
    )  # fmt: skip
    record(
        kind="pilots.place-held",
        by=by,
        at=at,
        subject=subject(found.case),
        public=_told(made),
    )
    tell_owner(by=by, at=at, site=made.site, application=found, kind="pilots.hold-asked")
    return made


@inside
def _locked(booking: Booking) -> Booking:
    rows = Booking.objects.select_for_update(of=("self",)).select_related(
        "site__owner", "window", "application__case", "application__programme__agency",
        "application__company__organisation",
    )  # fmt: skip
    return rows.get(pk=booking.pk)


@operation
def book(*, by: Person | None, at: dt.datetime, booking: Booking) -> Booking:
    """The owner of the site accepts what is held: the place is the application's, and whatever else
    was held for it is given back.

    Raises:
        veche.city.pilots.access.sites.NotTheOwner: they do not keep the site.
        HoldOver: it ran out or was given back.
        SiteClosed: the site takes no trials.
        SiteBookedAlready: another owner was quicker.
    """
    check_keeps(by, at, booking.site)
    # First the application: two owners may accept at once.
    Application.objects.select_for_update(no_key=True).get(pk=booking.application_id)
    row = _locked(booking)
    over = row.held_until is not None and row.held_until <= at
    if row.standing != Booking.Standing.HELD or over:
        raise HoldOver
    if row.site.closed_at is not None:
        raise SiteClosed
    mine = Booking.objects.filter(application=row.application_id)
    if mine.filter(standing=Booking.Standing.BOOKED).exists():
        raise SiteBookedAlready
    row.standing, row.held_until = Booking.Standing.BOOKED, None
    try:
        with transaction.atomic():
            row.save(update_fields=["standing", "held_until"])
    except IntegrityError as fault:
        raise SiteBookedAlready from fault
    end_others(by=by, at=at, application=row.application)
    record(
        kind="pilots.place-booked",
        by=by,
        at=at,
        subject=subject(row.application.case),
        public=_told(row),
    )
    tell_side(by=by, at=at, application=row.application, kind="pilots.hold-accepted")
    return row


@inside
def end_others(*, by: Person | None, at: dt.datetime, application: Application) -> None:
    """Give back what is held for an application that has its site, and tell those owners.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    rest = Booking.objects.filter(application=application, standing=Booking.Standing.HELD)
    for one in end_bookings(rest, ELSEWHERE):
        tell_owner(by=by, at=at, site=one.site, application=application, kind="pilots.hold-ended")


@operation
def release(*, by: Person | None, at: dt.datetime, booking: Booking, because: str) -> Booking:
    """Give a place back with the reason: the agency whatever it asked for, the owner what is held
    at their site (a refusal) or booked there as long as the agreement is not signed.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they are neither.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        HoldOver: it was given back before.
        SiteReason: no reason was given.
    """
    said = sized(because, 3, LONGEST_REASON, SiteReason)
    row = _locked(booking)
    held = holdings(by, at)
    owner = by is not None and keeps(held, row.site)
    if not owner:
        check_agency(by, at, row.application.programme)
        check_may_see(by, row.application, at)
    if row.standing == Booking.Standing.RELEASED:
        raise HoldOver
    was = row.standing
    if owner and was == Booking.Standing.BOOKED and not runs(held, row.application.programme):
        signed = row.application.agreements.filter(complete_at__isnull=False)
        if signed.filter(ended_at=None).exists():
            check_agency(by, at, row.application.programme)
    row.standing, row.held_until, row.ended_because = Booking.Standing.RELEASED, None, said
    row.save(update_fields=["standing", "held_until", "ended_because"])
    record(
        kind="pilots.place-released",
        by=by,
        at=at,
        subject=subject(row.application.case),
        public={**_told(row), "because": said, "was": was},
    )
    if owner:
        tell_side(by=by, at=at, application=row.application, kind="pilots.hold-refused")
    else:
        tell_owner(
            by=by, at=at, site=row.site, application=row.application, kind="pilots.hold-ended"
        )
    return row


@operation
def rank_holds(
    *, by: Person | None, at: dt.datetime, site: Site, order: Sequence[Booking]
) -> list[Booking]:
    """The owner says what they would like most among what is held at their site: the first gets
    rank 1. What is not named has none; what is not held there is passed over.

    Raises:
        veche.city.pilots.access.sites.NotTheOwner: they do not keep the site.
    """
    check_keeps(by, at, site)
    rows = {
        one.pk: one
        for one in Booking.objects.select_for_update(of=("self",)).filter(
            site=site, standing=Booking.Standing.HELD
        )
    }
    wanted = [rows[one.pk] for one in dict.fromkeys(order) if one.pk in rows]
    for one in rows.values():
        one.rank = wanted.index(one) + 1 if one in wanted else None
    Booking.objects.bulk_update(rows.values(), ["rank"])
    record(
        kind="pilots.holds-ranked",
        by=by,
        at=at,
        subject=f"site:{site.code}",
        public={"bookings": [one.pk for one in wanted]},
    )
    return wanted


def _told(one: Booking) -> dict[str, object]:
    return {
        "site": one.site.code,
        "place": one.place,
        "begins": one.during.lower.isoformat(),
        "ends": one.during.upper.isoformat(),
    }


__all__ = [
    "book",
    "end_others",
    "free_place",
    "hold",
    "locked_window",
    "look_first",
    "looking",
    "rank_holds",
    "release",
    "take_place",
    "taken",
]
