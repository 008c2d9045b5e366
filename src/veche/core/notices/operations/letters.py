"""Writing letters: what was told becomes one letter a reader, in one pass of sets.

Three tables that live for one transaction carry a pass: what is due, the parcel of each reader,
and the words. Readers who are told the same in the same language share the words, and every line
of them is made once; so a pass costs what happened in the city, and little more for each reader.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import translation

from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.notices import matters
from veche.core.notices.letters import Printer, Telling
from veche.core.notices.models import DigestPass, Letter, LetterBody, Waiting
from veche.core.notices.operations.telling import numbers_of_tellings
from veche.core.notices.rules import (
    DIGEST_HOUR,
    FLOOD_MINUTES,
    KEPT_DAYS,
    LONGEST_LETTER,
    LOUD,
    URGENT,
)
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

BATCH = 1_000
"""Words of letters held in memory at once."""

_QUIET = """
(r.quiet_from IS NOT NULL AND r.quiet_until IS NOT NULL AND r.quiet_from <> r.quiet_until
 AND CASE WHEN r.quiet_from < r.quiet_until
          THEN %(local)s::time >= r.quiet_from AND %(local)s::time < r.quiet_until
          ELSE %(local)s::time >= r.quiet_from OR %(local)s::time < r.quiet_until END)
"""
_DUE = """
CREATE TEMP TABLE notices_due (reader_id bigint, telling bigint, own boolean) ON COMMIT DROP
"""
_TAKE = """
WITH taken AS (
    DELETE FROM notices_waiting WHERE {where} RETURNING reader_id, telling, own
)
INSERT INTO notices_due SELECT reader_id, telling, own FROM taken
"""
_PARCELS = """
CREATE TEMP TABLE notices_parcel ON COMMIT DROP AS
SELECT d.reader_id, coalesce(p.language, r.language) AS language, d.content, d.whole, d.count,
       sha256(convert_to(%(kind)s || ':' || coalesce(p.language, r.language) || ':'
           || d.count || ':' || array_to_string(d.content, ','), 'UTF8')) AS digest,
       CASE WHEN %(kind)s IN ('urgent', 'danger') THEN %(at)s::timestamptz - interval '1 year'
            WHEN {quiet} THEN
            ((%(local)s::timestamp::date
              + CASE WHEN %(local)s::time < r.quiet_until THEN 0 ELSE 1 END
              + r.quiet_until) AT TIME ZONE %(zone)s)
            ELSE %(at)s END AS not_before  -- what waits longest goes first: these before all
FROM (
    SELECT reader_id, count, whole, whole[1:%(most)s] AS content FROM (
        SELECT reader_id, count(*) AS count,
               array_agg(telling * 2 + own::int ORDER BY telling DESC, own) AS whole
        FROM notices_due GROUP BY reader_id
    ) a
) d
JOIN notices_reader r ON r.id = d.reader_id LEFT JOIN people_person p ON p.id = r.person_id
"""
_TELLINGS = """
SELECT s.number, s.case_id, c.number, c.procedure, s.kind, s.details, s.at
FROM notices_saying s JOIN cases_case c ON c.id = s.case_id
WHERE s.number IN (SELECT DISTINCT telling FROM notices_due)
"""
_CONTENTS = """
SELECT DISTINCT ON (p.digest) p.digest, p.language, p.content, p.count FROM notices_parcel p
WHERE NOT EXISTS (SELECT FROM notices_letterbody b WHERE b.digest = p.digest)
"""
_LETTERS = """
INSERT INTO notices_letter
    (reader_id, kind, period, body_id, state, made_at, not_before, tries, fault,
     content)
SELECT p.reader_id, %(kind)s, %(period)s, b.id, 'waiting', %(at)s, p.not_before, 0, '',
       p.whole
