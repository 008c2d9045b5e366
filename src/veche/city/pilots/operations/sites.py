"""Sites are offered, described, published and closed; their windows are opened and changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.text import slugify

from veche.city.pilots.access.companies import check_agency, programme
from veche.city.pilots.access.sites import SITE_OWNER, check_changes, check_keeps
from veche.city.pilots.models import Booking, Site, SiteWindow
from veche.city.pilots.operations.booking_ends import end_bookings, tell_side
from veche.city.pilots.operations.refusals_sites import (
    SiteChanged,
    SiteClosed,
    SiteName,
    SitePlace,
    SiteReason,
    SiteUnclear,
    SiteWords,
    WindowBooked,
    WindowPlaces,
    WindowsOverlap,
    WindowTerm,
)
from veche.city.pilots.rules import sites as rules
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.languages import LANGUAGES
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

LONGEST_NAME, LONGEST_TEXT, LONGEST_REASON = 120, 5_000, 500


@dataclass(frozen=True)
class SiteGiven:
    """What is said of a site; names and texts by language."""

    names: Mapping[str, str]
    texts: Mapping[str, str]
    territory: Territory
    longitude: float
    latitude: float
    environment: str
    offers: Mapping[str, Any] = field(default_factory=dict)
    requires: Sequence[str] = ()
    reaches: Mapping[str, float] = field(default_factory=dict)
    address: str = ""
    contact: str = ""


def mark_of(site: Site) -> str:
    """What a page remembers of a site, to find out that somebody changed it meanwhile."""
    names = [one.attname for one in site._meta.concrete_fields]
    # The database sorts the keys of what it holds as JSON its own way.
    said = json.dumps([getattr(site, name) for name in names], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _checked(given: SiteGiven) -> dict[str, Any]:
    """The fields of a site as they are kept.

    Raises:
        SiteName, SiteWords, SiteUnclear, SitePlace: what is said cannot be.
    """
    names = _worded(given.names, LONGEST_NAME)
    if not names:
        raise SiteName
    if not (math.isfinite(given.longitude) and math.isfinite(given.latitude)):
        raise SitePlace
    if not (-180 <= given.longitude <= 180 and -90 <= given.latitude <= 90):
        raise SitePlace
    if given.environment not in rules.ENVIRONMENTS:
        raise SiteUnclear(what=given.environment[:40])
    for group, count in given.reaches.items():
        if group not in rules.GROUPS or not 0 <= count <= rules.MOST_NUMBER:
            raise SiteUnclear(what=group[:40])
    try:
        offers = rules.offered(dict(given.offers))
        requires = rules.asked(given.requires)
    except rules.NotAFeature as fault:
        raise SiteUnclear(what=str(fault)[:40]) from fault
    return {
        "names": names,
        "texts": _worded(given.texts, LONGEST_TEXT),
        "territory": given.territory,
        "longitude": given.longitude,
        "latitude": given.latitude,
        "environment": given.environment,
        "offers": offers,
        "requires": requires,
        "reaches": {group: count for group, count in given.reaches.items() if count},
        "address": sized(" ".join(given.address.split()), 0, 200, SiteWords),
        "contact": sized(" ".join(given.contact.split()), 0, 200, SiteWords),
    }


def _worded(said: Mapping[str, str], most: int) -> dict[str, str]:
    return {
        code: text for code in LANGUAGES if (text := sized(said.get(code, ""), 0, most, SiteWords))
    }


@operation
def add_site(
    *,
    by: Person | None,
    at: dt.datetime,
    owner: Organisation,
    given: SiteGiven,
    submission: uuid.UUID | None = None,
) -> Site:
    """Write a site down; nobody else sees it until it is published. Writing it down once more by
    the same ``submission`` writes nothing anew.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: neither do they keep the sites of the
            owner nor run the programme.
        SiteName, SiteWords, SiteUnclear, SitePlace: what is said cannot be.
    """
    held = holdings(by, at)
    if not any(one.role == SITE_OWNER and one.organisation_id == owner.pk for one in held):
        check_agency(by, at, programme())
    fields = _checked(given)
    key = submission or uuid.uuid4()
    name = fields["names"].get("en") or next(iter(fields["names"].values()))
    code = f"{slugify(name)[:40] or 'site'}-{key.hex[:8]}"
    made, fresh = Site.objects.get_or_create(code=code, defaults={"owner": owner, **fields})
    record(
        kind="pilots.site-added" if fresh else "pilots.site-added-again",
        by=by,
        at=at,
        subject=f"site:{made.code}",
        public={"names": made.names, "owner": owner.code},
    )
    return made


@inside
def locked(site: Site) -> Site:
    """The site with its owner and place, locked until the operation ends.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    rows = Site.objects.select_for_update(of=("self",)).select_related("owner", "territory")
    return rows.get(pk=site.pk)


@operation
def set_site(
    *, by: Person | None, at: dt.datetime, site: Site, given: SiteGiven, seen: str = ""
) -> Site:
    """Say something else of a site. ``seen`` is the mark (`mark_of`) that the page showed.

    Raises:
        veche.city.pilots.access.sites.NotTheSite: neither do they keep it nor run the programme.
        SiteChanged: somebody changed it meanwhile.
        SiteName, SiteWords, SiteUnclear, SitePlace: what is said cannot be.
    """
    check_changes(by, at, site)
    row = locked(site)
    if seen and seen != mark_of(row):
        raise SiteChanged
    for name, value in _checked(given).items():
        setattr(row, name, value)
    row.save()
    record(
        kind="pilots.site-set",
        by=by,
        at=at,
        subject=f"site:{row.code}",
        public={"names": row.names, "offers": rules.spelt(row.offers), "requires": row.requires},
    )
    return row


