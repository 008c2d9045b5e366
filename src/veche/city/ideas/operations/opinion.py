"""Statements are written, read and voted on; who says what stands under a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.models import OpinionMap, Participant, Statement
from veche.city.ideas.operations.ratings import check_takes_part
from veche.city.ideas.queries.opinion import call_of, is_open, reads_statements
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.moderation.limits import PERSON, declare, spend
from veche.core.moderation.reasons import REJECT, check
from veche.core.notices.operations import tell_people
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

SHORTEST, LONGEST = 5, 280
"""Characters of a statement."""
TERM = dt.timedelta(hours=24)
"""Within this time somebody reads what was written; after it, it is shown unread."""
MOST_REJECTIONS = 2
"""So often a statement may be rejected; then it stays so."""

declare("statement", PERSON, 20, title=_("statements for the opinion map"))
declare("opinion", PERSON, 2_000, title=_("words on statements"))


class NotTalkedAbout(Refused):
    """The matter stands where nobody writes or votes on statements any more."""

    code = "not-talked-about"
    sentence = _("Nothing more is said here: the discussion is over. The map stays.")


class SaidBefore(Invalid):
    """The same statement stands there in the same words."""

    code = "statement-said-before"
    sentence = _("This statement is there already: look for it and say what you think of it.")
    field = "text"


class AlreadyVotedOn(Refused):
    """Words are not changed under people who have judged them."""

    code = "statement-voted-on"
    sentence = _("People have said what they think of these words: they stay as they are.")


class RejectedForGood(Refused):
    """Two people have rejected it."""

    code = "statement-rejected-for-good"
    sentence = _("Two people have rejected this statement: it stays so.")


class AlreadyRead(Refused):
    """Somebody was quicker and decided the same."""

    code = "statement-already-read"
    sentence = _("It stands so already: somebody was quicker.")


class NotAReader(NotAllowed):
    """Only who facilitates or moderates in this place reads statements, and never their own."""

    code = "not-a-reader-of-statements"
    sentence = _(
        "Statements are read by a facilitator or a moderator of this place: not by their author,"
        " and not again by whoever rejected them."
    )


class NotAnswer(Invalid):
    """Neither of the three answers."""

    code = "statement-answer"
    sentence = _("Choose: agree, disagree or pass.")


@inside
def _check_open(case: Case) -> None:
    if not is_open(case):
        raise NotTalkedAbout


_NEXT = """
INSERT INTO ideas_opinionmap AS m (matter_id, statements, people, said, queued, drawn, body)
VALUES (%s, %s, 0, 0, false, 0, '{}')
ON CONFLICT (matter_id) DO UPDATE SET statements = m.statements + excluded.statements
RETURNING statements
"""


@inside
def next_numbers(case: Case, many: int = 1) -> int:
    """Take so many numbers of statements; the first of them. Others wait until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [case.pk, many])
        return int(cursor.fetchone()[0]) - many


@operation
def add_statement(*, by: Person | None, at: dt.datetime, case: Case, text: str) -> Statement:
    """Somebody writes a statement on a matter; a facilitator or moderator reads it first.

    Raises:
        NotTalkedAbout: the discussion is over, or has not begun.
        SignInToRate, ResidentsOnly: this person cannot take part.
        TextLength, SaidBefore: it cannot be taken so.
        veche.core.moderation.limits.TooMany: the person has written as many as one may.
    """
    _check_open(case)
    check_takes_part(call_of(case), by, at)
    text = sized(" ".join(text.split()), SHORTEST, LONGEST)
    spend(by=by, at=at, what="statement", keys={})
    number = next_numbers(case)
    _check_new(case.pk, text)
    made = Statement(matter=case, number=number, author=by, text=text, at=at)
    made.save(force_insert=True)
    record(
        kind="ideas.statement-written",
        by=by,
        at=at,
        subject=subject(case),
        public={"statement": number},
        personal={"text": text},
    )
    return made


