"""The same steps for many problems at once: in a few statements, by the same rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery

from veche.city.problems import rules
from veche.city.problems.models import Problem
from veche.city.problems.operations.contracts import contract_for, term_by
from veche.core.cases.models import Case
from veche.core.cases.operations.many import Moved, move_cases
from veche.core.moderation import reasons
from veche.core.moderation.operations import decided_many
from veche.core.notices.operations import announce_all, tell_followers_of_many
from veche.core.organisations.queries import Answerer, organisation_by_code, who_answers
from veche.operation import operation
from veche.texts import TextLength, UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.cases.rules import Term
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person


def _said(
    cases: Mapping[int, int], words: Mapping[int, str], most: int, **more: str
) -> tuple[dict[int, dict[str, Any]], dict[int, str]]:
    """What the step says in each case, and the refusals of those whose words do not fit."""
    said: dict[int, dict[str, Any]] = {}
    refused: dict[int, str] = {}
    for pk in cases:
        try:
            said[pk] = {**more, "text": sized(words.get(pk, ""), rules.SHORTEST_TEXT, most)}
        except TextLength as refusal:
            refused[pk] = str(refusal)
    return said, refused


def _told(moved: Moved, by: Person | None, at: dt.datetime, kind: str) -> dict[int, str]:
    """Tell whoever follows any of them; the refusals in words."""
    tell_followers_of_many(by=by, at=at, cases=list(moved.cases), kind=kind)
    return {pk: str(refusal) for pk, refusal in moved.refused.items()}


@operation
def answer_many(
    *, by: Person, at: dt.datetime, cases: Mapping[int, int], words: Mapping[int, str]
) -> dict[int, str]:
    """The office answers many problems; the sentence of refusal by case."""
    said, refused = _said(cases, words, rules.LONGEST_ANSWER)
    moved = move_cases(by=by, at=at, cases=list(said), move="answer", seen=cases, public=said)
    Problem.objects.filter(case_id__in=list(moved.cases), answered_at__isnull=True).update(
        answered_at=at
    )
    return refused | _told(moved, by, at, "problems.answered")


@operation
def refuse_many(
    *,
    by: Person,
    at: dt.datetime,
    cases: Mapping[int, int],
    reason: str,
    words: Mapping[int, str],
) -> dict[int, str]:
    """The office refuses many problems for one reason; the sentence of refusal by case.

    Raises:
        UnknownReason: the reason is not on the list.
    """
    if reason not in rules.REFUSAL_REASONS:
        raise UnknownReason
    said, refused = _said(cases, words, rules.LONGEST_REASON, reason=reason)
    moved = move_cases(by=by, at=at, cases=list(said), move="refuse", seen=cases, public=said)
    Problem.objects.filter(case_id__in=list(moved.cases), answered_at__isnull=True).update(
        answered_at=at
    )
    announce_all(by=by, at=at, cases=moved.cases.values(), kind="problems.turned-down")
    return refused | _told(moved, by, at, "problems.refused")


@operation
def assign_many(
    *,
    by: Person,
    at: dt.datetime,
    cases: Mapping[int, int],
    organisation: str,
    words: Mapping[int, str] | None = None,
) -> dict[int, str]:
    """A dispatcher gives many problems to the office of this code.

    Raises:
        veche.core.organisations.queries.UnknownOrganisation: there is no such office.
    """
    office = organisation_by_code(organisation)
    moved = Moved()
    for term, ids in _by_contract(list(cases), office).items():
        part = move_cases(
            by=by,
            at=at,
            cases=ids,
            move="assign",
            seen=cases,
            organisation=office,
            contract=term,
        )
        moved.cases |= part.cases
        moved.refused |= part.refused
    _given(moved, at)
    return _told(moved, by, at, "problems.assigned")


def _by_contract(cases: list[int], office: Organisation) -> dict[Term | None, list[int]]:
    """The cases by how long the office has for them by its contracts: nearly all in one heap."""
    found: dict[Term | None, list[int]] = {}
    at_objects = Problem.objects.filter(case_id__in=cases, object__isnull=False)
    terms = {one.pk: contract_for(one.case, office) for one in at_objects.select_related("case")}
    for pk in cases:
        found.setdefault(terms.get(pk), []).append(pk)
    return found


@operation
def accept_many(
    *,
    by: Person,
    at: dt.datetime,
    cases: Mapping[int, int],
    words: Mapping[int, str] | None = None,
) -> dict[int, str]:
    """A moderator publishes many; each goes to whoever answers for it."""
    moved = move_cases(by=by, at=at, cases=list(cases), move="accept", seen=cases)
    Problem.objects.filter(case_id__in=list(moved.cases)).update(accepted_at=at)
    heaps: dict[tuple[int, Term | None], list[int]] = {}
    named = {}
    known: dict[tuple[str, int, int | None], Answerer | None] = {}
    things = dict(
        Problem.objects.filter(case_id__in=list(moved.cases), object__isnull=False).values_list(
            "case_id", "object_id"
        )
    )
    for pk, case in moved.cases.items():
        key = (case.theme, case.territory_id, things.get(pk))
        if key not in known:
            known[key] = who_answers(case.theme, case.territory, things.get(pk))
        found = known[key]
        if found is not None:
            named[found.organisation.pk] = found.organisation
            heaps.setdefault((found.organisation.pk, term_by(found.rule)), []).append(pk)
    for (office, term), ids in heaps.items():
        routed = move_cases(
            by=None,
            at=at,
            cases=ids,
            move="route",
            organisation=named[office],
            contract=term,
        )
        _given(routed, at)
        moved.cases |= routed.cases
    announce_all(by=by, at=at, cases=moved.cases.values(), kind="problems.new")
    return _told(moved, by, at, "problems.accepted")


@operation
def reject_many(
    *,
    by: Person,
    at: dt.datetime,
    cases: Mapping[int, int],
    reason: str,
    words: Mapping[int, str],
) -> dict[int, str]:
    """A moderator turns many down for one reason; the sentence of refusal by case.

    Raises:
        UnknownReason: the reason is not on the list.
    """
    if reason not in reasons.codes(reasons.REJECT):
        raise UnknownReason
    said, refused = _said(cases, words, rules.LONGEST_REASON, reason=reason)
    moved = move_cases(by=by, at=at, cases=list(said), move="reject", seen=cases, public=said)
    if moved.cases:
        decided_many(by=by, at=at, cases=list(moved.cases), kind="reject", reason=reason)
    return refused | _told(moved, by, at, "problems.rejected")


def _given(moved: Moved, at: dt.datetime) -> None:
    """Copy onto the problems what the events of their assignment say."""
    due = Case.objects.filter(pk=OuterRef("case_id")).values("first_promised_at")[:1]
    Problem.objects.filter(case_id__in=list(moved.cases)).update(
        assigned_at=at, answer_due_at=Subquery(due)
    )