@operation
def publish_site(*, by: Person | None, at: dt.datetime, site: Site) -> Site:
    """Offer a site to everybody, for the first time or after it was closed.

    Raises:
        veche.city.pilots.access.sites.NotTheOwner: they do not keep it.
    """
    check_keeps(by, at, site)
    row = locked(site)
    row.published_at = row.published_at or at
    row.closed_at, row.closed_because = None, ""
    row.save(update_fields=["published_at", "closed_at", "closed_because"])
    record(
        kind="pilots.site-published",
        by=by,
        at=at,
        subject=f"site:{row.code}",
        public={"names": row.names},
    )
    return row


@operation
def close_site(*, by: Person | None, at: dt.datetime, site: Site, because: str) -> Site:
    """Take a site out of the offer. What is held there ends; who is booked stays booked until the
    agency finds another site for them, and is told at once with the agency.

    Raises:
        veche.city.pilots.access.sites.NotTheSite: neither do they keep it nor run the programme.
        SiteClosed: it is closed already, or was never published.
        SiteReason: no reason was given.
    """
    check_changes(by, at, site)
    said = sized(because, 3, LONGEST_REASON, SiteReason)
    row = locked(site)
    if row.closed_at is not None or row.published_at is None:
        raise SiteClosed
    row.closed_at, row.closed_because = at, said
    row.save(update_fields=["closed_at", "closed_because"])
    held = Booking.objects.filter(site=row, standing=Booking.Standing.HELD)
    ended = end_bookings(held, said)
    booked = Booking.objects.filter(
        site=row, standing=Booking.Standing.BOOKED, during__endswith__gt=at
    ).select_related(
        "application__case", "application__programme", "application__company__organisation"
    )
    for one in [*ended, *booked]:
        tell_side(by=by, at=at, application=one.application, kind="pilots.site-lost")
    record(
        kind="pilots.site-closed",
        by=by,
        at=at,
        subject=f"site:{row.code}",
        public={"because": said, "held": len(ended), "booked": len(booked)},
    )
    return row


# --- windows ------------------------------------------------------------------------------------


def _span(begins: dt.datetime, ends: dt.datetime, places: int) -> DateTimeTZRange:
    if not begins < ends <= begins + rules.LONGEST_WINDOW:
        raise WindowTerm
    if not 1 <= places <= rules.MOST_PLACES:
        raise WindowPlaces(most=rules.MOST_PLACES)
    return DateTimeTZRange(begins, ends)


@operation
def add_window(
    *,
    by: Person | None,
    at: dt.datetime,
    site: Site,
    begins: dt.datetime,
    ends: dt.datetime,
    places: int = 1,
) -> SiteWindow:
    """Say from when to when (not included) a site takes trials, and how many at once.

    Raises:
        veche.city.pilots.access.sites.NotTheSite: neither do they keep it nor run the programme.
        WindowTerm, WindowPlaces: such a window cannot be.
        WindowsOverlap: another window has some of that time.
    """
    check_changes(by, at, site)
    during = _span(begins, ends, places)
    row = locked(site)
    if SiteWindow.objects.filter(site=row, during__overlap=during).exists():
        raise WindowsOverlap
    made = SiteWindow.objects.create(site=row, during=during, places=places)
    record(
        kind="pilots.window-added",
        by=by,
        at=at,
        subject=f"site:{row.code}",
        public=_told(made),
    )
    return made


@operation
def set_window(
    *,
    by: Person | None,
    at: dt.datetime,
    window: SiteWindow,
    begins: dt.datetime,
    ends: dt.datetime,
    places: int,
) -> SiteWindow:
    """Widen or narrow a window.

    Raises:
        veche.city.pilots.access.sites.NotTheSite: neither do they keep it nor run the programme.
        WindowTerm, WindowPlaces, WindowsOverlap: such a window cannot be.
        WindowBooked: somebody has a place that would go.
    """
    check_changes(by, at, window.site)
    during = _span(begins, ends, places)
    locked(window.site)
    row = SiteWindow.objects.select_for_update(of=("self",)).get(pk=window.pk)
    others = SiteWindow.objects.filter(site=row.site_id, during__overlap=during)
    if others.exclude(pk=row.pk).exists():
        raise WindowsOverlap
    row.during, row.places = during, places
    try:
        with transaction.atomic():
            row.save(update_fields=["during", "places"])
    except IntegrityError as fault:
        raise WindowBooked from fault
    record(
        kind="pilots.window-set",
        by=by,
        at=at,
        subject=f"site:{window.site.code}",
        public=_told(row),
    )
    return row


@operation
def remove_window(*, by: Person | None, at: dt.datetime, window: SiteWindow) -> None:
    """Take a window back in which nobody ever booked.

    Raises:
        veche.city.pilots.access.sites.NotTheSite: neither do they keep it nor run the programme.
        WindowBooked: somebody is or was booked in it.
    """
    check_changes(by, at, window.site)
    row = SiteWindow.objects.select_for_update(of=("self",)).get(pk=window.pk)
    if Booking.objects.filter(window=row).exists():
        raise WindowBooked
    record(
        kind="pilots.window-removed",
        by=by,
        at=at,
        subject=f"site:{window.site.code}",
        public=_told(row),
    )
    row.delete()


def _told(window: SiteWindow) -> dict[str, Any]:
    during = window.during
    return {
        "begins": during.lower.isoformat(),
        "ends": during.upper.isoformat(),
        "places": window.places,
    }
