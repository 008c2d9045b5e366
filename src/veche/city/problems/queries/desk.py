"""What lies on the desk of a moderator, a dispatcher, an officer: theirs to do, soonest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from veche.city.problems.models import Problem
from veche.city.problems.procedure import DISPATCHER, MODERATOR, OFFICER
from veche.core.cases.models import Case, CaseEvent, CaseFile
from veche.core.cases.queries import files, history
from veche.core.organisations.models import Holding, Organisation
from veche.core.organisations.queries import organisations

PAGE = 40
"""Rows on one page of a desk."""


@dataclass(frozen=True)
class Desk:
    """One kind of desk: whose, and which states lie on it."""

    code: str
    role: str
    states: tuple[str, ...]
    title: str | Promise
    empty: str | Promise
    moves: tuple[str, ...]
    """What can be done there, the usual first."""
    soon: dt.timedelta = dt.timedelta(days=1)
    """A term that ends within this time is due soon."""


DESKS = {
    desk.code: desk
    for desk in (
        Desk(
            "moderation",
            MODERATOR,
            ("moderation", "appealed"),
            _("To moderate"),
            _("Every report has been read. New ones appear here as residents send them."),
            ("accept", "reject"),
            soon=dt.timedelta(hours=6),
        ),
        Desk(
            "routing",
            DISPATCHER,
            ("routing", "handed_back"),
            _("To assign"),
            _("Every published problem has its office. What nobody answers for appears here."),
            ("assign",),
        ),
        Desk(
            "queue",
            OFFICER,
            ("work", "returned"),
            _("The queue of the office"),
            _("Nothing waits for an answer of your office."),
            ("answer", "refuse"),
        ),
    )
}

VIEWS: dict[str, str | Promise] = {
    "all": _("All"),
    "late": _("Late"),
    "soon": _("Due soon"),
    "returned": _("Returned by residents"),
}
"""What a desk can be narrowed to."""


def desk_of(state: str) -> Desk | None:
    """The desk on which a problem in this state lies; None when nobody of the staff must act."""
    return next((desk for desk in DESKS.values() if state in desk.states), None)


@dataclass(frozen=True)
class Row:
    """One problem on a desk."""

    problem: Problem
    number: str
    title: str
    place: str
    district: str
    state: str
    started: dt.datetime | None
    due: dt.datetime | None
    now: dt.datetime
    new: bool
    """It came, or moved, after this person last looked."""
    soon: dt.timedelta

    @property
    def shown_state(self) -> str:
        """The state with the word that matters most to who must act."""
        if self.due is not None and self.due < self.now:
            return "late"
        if self.state == "work" and self.due is not None and self.due - self.now <= self.soon:
            return "soon"
        return self.state


@dataclass(frozen=True)
class Listing:
    """One page of a desk, with the counts of its views."""

    desk: Desk
    view: str
    page: Page[Problem]
    rows: Sequence[Row]
    counts: dict[str, int]
    offices: Sequence[Organisation] = field(default=())

    @cached_property
    def views(self) -> list[tuple[str, str | Promise, int]]:
        """The views that make sense on this desk: code, word, count."""
        codes = [c for c in VIEWS if c != "returned" or "returned" in self.desk.states]
        return [(code, VIEWS[code], self.counts[code]) for code in codes]


def holdings_for(desk: Desk, held: Sequence[Holding]) -> list[Holding]:
    """The roles by which this person sits at the desk."""
    return [h for h in held if h.role == desk.role]


def on_desk(desk: Desk, held: Sequence[Holding]) -> QuerySet[Problem]:
    """Everything that lies on the desk for somebody who holds these roles."""
    rows = Problem.objects.filter(case__state__in=desk.states)
    mine = holdings_for(desk, held)
    if desk.role == OFFICER:
        return rows.filter(case__organisation_id__in={h.organisation_id for h in mine})
    places = {h.territory_id for h in mine}
    if None in places:  # held over the whole city
        return rows
    return rows.filter(
        Q(case__territory_id__in=places)
        | Q(case__territory__district_id__in=places)
        | Q(case__territory__city_id__in=places)
    )


def _narrowed(rows: QuerySet[Problem], desk: Desk, view: str, at: dt.datetime) -> QuerySet[Problem]:
    if view == "late":
        return rows.filter(case__due_at__lt=at)
    if view == "soon":
        return rows.filter(case__due_at__gte=at, case__due_at__lt=at + desk.soon)
    if view == "returned":
        return rows.filter(case__state="returned")
    return rows


_COLUMNS = (
    "text",
    "address",
    "category__names",
    "case__number",
    "case__state",
    "case__seq",
    "case__moved_at",
    "case__due_at",
    "case__opened_at",
    "case__territory__names",
    "case__territory__district__names",
)


def _ordered(rows: QuerySet[Problem]) -> QuerySet[Problem]:
    return (
        rows.select_related("case__territory__district", "category")
        .only(*_COLUMNS)
        .order_by("case__due_at", "case_id")
    )


def listing(
    desk: Desk,
    held: Sequence[Holding],
    *,
    view: str,
    number: str,
    at: dt.datetime,
    looked: dt.datetime | None,
) -> Listing:
    """One page of a desk in two queries; an unknown view is all, an unknown page the nearest."""
    view = view if view in VIEWS else "all"
    rows = on_desk(desk, held)
    counts: dict[str, int] = rows.aggregate(
        all=Count("pk"),
        late=Count("pk", filter=Q(case__due_at__lt=at)),
        soon=Count("pk", filter=Q(case__due_at__gte=at, case__due_at__lt=at + desk.soon)),
        returned=Count("pk", filter=Q(case__state="returned")),
    )
    paginator = Paginator(_ordered(_narrowed(rows, desk, view, at)), PAGE)
    vars(paginator)["count"] = counts[view]  # known already: it is not asked again
    page = paginator.get_page(number)
    offices = [h.organisation for h in holdings_for(desk, held) if h.organisation is not None]
    return Listing(desk, view, page, [row_of(desk, p, at, looked) for p in page], counts, offices)


def row_of(desk: Desk, problem: Problem, at: dt.datetime, looked: dt.datetime | None) -> Row:
    """A problem as a row."""
    case = problem.case
    territory = case.territory
    return Row(
        problem=problem,
        number=case.number,
        title=problem.title,
        place=problem.address or str(territory),
        district=str(territory.district or territory),
        state=case.state,
        started=case.moved_at,
        due=case.due_at,
        now=at,
        new=looked is not None and case.moved_at is not None and case.moved_at > looked,
        soon=desk.soon,
    )


def sheet(
    desk: Desk, held: Sequence[Holding], *, view: str, at: dt.datetime
) -> Iterator[list[str]]:
    """The desk as rows of a table file, the head first; moments in ISO 8601, UTC."""
    yield ["number", "state", "due", "late", "category", "district", "address", "text", "since"]
    for problem in _ordered(_narrowed(on_desk(desk, held), desk, view, at)).iterator(
        chunk_size=500
    ):
        row = row_of(desk, problem, at, None)
        yield [
            row.number,
            row.state,
            _iso(row.due),
            "yes" if row.due and row.due < at else "no",
            str(problem.category),
            row.district,
            problem.address,
            problem.text,
            _iso(row.started),
        ]


def _iso(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds") if moment else ""


@dataclass(frozen=True)
class Folder:
    """One problem opened on a desk: its history and its pictures."""

    problem: Problem
    desk: Desk | None
    events: Sequence[CaseEvent]
    pictures: Sequence[CaseFile]
    now: dt.datetime

    @property
    def case(self) -> Case:
        """The case of the problem."""
        return self.problem.case

    @property
    def clock(self) -> dict[str, Any]:
        """What the clock bar needs."""
        return {"started": self.case.moved_at, "due": self.case.due_at, "now": self.now}

    @property
    def returned(self) -> CaseEvent | None:
        """Why it was returned, when it was."""
        return next((e for e in reversed(self.events) if e.move == "return"), None)

    def since(self, seq: int) -> list[CaseEvent]:
        """The steps made after the reader had seen ``seq`` of them."""
        return [event for event in self.events if event.seq > seq]


def folder(problem: Problem, at: dt.datetime) -> Folder:
    """A problem opened, in two queries."""
    case = problem.case
    return Folder(problem, desk_of(case.state), history(case), files(case), at)


def offices_to_choose(problem: Problem) -> list[tuple[str, list[Organisation]]]:
    """The offices a dispatcher can give a problem to: first those that answer for its theme
    somewhere, then the others. Offices met in imports are left out."""
    from veche.core.organisations.models import Responsibility

    near = set(
        Responsibility.objects.filter(theme=problem.case.theme).values_list(
            "organisation_id", flat=True
        )
    )
    every = sorted(organisations().filter(imported=False), key=str)
    return [
        ("near", [o for o in every if o.pk in near]),
        ("other", [o for o in every if o.pk not in near]),
    ]
