"""Photographs and documents of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from veche.core.cases.models import Case, CaseFile
from veche.core.cases.operations.moves import subject
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.files.models import StoredFile
    from veche.core.people.models import Person


@operation
def attach(
    *, by: Person | None, at: dt.datetime, case: Case, file: StoredFile, kind: str
) -> CaseFile:
    """Put a stored photograph to the latest step of a case."""
    link = CaseFile(case=case, file=file, kind=kind, seq=case.seq, at=at)
    link.save(force_insert=True)
    record(
        kind="cases.file-attached",
        by=by,
        at=at,
        subject=subject(case),
        public={"digest": file.digest, "kind": kind},
    )
    return link


@operation
def detach_all(*, by: Person | None, at: dt.datetime, cases: Collection[int]) -> set[int]:
    """Take the photographs off cases, given by the numbers of their rows; returns the numbers of
    the files that were there, for whoever deletes them."""
    links = CaseFile.objects.filter(case__in=cases)
    files = set(links.values_list("file_id", flat=True))
    taken = links.delete()[0]
    record(
        kind="cases.files-detached", by=by, at=at, subject="cases", public={"photographs": taken}
    )
    return files
