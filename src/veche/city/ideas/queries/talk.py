"""What is said about a matter and who is for and against it: at most four questions, however long
the talk is."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.models import Comment, CommentObjection, CommentVersion, Idea
from veche.city.ideas.operations.comments import FIELD
from veche.city.ideas.operations.talk import TALKED
from veche.city.ideas.procedure import HEAD, OFFICER, SUPPORTED
from veche.city.ideas.talking import (
    DEEPEST,
    REPLIES,
    REPLIES_ALONE,
    THREADS,
    Piece,
    differences,
)
from veche.core.cases.operations import in_scope
from veche.core.moderation import reasons
from veche.core.moderation.access import moderator_of
from veche.core.moderation.written import Words

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from veche.core.cases.models import Case
    from veche.core.organisations.middleware import Asker
    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

SORTS: dict[str, tuple[str | Promise, str]] = {
    "helpful": (_("most helpful first"), "c.likes - c.dislikes DESC, c.id DESC"),
    "new": (_("newest first"), "c.id DESC"),
    "old": (_("oldest first"), "c.id"),
}
_KEYS: dict[str, Callable[[Said], Any]] = {
    "helpful": lambda one: (one.office is None, one.dislikes - one.likes, -one.pk),
    "new": lambda one: (one.office is None, -one.pk),
    "old": lambda one: (one.office is None, one.pk),
}
"""The same orders of what the database has chosen."""
"""Orders of threads: words, and the order in the database. What an office said stands first."""
MOST_PAGES = 500


@dataclass
class Said:
    """One comment as a page shows it."""

    pk: int
    above: int | None
    root_pk: int | None
    depth: int
    """How far it is moved in; at most `DEEPEST`."""
    author: int | None
    speaker: int
    """The author's number in the talk about this matter; 0 where nobody is known."""
    by_author: bool
    """Whether the author of the matter says it."""
    office: dict[str, str] | str | None
    """Names of the office it speaks for."""
    stance: str
    text: str
    at: dt.datetime
    version: int
    standing: str
    replies: int
    likes: int
    dislikes: int
    objections: int
    liked: int = 0
    """1 or -1 where whoever asks said so."""
    mine: bool = False
    below: list[Said] = field(default_factory=list)
    """Of the first of a thread: replies in the order of reading."""

    @property
    def shown(self) -> bool:
        """Whether its words can be read by everybody."""
        return self.standing == "shown"

    @property
    def root(self) -> int:
        """The first comment of its thread."""
        return self.root_pk or self.pk

    @property
    def more(self) -> int:
        """Replies that stand on the page of the thread only."""
        return max(0, self.replies - sum(one.shown for one in self.below))


@dataclass(frozen=True)
class Ratings:
    """Who is for and against an idea, and what whoever asks said."""

    supporters: int
    opponents: int
    mine: int
    """1, -1, or 0 where they said nothing."""
    standing: str
    """``counted``, ``held`` or ``void``; empty where they said nothing."""
    held: int
    """Ratings that wait for a look, of everybody."""
    open: bool
    """Whether the idea can be rated now."""

    @property
    def whole(self) -> int:
        """How many rated it; 1 where nobody did, for the bar."""
        return self.supporters + self.opponents or 1


_COLUMNS = """
    c.id, c.above_id, c.root_id, c.depth, c.author_id, c.speaker,
    coalesce(c.author_id = %(author)s, false), o.names, c.stance, c.text, c.at,
    c.version, c.standing, c.replies, c.likes, c.dislikes, c.objections, coalesce(r.value, 0)
"""
_NAMED = """
    LEFT JOIN organisations_organisation o ON o.id = c.office_id
    LEFT JOIN ideas_commentrating r ON r.comment_id = c.id AND r.person_id = %(person)s
"""
# A page of each side by itself: who is for, who is against, who takes no side.
_THREADS = """
SELECT {columns} FROM (VALUES ('for'), ('against'), ('none')) AS side (code) CROSS JOIN LATERAL (
    SELECT * FROM ideas_comment c
    WHERE c.matter_id = %(matter)s AND c.above_id IS NULL AND c.standing <> 'waiting'
        AND (c.shown OR c.replies > 0) AND c.stance = side.code
    ORDER BY (c.office_id IS NOT NULL) DESC, {order} LIMIT %(most)s OFFSET %(skip)s
) c {named}
UNION ALL
SELECT {columns} FROM ideas_comment c {named}
WHERE c.matter_id = %(matter)s AND c.standing = 'waiting' AND c.author_id = %(person)s
"""
_BELOW = """
SELECT {columns} FROM unnest(%(roots)s::bigint[]) AS t (root) CROSS JOIN LATERAL (
    SELECT * FROM ideas_comment c WHERE c.root_id = t.root
        AND (c.standing <> 'waiting' OR c.author_id = %(person)s)
    ORDER BY c.id LIMIT %(most)s OFFSET %(skip)s
) c {named} ORDER BY c.id
"""
_NUMBERS = """
SELECT coalesce(t.comments, 0), coalesce(t.in_favour, 0), coalesce(t.against, 0),
    coalesce(r.value, 0), coalesce(r.standing, ''),
    (SELECT count(*) FROM ideas_rush h JOIN ideas_rating x ON x.rush_id = h.id
        AND x.standing = 'held' WHERE h.idea_id = c.id AND h.outcome = 'open')
FROM cases_case c LEFT JOIN ideas_talk t ON t.matter_id = c.id
    LEFT JOIN ideas_rating r ON r.idea_id = c.id AND r.person_id = %(person)s
WHERE c.id = %(matter)s
"""


