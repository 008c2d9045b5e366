"""Experts, assignments, and who reads what, as the agency sees them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet

from veche.city.pilots.access.conflicts import barred
from veche.city.pilots.models import Application, AssignmentRun, Call, Expert, ReviewTask
from veche.city.pilots.operations.assigning import OPEN
from veche.city.pilots.operations.refusals_experts import UnknownExpert, UnknownRun

if TYPE_CHECKING:
    from veche.city.pilots.models import Programme
    from veche.core.people.models import Person

MOST_RUNS = 50
LONGEST_TEXT = 80


@dataclass(frozen=True)
class Filter:
    """Which experts are shown."""

    text: str = ""
    technology: str = ""
    """The code of one of what they know."""
    ended: bool = False
    """Those who were taken off the list too."""

    @property
    def query(self) -> str:
        """The end of the address that shows the same."""
        given = {"q": self.text, "knows": self.technology, "ended": "1" if self.ended else ""}
        known = {name: value for name, value in given.items() if value}
        return f"?{urlencode(known)}" if known else ""


def read_filter(given: Mapping[str, str]) -> Filter:
    """A filter from an address; what cannot be is as if it were not there."""
    text = " ".join(given.get("q", "").replace("\x00", "").split())[:LONGEST_TEXT]
    code = given.get("knows", "")
    return Filter(
        text, code if re.fullmatch(r"[-\w.]{1,60}", code) else "", given.get("ended") == "1"
    )


def experts(person: Person, at: dt.datetime, which: Filter | None = None) -> QuerySet[Any]:
    """The experts of a choice (None: all) with how much they have open (``open_tasks``) and have
    read (``done_tasks``), of what the reader may know of."""
    shut = barred(person, at)
    seen = ~Q(tasks__application__in=shut) if shut else Q()
    rows = Expert.objects.all()
    if which is not None and not which.ended:
        rows = rows.filter(Q(until__isnull=True) | Q(until__gt=at))
    if which is not None and which.technology:
        knows = Expert.technologies.through.objects.filter(technology__code=which.technology)
        rows = rows.filter(pk__in=knows.values("expert"))
    if which is not None and which.text:
        rows = rows.filter(Q(person__name__icontains=which.text) | Q(words__icontains=which.text))
    return (
        rows.select_related("person")
        .prefetch_related("technologies", "targets")
        .annotate(
            open_tasks=Count("tasks", filter=Q(tasks__standing__in=OPEN) & seen, distinct=True),
            done_tasks=Count(
                "tasks", filter=Q(tasks__standing=ReviewTask.Standing.DONE) & seen, distinct=True
            ),
        )
        .order_by(F("until").asc(nulls_first=True), "person__name", "pk")
    )


def expert(pk: int) -> Expert:
    """One expert.

    Raises:
        UnknownExpert: there is none.
    """
    found = Expert.objects.select_related("person").filter(pk=pk).first()
    if found is None:
        raise UnknownExpert
    return found


def runs(programme: Programme, person: Person, at: dt.datetime) -> list[AssignmentRun]:
    """The newest assignments, without those that hold what the reader may not know of."""
    rows = AssignmentRun.objects.filter(programme=programme).defer("instance").order_by("-pk")
    shut = barred(person, at)
    found = rows.select_related("call", "by")[: MOST_RUNS * 4 if shut else MOST_RUNS]
    return [one for one in found if not shut & set(one.applications)][:MOST_RUNS]


def run_for(pk: int, programme: Programme, person: Person, at: dt.datetime) -> AssignmentRun:
    """One assignment.

    Raises:
        UnknownRun: there is none, or it holds what the reader may not know of.
    """
    rows = AssignmentRun.objects.select_related("call", "programme", "by")
    found = rows.filter(pk=pk, programme=programme).first()
    if found is None or barred(person, at) & set(found.applications):
        raise UnknownRun
    return found


@dataclass(frozen=True)
class Read:
    """An application in an assignment: who reads it, and how near they are."""

    application: Application
    readers: list[tuple[Expert, float, bool]]
    """Expert, affinity, and whether they had it before."""
    sum: float


@dataclass(frozen=True)
class Load:
    """An expert in an assignment, and how much they have."""

    expert: Expert
    count: int
    least: int
    most: int


def solution(run: AssignmentRun) -> tuple[list[Read], list[Load]]:
    """An assignment with names: applications, those with least first, and loads."""
    works = Application.objects.select_related("case").in_bulk(run.applications)
    people = Expert.objects.select_related("person").in_bulk(run.experts)
    table, kept = run.instance["affinity"], {tuple(one) for one in run.instance["kept"]}
    readers: dict[int, list[tuple[Expert, float, bool]]] = {pk: [] for pk in run.applications}
    for e, p in run.result["assignment"]:
        readers[run.applications[p]].append((people[run.experts[e]], table[e][p], (e, p) in kept))
    rows = [
        Read(works[pk], sorted(found, key=lambda one: -one[1]), sum(one[1] for one in found))
        for pk, found in readers.items()
    ]
    loads = [
        Load(people[pk], count, least, most)
        for pk, count, (least, most) in zip(
            run.experts, run.result["loads"], run.instance["load"], strict=True
        )
    ]
    return (
        sorted(rows, key=lambda one: (one.sum, one.application.pk)),
        sorted(loads, key=lambda one: (-one.count, one.expert.pk)),
    )


def spread(run: AssignmentRun) -> list[dict[str, Any]]:
    """How many experts have how many applications: the picture of the loads."""
    loads: list[int] = run.result["loads"]
    if not loads:
        return []
    count = {n: loads.count(n) for n in range(min(loads), max(loads) + 1)}
    return [{"load": n, "experts": found} for n, found in count.items()]


def tasks_of(application: Application) -> list[ReviewTask]:
    """Who was given an application, in order."""
    rows = ReviewTask.objects.filter(application=application).select_related("expert__person")
    return list(rows.order_by("given_at", "pk"))


def calls_with_readers(programme: Programme) -> list[Call]:
    """Calls of which something is or was read."""
    rows = Call.objects.filter(programme=programme).select_related("case")
    return list(rows.exclude(case__state="draft").order_by("-pk")[:100])
