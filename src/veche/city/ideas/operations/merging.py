"""Ideas that say the same go on as one, and can be parted again.

What a person said of an idea stays in that idea's own row, untouched, while it is joined. In the
idea that goes on everybody who supported a joined one gets a row of their own that says through
which they came, unless they have one there already: so each is counted once. Parting removes the
rows that came through what leaves, or lets them come through another joined idea that the same
person supports; who has withdrawn meanwhile is not brought back.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.choosing import LEAST_WORDS, MOST_WORDS
from veche.city.ideas.models import Idea, Merge
from veche.city.ideas.operations.calls import answered_until
from veche.city.ideas.operations.independent import check_independent
from veche.city.ideas.procedure import SUPPORTED
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, move_case
from veche.core.cases.operations.many import move_cases
from veche.core.journal.operations import record
from veche.core.notices.operations import carry_followers, part_followers
from veche.core.notices.operations.telling import make_readers, numbers_of_tellings, queue, tell
from veche.errors import Invalid, Refused
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

# Of a person who supported several of them the row that counts is carried, of these the oldest.
_CARRY = """
INSERT INTO ideas_rating (idea_id, person_id, value, at, standing, through_id)
SELECT DISTINCT ON (r.person_id) %(into)s, r.person_id, 1, r.at, r.standing,
    coalesce(r.through_id, r.idea_id)
FROM ideas_rating r
WHERE r.idea_id = ANY(%(ideas)s) AND r.value = 1 AND r.standing <> 'void'
ORDER BY r.person_id, r.standing, r.at, r.id
ON CONFLICT (idea_id, person_id) DO NOTHING
"""
# Who came through what leaves stays where another joined idea that they support stays: one of
# those below the idea that the row is of.
_STAY = """
UPDATE ideas_rating r SET through_id = other.idea_id, at = other.at, standing = other.standing
FROM (
    SELECT DISTINCT ON (mine.id) mine.id, own.idea_id, own.at, own.standing
    FROM ideas_rating mine
    JOIN unnest(%(above)s::bigint[], %(below)s::bigint[]) AS t (above, below)
        ON t.above = mine.idea_id
    JOIN ideas_rating own ON own.idea_id = t.below AND own.person_id = mine.person_id
        AND own.through_id IS NULL AND own.value = 1 AND own.standing <> 'void'
    WHERE mine.through_id = ANY(%(leaving)s) AND mine.idea_id <> ALL(%(leaving)s)
    ORDER BY mine.id, own.standing, own.at, own.id
) other
WHERE r.id = other.id
"""
_LEAVE = """
DELETE FROM ideas_rating
WHERE through_id = ANY(%(leaving)s) AND idea_id <> ALL(%(leaving)s)
"""
_WHOM = """
SELECT DISTINCT person_id FROM ideas_rating
WHERE idea_id = ANY(%(cases)s) AND value = 1 AND standing <> 'void'
"""
# Whoever supports or follows any of them, each once however many of them they do.
_TOLD = """
SELECT DISTINCT ON (m.reader_id) m.reader_id,
    CASE WHEN m.person_id = c.author_id THEN 'own' ELSE 'followed' END AS topic,
    m.case_id, %(details)s AS details, v.telling
FROM (
    SELECT f.reader_id, f.person_id, f.case_id FROM notices_following f
    WHERE f.case_id = ANY(%(cases)s)
    UNION ALL
    SELECT r.id, r.person_id, g.idea_id FROM ideas_rating g
    JOIN notices_reader r ON r.person_id = g.person_id
    WHERE g.idea_id = ANY(%(cases)s) AND g.value = 1 AND g.standing <> 'void'
) m
JOIN cases_case c ON c.id = m.case_id
JOIN unnest(%(cases)s::bigint[], %(tellings)s::bigint[]) AS v (case_id, telling)
    ON v.case_id = m.case_id
