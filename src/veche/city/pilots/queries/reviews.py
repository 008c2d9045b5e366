"""Reviews as those may read them who ask: an expert sees no other's before their own is in, and
nobody besides the agency learns who wrote which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from veche.city.pilots.access.applications import is_public
from veche.city.pilots.access.conflicts import barred
from veche.city.pilots.engines.scoring import weighted
from veche.city.pilots.models import Criterion, Review, ReviewMark, ReviewTask

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

OPEN = (ReviewTask.Standing.GIVEN, ReviewTask.Standing.ACCEPTED)


@dataclass(frozen=True)
class Shown:
    """A review as it is shown."""

    number: int
    """“Expert 1”, in the order in which the reviews of this application came in."""
    name: str
    """Who wrote it; empty for all but the agency."""
    mine: bool
    review: Review
    marks: list[ReviewMark]
    score: float
    versions: int


def queue(person: Person, at: dt.datetime) -> dict[str, list[ReviewTask]]:
    """What an expert has to read, is reading, and has done; nothing of what they may not know."""
    rows = ReviewTask.objects.filter(expert=person.pk).exclude(
        standing__in=[ReviewTask.Standing.TAKEN_BACK, ReviewTask.Standing.REFUSED]
    )
    rows = rows.exclude(application__in=barred(person, at))
    rows = rows.select_related("application__case", "application__call").order_by("due_at", "pk")
    found: dict[str, list[ReviewTask]] = {"given": [], "accepted": [], "done": [], "over": []}
    for one in rows:
        stands = one.application.case.state == "review"
        if one.standing in OPEN and not stands:
            found["over"].append(one)
        else:
            found[one.standing].append(one)
    return found


def may_read(application: Application, person: Person | None, relations: Collection[str]) -> bool:
    """Whether somebody who stands so to an application reads its reviews: the public, the company
    and the department after the decision; the agency always; an expert once their own is in; a
    member of the panel once it lies before the panel."""
    if is_public(application):
        return True
    if "agency" in relations:
        return True
    if "panellist" in relations and application.case.state == "panel":
        return True
    return "expert" in relations and person is not None and ReviewTask.objects.filter(
        application=application, expert=person.pk, standing=ReviewTask.Standing.DONE
    ).exists()  # fmt: skip


def reviews(
    application: Application, person: Person | None, relations: Collection[str]
) -> list[Shown]:
    """The reviews of an application that a reader may see, the newest version of each."""
    if not may_read(application, person, relations):
        return []
    marks = ReviewMark.objects.select_related("criterion").order_by("criterion__place")
    rows = (
        Review.objects.filter(
            task__application=application, task__standing=ReviewTask.Standing.DONE
        )
        .select_related("task__expert__person")
        .prefetch_related(Prefetch("marks", queryset=marks))
        .order_by("task__ended_at", "task_id", "version")
    )
    by_task: dict[int, list[Review]] = {}
    for one in rows:
        by_task.setdefault(one.task_id, []).append(one)
    found = []
    for number, versions in enumerate(by_task.values(), start=1):
        last = versions[-1]
        given = list(last.marks.all())
        person_of = last.task.expert.person
        found.append(
            Shown(
                number=number,
                name=str(person_of) if "agency" in relations else "",
                mine=person is not None and person_of.pk == person.pk,
                review=last,
                marks=given,
                score=weighted(
                    [one.mark for one in given], [float(one.criterion.weight) for one in given]
                ),
                versions=len(versions),
            )
        )
    return found


def by_criterion(shown: list[Shown]) -> list[dict[str, Any]]:
    """Every criterion with its marks by the experts, and how far they lie apart."""
    rows: dict[int, dict[str, Any]] = {}
    for one in shown:
        for mark in one.marks:
            row = rows.setdefault(
                mark.criterion_id, {"criterion": mark.criterion, "marks": [], "experts": []}
            )
            row["marks"].append(mark.mark)
            row["experts"].append(one.number)
    for row in rows.values():
        row["low"], row["high"] = min(row["marks"]), max(row["marks"])
        row["apart"] = row["high"] - row["low"]
        row["mean"] = sum(row["marks"]) / len(row["marks"])
    return list(rows.values())


def criteria(application: Application) -> list[Criterion]:
    """What is marked, with what each mark means."""
    rows = Criterion.objects.filter(call=application.call_id).prefetch_related("anchors")
    return list(rows.order_by("place"))
