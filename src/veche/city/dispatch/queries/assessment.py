"""The assessment of offices: who may mark whom, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_assessment as rules
from veche.city.dispatch.models import (
    AssessmentCell,
    AssessmentCriterion,
    AssessmentMark,
    AssessmentRound,
)
from veche.core.cases.models import Case
from veche.core.organisations.models import Organisation
from veche.core.organisations.queries import holdings
from veche.errors import NotFound

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from veche.core.people.models import Person

Group = AssessmentMark.Group
GROUP_WORDS: dict[str, str | Promise] = {
    "residents": _("Residents whose matter it closed"),
    "offices": _("Other offices"),
    "dispatchers": _("Dispatchers"),
    "inspectors": _("Control department"),
    "self": _("Its own head"),
}


class UnknownRound(NotFound):
    """There is no such round."""

    code = "unknown-round"
    sentence = _("There is no assessment with the code “{asked}”.")


def rounds() -> list[AssessmentRound]:
    """All rounds, the newest first."""
    return list(AssessmentRound.objects.order_by("-opens_at", "-pk"))


def round_of(code: str) -> AssessmentRound:
    """The round of this code.

    Raises:
        UnknownRound: there is none.
    """
    found = AssessmentRound.objects.filter(code=code).first()
    if found is None:
        raise UnknownRound(asked=code)
    return found


def criteria(row: AssessmentRound) -> list[AssessmentCriterion]:
    """What is asked in a round, in its order."""
    return list(row.criteria.order_by("place"))


def is_open(row: AssessmentRound, at: dt.datetime) -> bool:
    """Whether marks are taken now."""
    return row.closed_at is None and row.opens_at <= at < row.closes_at


def assessed() -> list[Organisation]:
    """The offices that can be marked: departments and operators of the city."""
    kinds = (Organisation.Kind.DEPARTMENT, Organisation.Kind.OPERATOR)
    rows = Organisation.objects.filter(imported=False, kind__in=kinds)
    return sorted(rows, key=str)


def groups_of(
    person: Person | None, row: AssessmentRound, at: dt.datetime, offices: Sequence[Organisation]
) -> dict[int, str]:
    """As who a person may mark each office: office → group; who may not mark it is not in it.

    Nobody marks an office of their own, except its head, as itself. Whoever works for the city
    marks as that and not as a resident; a resident marks those who closed a matter of theirs.
    """
    held = holdings(person, at)
    if person is None or not person.is_authenticated:
        return {}
    own = {h.organisation_id for h in held if h.organisation_id is not None}
    heads = {h.organisation_id for h in held if h.role == "head"}
    roles = {h.role for h in held}
    everywhere = ""
    if "controller" in roles:
        everywhere = Group.INSPECTORS
    elif "dispatcher" in roles:
        everywhere = Group.DISPATCHERS
    elif roles & {"officer", "head"}:
        everywhere = Group.OFFICES
    found: dict[int, str] = {}
    closed: set[int | None] = set()
    if not everywhere:
        rows = Case.objects.filter(author=person, closed_at__gte=row.since, closed_at__lte=at)
        closed = set(rows.values_list("organisation_id", flat=True))
    for office in offices:
        if office.pk in heads:
            found[office.pk] = Group.SELF
        elif office.pk in own:
            continue
        elif everywhere:
            found[office.pk] = everywhere
        elif office.pk in closed:
            found[office.pk] = Group.RESIDENTS
    return found


def given(person: Person, row: AssessmentRound) -> dict[tuple[int, int], int]:
    """The marks of a person in an open round: by office and criterion."""
    rows = AssessmentMark.objects.filter(criterion__round=row, person=person)
    return {(m.organisation_id, m.criterion_id): m.value for m in rows}


@dataclass(frozen=True)
class Result:
    """What came of an office in a round that is closed."""

    office: Organisation
    means: tuple[rules.GroupMean, ...]
    grade: rules.Grade
    cells: dict[tuple[str, int], AssessmentCell]


def results(row: AssessmentRound) -> list[Result]:
    """The results of a closed round, the best first; one without a grade last."""
    by_office: dict[int, dict[tuple[str, int], AssessmentCell]] = {}
    offices: dict[int, Organisation] = {}
    rows = AssessmentCell.objects.filter(criterion__round=row).select_related("organisation")
    for cell in rows.order_by("pk"):
        offices[cell.organisation_id] = cell.organisation
        by_office.setdefault(cell.organisation_id, {})[cell.group, cell.criterion_id] = cell
    found = []
    for pk, cells in by_office.items():
        means = tuple(_mean(group, cells) for group in rules.GROUPS)
        found.append(Result(offices[pk], means, rules.grade(means, row.weights, row.bounds), cells))
    return sorted(found, key=lambda r: (-(r.grade.points or Fraction(-1)), r.office.code))


def _mean(group: str, cells: dict[tuple[str, int], AssessmentCell]) -> rules.GroupMean:
    """The mean over all marks of a group whose criteria had enough persons."""
    persons = total = 0
    fewest: int | None = None
    for (whose, _criterion), cell in cells.items():
        if whose == group and cell.persons is not None and cell.total is not None:
            persons, total = persons + cell.persons, total + cell.total
            fewest = cell.persons if fewest is None else min(fewest, cell.persons)
    return rules.GroupMean(group, fewest, Fraction(total, persons) if persons else None)