def _check_new(matter: int, text: str, but: int = 0) -> None:
    known = Statement.objects.filter(matter=matter).exclude(pk=but)
    if known.exclude(standing="rejected").alias(low=Lower("text")).filter(low=text.lower()):
        raise SaidBefore


def _held(statement: int) -> Statement:
    """A statement, locked after its map: always in this order.

    Raises:
        NotFound: there is none.
    """
    matter = Statement.objects.filter(pk=statement).values_list("matter", flat=True).first()
    if matter is None:
        raise NotFound
    list(OpinionMap.objects.select_for_update().filter(pk=matter))
    return (
        Statement.objects.select_related("matter__territory", "author")
        .select_for_update(of=("self",))
        .get(pk=statement)
    )


@operation
def reword_statement(*, by: Person, at: dt.datetime, statement: int, text: str) -> Statement:
    """Its author changes the words before anybody has voted on them; they are read again.

    A rejected statement comes back so, with other words or the same, and another person reads it.

    Raises:
        NotFound: it is somebody else's.
        AlreadyVotedOn, RejectedForGood, NotTalkedAbout: its words stay.
        TextLength, SaidBefore: it cannot be taken so.
    """
    found = _held(statement)
    if found.author_id != by.pk:
        raise NotFound
    _check_open(found.matter)
    if found.votes:
        raise AlreadyVotedOn
    if found.rejections >= MOST_REJECTIONS:
        raise RejectedForGood
    text = sized(" ".join(text.split()), SHORTEST, LONGEST)
    _check_new(found.matter_id, text, but=found.pk)
    found.text, found.at, found.standing = text, at, Statement.Standing.WAITING
    found.save(update_fields=["text", "at", "standing"])
    record(
        kind="ideas.statement-reworded",
        by=by,
        at=at,
        subject=subject(found.matter),
        public={"statement": found.number},
        personal={"text": text},
    )
    return found


@operation
def read_statement(
    *,
    by: Person,
    at: dt.datetime,
    held: Sequence[Holding],
    statement: int,
    reason: str = "",
    words: str = "",
    meta: bool = False,
) -> Statement:
    """A facilitator or moderator lets a statement through, or rejects it with a ``reason``.

    One that is shown can be rejected later: it takes no part in the map any more. ``meta`` marks
    what says who one is. Its author is told.

    Raises:
        NotAReader: this person may not decide on it.
        UnknownReason, TextLength: the reason is not on the list, or the words are too long.
    """
    found = _held(statement)
    case = found.matter
    if not reads_statements(held, case) or found.author_id == by.pk:
        raise NotAReader
    if found.rejections and found.standing == "waiting" and found.reader_id == by.pk:
        raise NotAReader
    if reason:
        check(reason, REJECT)
    standing = Statement.Standing.REJECTED if reason else Statement.Standing.SHOWN
    if found.standing == standing and found.meta == meta:
        raise AlreadyRead
    found.standing, found.reason, found.words = standing, reason, sized(words, 0, 1_000)
    found.meta, found.reader, found.read_at = meta, by, at
    found.rejections += bool(reason)
    found.save()
    public = {"statement": found.number, "reason": reason}
    if reason:
        kind = "ideas.statement-rejected"
        record(kind="ideas.statement-rejected", by=by, at=at, subject=subject(case), public=public)
    else:
        kind = "ideas.statement-shown"
        record(kind="ideas.statement-shown", by=by, at=at, subject=subject(case), public=public)
    if found.author_id is not None:
        tell_people(by=by, at=at, told=[(found.author_id, case.pk)], kind=kind)
    ask_for_map(case.pk)
    return found


def pass_unread_statements(*, at: dt.datetime) -> int:
    """The timer: show what nobody has read in 24 hours; returns how many."""
    if not Statement.objects.filter(standing="waiting", at__lte=at - TERM).exists():
        return 0
    return show_unread(by=None, at=at)


