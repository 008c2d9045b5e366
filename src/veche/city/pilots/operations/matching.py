"""What trials need is written down, sites are matched, and an application is given its site."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from veche.city.pilots.access.companies import check_agency
from veche.city.pilots.access.conflicts import check_may_see, open_to
from veche.city.pilots.engines import match as engine
from veche.city.pilots.models import (
    Application,
    Booking,
    MatchRun,
    Programme,
    Site,
    SiteCriterion,
    SiteNeeds,
    SiteWindow,
)
from veche.city.pilots.operations.booking import end_others, looking, take_place
from veche.city.pilots.operations.booking_ends import ELSEWHERE, end_bookings, tell_owner
from veche.city.pilots.operations.refusals_sites import (
    NeedsTerm,
    NothingToMatch,
    NotMatching,
    SiteBookedAlready,
    SiteReason,
    SiteUnclear,
    SiteWeights,
)
from veche.city.pilots.operations.telling_applications import tell_company
from veche.city.pilots.queries.matching import instance as instance_of
from veche.city.pilots.rules import sites as rules
from veche.core.cases.operations import move_case, subject
from veche.core.journal.operations import record
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.city.pilots.operations.booking import Span
    from veche.core.people.models import Person

LONGEST_REASON = 2_000
NEEDS_IN = (
    "screening", "more_info", "review", "panel", "matching", "methodology", "agreement", "running",
)  # fmt: skip
"""Where an application stands while it can be said what its trial needs."""


@dataclasses.dataclass(frozen=True)
class NeedsGiven:
    """What a trial needs of a site; see `veche.city.pilots.models.SiteNeeds`."""

    environment: str = ""
    needs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    wishes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    brings: Sequence[str] = ()
    target_group: str = ""
    months: Sequence[int] = ()
    days: int = 60
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    longitude: float | None = None
    latitude: float | None = None


@operation
def set_needs(
    *, by: Person | None, at: dt.datetime, application: Application, given: NeedsGiven
) -> SiteNeeds:
    """Write down what the trial of an application needs.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotMatching: it is a draft, or has ended.
        SiteUnclear, NeedsTerm: what is said cannot be.
    """
    check_agency(by, at, application.programme)
    check_may_see(by, application, at)
    if application.case.state not in NEEDS_IN:
        raise NotMatching
    if given.environment and given.environment not in rules.ENVIRONMENTS:
        raise SiteUnclear(what=given.environment[:40])
    if given.target_group and given.target_group not in rules.GROUPS:
        raise SiteUnclear(what=given.target_group[:40])
    if not all(1 <= month <= 12 for month in given.months):
        raise SiteUnclear(what=str(list(given.months))[:40])
    ends_first = given.first_day and given.last_day and given.last_day < given.first_day
    if not 1 <= given.days <= 366 or ends_first:
        raise NeedsTerm
    try:
        fields = {
            "needs": rules.offered(dict(given.needs)),
            "wishes": rules.offered(dict(given.wishes)),
            "brings": rules.asked(given.brings),
        }
    except rules.NotAFeature as fault:
        raise SiteUnclear(what=str(fault)[:40]) from fault
    plain = dataclasses.asdict(given) | fields | {"months": sorted(set(given.months))}
    made, _fresh = SiteNeeds.objects.update_or_create(
        application=application, defaults={**plain, "at": at, "by": by}
    )
    record(
        kind="pilots.site-needs-set",
        by=by,
        at=at,
        subject=subject(application.case),
        public={
            "environment": made.environment,
            "days": made.days,
            "needs": rules.spelt(made.needs),
            "wishes": rules.spelt(made.wishes),
            "brings": made.brings,
        },
    )
    return made


@operation
def set_weights(
    *, by: Person | None, at: dt.datetime, programme: Programme, weights: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Say what the parts of a score weigh.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        SiteWeights: a part is unknown, or no weight is above nothing.
    """
    check_agency(by, at, programme)
    fits = set(weights) <= set(rules.CRITERIA) and all(0 <= one <= 100 for one in weights.values())
    if not fits or not any(weights.values()):
        raise SiteWeights
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    SiteCriterion.objects.filter(programme=programme).delete()
    SiteCriterion.objects.bulk_create(
        SiteCriterion(programme=programme, code=code, weight=weights[code])
        for code in rules.CRITERIA
        if weights.get(code)
    )
    record(
        kind="pilots.site-weights-set",
        by=by,
        at=at,
        subject=f"programme:{programme.code}",
        public={code: str(weight) for code, weight in weights.items()},
    )
    return dict(weights)


