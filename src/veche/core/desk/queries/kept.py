"""What somebody kept at the desk: drafts, views, words of answers, changes of many."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db.models import Count, F, Q

from veche.core.cases.models import Case
from veche.core.cases.procedure import PROCEDURES
from veche.core.desk import rules
from veche.core.desk.adapter import DeskLine, desk_of
from veche.core.desk.models import (
    BulkChange,
    BulkItem,
    Draft,
    Look,
    ReplyTemplate,
    SavedView,
    Taking,
)
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Person


def case_at_desk(number: str) -> Case | None:
    """The case of this number if a module shows it at the desk; whether somebody may open it is
    that module's to say."""
    case = (
        Case.objects.filter(number=number)
        .select_related("territory", "territory__district", "organisation", "author")
        .first()
    )
    return case if case is not None and desk_of(case.procedure) else None


def taking_of(case: Case) -> Taking | None:
    """Who works on a case."""
    return Taking.objects.filter(case=case).select_related("person").first()


def drafts_of(person: Person | None, case: Case) -> dict[str, dict[str, str]]:
    """What somebody has typed for the steps of a case and not sent: by move and field."""
    if person is None:
        return {}
    found = Draft.objects.filter(person=person, case=case).values_list("move", "words")
    return {move: dict(words) for move, words in found}


def saved_views(person: Person, held: Sequence[Holding]) -> list[SavedView]:
    """The person's own views and those their offices share."""
    offices = {h.organisation_id for h in held if h.organisation_id}
    return list(
        SavedView.objects.filter(Q(owner=person) | Q(organisation_id__in=offices))
        .select_related("organisation")
        .order_by("position", "pk")
    )


def templates_for(
    case: Case, office: Organisation | None, line: DeskLine | None
) -> dict[str, list[tuple[str, str]]]:
    """The words that fit a case, by move: title and text filled in; those for its theme first."""
    found = (
        ReplyTemplate.objects.filter(procedure=case.procedure, active=True)
        .filter(Q(organisation__isnull=True) | Q(organisation_id=case.organisation_id))
        .filter(theme__in=["", case.theme])
        .order_by("-theme", F("organisation_id").asc(nulls_last=True), "title", "pk")
    )
    values = places_of(case.number, line.place if line else "", str(office or ""))
    by_move: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        by_move.setdefault(one.move, []).append((one.title, rules.filled(one.text, values)))
    return by_move


def places_of(number: str, address: str, office: str) -> Mapping[str, str]:
    """What the places of a template are filled with."""
    return {"number": number, "address": address, "office": office}


def colleagues(held: Sequence[Holding], at: dt.datetime) -> list[Person]:
    """Those who hold a role in the same offices now."""
    offices = {h.organisation_id for h in held if h.organisation_id}
    if not offices:
        return []
    now = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    people = Holding.objects.filter(now, organisation_id__in=offices).values("person_id")
    return list(Person.objects.filter(pk__in=people).order_by("name", "pk"))


def can_ever(roles: frozenset[str], procedure: str, move: str) -> bool:
    """Whether a holder of these roles can make the move anywhere."""
    return any(m.role in roles for m in PROCEDURES[procedure].moves if m.name == move)


def seen_steps(person: Person, case: Case) -> int | None:
    """How many steps of a case somebody has seen at the desk; None: never opened."""
    return Look.objects.filter(person=person, case=case).values_list("seq", flat=True).first()


def templates_of(held: Sequence[Holding]) -> list[ReplyTemplate]:
    """The words of answers of these offices, and those of every office."""
    offices = {h.organisation_id for h in held if h.organisation_id}
    return list(
        ReplyTemplate.objects.filter(Q(organisation__isnull=True) | Q(organisation_id__in=offices))
        .select_related("organisation")
        .order_by("procedure", "move", "theme", "title", "pk")
    )


def bulk_templates(procedure: str, move: str, held: Sequence[Holding]) -> list[tuple[str, str]]:
    """The words that fit a step for many: title and text, places left to be filled in."""
    return [
        (one.title, one.text)
        for one in templates_of(held)
        if one.active and one.procedure == procedure and one.move == move
    ]


def bulk_of(person: Person, pk: int) -> BulkChange | None:
    """A change of many this person ordered."""
    return BulkChange.objects.filter(pk=pk, by=person).first()


def bulk_by_submission(person: Person, submission: uuid.UUID) -> BulkChange | None:
    """The change of many that was made by this form."""
    return BulkChange.objects.filter(submission=submission, by=person).first()


def bulks_of(person: Person, limit: int = 30) -> list[BulkChange]:
    """The latest changes of many a person ordered, newest first, with their numbers."""
    return list(
        BulkChange.objects.filter(by=person)
        .annotate(matters=Count("items"), refused=Count("items", filter=Q(items__done=False)))
        .order_by("-id")[:limit]
    )


def items_of(change: BulkChange) -> list[BulkItem]:
    """The cases of a change of many, in the order of their numbers."""
    return list(
        BulkItem.objects.filter(change=change).select_related("case").order_by("case__number")
    )


def waiting_bulks(person: Person) -> list[BulkChange]:
    """The changes of many a person can still undo."""
    return list(
        BulkChange.objects.filter(by=person, done_at__isnull=True, cancelled_at__isnull=True)
        .annotate(matters=Count("items"))
        .order_by("due_at")
    )
