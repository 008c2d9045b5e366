"""Lists of incidents: everybody's, that of those who must act, and the register of what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Case as Choose
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from veche.city.dispatch import access
from veche.city.dispatch.models import Incident, IncidentKind, IncidentTask
from veche.city.dispatch.procedure import OPEN
from veche.core.places.models import Territory

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.places.queries import Atlas

PAGE = 30
SHOWN = ("open", "late", "pending", "ended")
"""What a list may be narrowed to; empty shows all, open ones first."""
MOST_ROWS = 100_000
MOST_OF_MINE = 200


@dataclass(frozen=True)
class Filter:
    """Which incidents a list shows; its parameters stand in the address."""

    place: Territory | None = None
    kind: str = ""
    shown: str = ""
    page: int = 1

    def parameters(self, **other: Any) -> str:
        """The filter as it stands in an address; what is usual is left out."""
        values: dict[str, Any] = {
            "place": self.place.code if self.place else "",
            "kind": self.kind,
            "show": self.shown,
        }
        kept = {name: value for name, value in {**values, **other}.items() if value}
        return "?" + urlencode(kept) if kept else ""


def read_filter(given: Mapping[str, str], places: Atlas) -> Filter:
    """The filter of an address; what is not known is left out."""
    place = places.by_code.get(given.get("place", "")[:80].replace("\x00", ""))
    if place is not None and place == places.home():
        place = None
    shown, page = given.get("show", ""), given.get("page", "1")
    return Filter(
        place=place,
        kind=given.get("kind", "")[:40].replace("\x00", ""),
        shown=shown if shown in SHOWN else "",
        page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
    )


def public() -> QuerySet[Incident]:
    """What everybody is shown: no drill, and no incident of a kind that is not public."""
    return Incident.real.filter(kind__public=True)


def narrowed(which: Filter, at: dt.datetime, places: Atlas) -> QuerySet[Incident]:
    """The public incidents of a choice, in no order."""
    rows = public()
    if which.place is not None:
        rows = rows.filter(case__territory_id__in=places.inside(which.place))
    if which.kind:
        rows = rows.filter(kind__code=which.kind)
    if which.shown == "open":
        rows = rows.filter(case__state__in=OPEN)
    elif which.shown == "late":
        rows = rows.filter(case__state__in=OPEN, case__due_at__lt=at)
    elif which.shown == "pending":
        rows = rows.filter(case__state="pending")
    elif which.shown == "ended":
        rows = rows.exclude(case__state__in=OPEN)
    return rows


def ordered(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """Open ones first, the gravest of them on top; then the newest."""
    return (
        rows.select_related("kind", "service", "case__organisation")
        .annotate(
            over=Choose(When(case__state__in=OPEN, then=Value(0)), default=Value(1)),
            weight=Choose(When(case__state__in=OPEN, then=F("severity")), default=Value(0)),
        )
        .order_by("over", "-weight", "-reported_at", "-case_id")
    )


@dataclass(frozen=True)
class Tally:
    """How many incidents a choice holds, and where."""

    matching: int
    open: int
    late: int
    by_place: dict[int, tuple[int, int]]
    """Territory → how many, and how many of them open."""


def tally(which: Filter, at: dt.datetime, places: Atlas) -> Tally:
    """The counts of a choice in one query."""
    rows = narrowed(which, at, places).values("case__territory_id")
    waiting = Q(case__state__in=OPEN)
    counted = rows.annotate(
        n=Count("case_id"),
        open=Count("case_id", filter=waiting),
        late=Count("case_id", filter=waiting & Q(case__due_at__lt=at)),
    ).values_list("case__territory_id", "n", "open", "late")
    found = list(counted)
    return Tally(
        matching=sum(row[1] for row in found),
        open=sum(row[2] for row in found),
        late=sum(row[3] for row in found),
        by_place={row[0]: (row[1], row[2]) for row in found},
    )


def page_of(which: Filter, at: dt.datetime, places: Atlas) -> list[Incident]:
    """The incidents of one page of a choice."""
    first = (which.page - 1) * PAGE
    return list(ordered(narrowed(which, at, places))[first : first + PAGE])


def all_of(which: Filter, at: dt.datetime, places: Atlas) -> Iterable[Incident]:
    """All incidents of a choice, row by row."""
    rows = ordered(narrowed(which, at, places))[:MOST_ROWS]
    return rows.iterator(chunk_size=2000)


def newest(which: Filter, at: dt.datetime, places: Atlas, most: int) -> list[Incident]:
    """What moved last among the incidents of a choice."""
    rows = narrowed(which, at, places).select_related("kind", "case__organisation")
    return list(rows.order_by("-case__moved_at", "-case_id")[:most])


def kinds(*, public_only: bool) -> list[IncidentKind]:
    """The kinds of incidents by their name."""
    rows = IncidentKind.objects.all()
    return sorted(rows.filter(public=True) if public_only else rows, key=str)


def kinds_now(at: dt.datetime) -> list[IncidentKind]:
    """The kinds of which new incidents are opened, by their name."""
    rows = IncidentKind.objects.filter(Q(until__isnull=True) | Q(until__gt=at))
    return sorted(rows, key=str)


def first_things_first(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """The order in which a dispatcher's hands are given: what must go on and does not, then where
    people are who cannot help themselves, then by gravity, then by what is due soonest."""
    return rows.annotate(
        stopped=Choose(When(service__isnull=True, then=Value(1)), default=Value(0)),
        helpless=Choose(When(vulnerable="", then=Value(1)), default=Value(0)),
    ).order_by("stopped", "helpless", "-severity", "case__due_at", "case_id")


@dataclass(frozen=True)
class Mine:
    """An incident on somebody's work list, and what of it is theirs."""

    incident: Incident
    task: IncidentTask | None
    """The part their office was asked for, where it does not lead."""
    turn: bool
    """Whether it is their move now."""


