"""What somebody kept at the desk: drafts, views, words of answers, changes of many."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from veche.core.cases.access import barred_now
from veche.core.cases.models import Barred, Case
from veche.core.cases.procedure import PROCEDURES
from veche.core.desk import rules
from veche.core.desk.adapter import DeskLine, desk_of
from veche.core.desk.models import (
    BulkChange,
    BulkItem,
    Draft,
    ReplyTemplate,
    SavedView,
)
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.rows import columns, fields_of, made, made_named, named


class Taker(NamedTuple):
    """Who works on a case."""

    person_id: int
    name: str


class Words(NamedTuple):
    """Ready words for a step."""

    move: str
    title: str
    text: str


@dataclass(frozen=True)
class Beside:
    """What is kept about a case: by the office, and by whoever opens it."""

    drafts: Mapping[str, dict[str, str]]
    """What the reader has typed for its steps and not sent: by move and field."""
    taking: Taker | None
    seen: int | None
    """How many of its steps the reader has seen at the desk; None: never opened."""
    words: Sequence[Words]
    """The ready words that fit it, those for its theme first."""


_CASE, _OFFICE = fields_of(Case), fields_of(Organisation)
_PLACE = fields_of(Territory, "outline")
_DISTRICT = "(SELECT t.district_id FROM places_territory t WHERE t.id = cases_case.territory_id)"
_BESIDE = """json_build_array(
    (SELECT json_object_agg(d.move, d.words) FROM desk_draft d
        WHERE d.person_id = %s AND d.case_id = cases_case.id),
    (SELECT json_build_array(t.person_id, p.name) FROM desk_taking t
        JOIN people_person p ON p.id = t.person_id WHERE t.case_id = cases_case.id),
    (SELECT k.seq FROM desk_look k WHERE k.person_id = %s AND k.case_id = cases_case.id),
    (SELECT json_agg(json_build_array(r.move, r.title, r.text)
        ORDER BY r.theme DESC, r.organisation_id NULLS LAST, r.title, r.id)
        FROM desk_replytemplate r WHERE r.procedure = cases_case.procedure AND r.active
        AND r.theme IN ('', cases_case.theme)
        AND (r.organisation_id IS NULL OR r.organisation_id = cases_case.organisation_id)))"""
_OPENED = f"""SELECT {columns("cases_case", _CASE)},
    {named(Territory, _PLACE, "cases_case.territory_id")}, {named(Territory, _PLACE, _DISTRICT)},
    {named(Organisation, _OFFICE, "cases_case.organisation_id")}, {_BESIDE}
FROM cases_case WHERE number = %s AND NOT EXISTS (SELECT FROM cases_barred k
    WHERE k.case_id = cases_case.id AND k.person_id = %s AND k.until IS NULL)"""


def opened(number: str, person: Person) -> tuple[Case, Beside] | None:
    """The case of this number and what is kept about it, in one query; None where no module shows
    it at the desk, or it is kept from the person. Whether somebody may open it besides is that
    module's to say."""
    with connection.cursor() as cursor:
        cursor.execute(_OPENED, [person.pk, person.pk, number, person.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    case: Case = made(Case, _CASE, row[: len(_CASE)])
    if desk_of(case.procedure) is None:
        return None
    place, district, office, (drafts, taker, seen, words) = row[len(_CASE) :]
    case.territory = made_named(Territory, _PLACE, place)
    case.territory.district = made_named(Territory, _PLACE, district)
    case.organisation = made_named(Organisation, _OFFICE, office)
    return case, Beside(
        drafts=drafts or {},
        taking=Taker(*taker) if taker else None,
        seen=seen,
        words=[Words(*one) for one in words or ()],
    )


def case_at_desk(number: str, person: Person) -> Case | None:
    """The case of this number if a module shows it at the desk and it is not kept from them."""
    case = (
        Case.objects.filter(number=number)
        .exclude(Exists(barred_now(person).filter(case_id=OuterRef("pk"))))
        .select_related("territory", "territory__district", "organisation", "author")
        .first()
    )
    return case if case is not None and desk_of(case.procedure) else None


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
    case: Case, office: Organisation | None, line: DeskLine | None, words: Sequence[Words]
) -> dict[str, list[tuple[str, str]]]:
    """Ready words by move: title and text filled in."""
    values = places_of(case.number, line.place if line else "", str(office or ""))
    by_move: dict[str, list[tuple[str, str]]] = {}
    for one in words:
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
    """The cases of a change of many, in the order of their numbers, without what is kept from who
    ordered it by now."""
    kept = Barred.objects.filter(
        case_id=OuterRef("case_id"), person_id=change.by_id, until__isnull=True
    )
    rows = BulkItem.objects.filter(~Exists(kept), change=change)
    return list(rows.select_related("case").order_by("case__number"))


def waiting_bulks(person: Person) -> list[BulkChange]:
    """The changes of many a person can still undo."""
    return list(
        BulkChange.objects.filter(by=person, done_at__isnull=True, cancelled_at__isnull=True)
        .annotate(matters=Count("items"))
        .order_by("due_at")
    )
