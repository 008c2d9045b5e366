"""Reading the desk: what waits for somebody, one page of it, and what they kept about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Case
from veche.core.cases.procedure import PROCEDURES
from veche.core.cases.sync import load_procedures
from veche.core.cases.terms import city_zone
from veche.core.desk import rules
from veche.core.desk.adapter import DeskLine, desk_of, desks
from veche.core.desk.filters import Filters
from veche.core.desk.models import (
    BulkChange,
    BulkItem,
    Look,
    SavedView,
    Seat,
    Taking,
)
from veche.core.desk.queries.kept import saved_views
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Person
from veche.core.places.queries import Atlas, atlas
from veche.look.states import find

LIKE_OFFICER = {"head": ("head", "officer")}
"""Whoever leads an office sees what waits for its officers too."""


@cache
def _waiting(role: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """What waits for a role: procedure, scope, states."""
    load_procedures()
    found: dict[tuple[str, str], list[str]] = {}
    for desk in desks():
        for code in desk.procedures:
            procedure = PROCEDURES[code]
            for state in procedure.states:
                if state.final or state.record or state.role not in LIKE_OFFICER.get(role, (role,)):
                    continue
                scopes = {m.scope for m in procedure.moves_from(state.code) if m.role == state.role}
                scope = "organisation" if "organisation" in scopes else min(scopes, default="")
                found.setdefault((code, scope), []).append(state.code)
    return tuple((code, scope, tuple(states)) for (code, scope), states in found.items())


def waits_for(held: Sequence[Holding], places: Atlas) -> Q | None:
    """The condition on cases that wait for somebody who holds these roles; None: nothing can."""
    wanted: dict[tuple[str, str, tuple[str, ...]], list[Holding]] = {}
    for holding in held:
        for key in _waiting(holding.role):
            wanted.setdefault(key, []).append(holding)
    condition: Q | None = None
    for (code, scope, states), holdings in wanted.items():
        one = Q(procedure=code, state__in=states)
        if scope == "organisation":
            offices = {h.organisation_id for h in holdings if h.organisation_id}
            if not offices:
                continue
            one &= _one_of("organisation_id", offices)
        elif scope == "territory" and all(h.territory_id for h in holdings):
            inside = {
                pk
                for h in holdings
                if h.territory_id in places.by_id
                for pk in places.inside(places.by_id[h.territory_id])
            }
            one &= Q(territory_id__in=sorted(inside))
        condition = one if condition is None else condition | one
    return condition


def _one_of(name: str, ids: set[int]) -> Q:
    return Q(**{name: next(iter(ids))}) if len(ids) == 1 else Q(**{f"{name}__in": sorted(ids)})


@dataclass(frozen=True)
class Row:
    """One matter in the queue."""

    case: Case
    number: str
    line: DeskLine
    district: str
    now: dt.datetime
    new: bool
    """It came, or moved, after this person last looked at it."""
    taken: str
    """Who works on it."""
    goes: dt.datetime | None
    """When a change of many that is ordered for it is carried out."""

    @property
    def started(self) -> dt.datetime | None:
        """Since when it waits, for the clock bar."""
        return self.case.moved_at

    @property
    def due(self) -> dt.datetime | None:
        """Until when, for the clock bar."""
        return self.case.due_at

    @property
    def shown_state(self) -> str:
        """The state with the word that matters most to who must act."""
        due, state = self.case.due_at, self.case.state
        if due is not None and due < self.now:
            return "late"
        if state == "work" and due is not None and due - self.now <= dt.timedelta(days=1):
            return "soon"
        return state


@dataclass(frozen=True)
class View:
    """One word above the queue."""

    title: str | Promise
    query: str
    count: int | None = None
    current: bool = False
    hot: bool = False
    saved: SavedView | None = None


@dataclass(frozen=True)
class Listing:
    """One page of the queue."""

    filters: Filters
    rows: Sequence[Row]
    count: int
    page: int
    last: int
    views: Sequence[View]
    states: Sequence[tuple[str, str]]
    """The states that lie on this desk: code and word."""
    offices: Sequence[Organisation] = field(default=())

    @cached_property
    def known(self) -> bool:
        """Whether these filters are one of the views above the queue."""
        return any(view.current for view in self.views)

    @cached_property
    def first(self) -> int:
        """The number of the first row."""
        return (self.page - 1) * rules.PAGE + 1 if self.rows else 0


PRESETS: tuple[tuple[str, str, str | Promise], ...] = (
    ("all", "", _("All")),
    ("mine", "taken=me", _("Mine")),
    ("free", "taken=nobody", _("Taken by nobody")),
    ("today", "due=today", _("Due today")),
    ("late", "due=late", _("Late")),
    ("returned", "state=returned", _("Returned by residents")),
    ("new", "new=1", _("New since I looked")),
)
"""The views everybody has: code, filters, words."""


def presets_for(held: Sequence[Holding]) -> list[tuple[str, str, str | Promise]]:
    """Those of the usual views that make sense for these roles."""
    states = states_of(held)
    return [one for one in PRESETS if one[0] != "returned" or "returned" in states]


def states_of(held: Sequence[Holding]) -> list[str]:
    """The states that can lie on this desk, in the order of their procedures."""
    found: dict[str, None] = {}
    for holding in held:
        for _code, _scope, states in _waiting(holding.role):
            found |= dict.fromkeys(states)
    return list(found)


def seat_of(person: Person) -> Seat | None:
    """How the person sits at the desk, with whether a change of many of theirs still waits
    (``waits``); None before the first visit."""
    waiting = BulkChange.objects.filter(
        by=OuterRef("pk"), done_at__isnull=True, cancelled_at__isnull=True
    )
    return Seat.objects.filter(person=person).annotate(waits=Exists(waiting)).first()


def chosen(
    person: Person, held: Sequence[Holding], filters: Filters, seat: Seat | None, at: dt.datetime
) -> QuerySet[Case]:
    """Every case of a view, in no order; none for somebody for whom nothing can wait."""
    places = atlas()
    condition = waits_for(held, places)
    if condition is None:
        return Case.objects.none()
    rows = Case.objects.filter(condition)
    return rows.filter(narrowed(person, filters, seat, at, places))


def narrowed(
    person: Person, filters: Filters, seat: Seat | None, at: dt.datetime, places: Atlas
) -> Q:
    """The condition of the filters alone."""
    q = Q()
    if filters.state:
        q &= Q(state=filters.state)
    if filters.kind:
        desk = next((d for d in desks() if filters.kind in d.procedures), None)
        q &= Q(procedure__in=desk.procedures if desk else [])
    if filters.due == "late":
        q &= Q(due_at__lt=at)
    elif filters.due == "today":
        q &= Q(due_at__gte=at, due_at__lte=_end_of_day(at))
    elif filters.due == "week":
        q &= Q(due_at__gte=at, due_at__lte=_end_of_day(at + dt.timedelta(days=7)))
    if filters.theme:
        q &= Q(theme=filters.theme)
    if filters.district:
        area = places.by_code.get(filters.district)
        q &= Q(territory_id__in=places.inside(area) if area else [])
    if filters.taken == "nobody":
        q &= ~Q(pk__in=Taking.objects.values("case_id"))
    elif filters.taken:
        whose = person.pk if filters.taken == "me" else int(filters.taken)
        q &= Q(pk__in=Taking.objects.filter(person_id=whose).values("case_id"))
    if filters.new:
        q &= _new(person, seat)
    if filters.text:
        found = Q(number__icontains=filters.text)
        for desk in desks():
            if desk.find is not None:
                found |= Q(pk__in=desk.find(filters.text))
        q &= found
    return q


def _new(person: Person, seat: Seat | None) -> Q:
    """What moved since the person looked."""
    seen = Look.objects.filter(person=person, case_id=OuterRef("pk"), seq__gte=OuterRef("seq"))
    since = Q(moved_at__gt=seat.looked_at) if seat and seat.looked_at else Q(pk__isnull=True)
    return since & ~Q(pk__in=seen.values("case_id"))


def _end_of_day(at: dt.datetime) -> dt.datetime:
    local = at.astimezone(city_zone())
    return local.replace(hour=23, minute=59, second=59, microsecond=999999).astimezone(dt.UTC)


_ORDERS = {
    "due": ("due_at", "pk"),  # NULLs come last by themselves, and so the index serves
    "newest": ("-moved_at", "-pk"),
    "oldest": ("opened_at", "pk"),
}


def ordered(rows: QuerySet[Case], sort: str) -> QuerySet[Case]:
    """The rows of a view in the order asked for."""
    return rows.order_by(*_ORDERS.get(sort, _ORDERS["due"]))


def listing(
    person: Person,
    held: Sequence[Holding],
    *,
    filters: Filters,
    number: int,
    seat: Seat | None,
    at: dt.datetime,
    places: Atlas,
) -> Listing:
    """One page of the queue; a page that does not exist is the nearest."""
    saved = saved_views(person, held)
    condition = waits_for(held, places)
    presets = presets_for(held)
    current = filters.query(sort=False)
    counts: dict[str, int] = {}
    if condition is not None:
        measures = {
            code: Count("pk", filter=narrowed(person, Filters.of(query), seat, at, places))
            if query
            else Count("pk")
            for code, query, _title in presets
        }
        if current not in {query for _code, query, _title in presets}:
            measures["now"] = Count("pk", filter=narrowed(person, filters, seat, at, places))
        counts = Case.objects.filter(condition).aggregate(**measures)
    views = [
        View(title, query, counts.get(code, 0), query == current, code == "late")
        for code, query, title in presets
    ] + [View(v.title, v.query, None, v.query == current, saved=v) for v in saved]
    known = next((v.count for v in views if v.current and v.count is not None), None)
    count = counts.get("now", 0) if known is None else known
    last = max(1, -(-count // rules.PAGE))
    page = min(max(1, number), last)
    rows: list[Row] = []
    if condition is not None and count:
        of_view = Case.objects.filter(condition).filter(narrowed(person, filters, seat, at, places))
        begin = (page - 1) * rules.PAGE
        ids = ordered(of_view, filters.sort).values("pk")[begin : begin + rules.PAGE]
        rows = rows_of(Case.objects.filter(pk__in=ids), person, filters.sort, seat, at, places)
    offices = {h.organisation_id: h.organisation for h in held if h.organisation is not None}
    return Listing(
        filters=filters,
        rows=rows,
        count=count,
        page=page,
        last=last,
        views=views,
        states=[(code, str(find(code).word)) for code in states_of(held)],
        offices=list(offices.values()),
    )


_COLUMNS = (
    "number",
    "procedure",
    "theme",
    "territory_id",
    "organisation_id",
    "opened_at",
    "state",
    "seq",
    "moved_at",
    "due_at",
)


def rows_of(
    cases: QuerySet[Case],
    person: Person,
    sort: str,
    seat: Seat | None,
    at: dt.datetime,
    places: Atlas,
) -> list[Row]:
    """Cases as rows: one query, and one of each module that has any of them."""
    waiting = BulkItem.objects.filter(
        case_id=OuterRef("pk"), change__done_at__isnull=True, change__cancelled_at__isnull=True
    ).order_by("change__due_at")
    found = list(
        ordered(cases, sort)
        .only(*_COLUMNS)
        .annotate(
            taken_by=Subquery(
                Taking.objects.filter(case_id=OuterRef("pk")).values("person__name")[:1]
            ),
            seen_seq=Subquery(
                Look.objects.filter(person=person, case_id=OuterRef("pk")).values("seq")[:1],
                output_field=IntegerField(),
            ),
            goes_at=Subquery(waiting.values("change__due_at")[:1]),
        )
    )
    lines = lines_of(found)
    since = seat.looked_at if seat else None
    rows = []
    for case in found:
        territory = places.by_id[case.territory_id]
        district = places.by_id.get(territory.district_id or territory.pk, territory)
        moved = since is not None and case.moved_at is not None and case.moved_at > since
        rows.append(
            Row(
                case=case,
                number=case.number,
                line=lines.get(case.pk) or DeskLine(title=case.number, place="", url=""),
                district=str(district),
                now=at,
                new=moved and (case.seen_seq is None or case.seen_seq < case.seq),
                taken=case.taken_by or "",
                goes=case.goes_at,
            )
        )
    return rows


def lines_of(cases: Sequence[Case]) -> dict[int, DeskLine]:
    """What the modules say of these cases, one query for each module."""
    by_procedure: dict[str, list[int]] = {}
    for case in cases:
        by_procedure.setdefault(case.procedure, []).append(case.pk)
    lines: dict[int, DeskLine] = {}
    for code, ids in by_procedure.items():
        desk = desk_of(code)
        if desk is not None:
            lines |= desk.lines(ids)
    return lines


def sheet(
    cases: QuerySet[Case], person: Person, seat: Seat | None, sort: str, at: dt.datetime
) -> Iterator[list[Any]]:
    """A view as rows of a table file, the head first; moments in ISO 8601, UTC."""
    yield [
        "number",
        "kind",
        "state",
        "due",
        "late",
        "theme",
        "district",
        "place",
        "text",
        "since",
        "taken_by",
    ]
    places = atlas()
    ids = list(ordered(cases, sort).values_list("pk", flat=True))
    for begin in range(0, len(ids), 500):
        part = ids[begin : begin + 500]
        for row in rows_of(Case.objects.filter(pk__in=part), person, sort, seat, at, places):
            yield [
                row.number,
                row.case.procedure,
                row.case.state,
                _iso(row.due),
                "yes" if row.due and row.due < at else "no",
                row.line.theme,
                row.district,
                row.line.place,
                row.line.text,
                _iso(row.started),
                row.taken,
            ]


def _iso(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds") if moment else ""
