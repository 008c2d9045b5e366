"""The criteria of a call and what each mark means: written in the draft, frozen when it opens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.text import slugify

from veche.city.pilots.access.calls import check_drafts
from veche.city.pilots.models import Call, CallAnchor, Criterion
from veche.city.pilots.operations.call_refusals import (
    CriterionWrong,
    NotADraft,
    UnknownCriterion,
)
from veche.city.pilots.rules import calls as rules
from veche.core.cases.models import Case
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.operation import inside, operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.people.models import Person


@dataclass(frozen=True)
class CriterionGiven:
    """One criterion: its name, what it weighs against the others, what its marks mean."""

    names: Mapping[str, str]
    weight: Decimal
    anchors: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Mark (0 to 5) → words by language."""


@inside
def _draft(by: Person | None, at: dt.datetime, call: Call) -> Call:
    """The draft of a call, locked, for whoever writes it."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if case.state != "draft":
        raise NotADraft
    row = Call.objects.select_related("programme", "department").get(pk=call.pk)
    row.case = case
    check_drafts(by, at, row.programme, row.department)
    return row


def _words(given: Mapping[str, str], most: int) -> dict[str, str]:
    said = {code: readable(given.get(code, "")).strip() for code in rules.LANGUAGES}
    if any(len(text) > most for text in said.values()):
        raise CriterionWrong(fault="long", most=most)
    return {code: text for code, text in said.items() if text}


@operation
def set_criterion(
    *, by: Person | None, at: dt.datetime, call: Call, given: CriterionGiven, code: str = ""
) -> Criterion:
    """Add a criterion to a draft, or write the one of this code anew.

    Raises:
        veche.city.pilots.access.calls.NotADrafter, NotADraft: it is not theirs, or has opened.
        UnknownCriterion: there is none of this code.
        CriterionWrong: it cannot be so.
    """
    row = _draft(by, at, call)
    names = _words(given.names, 120)
    if not names:
        raise CriterionWrong(fault="name")
    if not 0 < given.weight <= rules.MOST_WEIGHT:
        raise CriterionWrong(fault="weight", most=rules.MOST_WEIGHT)
    anchors = {
        mark: words
        for mark in rules.MARKS
        if (words := _words(given.anchors.get(mark, {}), rules.LONGEST_ANCHOR))
    }
    if code:
        found = Criterion.objects.filter(call=row, code=code).first()
        if found is None:
            raise UnknownCriterion
    else:
        count = Criterion.objects.filter(call=row).count()
        if count >= rules.MOST_CRITERIA:
            raise CriterionWrong(fault="many", most=rules.MOST_CRITERIA)
        last = Criterion.objects.filter(call=row).aggregate(last=Max("place"))["last"] or 0
        found = Criterion(call=row, code=_code(row, names, last + 1), place=last + 1)
    found.names, found.weight = names, given.weight
    found.save()
    CallAnchor.objects.filter(criterion=found).delete()
    CallAnchor.objects.bulk_create(
        CallAnchor(criterion=found, mark=mark, words=words) for mark, words in anchors.items()
    )
    record(
        kind="pilots.criterion-set",
        by=by,
        at=at,
        subject=subject(row.case),
        public={"criterion": found.code, "weight": str(given.weight)},
    )
    return found


def _code(call: Call, names: Mapping[str, str], place: int) -> str:
    base = slugify(names.get("en", ""))[:32].strip("-") or f"c{place}"
    taken = Criterion.objects.filter(call=call, code=base).exists()
    return f"{base}-{place}" if taken else base


@operation
def drop_criterion(*, by: Person | None, at: dt.datetime, call: Call, code: str) -> None:
    """Take a criterion out of a draft.

    Raises:
        veche.city.pilots.access.calls.NotADrafter, NotADraft: it is not theirs, or has opened.
        UnknownCriterion: there is none of this code.
    """
    row = _draft(by, at, call)
    gone, _each = Criterion.objects.filter(call=row, code=code).delete()
    if not gone:
        raise UnknownCriterion
    record(
        kind="pilots.criterion-dropped",
        by=by,
        at=at,
        subject=subject(row.case),
        public={"criterion": code},
    )


@inside
def copy_criteria(call: Call, source: Call) -> int:
    """Copy the criteria of another call into a draft that has none; returns how many."""
    rows = list(source.criteria.prefetch_related("anchors").order_by("place"))
    for one in rows:
        made = Criterion.objects.create(
            call=call, code=one.code, names=one.names, weight=one.weight, place=one.place
        )
        CallAnchor.objects.bulk_create(
            CallAnchor(criterion=made, mark=a.mark, words=a.words) for a in one.anchors.all()
        )
    return len(rows)