@operation
def match(
    *,
    by: Person | None,
    at: dt.datetime,
    programme: Programme,
    applications: Sequence[Application] | None = None,
) -> MatchRun:
    """Match the applications that look for a site; what went in and what came out is kept, so that
    anybody reckons it again with ``veche pilots match``. It books nothing.

    ``applications`` narrows them; by default all. Those that ``by`` may not know of are left out.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        NothingToMatch: no application looks for a site.
    """
    check_agency(by, at, programme)
    rows = Application.objects.filter(programme=programme, case__state="matching")
    if applications is not None:
        rows = rows.filter(pk__in=[one.pk for one in applications])
    found = list(open_to(rows, by, at).select_related("case").order_by("case__number"))
    if not found:
        raise NothingToMatch
    given = instance_of(programme, found, at)
    told = json.dumps(given, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(told.encode()).hexdigest()
    result = engine.as_json(engine.solve(engine.read(given)))
    made = MatchRun.objects.create(
        programme=programme,
        at=at,
        by=by,
        instance=given,
        digest=digest,
        result=result,
        solver=f"highspy {version('highspy')}",
    )
    record(
        kind="pilots.sites-matched",
        by=by,
        at=at,
        subject=f"programme:{programme.code}",
        public={"run": made.pk, "digest": digest, "matched": len(result["matches"])},
    )
    return made


@inside
def _booked(
    *,
    by: Person | None,
    at: dt.datetime,
    application: Application,
    site: Site,
    window: SiteWindow,
    during: Span,
) -> Booking:
    """The place of an application: what its owner accepted, else taken now."""
    mine = Booking.objects.filter(application=application).select_related("site", "window")
    booked = mine.filter(standing=Booking.Standing.BOOKED).first()
    if booked is not None:
        if booked.site_id != site.pk:
            raise SiteBookedAlready
        return booked
    # What is held there is given back first: the days may be others.
    end_bookings(mine.filter(standing=Booking.Standing.HELD, site=site), ELSEWHERE)
    return take_place(
        by=by, at=at, application=application, window=window, during=during,
        standing=Booking.Standing.BOOKED,
    )  # fmt: skip


@operation
def place(
    *,
    by: Person | None,
    at: dt.datetime,
    application: Application,
    site: Site,
    window: SiteWindow,
    during: Span,
    seen: int | None = None,
) -> Booking:
    """Give an application its site: from now on the methodology is written. Where the owner has
    accepted a hold, that stands; else the place is booked on the agency's word, the owner is told,
    and signs the agreement or gives the place back.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotMatching: the application looks for no site.
        SiteClosed, OutsideWindow, NoPlaceLeft, SiteBookedAlready: it cannot be had.
        Changed, NoRoleForMove: as for every move.
    """
    check_agency(by, at, application.programme)
    check_may_see(by, application, at)
    found = looking(application)
    if window.site_id != site.pk:
        raise SiteUnclear(what=str(window.pk))
    made = _booked(by=by, at=at, application=found, site=site, window=window, during=during)
    end_others(by=by, at=at, application=found)
    found.case = move_case(
        by=by,
        at=at,
        case=found.case,
        move="place",
        seen=seen,
        public={
            "site": site.code,
            "begins": made.during.lower.isoformat(),
            "ends": made.during.upper.isoformat(),
        },
    )
    tell_company(by=by, at=at, application=found, kind="pilots.placed")
    tell_owner(by=by, at=at, site=site, application=found, kind="pilots.placed-owner")
    return made


@operation
def find_none(
    *,
    by: Person | None,
    at: dt.datetime,
    application: Application,
    because: str,
    seen: int | None = None,
) -> Application:
    """End an application for which there is no site, with the reason in public words; the company
    may object once.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotMatching: the application looks for no site.
        SiteReason: no reason was given.
        Changed, NoRoleForMove: as for every move.
    """
    check_agency(by, at, application.programme)
    check_may_see(by, application, at)
    found = looking(application)
    said = sized(because, 10, LONGEST_REASON, SiteReason)
    live = Booking.objects.filter(application=found).exclude(standing=Booking.Standing.RELEASED)
    for one in end_bookings(live, ELSEWHERE):
        tell_owner(by=by, at=at, site=one.site, application=found, kind="pilots.hold-ended")
    found.case = move_case(
        by=by, at=at, case=found.case, move="find_none", seen=seen, public={"text": said}
    )
    found.reason = said
    found.decided_at = found.decided_at or at
    found.save(update_fields=["reason", "decided_at"])
    tell_company(by=by, at=at, application=found, kind="pilots.no-site")
    return found
