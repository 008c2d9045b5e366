"""Statements and the map of a matter as pages show them. Numbers come from what the worker kept:
nothing here counts votes or loads numpy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse

from veche.city.ideas import access
from veche.city.ideas.models import (
    Call,
    Idea,
    OpinionMap,
    Participant,
    Statement,
    StatementVote,
)
from veche.city.ideas.procedure import FACILITATOR, SUPPORTED
from veche.core.cases.models import Case
from veche.core.cases.operations import in_scope
from veche.errors import NotFound
from veche.languages import here

if TYPE_CHECKING:
    from veche.core.organisations.middleware import Asker
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

READERS = (FACILITATOR, "moderator")
OPEN: Mapping[str, Sequence[str]] = {
    "call": ("running",),
    "idea": SUPPORTED,
    "initiative": ("collecting",),
}
"""By procedure, the states of a matter in which statements are written and voted on."""


@dataclass(frozen=True)
class Talked:
    """A matter that statements are about."""

    case: Case
    title: str
    url: str
    call: Call | None
    """Who may take part is said by the call; an initiative has none."""

    @property
    def open(self) -> bool:
        """Whether statements are written and voted on now."""
        return is_open(self.case)


def is_open(case: Case) -> bool:
    """Whether statements are written and voted on now."""
    return case.hidden_at is None and case.state in OPEN.get(case.procedure, ())


def call_of(case: Case) -> Call | None:
    """The call that says who may take part; None for an initiative."""
    calls = Call.objects.select_related("case__territory")
    if case.procedure == "call":
        return calls.get(pk=case.pk)
    idea = Idea.objects.filter(pk=case.pk).values_list("call", flat=True).first()
    return calls.get(pk=idea) if idea is not None else None


def talked_about(number: str, person: Person | None, held: Sequence[Holding]) -> Talked:
    """The call, idea or initiative of this number.

    Raises:
        NotFound: there is none, or this person may not read it.
    """
    procedure = Case.objects.filter(number=number).values_list("procedure", flat=True).first()
    if procedure == "call":
        call = access.call_seen_by(number, person, held)
        return Talked(call.case, here(call.titles), reverse("ideas:call", args=[number]), call)
    idea, how = access.seen_by(number, person, held)
    if how != access.WORDS:
        raise NotFound
    return Talked(idea.case, idea.title, reverse("ideas:idea", args=[number]), idea.call)


def reads_statements(held: Sequence[Holding], case: Case) -> bool:
    """Whether somebody with these roles reads what is written on a matter."""
    return any(one.role in READERS and in_scope(one, case, "territory") for one in held)


# --- voting -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far somebody is."""

    shown: int
    """Statements that everybody can vote on."""
    said: int
    """… of which this person has said something to so many."""
    people: int
    """Participants, and more than so many there cannot be."""
    participant: int | None
    """The number of this person among them; None: they have said nothing yet."""

    @property
    def left(self) -> int:
        """How many are still to be seen."""
        return self.shown - self.said


_PROGRESS = """
WITH mine AS (
    SELECT number FROM ideas_participant WHERE matter_id = %(matter)s AND person_id = %(person)s
)
SELECT count(*), count(v.id),
    coalesce((SELECT people FROM ideas_opinionmap WHERE matter_id = %(matter)s), 0),
    (SELECT number FROM mine)
FROM ideas_statement s LEFT JOIN ideas_statementvote v
    ON v.statement_id = s.id AND v.participant = (SELECT number FROM mine)
WHERE s.matter_id = %(matter)s AND s.standing = 'shown'
"""


def participant_of(case: Case, person: Person | None) -> int | None:
    """The number of somebody among the participants; None for who has said nothing yet."""
    if person is None:
        return None
    mine = Participant.objects.filter(matter=case, person=person)
    return mine.values_list("number", flat=True).first()


def progress(case: Case, person: Person | None) -> Progress:
    """How many statements there are, and how many somebody has seen."""
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, {"matter": case.pk, "person": person.pk if person else None})
        return Progress(*cursor.fetchone())