FROM notices_parcel p JOIN notices_letterbody b ON b.digest = p.digest
ON CONFLICT (reader_id, kind, period) DO NOTHING
"""


def _pass(kind: str, period: str, at: dt.datetime, where: str, more: dict[str, Any]) -> int:
    """Make the letters of everything that ``where`` finds; returns how many."""
    local = at.astimezone(city_zone()).replace(tzinfo=None)
    values = {
        "kind": kind,
        "period": period,
        "at": at,
        "local": local,
        "zone": str(city_zone()),
        "most": LONGEST_LETTER,
        **more,
    }
    with connection.cursor() as cursor:
        # One statement after another in one transaction: the second pass of a test finds them.
        cursor.execute("DROP TABLE IF EXISTS notices_due, notices_parcel")
        cursor.execute(_DUE)
        cursor.execute(_TAKE.format(where=where), values)
        if not cursor.rowcount:
            return 0
        cursor.execute("ANALYZE notices_due")
        cursor.execute(_PARCELS.format(quiet=_QUIET), values)
        cursor.execute("ANALYZE notices_parcel")
        cursor.execute(_TELLINGS)
        tellings = {
            row[0]: Telling(row[1], row[2], row[3], row[4], _details(row[5]), row[6])
            for row in cursor.fetchall()
        }
        cases = {(one.case, one.procedure) for one in tellings.values()}
        cursor.execute("SELECT DISTINCT language FROM notices_parcel")
        found = {}
        for (language,) in cursor.fetchall():
            with translation.override(language):
                found[language] = matters.find(cases)
        printer = Printer(tellings, found)
        printer.prepare()
        _keep_words(printer, kind, at)
        cursor.execute(_LETTERS, values)
        made: int = cursor.rowcount
        cursor.execute("DROP TABLE notices_due, notices_parcel")
    return made


def _details(known: Any) -> dict[str, Any]:
    import json

    return dict(json.loads(known) if isinstance(known, str) else known)


def _keep_words(printer: Printer, kind: str, at: dt.datetime) -> None:
    """Make the words of all parcels, a thousand at a time, and keep them."""
    with connection.cursor() as reading, connection.cursor() as writing:
        reading.execute(f"DECLARE notices_contents NO SCROLL CURSOR FOR {_CONTENTS}")
        while True:
            reading.execute(f"FETCH {BATCH} FROM notices_contents")
            rows = reading.fetchall()
            if not rows:
                break
            # Made before the copy begins: some words are asked of the database, and while a copy
            # runs on a connection nothing else can, so that it would wait for itself for ever.
            made = [
                (bytes(digest), words.subject, words.text, words.html)
                for digest, language, content, count in rows
                for words in (printer.words(language, content, count, kind),)
            ]
            with writing.copy(
                "COPY notices_letterbody (digest, subject, text, html) FROM STDIN"
            ) as copy:
                for row in made:
                    copy.write_row(row)
        reading.execute("CLOSE notices_contents")


def notices_wait(at: dt.datetime, channel: str) -> bool:
    """Whether something is to be said at once, by ``mail`` or ``push``, to somebody who has no
    quiet hours now."""
    local = at.astimezone(city_zone()).replace(tzinfo=None)
    table = "notices_notice" if channel == "push" else "notices_waiting"
    which = "n.push" if channel == "push" else "n.pace = 'now'"
    loud = f"n.topic IN {LOUD} OR" if channel == "push" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM {table} n JOIN notices_reader r"
            f" ON r.id = n.reader_id WHERE {which} AND ({loud} NOT {_QUIET}))",
            {"local": local},
        )
        return bool(cursor.fetchone()[0])


_READY = f"""
id IN (SELECT n.id FROM notices_waiting n JOIN notices_reader r ON r.id = n.reader_id
       WHERE n.pace = 'now' AND NOT {_QUIET}
"""
_LOCK = "FOR UPDATE OF n SKIP LOCKED)"


@operation
def write_told(*, by: None, at: dt.datetime, telling: int) -> int:
    """The letters of one telling to those who want to know at once; returns how many.

    Whoever has quiet hours now gets one letter of everything when they end.
    """
    where = f"{_READY} AND n.telling = %(telling)s {_LOCK}"
    made = _pass("now", f"t{telling}", at, where, {"telling": telling})
    record(kind="notices.written", by=by, at=at, subject="notices", public={"letters": made})
    return made


@operation
def write_waiting(*, by: None, at: dt.datetime) -> int:
    """One letter for each reader to whom something is to be said at once and was not: their quiet
    hours have ended, or the job that should have done it died. Returns how many."""
    # A number of its own: two passes of one moment write two letters, and neither is left out.
    (number,) = numbers_of_tellings(1)
    made = _pass("now", f"w{number}", at, f"{_READY} {_LOCK}", {})
    record(kind="notices.written", by=by, at=at, subject="notices", public={"letters": made})
    return made


def urgent_waits() -> bool:
    """Whether something grave that calls somebody to act has no letter yet."""
    return Waiting.objects.filter(pace=URGENT).exists()


@operation
def write_urgent(*, by: None, at: dt.datetime) -> int:
    """One letter for each reader whom something grave calls to act, whatever their quiet hours;
    returns how many."""
    (number,) = numbers_of_tellings(1)
    where = f"id IN (SELECT n.id FROM notices_waiting n WHERE n.pace = '{URGENT}' {_LOCK}"
    made = _pass(URGENT, f"w{number}", at, where, {})
    record(kind="notices.written", by=by, at=at, subject="notices", public={"letters": made})
    return made


def digest_due(at: dt.datetime) -> Iterator[tuple[str, str]]:
    """The digests whose hour has come by ``at``: kind and period, of the city's calendar."""
    local = at.astimezone(city_zone())
    day = local.date() if local.hour >= DIGEST_HOUR else local.date() - dt.timedelta(days=1)
    yield "daily", day.isoformat()
    yield "weekly", (day - dt.timedelta(days=day.weekday())).isoformat()


def digests_missing(at: dt.datetime) -> list[tuple[str, str]]:
    """The digests that are due and were not made."""
    due = list(digest_due(at))
    made = set(
        DigestPass.objects.filter(period__in=[period for _kind, period in due]).values_list(
            "kind", "period"
        )
    )
    return [one for one in due if one not in made]


@operation
def write_digests(*, by: None, at: dt.datetime, kind: str, period: str) -> int:
    """The digests of a day or a week, in one pass; returns how many letters were made.

    Digests of the days before that no mail server took are put into this one.
    """
    one, fresh = DigestPass.objects.get_or_create(kind=kind, period=period, defaults={"at": at})
    made = 0
    if fresh:
        _take_back("l.kind = %(kind)s AND l.tries = 0", {"kind": kind, "at": at}, kind)
        made = _pass(kind, period, at, "pace = %(kind)s", {})
        one.letters = made
        one.save(update_fields=["letters"])
    record(
        kind="notices.digests-written",
        by=by,
        at=at,
        subject="notices",
        public={"kind": kind, "period": period, "letters": made},
    )
    return made


_MERGE = """
WITH taken AS (
    UPDATE notices_letter l SET state = 'merged' FROM (
        SELECT id FROM notices_letter l
        WHERE l.state = 'waiting' AND l.content <> '{{}}' AND {which}
        FOR UPDATE SKIP LOCKED
    ) w WHERE w.id = l.id
    RETURNING l.reader_id, l.content
)
INSERT INTO notices_waiting (reader_id, telling, own, topic, pace)
SELECT reader_id, code >> 1, code & 1 = 1, '', %(pace)s FROM taken, unnest(content) code
"""


def _take_back(which: str, values: dict[str, Any], pace: str) -> None:
    """Take letters back that still wait; what they say waits for the next one."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGE.format(which=which), {**values, "pace": pace})


_FLOODED = """
l.kind IN ('now', 'late') AND l.tries = 0 AND l.made_at < %(before)s AND l.reader_id IN (
    SELECT reader_id FROM notices_letter
    WHERE state = 'waiting' AND content <> '{}' AND kind IN ('now', 'late')
      AND tries = 0
    GROUP BY reader_id HAVING count(*) > 1)
"""


_OF_CASE = """
EXISTS (SELECT FROM notices_notice n
        WHERE n.reader_id = l.reader_id AND n.case_id = ANY(%(cases)s)
          AND n.telling IN (SELECT code >> 1 FROM unnest(l.content) code))
"""


@operation
def write_anew(*, by: Person | None, at: dt.datetime, cases: list[Case]) -> None:
    """Take back the letters that still wait and speak of these cases: what they said of them has
    been hidden, or its words changed. The timer writes them anew."""
    _take_back(_OF_CASE, {"cases": [case.pk for case in cases]}, "late")
    record(kind="notices.taken-back", by=by, at=at, subject="cases", public={"cases": len(cases)})


@operation
def merge_late(*, by: None, at: dt.datetime) -> int:
    """After an outage: everybody for whom several letters wait gets one; returns how many."""
    values = {"before": at - dt.timedelta(minutes=FLOOD_MINUTES)}
    _take_back(_FLOODED, values, "late")
    made = _pass("late", at.isoformat(timespec="milliseconds"), at, "pace = 'late'", {})
    record(kind="notices.merged", by=by, at=at, subject="notices", public={"letters": made})
    return made


@operation
def throw_away(*, by: None, at: dt.datetime) -> int:
    """Forget letters that were done with a month ago, and words that no letter needs."""
    done = Letter.objects.exclude(state__in=("waiting", "sending"))
    gone, _which = done.filter(made_at__lt=at - dt.timedelta(days=KEPT_DAYS)).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM notices_letterbody b"
            " WHERE NOT EXISTS (SELECT FROM notices_letter l WHERE l.body_id = b.id)"
        )
        cursor.execute(
            # What is needed is gathered once: looked for in every letter that waits, for each
            # telling anew, it took 70 s of a city of 1,500 problems a day.
            "WITH needed AS MATERIALIZED (SELECT telling FROM notices_waiting"
            "   UNION SELECT code >> 1 FROM notices_letter l CROSS JOIN unnest(l.content) code"
            "   WHERE l.state = 'waiting')"
            " DELETE FROM notices_saying s WHERE s.at < %s"
            " AND NOT EXISTS (SELECT FROM needed n WHERE n.telling = s.number)",
            [at - dt.timedelta(days=KEPT_DAYS)],
        )
    record(kind="notices.thrown-away", by=by, at=at, subject="notices", public={"letters": gone})
    return gone


def _body(words: Any, kind: str) -> LetterBody:
    """The words of a single letter, kept."""
    digest = hashlib.sha256(f"{kind}\x00{words.subject}\x00{words.text}".encode()).digest()
    body, _made = LetterBody.objects.get_or_create(
        digest=digest,
        defaults={"subject": words.subject, "text": words.text, "html": words.html},
    )
    return body