def work(held: Collection[Holding], *, drills: bool = False) -> list[Mine]:
    """What is open for somebody with these roles, first things first: the incidents of the places
    they are dispatchers of or oversee, those their offices lead, those in which they help. Drills
    instead of what is real, where ``drills``. Two queries."""
    offices = access.offices(held)
    places: set[int] = set()
    everywhere = False
    for one in held:
        if one.role == access.DISPATCHER or one.role in access.OVERSEERS:
            if one.territory_id is None:
                everywhere = True
            else:
                places.add(one.territory_id)
    if not (offices or places or everywhere):
        return []
    parts = IncidentTask.objects.filter(
        incident=OuterRef("pk"), organisation__in=offices, case__closed_at__isnull=True
    )
    mine = Q(case__organisation__in=offices, case__state__in=("dispatched", "in_work", "pending"))
    mine |= Q(helped=True)
    if everywhere:
        mine |= Q(pk__isnull=False)
    elif places:
        mine |= Q(case__territory__in=places) | Q(case__territory__district__in=places)
        mine |= Q(case__territory__city__in=places)
    rows = access.full().defer("case__territory__outline", "case__territory__district__outline")
    rows = rows.filter(drill=drills, case__state__in=OPEN).annotate(helped=Exists(parts))
    found = list(first_things_first(rows.filter(mine))[:MOST_OF_MINE])
    helping = (
        {
            one.incident_id: one
            for one in IncidentTask.objects.filter(
                incident__in=found, organisation__in=offices, case__closed_at__isnull=True
            ).select_related("case", "organisation")
        }
        if offices and found
        else {}
    )
    return [
        Mine(one, helping.get(one.pk), _turn(one, helping.get(one.pk), held, offices))
        for one in found
    ]


def _turn(
    incident: Incident,
    task: IncidentTask | None,
    held: Collection[Holding],
    offices: Collection[int],
) -> bool:
    if task is not None:
        return True
    if incident.case.state in ("reported", "verified", "done"):
        return bool(access.tier_of(held, incident.case.territory))
    return incident.case.organisation_id in offices


def drills_open() -> int:
    """How many drills are under way."""
    return Incident.objects.filter(drill=True, case__state__in=OPEN).count()


def pending(at: dt.datetime) -> list[Incident]:
    """The public register of what cannot be ended in time, what waits longest first."""
    rows = public().filter(case__state="pending")
    return list(
        rows.select_related("kind", "case__organisation").order_by("case__moved_at", "case_id")
    )