def _values(case: Case, person: Person | None) -> dict[str, Any]:
    return {
        "matter": case.pk,
        "author": case.author_id,
        "person": person.pk if person else None,
    }


def _rows(statement: str, values: dict[str, Any], order: str = "c.id") -> list[Said]:
    full = statement.replace("{columns}", _COLUMNS).replace("{named}", _NAMED)
    with connection.cursor() as cursor:
        cursor.execute(full.replace("{order}", order), values)
        found = [Said(*row) for row in cursor.fetchall()]
    for one in found:
        if isinstance(one.office, str):  # JSON, as the database hands it over
            one.office = json.loads(one.office)
        one.mine = one.author is not None and one.author == values["person"]
        one.depth = min(one.depth, DEEPEST)
    return found


def _hang(threads: Sequence[Said], replies: Sequence[Said]) -> None:
    """Put replies below their threads, each after the one it answers."""
    known = {one.pk: one for one in (*threads, *replies)}
    under: dict[int, list[Said]] = {}
    roots: dict[int, int] = {one.pk: one.pk for one in threads}
    for one in replies:
        # What it answers may stand on another page: then it hangs below the thread itself.
        above = one.above if one.above in known else None
        root = roots.get(above, -1) if above is not None else -1
        if above is None or root < 0:
            root = above = threads[0].pk if len(threads) == 1 else -1
        if above < 0:
            continue
        roots[one.pk] = root
        under.setdefault(above, []).append(one)
    for thread in threads:
        stack = list(reversed(under.get(thread.pk, ())))
        while stack:
            one = stack.pop()
            thread.below.append(one)
            stack += reversed(under.get(one.pk, ()))
        # What was taken back or out stays only where somebody answers it.
        thread.below = [one for one in thread.below if (one.standing != "withdrawn"
                        and one.standing != "removed") or one.pk in under]  # fmt: skip


def about(
    idea: Idea, asker: Asker, at: dt.datetime, *, page: int = 1, sort: str = "helpful"
) -> dict[str, Any]:
    """What ``parts/talk.html`` shows of an idea to whoever asks."""
    values = of_matter(idea.case, asker, page=page, sort=sort)
    values["ratings"] = _ratings(idea, values.pop("numbers"))
    return values


