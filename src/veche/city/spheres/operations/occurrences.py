"""What happened where and when: brought in without names, linked by an analyst."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.spheres.access import check_analyses
from veche.city.spheres.models import Occurrence, OccurrenceLink
from veche.core.journal.operations import record
from veche.core.moderation.personal_data import find
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class Happened(NamedTuple):
    """One row of a source."""

    number: str
    kind: str
    at: dt.datetime
    longitude: float
    latitude: float
    text: str = ""


class Entered(NamedTuple):
    """What became of the rows."""

    added: int
    repeated: int
    outside: int
    blanked: int
    """Their words named somebody or how to reach them: the words were left out."""


class LinkItself(Invalid):
    """Two different ones are linked."""

    code = "occurrence-itself"
    sentence = _("Choose another one: an occurrence is not linked with itself.")
    field = "other"


_ENTER = """
INSERT INTO spheres_occurrence
    (source, number, kind, at, longitude, latitude, territory_id, text)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::float[], %s::float[],
    %s::bigint[], %s::text[])
ON CONFLICT (source, number) DO NOTHING RETURNING 1
"""


@operation
def enter_occurrences(
    *, by: Person | None, at: dt.datetime, source: str, rows: Sequence[Happened]
) -> Entered:
    """Enter what a source tells; words that speak of a person are left out, the rest stays.

    Raises:
        veche.city.spheres.access.NotAnAnalyst: the person is none.
    """
    check_analyses(by, at)
    where = atlas().locate(
        np.array([row.longitude for row in rows], dtype=np.float64),
        np.array([row.latitude for row in rows], dtype=np.float64),
    )
    inside = [(row, int(place)) for row, place in zip(rows, where, strict=True) if place]
    texts = ["" if find(row.text) else row.text for row, _place in inside]
    blanked = sum(1 for (row, _place), text in zip(inside, texts, strict=True) if row.text != text)
    columns: list[list[object]] = [
        [row.number for row, _place in inside],
        [row.kind for row, _place in inside],
        [row.at for row, _place in inside],
        [row.longitude for row, _place in inside],
        [row.latitude for row, _place in inside],
        [place for _row, place in inside],
        list(texts),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [source, *columns])
        added = len(cursor.fetchall())
    found = Entered(added, len(inside) - added, len(rows) - len(inside), blanked)
    record(
        kind="spheres.occurrences-entered", by=by, at=at, subject="occurrences",
        public={"source": source, **found._asdict()},
    )  # fmt: skip
    return found


@operation
def link(*, by: Person, at: dt.datetime, first: int, second: int, why: str) -> OccurrenceLink:
    """An analyst says that two belong together; said once more, the reason is the newer one.

    Raises:
        LinkItself: the two are one.
        NotFound: one of them does not exist.
        veche.city.spheres.access.NotAnAnalyst: the person is none.
    """
    check_analyses(by, at)
    if first == second:
        raise LinkItself
    low, high = sorted((first, second))
    if Occurrence.objects.filter(pk__in=(low, high)).count() < 2:
        raise NotFound
    made, _new = OccurrenceLink.objects.update_or_create(
        first_id=low, second_id=high, defaults={"by": by, "at": at, "why": why}
    )
    record(
        kind="spheres.occurrences-linked", by=by, at=at, subject="occurrences",
        public={"first": low, "second": high},
    )  # fmt: skip
    return made


@operation
def part(*, by: Person, at: dt.datetime, link: int) -> None:
    """The two do not belong together after all.

    Raises:
        NotFound: there is no such link.
        veche.city.spheres.access.NotAnAnalyst: the person is none.
    """
    check_analyses(by, at)
    found = OccurrenceLink.objects.filter(pk=link).first()
    if found is None:
        raise NotFound
    public = {"first": found.first_id, "second": found.second_id}
    OccurrenceLink.objects.filter(pk=link).delete()
    record(kind="spheres.occurrences-parted", by=by, at=at, subject="occurrences", public=public)
