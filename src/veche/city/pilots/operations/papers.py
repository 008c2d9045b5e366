"""Documents of applications and contracts: looked at before they are taken, kept by content."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection, transaction

from veche.city.pilots.models import Answer, Application, ContractDocument, Paper
from veche.city.pilots.operations.refusals_applications import (
    BrokenPaper,
    LockedPaper,
    UnsafePaper,
)
from veche.core.cases.operations import subject
from veche.core.files import documents
from veche.core.journal.operations import record
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.files.documents import Document
    from veche.core.people.models import Person

_FAULTS = {"active": UnsafePaper, "locked": LockedPaper, "broken": BrokenPaper}
"""What the engine says → what is said to whoever sent it."""


def looked_at(data: bytes, name: str) -> Document:
    """A document by what it holds, whatever its name says; one that would do more than be read is
    not taken.

    Raises:
        veche.core.files.documents.DocumentTooLarge, NotADocument: as for every document.
        UnsafePaper, LockedPaper, BrokenPaper: a PDF that is not only read.
    """
    found = documents.clean(data, name)
    if found.media_type == documents.PDF:
        from veche.city.pilots.engines import papers as engine  # loads a reader of PDF: slow

        fault = engine.fault(data)
        if fault:
            raise _FAULTS[fault]
    return found


@inside
def keep_paper(
    *, by: Person | None, at: dt.datetime, application: Application, document: Document
) -> Paper:
    """Keep a document of an application.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    hold()
    paper = Paper.objects.create(
        application=application,
        name=document.name,
        media_type=document.media_type,
        size=len(document.data),
        digest=documents.store(document),
        at=at,
    )
    record(
        kind="pilots.document-kept", by=by, at=at, subject=subject(application.case),
        public={"digest": paper.digest, "size": paper.size}, personal={"name": paper.name},
    )  # fmt: skip
    return paper


@inside
def forget_papers(*, application: Application) -> int:
    """Forget the documents of an application that no answer names any more, with their bytes unless
    another has the same; returns how many.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    named = Answer.objects.filter(application=application, paper__isnull=False)
    gone = Paper.objects.filter(application=application).exclude(pk__in=named.values("paper"))
    digests = sorted(set(gone.values_list("digest", flat=True)))
    count = gone.delete()[0]
    if digests:
        transaction.on_commit(lambda: forget_unnamed(digests))
    return count


@inside
def hold() -> None:
    """Wait until nobody else brings or deletes documents, up to the end of the transaction.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    _wait()


def _wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('pilots-document'))")


def forget_unnamed(digests: list[str]) -> None:
    """Delete the bytes of documents that neither an application nor a contract names any more;
    called after the commit of what took the last name away."""
    with transaction.atomic():
        _wait()
        live = ContractDocument.objects.filter(taken_off_at=None)
        named = {
            *Paper.objects.filter(digest__in=digests).values_list("digest", flat=True),
            *live.filter(digest__in=digests).values_list("digest", flat=True),
        }
        documents.forget(one for one in digests if one not in named)
