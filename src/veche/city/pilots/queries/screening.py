"""What the agency screens: the list with its filters, the counts, and what a machine can check."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.http import urlencode

from veche.city.pilots.access.applications import to_staff
from veche.city.pilots.access.conflicts import open_to
from veche.city.pilots.models import Application
from veche.city.pilots.procedure import PILOT
from veche.city.pilots.rules import applications as rules
from veche.city.problems.rules import likeness, trigrams
from veche.searching import holds

if TYPE_CHECKING:
    from veche.core.people.models import Person

PAGE = 40
SENT = tuple(state.code for state in PILOT.states if state.code != "draft")
OPEN = tuple(state.code for state in PILOT.states if not state.final and state.code != "draft")
MOST_ALIKE = 5
MOST_COMPARED, COMPARED = 400, 300
"""The newest applications with which one is compared, and how many characters of each: what a
solution is stands in its first sentences."""


@dataclass(frozen=True)
class Filter:
    """Which applications a list shows."""

    call: str = ""
    """Number of a call; empty: of all."""
    stage: str = "open"
    """A state, ``open`` (all that have not ended) or ``all``."""
    late: bool = False
    text: str = ""
    page: int = 1

    def query(self, **other: Any) -> str:
        """The filter as the end of an address."""
        stands: dict[str, Any] = {
            "call": self.call, "stage": self.stage if self.stage != "open" else "",
            "late": "1" if self.late else "", "q": self.text, **other,
        }  # fmt: skip
        found = urlencode({name: value for name, value in stands.items() if value})
        return f"?{found}" if found else "?"


def read_filter(given: Mapping[str, Any]) -> Filter:
    """The filter that an address asks for; what it does not know it leaves out."""
    stage = str(given.get("stage", ""))
    page = str(given.get("page", ""))
    return Filter(
        call=str(given.get("call", "")).replace("\x00", "")[:20],
        stage=stage if stage in (*SENT, "all") else "open",
        late=given.get("late") == "1",
        text=str(given.get("q", "")).replace("\x00", "").strip()[:100],
        page=int(page) if page.isdecimal() and len(page) < 6 and int(page) > 0 else 1,
    )


def listed(person: Person | None, which: Filter, at: dt.datetime) -> QuerySet[Application]:
    """The applications of a choice that somebody deals with, those due first."""
    rows = to_staff(person, at)
    if which.call:
        rows = rows.filter(call__case__number=which.call)
    if which.stage == "open":
        rows = rows.filter(case__state__in=OPEN)
    elif which.stage != "all":
        rows = rows.filter(case__state=which.stage)
    if which.late:
        rows = rows.filter(case__due_at__lt=at, case__closed_at__isnull=True)
    if which.text:
        condition, values = holds(
            "pilots_application.title || ' ' || pilots_application.text", which.text
        )
        found = Application.objects.extra(where=[condition], params=values).values("pk")
        named = Q(company__legal_name__icontains=which.text) | Q(case__number=which.text)
        rows = rows.filter(Q(pk__in=found) | named)
    return rows.order_by("case__due_at", "case_id")


@dataclass(frozen=True)
class Tally:
    """How many applications stand in a state, and how many of them are late."""

    state: str
    title: str
    count: int
    late: int


def counts(person: Person | None, at: dt.datetime) -> list[Tally]:
    """The open applications that somebody deals with, by state, in the order of the procedure."""
    late = Count("pk", filter=Q(case__due_at__lt=at))
    rows = to_staff(person, at).filter(case__state__in=OPEN).order_by()
    found = {
        state: (n, behind)
        for state, n, behind in rows.values_list("case__state").annotate(n=Count("pk"), late=late)
    }
    return [
        Tally(state.code, str(state.title), *found[state.code])
        for state in PILOT.states
        if state.code in found
    ]


@dataclass(frozen=True)
class Alike:
    """An application that says nearly the same."""

    application: Application
    share: float
    """How much the two share, 0 to 1."""
    own: bool
    """Whether it is of the same company."""


@dataclass(frozen=True)
class Checks:
    """What a machine can say of an application before somebody reads it."""

    confirmed: bool
    """The company's identifier was compared with the register."""
    ready: bool
    """It is ready enough to be tested in the city."""
    least: int
    alike: list[Alike]
    before: Mapping[str, int]
    """How the company's earlier applications ended or stand, by state."""


def checks(application: Application, person: Person | None, at: dt.datetime) -> Checks:
    """What can be checked of an application; others are named only as far as the reader may know
    of them."""
    rows = Application.objects.filter(submitted_at__isnull=False).exclude(pk=application.pk)
    others = open_to(rows, person, at).order_by("-submitted_at")
    mine = trigrams(f"{application.title} {application.text}"[:COMPARED])
    near: list[tuple[float, int]] = []
    for pk, title, text in others.values_list("pk", "title", "text")[:MOST_COMPARED]:
        share = likeness(mine, trigrams(f"{title} {text}"[:COMPARED]))
        if share >= rules.ALIKE:
            near.append((share, pk))
    near.sort(reverse=True)
    shown = others.select_related("case", "company").in_bulk([pk for _s, pk in near[:MOST_ALIKE]])
    before = Counter(
        others.filter(company=application.company_id).values_list("case__state", flat=True)
    )
    return Checks(
        confirmed=application.company.confirmed_at is not None,
        ready=(application.readiness or 0) >= rules.LEAST_READINESS,
        least=rules.LEAST_READINESS,
        alike=[
            Alike(shown[pk], share, shown[pk].company_id == application.company_id)
            for share, pk in near[:MOST_ALIKE]
        ],
        before=dict(before),
    )
