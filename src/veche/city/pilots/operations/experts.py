"""The register of experts, and the doors to what they are given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from veche.city.pilots.access.companies import check_agency
from veche.city.pilots.models import Expert, ReviewTask, Target, Technology
from veche.city.pilots.operations.assigning import assign, fill, give_out
from veche.city.pilots.operations.reading import (
    accept_task,
    refuse_task,
    remind,
    sweep,
    take_back,
    take_back_late,
)
from veche.city.pilots.operations.refusals_experts import (
    CapacityWrong,
    ExpertThere,
    UnknownExpert,
    UnknownTag,
)
from veche.core.journal.operations import record
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint, set_end
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.city.pilots.models import Programme
    from veche.core.people.models import Person

MOST = 200
"""Applications in one round, at most."""
LONGEST_WORDS = 2000


@operation
def enrol_expert(
    *,
    by: Person | None,
    at: dt.datetime,
    programme: Programme,
    person: Person,
    technologies: Collection[str] = (),
    targets: Collection[str] = (),
    words: str = "",
    capacity: int = 15,
) -> Expert:
    """Put somebody on the list of experts and give them the role; whoever was on it before comes
    back.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        ExpertThere: the person is on the list.
        UnknownTag, CapacityWrong, veche.texts.TextLength: of what was given.
    """
    check_agency(by, at, programme)
    there = Expert.objects.select_for_update(of=("self",)).filter(pk=person.pk).first()
    if there is not None and (there.until is None or there.until > at):
        raise ExpertThere
    made = there or Expert(person=person, since=at)
    made.until = None
    _put(made, technologies, targets, words, capacity)
    if not _held(person, at).exists():
        appoint(by=by, at=at, person=person, role="expert")
    record(kind="pilots.expert-enrolled", by=by, at=at, subject=f"person:{person.pk}")
    return made


@operation
def set_expert(
    *,
    by: Person | None,
    at: dt.datetime,
    programme: Programme,
    expert: Expert,
    technologies: Collection[str],
    targets: Collection[str],
    words: str,
    capacity: int,
) -> Expert:
    """Change what an expert knows and how many they take: they themselves, or the agency.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they are neither.
        UnknownExpert: there is none now.
        UnknownTag, CapacityWrong, veche.texts.TextLength: of what was given.
    """
    expert = _locked(expert.pk, at)
    if by is None or by.pk != expert.pk:
        check_agency(by, at, programme)
    _put(expert, technologies, targets, words, capacity)
    record(kind="pilots.expert-set", by=by, at=at, subject=f"person:{expert.pk}")
    return expert


@operation
def end_expert(*, by: Person | None, at: dt.datetime, programme: Programme, expert: Expert) -> int:
    """Take somebody off the list: what they have not read is given to others; how many that is.
    Their reviews stand.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        UnknownExpert: there is none now.
    """
    check_agency(by, at, programme)
    expert = _locked(expert.pk, at)
    expert.until = at
    expert.save(update_fields=["until"])
    for holding in _held(expert.person, at):
        set_end(by=by, at=at, holding=holding, until=at)
    open_ = ReviewTask.objects.filter(
        expert=expert, standing__in=[ReviewTask.Standing.GIVEN, ReviewTask.Standing.ACCEPTED]
    )
    lost = sorted(set(open_.values_list("application_id", flat=True)))
    open_.update(standing=ReviewTask.Standing.TAKEN_BACK, ended_at=at, reason="ended")
    record(kind="pilots.expert-ended", by=by, at=at, subject=f"person:{expert.pk}")
    for pk in lost:
        fill(by=None, at=at, programme=programme, applications=[pk])
    return len(lost)


def _held(person: Person, at: dt.datetime) -> QuerySet[Holding]:
    rows = Holding.objects.filter(person=person, role="expert", since__lte=at)
    return rows.exclude(until__lte=at)


def _locked(pk: int, at: dt.datetime) -> Expert:
    rows = Expert.objects.select_for_update(of=("self",)).select_related("person")
    found = rows.filter(pk=pk).exclude(until__lte=at).first()
    if found is None:
        raise UnknownExpert
    return found


@inside
def _put(
    expert: Expert,
    technologies: Collection[str],
    targets: Collection[str],
    words: str,
    capacity: int,
) -> None:
    if not 1 <= capacity <= MOST:
        raise CapacityWrong(most=MOST)
    known = Technology.objects.filter(code__in=technologies)
    goals = Target.objects.filter(code__in=targets)
    if len(known) != len(set(technologies)) or len(goals) != len(set(targets)):
        raise UnknownTag
    expert.words, expert.capacity = sized(words, 0, LONGEST_WORDS), capacity
    expert.save()
    expert.technologies.set(known)
    expert.targets.set(goals)


__all__ = [
    "accept_task",
    "assign",
    "end_expert",
    "enrol_expert",
    "fill",
    "give_out",
    "refuse_task",
    "remind",
    "set_expert",
    "sweep",
    "take_back",
    "take_back_late",
]