ORDER BY m.reader_id, (m.person_id = c.author_id) DESC NULLS LAST, m.case_id
"""


class NotTheSame(Invalid):
    """These ideas cannot be joined."""

    code = "ideas-not-joinable"
    sentence = _("{number} cannot be joined to {into}: {why}")
    field = "into"


class NotJoined(Refused):
    """The idea is not joined to another."""

    code = "idea-not-joined"
    sentence = _("This idea is not joined to another.")


def why_not(child: Idea, parent: Idea) -> str:
    """Why one idea cannot be joined to another, in words; empty when it can."""
    if child.pk == parent.pk:
        return str(_("it is the same idea."))
    if parent.into_id is not None or parent.case.state not in SUPPORTED:
        return str(_("the other one is not supported and discussed now."))
    if child.case.state not in SUPPORTED:
        return str(_("it is not supported and discussed now."))
    if child.call_id != parent.call_id or child.kind == Idea.Kind.INITIATIVE:
        return str(_("they answer different calls."))
    return ""


@inside
def locked(ideas: Sequence[int]) -> dict[int, Idea]:
    """Ideas that nobody rates, joins or moves until the operation ends, in the order of their
    numbers: two who join crosswise do not block each other.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=ideas).order_by("pk"))
    rows = Idea.objects.select_for_update(of=("self",)).filter(pk__in=ideas).order_by("pk")
    return {one.pk: one for one in rows.select_related("case", "case__territory", "call")}


@operation
def combine(
    *, by: Person, at: dt.datetime, case: Case, into: Idea, reason: str, seen: int | None = None
) -> Idea:
    """A facilitator joins an idea to another; the same as `combine_many` of one.

    Raises:
        Changed: somebody moved it after the facilitator looked.
        NotTheSame, NotIndependent, TextLength: as there.
    """
    if seen is not None and Case.objects.values_list("seq", flat=True).get(pk=case.pk) != seen:
        raise Changed(state="")
    combine_many(by=by, at=at, ideas=[case.pk], into=into.pk, reason=reason)
    return Idea.objects.select_related("case").get(pk=case.pk)


@operation
def combine_many(
    *,
    by: Person,
    at: dt.datetime,
    ideas: Sequence[int],
    into: int,
    reason: str,
    move: str = "combine",
) -> list[Merge]:
    """Join ideas to another of their call, which goes on with the support of all: each person is
    counted there once, is told once, and can withdraw. What was joined to them goes along.

    A facilitator does it by the move ``combine``, the office by ``join``.

    Raises:
        NotTheSame: one of them cannot be joined to it.
        NotIndependent: the facilitator is a party to one of them.
        TextLength: the reason is too short or too long.
        MoveNotPossible, NoRoleForMove: as for every move.
    """
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    found = locked([*ideas, into])
    parent = found.get(into)
    children = [found[pk] for pk in dict.fromkeys(ideas) if pk in found]
    if parent is None or not children:
        raise NotTheSame(number="", into="", why=str(_("there is no such idea.")))
    for one in children:
        if why := why_not(one, parent):
            raise NotTheSame(number=one.case.number, into=parent.case.number, why=why)
    if move == "combine":
        check_independent(by, at, [one.case for one in found.values()])
    said = {"into": parent.case.number, "text": reason}
    _moved(by, at, children, move, said)
    pks = [one.pk for one in children]
    with connection.cursor() as cursor:
        cursor.execute(_CARRY, {"ideas": pks, "into": into})
    made = [Merge(parent=parent, child=one, by=by, at=at, reason=reason) for one in children]
    Merge.objects.bulk_create(made)
    Idea.objects.filter(pk__in=[*pks, *_below(pks)]).update(into=parent)
    # Not its title: a notice would keep those words when a moderator hides them.
    _tell(by, at, children, "ideas.combined", {"into": parent.case.number})
    for one in children:
        carry_followers(by=by, at=at, case=one.case, to=parent.case)
    return made