@operation
def show_unread(*, by: None, at: dt.datetime) -> int:
    """Show all statements that have waited for 24 hours; returns how many."""
    late = Statement.objects.filter(standing="waiting", at__lte=at - TERM)
    rows = list(late.order_by("matter_id", "id").values_list("pk", "matter_id", "number"))
    Statement.objects.filter(pk__in=[one for one, _m, _n in rows], standing="waiting").update(
        standing="shown", read_at=at
    )
    record(
        kind="ideas.statements-passed",
        by=by,
        at=at,
        subject="ideas",
        public={"statements": [[matter, number] for _pk, matter, number in rows]},
    )
    for matter in sorted({matter for _pk, matter, _number in rows}):
        ask_for_map(matter)
    return len(rows)


# --- what people think of them ----------------------------------------------------------------

_SAY = """
UPDATE ideas_opinionmap m SET said = m.said + 1, queued = true,
    people = m.people + (%(new)s)::int
FROM (SELECT matter_id, queued FROM ideas_opinionmap WHERE matter_id = %(matter)s
    FOR NO KEY UPDATE) old
WHERE m.matter_id = old.matter_id
RETURNING m.people - 1, old.queued
"""
_PUT = """
INSERT INTO ideas_statementvote (statement_id, participant, value, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (statement_id, participant) DO UPDATE SET value = excluded.value, at = excluded.at
"""


@inside
def ask_for_map(matter: int, *, new: bool = False) -> int:
    """Something was said on a matter: the worker makes a new map, once for all that wait.

    Returns the number of a ``new`` participant.
    """
    from veche.city.ideas.tasks import draw_map

    with connection.cursor() as cursor:
        cursor.execute(_SAY, {"matter": matter, "new": new})
        number, queued = cursor.fetchone()
    if not queued:
        draw_map.defer(matter=matter)
    return int(number)


@operation
def say(*, by: Person | None, at: dt.datetime, statement: int, value: int) -> int:
    """Somebody agrees (1), disagrees (-1) or passes (0); said again, the newest word counts.

    Returns the number of the participant. The journal names that number, not the person.

    Raises:
        NotFound: nobody may vote on this statement.
        NotTalkedAbout: the discussion is over.
        SignInToRate, ResidentsOnly: this person cannot take part.
        NotAnswer: it is neither of the three.
    """
    if value not in (-1, 0, 1):
        raise NotAnswer
    found = (
        Statement.objects.select_related("matter__territory")
        .filter(pk=statement, standing="shown")
        .first()
    )
    if found is None:
        raise NotFound
    case = found.matter
    _check_open(case)
    check_takes_part(call_of(case), by, at)
    assert by is not None
    spend(by=by, at=at, what="opinion", keys={})
    known = Participant.objects.filter(matter=case, person=by).first()
    number = ask_for_map(case.pk, new=known is None)
    if known is None:
        # Whoever came first in another window holds the map's row until the commit.
        known, _made = Participant.objects.get_or_create(
            matter=case, person=by, defaults={"number": number}
        )
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [found.pk, known.number, value, at])
    record(
        kind="ideas.opinion-said",
        by=None,
        at=at,
        subject=subject(case),
        public={"statement": found.number, "participant": known.number, "value": value},
    )
    return known.number


_CATCH_UP = """
INSERT INTO ideas_opinionmap AS m (matter_id, statements, people, said, queued, drawn, body)
SELECT s.matter_id, max(s.number) + 1, coalesce(max(v.last), -1) + 1, 0, false, 0, '{}'
FROM ideas_statement s LEFT JOIN LATERAL (
    SELECT max(participant) AS last FROM ideas_statementvote WHERE statement_id = s.id) v ON true
WHERE s.matter_id = %s GROUP BY s.matter_id
ON CONFLICT (matter_id) DO UPDATE SET statements = greatest(m.statements, excluded.statements),
    people = greatest(m.people, excluded.people)
"""


@inside
def opinions_came(matter: int) -> None:
    """Statements and votes of a matter were written in bulk: the next numbers follow theirs, and a
    map is asked for."""
    with connection.cursor() as cursor:
        cursor.execute(_CATCH_UP, [matter])
        came = cursor.rowcount
    if came:
        ask_for_map(matter)
