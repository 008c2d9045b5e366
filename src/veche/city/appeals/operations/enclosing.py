"""What comes with a letter: photographs and documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection, transaction

from veche.city.appeals.models import Enclosure
from veche.core.cases.models import CaseFile
from veche.core.cases.operations import attach, subject
from veche.core.files import documents as papers
from veche.core.files.operations import forget_photographs, keep
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.files.documents import Document
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person

LETTER = "before"
"""What the photographs of a letter are called among those of a case."""


@operation
def enclose(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    photographs: Sequence[Photograph],
    documents: Sequence[Document],
) -> None:
    """Keep what came with a letter: one file at least."""
    _hold([papers.digest_of(one) for one in documents])
    for photograph in photographs:
        file = keep(by=by, at=at, photograph=photograph)
        attach(by=by, at=at, case=case, file=file, kind=LETTER)
    rows = [
        Enclosure(
            case=case,
            name=one.name,
            media_type=one.media_type,
            size=len(one.data),
            digest=papers.store(one),
            at=at,
        )
        for one in documents
    ]
    if rows:
        Enclosure.objects.bulk_create(rows)
        record(
            kind="appeals.enclosed",
            by=by,
            at=at,
            subject=subject(case),
            public={"documents": len(rows)},
            personal={"names": [row.name for row in rows]},
        )


@operation
def take_out(
    *,
    by: Person | None,
    at: dt.datetime,
    documents_of: Sequence[int],
    photographs_of: Sequence[int],
) -> int:
    """Take documents and photographs out of letters (numbers of their cases), with their bytes
    unless another letter brought the same. Returns how many were taken out."""
    papers_gone = Enclosure.objects.filter(case_id__in=documents_of)
    digests = sorted(set(papers_gone.values_list("digest", flat=True)))
    gone, _by_table = papers_gone.delete()
    transaction.on_commit(lambda: _forget_unnamed(digests))
    links = CaseFile.objects.filter(case_id__in=photographs_of)
    files = set(links.values_list("file_id", flat=True))
    if files:
        gone += links.delete()[0]
        forget_photographs(by=by, at=at, files=files)
    record(kind="appeals.taken-out", by=by, at=at, subject="appeals", public={"files": gone})
    return gone


_HOLD = """
SELECT pg_advisory_xact_lock(hashtext('document'), hashtext(digest))
FROM (SELECT unnest(%s::text[]) AS digest ORDER BY 1) one
"""


def _hold(digests: Sequence[str]) -> None:
    """Wait until nobody else brings or deletes the same bytes, up to the end of the transaction."""
    if digests:
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [list(digests)])


def _forget_unnamed(digests: Sequence[str]) -> None:
    """Delete the bytes that no letter names, and none is about to name."""
    with transaction.atomic():
        _hold(digests)
        rows = Enclosure.objects.filter(digest__in=digests)
        named = set(rows.values_list("digest", flat=True))
        papers.forget(digest for digest in digests if digest not in named)