@operation
def separate(
    *, by: Person, at: dt.datetime, case: Case, reason: str, seen: int | None = None
) -> Idea:
    """A facilitator parts a joined idea from the one it was joined to: it stands by itself again,
    with what had been joined to it and with the support it had.

    Raises:
        NotJoined: it is not joined.
        NotIndependent: the facilitator is a party to it.
        TextLength: the reason is too short or too long.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    root = Idea.objects.values_list("into_id", flat=True).filter(pk=case.pk).first()
    if root is None:
        raise NotJoined
    found = locked([case.pk, root])
    child = found[case.pk]
    merge = Merge.objects.select_for_update().filter(child=child, undone_at__isnull=True).first()
    if merge is None or child.into_id != root:
        raise NotJoined
    check_independent(by, at, [one.case for one in found.values()])
    said = {"from": found[root].case.number, "text": reason}
    until = answered_until(child.call, at) if child.call is not None else None
    case = move_case(
        by=by, at=at, case=child.case, move="separate", seen=seen, until=until, public=said
    )
    merge.undone_at = at
    merge.save(update_fields=["undone_at"])
    below = _below([child.pk])
    leaving = [child.pk, *below]
    _part(leaving, merge.parent_id)
    Idea.objects.filter(pk__in=below).update(into=child)
    Idea.objects.filter(pk=child.pk).update(into=None)
    _tell(by, at, [child], "ideas.separated", {})
    others = Merge.objects.filter(parent=merge.parent_id, undone_at__isnull=True)
    part_followers(
        by=by,
        at=at,
        case=case,
        to=Case.objects.get(pk=merge.parent_id),
        carried_at=merge.at,
        others=list(others.values_list("child_id", flat=True)),
    )
    return Idea.objects.select_related("case").get(pk=child.pk)


def _moved(
    by: Person, at: dt.datetime, ideas: Sequence[Idea], move: str, said: Mapping[str, Any]
) -> None:
    moved = move_cases(
        by=by,
        at=at,
        cases=[one.pk for one in ideas],
        move=move,
        public={one.pk: said for one in ideas},
    )
    # All or none: who joins five has looked at five.
    for refusal in moved.refused.values():
        raise refusal


_BELOW = """
WITH RECURSIVE b (id) AS (
    SELECT child_id FROM ideas_merge WHERE parent_id = ANY(%s) AND undone_at IS NULL
    UNION SELECT m.child_id FROM ideas_merge m JOIN b ON m.parent_id = b.id
    WHERE m.undone_at IS NULL
) SELECT id FROM b
"""
_ABOVE = """
WITH RECURSIVE a (id) AS (
    SELECT %s::bigint
    UNION SELECT m.parent_id FROM ideas_merge m JOIN a ON m.child_id = a.id
    WHERE m.undone_at IS NULL
) SELECT id FROM a
"""


def _below(ideas: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [list(ideas)])
        return [int(row[0]) for row in cursor.fetchall()]


def _part(leaving: Sequence[int], parent: int) -> None:
    """Take out of the ideas above what came through those that leave."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [parent])
        above = [int(row[0]) for row in cursor.fetchall()]
    pairs = [(one, other) for one in above for other in _below([one]) if other not in leaving]
    values = {
        "leaving": list(leaving),
        "above": [one for one, _other in pairs],
        "below": [other for _one, other in pairs],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAY, values)
        cursor.execute(_LEAVE, values)


def _tell(
    by: Person, at: dt.datetime, ideas: Sequence[Idea], kind: str, details: Mapping[str, str]
) -> None:
    cases = [one.pk for one in ideas]
    values: dict[str, Any] = {
        "kind": kind,
        "cases": cases,
        "tellings": numbers_of_tellings(len(cases)),
        "details": json.dumps(dict(details)),
        "at": at,
        "by": by.pk,
    }
    make_readers(_WHOM, values)
    told, letters, pushes = tell(_TOLD, values)
    record(kind="notices.told", by=by, at=at, subject="ideas", public={"people": told})
    queue(letters, pushes)