_NEXT = """
SELECT s.* FROM ideas_statement s
WHERE s.matter_id = %(matter)s AND s.standing = 'shown' AND s.id <> %(but)s AND NOT EXISTS (
    SELECT FROM ideas_statementvote v WHERE v.statement_id = s.id AND v.participant = %(who)s)
ORDER BY s.agrees + s.disagrees + s.passes, md5(s.id || ' ' || %(who)s) LIMIT 1
"""


def next_statement(case: Case, participant: int | None, but: int = 0) -> Statement | None:
    """The statement somebody sees next: of those they have not seen one that few have seen."""
    who = -1 if participant is None else participant
    rows = Statement.objects.raw(_NEXT, {"matter": case.pk, "who": who, "but": but})
    return next(iter(rows), None)


def shown_statement(case: Case, number: int) -> Statement | None:
    """The statement of this number, if everybody can vote on it."""
    return Statement.objects.filter(matter=case, number=number, standing="shown").first()


def shown_statements(case: Case) -> list[Statement]:
    """Every statement that everybody can vote on, in the order of their numbers."""
    return list(Statement.objects.filter(matter=case, standing="shown").order_by("number"))


def said_to(statement: Statement, participant: int | None) -> int | None:
    """What a participant said to a statement; None: nothing yet."""
    if participant is None:
        return None
    mine = StatementVote.objects.filter(statement=statement, participant=participant)
    return mine.values_list("value", flat=True).first()


def said_by(case: Case, participant: int | None) -> list[tuple[int, str, int]]:
    """What a participant has said: number and words of the statement, and the answer; the newest
    first."""
    if participant is None:
        return []
    mine = StatementVote.objects.filter(
        statement__matter=case, statement__standing="shown", participant=participant
    )
    rows = mine.order_by("-at", "-id").values_list("statement__number", "statement__text", "value")
    return list(rows)


def written_by(case: Case, person: Person | None) -> QuerySet[Statement]:
    """What somebody has written on a matter."""
    if person is None:
        return Statement.objects.none()
    return Statement.objects.filter(matter=case, author=person).order_by("number")


def waiting(held: Sequence[Holding], person: Person) -> list[Statement]:
    """Statements that somebody with these roles is to read, the oldest first; not their own, and
    none that they have rejected before."""
    rows = (
        Statement.objects.filter(standing="waiting")
        .exclude(author=person)
        .exclude(Q(rejections__gt=0) & Q(reader=person))
        .select_related("matter__territory")
        .order_by("at", "id")[:500]
    )
    return [one for one in rows if reads_statements(held, one.matter)][:100]


def titles_of(cases: Sequence[int]) -> dict[int, str]:
    """What the matters of these numbers are called."""
    ideas = Idea.objects.filter(pk__in=cases).values_list("pk", "title")
    calls = Call.objects.filter(pk__in=cases).values_list("pk", "titles")
    return dict(ideas) | {pk: here(titles) for pk, titles in calls}


# --- the map ----------------------------------------------------------------------------------


def kept_map(case: Case) -> OpinionMap | None:
    """The map of a matter as it was made last; None before the first statement."""
    return OpinionMap.objects.filter(pk=case.pk).first()


_ABOUT = """
SELECT m.people, m.at IS NOT NULL, jsonb_array_length(coalesce(m.body->'groups', '[]')),
    (SELECT count(*) FROM ideas_statement s WHERE s.matter_id = m.matter_id
        AND s.standing = 'shown')
FROM ideas_opinionmap m WHERE m.matter_id = %s
"""


def summary(case: Case) -> dict[str, Any]:
    """What the page of a matter says of its map in a line or two."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOUT, [case.pk])
        row = cursor.fetchone()
    people, drawn, groups, shown = row or (0, False, 0, 0)
    return {
        "number": case.number,
        "open": is_open(case),
        "people": people,
        "statements": shown,
        "drawn": drawn and groups > 1,
        "groups": groups,
    }


def about(idea: Idea, asker: Asker, at: dt.datetime) -> dict[str, Any]:
    """What ``parts/opinion.html`` shows of an idea to whoever asks; empty: nothing."""
    found = summary(idea.case)
    return found if found["open"] or found["statements"] else {}


def about_call(call: Call) -> dict[str, Any]:
    """The same of a call."""
    found = summary(call.case)
    return found if found["open"] or found["statements"] else {}
