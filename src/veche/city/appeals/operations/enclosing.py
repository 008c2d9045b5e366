"""What comes with a letter: photographs and documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

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
    digests = set(papers_gone.values_list("digest", flat=True))
    gone, _by_table = papers_gone.delete()
    left = set(Enclosure.objects.filter(digest__in=digests).values_list("digest", flat=True))
    unnamed = sorted(digests - left)
    transaction.on_commit(lambda: papers.forget(unnamed))
    links = CaseFile.objects.filter(case_id__in=photographs_of)
    files = set(links.values_list("file_id", flat=True))
    if files:
        gone += links.delete()[0]
        forget_photographs(by=by, at=at, files=files)
    record(kind="appeals.taken-out", by=by, at=at, subject="appeals", public={"files": gone})
    return gone
