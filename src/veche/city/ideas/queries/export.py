"""Files of everything that was rated, answered and said in one call, streamed by the database.

The database writes the lines and the program hands them on piece by piece: a file of a hundred
lines and one of a million cost the same memory. People are pseudonyms made with a salt of this one
export, which nobody keeps: what two files say cannot be joined by who said it. Moments are days.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.tables import FORMULA

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from veche.city.ideas.models import Call

_WHO = "left(encode(sha256(%(salt)s::bytea || int8send({})), 'hex'), 16)"
_IDEAS = "FROM ideas_idea i JOIN cases_case c ON c.id = i.case_id"
_READ = "i.call_id = %(call)s AND i.public"
_RATINGS = f"""
SELECT c.number AS idea, {_WHO.format("r.person_id")} AS participant,
    CASE r.value WHEN 1 THEN 'for' ELSE 'against' END AS side, r.standing,
    (r.at AT TIME ZONE 'UTC')::date AS day, t.number AS through
{_IDEAS} JOIN ideas_rating r ON r.idea_id = i.case_id
    LEFT JOIN cases_case t ON t.id = r.through_id
WHERE {_READ}
"""
_ANSWERS = f"""
SELECT c.number AS idea, {_WHO.format("coalesce(c.author_id, -c.id)")} AS participant,
    (c.opened_at AT TIME ZONE 'UTC')::date AS day, c.state, i.language,
    a.key AS question, a.value AS answer
{_IDEAS} CROSS JOIN LATERAL (
    SELECT 'title' AS key, i.title::text AS value UNION ALL SELECT 'text', i.text
    UNION ALL SELECT q.key, q.value FROM jsonb_each_text(i.answers) q
) a
WHERE {_READ}
"""
_COMMENTS = f"""
SELECT c.number AS idea, k.id AS comment, k.above_id AS above,
    CASE WHEN k.office_id IS NULL THEN {_WHO.format("coalesce(k.author_id, -k.id)")} END
        AS participant,
    o.code AS office, k.stance, k.likes, k.dislikes,
    (k.at AT TIME ZONE 'UTC')::date AS day, k.text
{_IDEAS} JOIN ideas_comment k ON k.matter_id = i.case_id AND k.shown
    LEFT JOIN organisations_organisation o ON o.id = k.office_id
WHERE {_READ}
"""


@dataclass(frozen=True)
class File:
    """One file of a call."""

    title: str | Promise
    statement: str
    columns: tuple[str, ...]
    words: tuple[str, ...] = ()
    """The columns that hold words of people."""


FILES = {
    "ratings": File(
        _("Who is for and against which idea"),
        _RATINGS,
        ("idea", "participant", "side", "standing", "day", "through"),
    ),
    "answers": File(
        _("What ideas say, also to the questions of the call"),
        _ANSWERS,
        ("idea", "participant", "day", "state", "language", "question", "answer"),
        ("answer",),
    ),
    "comments": File(
        _("Comments"),
        _COMMENTS,
        ("idea", "comment", "above", "participant", "office", "stance", "likes", "dislikes",
         "day", "text"),
        ("text",),
    ),
}  # fmt: skip
KINDS = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson; charset=utf-8"}

# One column of JSON, cut by signs that JSON writes otherwise: the lines are as they are.
_LINES = (
    "COPY (SELECT row_to_json(x)::text FROM ({}) x) TO STDOUT"
    " WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02', ESCAPE E'\\x02')"
)
_TABLE = "COPY (SELECT {} FROM ({}) x) TO STDOUT WITH (FORMAT csv, HEADER)"
_FORMULA = "CASE WHEN left({0}, 1) = ANY (%(formula)s) THEN chr(39) || {0} ELSE {0} END AS {0}"


def _statement(file: File, kind: str) -> str:
    if kind == "ndjson":
        return _LINES.format(file.statement)
    # Words that a table program would run as a formula are marked as words.
    cells = [_FORMULA.format(one) if one in file.words else one for one in file.columns]
    return _TABLE.format(", ".join(cells), file.statement)


def stream(call: Call, what: str, kind: str) -> Iterator[bytes]:
    """The file ``what`` of `FILES` in the form ``kind`` of `KINDS`, piece by piece."""
    copy = _statement(FILES[what], kind)
    values = {"call": call.pk, "salt": secrets.token_bytes(32), "formula": list(FORMULA)}
    if kind == "csv":
        yield b"\xef\xbb\xbf"
    with connection.cursor() as cursor, cursor.copy(copy, values) as rows:
        for piece in rows:
            yield bytes(piece)