def rated(idea: Idea, asker: Asker) -> dict[str, Any]:
    """What ``parts/rate.html`` shows by itself: one question of the database."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, _values(idea.case, asker.person))
        numbers = cursor.fetchone()[3:]
    return {"ratings": _ratings(idea, numbers), "person": asker.person}


def _ratings(idea: Idea, numbers: Sequence[Any]) -> Ratings:
    mine, standing, held = numbers
    now = idea.case.state in (*SUPPORTED, "collecting") and idea.case.hidden_at is None
    return Ratings(idea.supporters, idea.opponents, mine, standing, held, open=now)


def is_open(case: Case) -> bool:
    """Whether something can be said about a matter now."""
    return case.state in TALKED.get(case.procedure, ()) and case.hidden_at is None


def speaks(asker: Asker, case: Case) -> bool:
    """Whether whoever asks may speak in the name of the office a matter lies with."""
    return any(
        one.role in (OFFICER, HEAD) and in_scope(one, case, "organisation")
        for one in asker.holdings
    )


def of_matter(case: Case, asker: Asker, *, page: int = 1, sort: str = "helpful") -> dict[str, Any]:
    """What is said about a matter: three questions of the database."""
    person = asker.person
    page, sort = min(max(1, page), MOST_PAGES), sort if sort in SORTS else "helpful"
    values: dict[str, Any] = _values(case, person)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, values)
        comments, in_favour, against, *rest = cursor.fetchone()
    found = _rows(
        _THREADS,
        {**values, "most": THREADS + 1, "skip": (page - 1) * THREADS},
        order=SORTS[sort][1],
    )
    first = sorted((one for one in found if one.above is None), key=_KEYS[sort])
    sides: dict[str, list[Said]] = {"for": [], "against": [], "none": []}
    for one in first:
        sides[one.stance].append(one)
    further = any(len(side) > THREADS for side in sides.values())
    sides = {code: side[:THREADS] for code, side in sides.items()}
    threads = [one for side in sides.values() for one in side]
    if any(one.replies for one in threads) or any(one.above for one in found):
        roots = [one.pk for one in threads if one.replies or one.mine or person]
        below = _rows(_BELOW, {**values, "roots": roots, "most": REPLIES, "skip": 0})
        _hang(threads, below)
    return {
        "comments": comments,
        "in_favour": in_favour,
        "against": against,
        "sides": sides,
        "page": page,
        "further": further,
        "sort": sort,
        "sorts": [(code, words) for code, (words, _order) in SORTS.items()],
        "numbers": rest,
        "open": is_open(case),
        "official": speaks(asker, case),
        "moderator": moderator_of(asker.holdings, case) is not None,
        "person": person,
        "submission": uuid.uuid4(),
    }


def thread(case: Case, root: int, person: Person | None, page: int = 1) -> tuple[Said, bool] | None:
    """One thread whole, with a page of its replies, and whether there are further ones; None where
    there is none of this number in the matter."""
    values: dict[str, Any] = _values(case, person)
    statement = """
    SELECT {columns} FROM ideas_comment c {named}
    WHERE c.id = %(root)s AND c.matter_id = %(matter)s AND c.above_id IS NULL
        AND (c.standing <> 'waiting' OR c.author_id = %(person)s)
    """
    found = _rows(statement, {**values, "root": root})
    if not found:
        return None
    first = found[0]
    skip = (min(max(1, page), MOST_PAGES) - 1) * REPLIES_ALONE
    below = _rows(
        _BELOW, {**values, "roots": [root], "most": REPLIES_ALONE + 1, "skip": skip}
    )  # fmt: skip
    _hang([first], below[:REPLIES_ALONE])
    return first, len(below) > REPLIES_ALONE


def one(case: Case, pk: int, person: Person) -> Said | None:
    """One comment as whoever asks sees it."""
    statement = "SELECT {columns} FROM ideas_comment c {named} WHERE c.id = %(pk)s"
    return next(iter(_rows(statement, {**_values(case, person), "pk": pk})), None)


@dataclass(frozen=True)
class Change:
    """One version of a comment."""

    number: int
    since: dt.datetime
    pieces: Sequence[Piece]
    """Compared with the one before."""


def changes(comment: Comment) -> list[Change]:
    """Every version of a comment, newest first, with what it changed."""
    rows = list(CommentVersion.objects.filter(comment=comment).order_by("number"))
    texts = [one.text for one in rows] + [comment.text]
    since = [comment.at] + [one.until for one in rows]
    found = [
        Change(
            number + 1,
            since[number],
            differences(texts[number - 1], text) if number else [Piece("same", text)],
        )
        for number, text in enumerate(texts)
    ]
    return found[::-1]


MOST_WORDS = 200
"""Comments of a matter whose parts moderators can hide on its page: the newest."""


def words(case: Case) -> list[Words]:
    """The comments of a matter as pieces of its words, for its moderators: the newest."""
    rows = Comment.objects.filter(matter=case, standing="shown").order_by("-id")[:MOST_WORDS]
    return [
        Words(f"{FIELD}{one.pk}", _("Comment"), one.text, one.author_id) for one in rows
    ]  # fmt: skip


def to_read(held: Sequence[Holding], most: int = 50) -> list[Comment]:
    """The comments that wait for whoever holds these roles: held by their score, or objected to;
    oldest first."""
    mine = Q(pk__in=())
    for one in held:
        if one.role != "moderator":
            continue
        if one.territory_id is None:
            mine = Q()
            break
        mine |= (
            Q(matter__territory=one.territory_id)
            | Q(matter__territory__district=one.territory_id)
            | Q(matter__territory__city=one.territory_id)
        )
    rows = Comment.objects.filter(mine).filter(
        Q(standing="waiting") | Q(objections__gt=0, shown=True)
    )
    return list(rows.select_related("matter__territory", "author").order_by("at", "id")[:most])


def objected(comments: Sequence[Comment]) -> dict[int, list[str]]:
    """The reasons in words that readers gave who object to these comments."""
    rows = CommentObjection.objects.filter(
        comment__in=[one.pk for one in comments], settled_at__isnull=True
    )
    known = reasons.words()
    found: dict[int, list[str]] = {}
    for one in rows.order_by("id"):
        words = known.get(one.reason, one.reason)
        if words not in found.setdefault(one.comment_id, []):
            found[one.comment_id].append(words)
    return found
